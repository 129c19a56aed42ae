"""Calls of colleagues: who is at what, taken over by a supervisor with a reason, given back.

1. The list is read anew each time it is opened: who holds what changes by the minute.
2. A call taken over stands among one's own calls; the colleague sees by whom and why.
3. Given back, it leaves this desk and is the colleague's again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.bootstrap import BackOffice
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.staff import Actor, Right
from ui.screens.calls.state import SAID_NO, CallsState, problem_of

if TYPE_CHECKING:
    from ui.screens.calls.presenter import CallsPresenter


class ColleaguesPresenter:
    """The part of the calls that looks at others' calls."""

    def __init__(
        self,
        calls: "CallsPresenter",
        *,
        office: BackOffice,
        actor: Actor,
        read_again: Callable[[], Awaitable[None]],
    ) -> None:
        """Take the calls whose part this is, and how to read them anew."""
        self._calls = calls
        self._office = office
        self._actor = actor
        self._read_again = read_again

    async def open(self) -> None:
        """Show the calls of others."""
        if not self._actor.may(Right.TAKE_OVER):
            return
        self._put(open=True, work=None, problem=None)
        try:
            work = await self._office.locks.open_work(self._actor)
        except SAID_NO as no:
            self._put(work=(), problem=problem_of(no))
            return
        mine = {call.cart_id for call in self._state.calls if self._is_mine(call.cart_id)}
        self._put(
            work=tuple(
                one for one in work if one.subject.kind is LockKind.CART and one.subject.name not in mine
            )
        )

    def close(self) -> None:
        """Put the list away."""
        self._put(open=False, problem=None)

    async def take_over(self, cart_id: str, reason: str) -> bool:
        """Take a call over; True when it stands among one's own calls now."""
        self._put(saving=True, problem=None)
        try:
            await self._office.locks.take_over(self._actor, Subject(kind=LockKind.CART, name=cart_id), reason)
        except SAID_NO as no:
            self._put(saving=False, problem=problem_of(no))
            return False
        self._put(saving=False, open=False)
        await self._read_again()
        taken = next((call for call in self._state.calls if call.cart_id == cart_id), None)
        if taken is not None:
            self._calls.go_to(taken.call_id)
        return taken is not None

    async def give_back(self) -> None:
        """Let the colleague have the current call again."""
        call = next((one for one in self._state.calls if one.call_id == self._state.current), None)
        if call is None:
            return
        try:
            await self._office.locks.unlock(self._actor, Subject(kind=LockKind.CART, name=call.cart_id))
        except SAID_NO as no:
            self._calls.put(problem=problem_of(no))
            return
        await self._read_again()

    @property
    def _state(self) -> CallsState:
        return self._calls.state

    def _is_mine(self, cart_id: str) -> bool:
        call = next(one for one in self._state.calls if one.cart_id == cart_id)
        return call.lock is None or call.lock.holder == self._actor.staff_id

    def _put(self, **changes: object) -> None:
        state = replace(self._state.colleagues, **changes)  # type: ignore[arg-type]  # names of ColleaguesState
        if state != self._state.colleagues:
            self._calls.put(colleagues=state)
