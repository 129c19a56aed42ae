"""A program beside this one: started, watched, started again at the same address when it dies.

1. it says in one JSON line on its output where it listens; what it writes besides goes to its log;
2. a thread of its own reads that output and notices its end, so any event loop will do;
3. when it ends unasked it is started again, after a pause that grows while it keeps dying;
4. it ends when its standard input closes, so it never outlives this process, however that ends.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import backoffice

READY_WITHIN = 60.0
STOP_WITHIN = 8.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_LIVED_WELL = 30.0  # seconds; who lived that long starts again at once
_ROOT = str(Path(backoffice.__file__).resolve().parents[1])

Ready = dict[str, Any]


class WorldError(RuntimeError):
    """A program of the demo did not start, or can not be reached; the text says which, and where its log is."""


class Child:
    """One ``backofficectl`` program."""

    def __init__(
        self,
        name: str,
        *arguments: str,
        log: Path,
        environment: Mapping[str, str],
        pin: Callable[[Ready], Sequence[str]],
        on_return: Callable[[str, int], None],
    ) -> None:
        """``pin`` turns its first ready line into the arguments that give it the same address again.

        ``on_return`` is told its name and the exit code it had, once it is back after an end nobody asked for.
        """
        self.name = name
        self.ready: Ready = {}
        self._arguments = arguments
        self._log = log
        self._environment = environment
        self._pin = pin
        self._pinned: Sequence[str] = ()
        self._on_return = on_return
        self._process: subprocess.Popen[bytes] | None = None
        self._said: asyncio.Future[Ready | None] | None = None
        self._ended = asyncio.Event()
        self._stopping = False
        self._again: asyncio.Task[None] | None = None
        self._pause = _FIRST_PAUSE
        self._begun = 0.0

    @property
    def pid(self) -> int:
        """The id of its process, 0 when there is none."""
        return self._process.pid if self._process is not None else 0

    async def start(self) -> Ready:
        """Start it and return its ready line. WorldError when there is none."""
        self._stopping = False
        loop = asyncio.get_running_loop()
        self._said = loop.create_future()
        self._ended.clear()
        self._begun = time.monotonic()
        self._process = self._launch()  # some milliseconds, and nothing can come between it and knowing of it
        watch = threading.Thread(
            target=self._watch, args=(self._process, loop), name=f"world-{self.name}", daemon=True
        )
        watch.start()
        try:
            said = await asyncio.wait_for(self._said, READY_WITHIN)
        except TimeoutError:
            said = None
        if said is None:
            self._process.kill()
            message = f"The program {self._arguments[0]} did not start{self._last_words()}; see {self._log}."
            raise WorldError(message)
        self.ready = said
        self._pinned = self._pin(said)
        return said

    async def stop(self) -> None:
        """End it: asked first, forced after a while. Safe to call when it never started."""
        self._stopping = True
        if self._again is not None:
            self._again.cancel()
            await asyncio.gather(self._again, return_exceptions=True)
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._ended.wait(), STOP_WITHIN)
        except TimeoutError:
            # An end nobody saw (a start again that failed half-way) must not keep the desk from closing.
            self._process.kill()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), STOP_WITHIN)
        self._process = None

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "backoffice.cli", *self._arguments, *self._pinned]
        path = os.pathsep.join(part for part in (_ROOT, os.environ.get("PYTHONPATH", "")) if part)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*command, "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self._environment, "PYTHONPATH": path},
            )

    def _watch(self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        with process.stdout as out, self._log.open("ab") as log:
            for line in out:
                ready = _read_ready(line)
                if ready is None:
                    log.write(line)
                    log.flush()
                else:
                    _tell(loop, self._is_ready, process, ready)
        _tell(loop, self._has_ended, process, process.wait())

    def _is_ready(self, process: subprocess.Popen[bytes], ready: Ready) -> None:
        if process is self._process and self._said is not None and not self._said.done():
            self._said.set_result(ready)

    def _has_ended(self, process: subprocess.Popen[bytes], code: int) -> None:
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        if process is not self._process:
            return
        self._ended.set()
        if self._said is not None and not self._said.done():
            self._said.set_result(None)
        elif not self._stopping:
            self._again = asyncio.get_running_loop().create_task(self._restart(code))

    async def _restart(self, code: int) -> None:
        if time.monotonic() - self._begun > _LIVED_WELL:
            self._pause = _FIRST_PAUSE
        while True:
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            with contextlib.suppress(WorldError):  # its log says why; the next try comes by itself
                await self.start()
                break
        self._on_return(self.name, code)

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f" ({lines[-1].strip()[:200]})" if lines else ""


def _read_ready(line: bytes) -> Ready | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.get("ready") is True else None


def _tell(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *given: object) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is there to be told
        loop.call_soon_threadsafe(callback, *given)
