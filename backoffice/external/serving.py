"""How a simulator lives as a process: it listens, says so in one JSON line, and ends when told.

1. `until_told` runs the program's coroutine until SIGTERM, SIGINT or, when asked, the end of stdin: a child
   never outlives its parent, however that died.
2. A `Listener` serves one ASGI application on one port. It can be closed and opened again on the same port,
   which is what an outage looks like from outside, and lets the application cut a connection in the middle.
3. `listening` opens ports and closes them again; `work_until` keeps the program's rounds going meanwhile.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

_CUT = "backoffice.cut"
_ANSWER_GETS_OUT = 0.05


class Listener:
    """One ASGI application on one port; ``port`` 0 takes a free one and keeps it."""

    def __init__(self, app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Prepare; nothing listens yet."""
        self._host, self._port = host, port
        self._config = uvicorn.Config(
            _with_cut(app), http="h11", ws="none", lifespan="off", log_config=None, access_log=False
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens, or listened before it was closed."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def port(self) -> int:
        """The port, 0 before the first opening when none was asked for."""
        return self._port

    @property
    def listening(self) -> bool:
        """Whether anybody can connect."""
        return self._server is not None

    async def open(self) -> None:
        """Listen. OSError when the port is taken."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: H11Protocol(self._config, self._state, {}),
            self._host,
            self._port,
            reuse_address=True,
            family=socket.AF_INET6 if ":" in self._host else socket.AF_INET,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for connection in list(self._state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


class Port(Protocol):
    """What can be opened and closed again at the same address."""

    async def open(self) -> None:
        """Listen."""
        ...

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        ...


class Outage:
    """The switch of a port: nobody can connect while it is on."""

    def __init__(self, port: Port) -> None:
        """Switch ``port``."""
        self._port = port
        self._plan: asyncio.Task[None] | None = None

    def switch(self, *, on: bool, seconds: float | None = None) -> None:
        """Begin or end an outage; with ``seconds`` it ends by itself."""
        if self._plan is not None:
            self._plan.cancel()
        self._plan = asyncio.create_task(self._follow(on, seconds if on else None))
        self._plan.add_done_callback(_tell_failure)

    async def _follow(self, on: bool, seconds: float | None) -> None:  # noqa: FBT001 - a switch
        # The order may have come through the very port: let its answer out first.
        await asyncio.sleep(_ANSWER_GETS_OUT)
        await (self._port.close() if on else self._port.open())
        if seconds is not None:
            await asyncio.sleep(seconds)
            await self._port.open()


@asynccontextmanager
async def listening(*ports: Port) -> AsyncIterator[None]:
    """Open ports in this order for as long as the block lasts. OSError when one is taken."""
    try:
        for port in ports:
            await port.open()
        yield
    finally:
        for port in ports:
            await port.close()


async def work_until(stop: asyncio.Event, *rounds: Coroutine[Any, Any, None]) -> None:
    """Let the endless ``rounds`` work until ``stop`` is set; a bug in one ends all, and is raised."""
    stopped = asyncio.create_task(stop.wait())
    work = [asyncio.create_task(each) for each in rounds]
    try:
        await asyncio.wait({stopped, *work}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopped, *work):
            task.cancel()
        ends = await asyncio.gather(*work, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def cut_connection(scope: Scope) -> None:
    """Close the connection a request came on, after what was written so far."""
    scope["extensions"][_CUT]()


def say_ready(**addresses: str) -> None:
    """Print the one line a parent waits for: ``{"ready": true, "url": ...}``."""
    sys.stdout.write(json.dumps({"ready": True, **addresses}) + "\n")
    sys.stdout.flush()


def until_told(program: Callable[[asyncio.Event], Awaitable[None]], *, until_stdin_closes: bool) -> None:
    """Run ``program(stop)``; it returns when ``stop`` is set."""

    async def live() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if until_stdin_closes:
            threading.Thread(target=_wait_for_end_of_stdin, args=(loop, stop), daemon=True).start()
        await program(stop)

    asyncio.run(live())


def _tell_failure(plan: asyncio.Task[None]) -> None:
    if not plan.cancelled():
        plan.result()  # what it raises reaches the loop's handler, and stderr


def _wait_for_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # The raw descriptor: a thread holding sys.stdin's lock would break the end of the interpreter.
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def _with_cut(app: ASGIApp) -> ASGIApp:
    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's own `send` is a method of the exchange, which knows the transport.
        exchange = cast(RequestResponseCycle, send.__self__)  # type: ignore[attr-defined] # a bound method has one
        scope["extensions"] = {**scope.get("extensions", {}), _CUT: exchange.transport.close}
        await app(scope, receive, send)

    return outermost
