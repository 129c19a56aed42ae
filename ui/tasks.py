"""The one place that starts coroutines, holds them, and owns their failure.

1. a slot calls ``tasks.start(coroutine, owner=widget)``;
2. the task lives as long as its owner: it is cancelled when the owner is destroyed, or by ``cancel(owner)``;
3. a Refusal goes to ``on_refusal``, else to a banner; StoreUnavailable to a banner; anything else to the
   reporter.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QObject

from backoffice.domain.errors import Refusal, StoreUnavailable


class Refused(Protocol):
    """Told what a rule refused, when the caller did not want to know itself."""

    def __call__(self, sentence: str, *, advice: str) -> None:
        """Show the sentence and what to do next."""
        ...


class Running(Protocol):
    """A coroutine under way: nothing to await, but it may be cancelled."""

    def cancel(self) -> bool:
        """Stop it at its next await; False when it has ended."""
        ...

    def done(self) -> bool:
        """Tell whether it has ended."""
        ...


Report = Callable[[BaseException], object]
OnRefusal = Callable[[Refusal], None]


class Tasks:
    """Running coroutines of the window, by owner."""

    def __init__(self, *, refused: Refused, report: Report) -> None:
        """Take where refusals nobody handles are shown, and where bugs are reported."""
        self._refused = refused
        self._report = report
        self._running: dict[int, set[asyncio.Task[Any]]] = {}

    def start(
        self, coro: Coroutine[Any, Any, Any], *, owner: QObject, on_refusal: OnRefusal | None = None
    ) -> Running:
        """Run a coroutine for a widget."""
        key = _key(owner)
        if key not in self._running:
            self._running[key] = set()
            owner.destroyed.connect(partial(self._forget, key))
        task = asyncio.get_running_loop().create_task(self._watched(coro, on_refusal))
        self._running[key].add(task)
        task.add_done_callback(partial(self._done, key, coro))
        return task

    def cancel(self, owner: QObject) -> None:
        """Cancel everything this owner started."""
        for task in tuple(self._running.get(_key(owner), ())):
            task.cancel()

    @property
    def running(self) -> int:
        """Count what is under way."""
        return sum(len(tasks) for tasks in self._running.values())

    async def close(self, *, patience: float = 0.0) -> None:
        """Let what is under way end within ``patience`` seconds, cancel the rest, and wait until it has ended.

        What one that ends starts in its turn counts too: nothing is left that could reach for a closed database.
        """
        if patience and (tasks := self._under_way()):
            await asyncio.wait(tasks, timeout=patience)
        while tasks := self._under_way():
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _under_way(self) -> "list[asyncio.Task[Any]]":
        return [task for owned in self._running.values() for task in owned if not task.done()]

    async def _watched(self, coro: Coroutine[Any, Any, Any], on_refusal: OnRefusal | None) -> object:
        try:
            return await coro
        except Refusal as refusal:
            if on_refusal is not None:
                on_refusal(refusal)
            else:
                self._refused(refusal.sentence, advice=refusal.advice)
        except StoreUnavailable as trouble:
            self._refused(trouble.sentence, advice=trouble.advice)
        except Exception as bug:  # noqa: BLE001 - the one place where a bug of a coroutine ends: in the reporter
            self._report(bug)
        return None

    def _forget(self, key: int, _gone: object = None) -> None:
        for task in self._running.pop(key, set()):
            task.cancel()

    def _done(self, key: int, coro: Coroutine[Any, Any, Any], task: "asyncio.Task[Any]") -> None:
        coro.close()  # cancelled before its first step, it was never begun
        if key in self._running:
            self._running[key].discard(task)


def _key(owner: QObject) -> int:
    # The address of the C++ object: still the same while `destroyed` is on its way.
    address: int = shiboken6.getCppPointer(owner)[0]
    return address
