"""The calls of one agent, side by side.

1. At start the unfinished calls are taken up again, none is lost.
2. A new call opens with an empty cart; a parked one waits with its clock; each change of each is saved as it is made.
3. A call that ends with something still in its cart asks first: that is a loss.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from backoffice.bootstrap import BackOffice
from backoffice.domain.cart import Call
from backoffice.domain.ids import CallId, CustomerId
from backoffice.domain.staff import Actor
from ui.screens.calls.call_presenter import CallPresenter
from ui.screens.calls.colleagues_presenter import ColleaguesPresenter
from ui.screens.calls.state import SAID_NO, CallsState, CallState, problem_of

Show = Callable[[CallsState], None]


class CallsPresenter:
    """Holds the tabs and the presenter of each call."""

    def __init__(
        self, *, office: BackOffice, actor: Actor, show: Show, clock: Callable[[], datetime], locale: str
    ) -> None:
        """Take the services, the agent and where to show; `load` reads."""
        self._office = office
        self._actor = actor
        self._show = show
        self._clock = clock
        self._locale = locale
        self.state = CallsState()
        self.pages: dict[CallId, CallPresenter] = {}
        self.colleagues = ColleaguesPresenter(self, office=office, actor=actor, read_again=self.reload)

    async def load(self) -> None:
        """Take up the unfinished calls."""
        try:
            calls = await self._office.carts.calls(self._actor)
        except SAID_NO as no:
            self.put(problem=problem_of(no))
            return
        running = next((call.call_id for call in calls if call.parked_since is None), None)
        current = running or (calls[0].call_id if calls else None)
        self.put(loading=False, calls=calls, restored=len(calls), current=current, problem=None)

    async def new_call(self, customer_id: CustomerId | None = None) -> None:
        """Open a call and go there."""
        try:
            call = await self._office.carts.open_call(self._actor, customer_id=customer_id)
        except SAID_NO as no:
            self.put(problem=problem_of(no))
            return
        self.put(calls=(*self.state.calls, call), current=call.call_id, restored=0, problem=None)

    async def show_subject(self, subject: str) -> None:
        """Go to an open call, which may have been opened elsewhere, or open one with a customer."""
        found = await self._office.carts.calls(self._actor)
        call = next((one for one in found if one.call_id == subject), None)
        if call is None:
            await self.new_call(CustomerId(subject))
            return
        known = any(one.call_id == subject for one in self.state.calls)
        calls = self.state.calls if known else (*self.state.calls, call)
        self.put(calls=calls, current=call.call_id, restored=0, problem=None)

    def go_to(self, call_id: CallId) -> None:
        """Show another call."""
        if call_id != self.state.current:
            self.put(current=call_id, ending=None)

    def step(self, by: int) -> None:
        """Show the next call, or the one before."""
        ids = [call.call_id for call in self.state.calls]
        if self.state.current in ids:
            self.go_to(ids[(ids.index(self.state.current) + by) % len(ids)])

    async def park_or_resume(self) -> None:
        """Put the current call aside, or take it up again."""
        call = self._current()
        if call is None:
            return
        try:
            if call.parked_since is None:
                await self._office.carts.park(self._actor, call.call_id)
            else:
                await self._office.carts.resume(self._actor, call.call_id)
        except SAID_NO as no:
            self.put(problem=problem_of(no))
            return
        since = self._clock() if call.parked_since is None else None
        self._replace(call.call_id, parked_since=since)
        if page := self.pages.get(call.call_id):
            page.put(call=replace(page.state.call, parked_since=since))

    async def end(self) -> None:
        """End the current call; ask first when its cart would be lost."""
        call = self._current()
        if call is None:
            return
        page = self.pages.get(call.call_id)
        cart = page.state.cart if page else None
        if page is not None and cart is not None and cart.lines and not page.state.is_over:
            self.put(ending=call.call_id)
            return
        await self.end_now()

    async def end_now(self) -> None:
        """End the current call; a cart still open is dropped and what it held is let go."""
        call = self._current()
        if call is None:
            return
        try:
            await self._office.carts.close_call(self._actor, call.call_id)
        except SAID_NO as no:
            self.put(ending=None, problem=problem_of(no))
            return
        self.pages.pop(call.call_id, None)
        ids = [one.call_id for one in self.state.calls]
        left = tuple(one for one in self.state.calls if one.call_id != call.call_id)
        place = min(ids.index(call.call_id), len(left) - 1)
        self.put(calls=left, current=left[place].call_id if left else None, ending=None, problem=None)

    def keep(self) -> None:
        """Do not end the call after all."""
        self.put(ending=None)

    async def reload(self) -> None:
        """Read the calls again, quietly: another window or program may have changed them."""
        if self.state.loading:
            if self.state.problem is not None:  # the database was away at start
                await self.load()
            return
        known = {call.call_id for call in self.state.calls}
        found = {call.call_id: call for call in await self._office.carts.calls(self._actor)}
        fresh = tuple(call for call_id, call in found.items() if call_id not in known)
        kept = tuple(found.get(call.call_id, call) for call in self.state.calls if self._stays(call, found))
        calls = kept + fresh
        if calls != self.state.calls:
            ids = [call.call_id for call in calls]
            current = self.state.current if self.state.current in ids else ids[0] if ids else None
            self.put(calls=calls, current=current)
        for call in calls:
            if page := self.pages.get(call.call_id):
                page.take_call(call)

    def page(self, call: Call, show: Callable[[CallState], None]) -> CallPresenter:
        """Make the presenter of a call's page."""
        page = CallPresenter(
            office=self._office,
            actor=self._actor,
            call=call,
            show=show,
            clock=self._clock,
            locale=self._locale,
        )
        self.pages[call.call_id] = page
        return page

    def heard(self, state: CallState) -> None:
        """A page says who is calling: the tab's title follows."""
        name = state.call.customer_name
        if any(one.call_id == state.call.call_id and one.customer_name != name for one in self.state.calls):
            self._replace(state.call.call_id, customer_name=name, customer_id=state.call.customer_id)

    def put(self, **changes: object) -> None:
        """Replace parts of the state and show it."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # names of CallsState
        self._show(self.state)

    def _stays(self, call: Call, found: Mapping[CallId, Call]) -> bool:
        """A call that ended stays to be seen; a colleague's that was given back leaves this desk."""
        return call.call_id in found or call.staff_id == self._actor.staff_id

    def _current(self) -> Call | None:
        return next((call for call in self.state.calls if call.call_id == self.state.current), None)

    def _replace(self, call_id: CallId, **changes: object) -> None:
        calls = tuple(
            replace(call, **changes) if call.call_id == call_id else call  # type: ignore[arg-type]  # names of Call
            for call in self.state.calls
        )
        self.put(calls=calls)
