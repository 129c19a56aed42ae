"""The points at which a process can be struck: before and after every commit, job and call to the outside.

1. nothing lists them: a `Watch` counts them as they are reached, so an action added tomorrow is struck by itself;
2. each is written to the trail with its number and name, and a strike names its number;
3. ``kill`` is SIGKILL; ``raise`` breaks the code there; ``cancel`` cancels the task that acts there; ``stall`` stands
   still until the machine says go on, while others go on without it.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, event

from backoffice.bootstrap import BackOffice

How = Literal["kill", "raise", "cancel", "stall"]
_DELIVERED_WITHIN = 5.0


class Struck(RuntimeError):
    """Raised by the machine where the schedule says so; no code of ours knows it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Strike:
    """What happens at the ``at``-th point of a life."""

    at: int
    how: How


class Watch:
    """Counts the points of one life and strikes at those of the schedule."""

    def __init__(
        self, strikes: tuple[Strike, ...], tell: Callable[[str], None], stand_still: Callable[[], None]
    ) -> None:
        """``tell`` writes to the trail; ``stand_still`` returns when the machine says go on."""
        self._strikes = {strike.at: strike.how for strike in strikes}
        self._tell = tell
        self._stand_still = stand_still
        self._lock = threading.Lock()
        self._reached = 0
        self._acting: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def act(self, doing: Any) -> Any:  # noqa: ANN401 - any coroutine, and what it returns
        """Run ``doing`` as the task a cancel hits; raises what it raises."""
        self._loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(doing)
        self._acting.add(task)
        try:
            return await task
        finally:
            self._acting.discard(task)

    def in_thread(self, name: str) -> None:
        """A point of a thread: the commits are made there."""
        how = self._reach(name)
        if how == "cancel":
            self._cancel_from_thread()
        elif how == "stall":
            self._stand_still()

    async def in_task(self, name: str) -> None:
        """A point on the event loop: the calls are made there."""
        how = self._reach(name)
        if how == "cancel":
            self._cancel()
            await asyncio.sleep(_DELIVERED_WITHIN)  # never as long: the cancellation arrives here
        elif how == "stall":
            await asyncio.to_thread(self._stand_still)

    def _reach(self, name: str) -> How | None:
        with self._lock:
            self._reached += 1
            number = self._reached
        how = self._strikes.get(number)
        self._tell(f"point {number} {name}" + (f" {how.upper()}" if how else ""))
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "raise":
            raise Struck(name)
        return how

    def _cancel(self) -> None:
        for task in self._acting:
            task.cancel()

    def _cancel_from_thread(self) -> None:
        if self._loop is None:
            return
        arrived = threading.Event()

        def cancel() -> None:
            self._cancel()
            # Twice round the loop: whoever waits has been woken and has gone.
            asyncio.get_running_loop().call_later(0.005, arrived.set)

        self._loop.call_soon_threadsafe(cancel)
        arrived.wait(_DELIVERED_WITHIN)


def watch_commits(office: BackOffice, watch: Watch) -> None:
    """Every transaction of the office passes two points: it is about to be committed, and it is committed."""
    told = office.store.on_commit

    def committed() -> None:
        watch.in_thread("after commit")
        told()

    @event.listens_for(office.store.engine, "commit")
    def committing(_connection: Connection) -> None:
        watch.in_thread("before commit")

    office.store.on_commit = committed


class Watched:
    """An adapter whose every call passes two points: it is about to go out, and its answer is here."""

    def __init__(self, inner: object, peer: str, watch: Watch) -> None:
        """Stand in front of ``inner``."""
        self._inner = inner
        self._peer = peer
        self._watch = watch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the adapter has
        found = getattr(self._inner, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def call(*args: object, **options: object) -> object:
            await self._watch.in_task(f"before {self._peer}.{name}")
            answer = await found(*args, **options)
            await self._watch.in_task(f"after {self._peer}.{name}: {type(answer).__name__}")
            return answer

        return call


def watched(inner: object, peer: str, watch: Watch) -> Any:  # noqa: ANN401 - it is what `inner` is
    """Return ``inner`` with its calls watched."""
    return cast("Any", Watched(inner, peer, watch))


def counted(trail: Mapping[str, list[str]], life: str) -> int:
    """Return how many points a life passed."""
    return sum(line.startswith("point ") for line in trail.get(life, []))
