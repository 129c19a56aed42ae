"""Watching failed checkouts and acting on one.

1. Numbers and the list are read together; a change elsewhere reads them again without a word.
2. A number or an action filters the list; more rows come by cursor.
3. An opened checkout shows its journal and what is open; an act on it reads it again, so that what is shown is what is
   stored.
4. Opening the cart again asks for a reason first. One that became an order while it was looked at says so.
"""

from dataclasses import replace
from typing import Protocol

from backoffice.domain.errors import NotFound, Refusal, StoreUnavailable
from backoffice.domain.failed_checkout import FailedDetails, FailedPage, FailedStanding, FailedSummary
from backoffice.domain.staff import Actor
from ui.answers import Phase, Trouble, trouble_of
from ui.screens.checkouts.state import PAGE, Act, CheckoutsState, Filters, Panel, Show
from ui.words import tr

LONGEST_REFRESH = 500

_DONE = {
    Act.RETRY: "It is tried now. What is shown follows by itself.",
    Act.REOPEN: "The cart is open again. Its agent can prepare and submit it.",
}


class CheckoutDesk(Protocol):
    """What is asked of FailedCheckouts."""

    async def summary(self, actor: Actor, /) -> FailedSummary:
        """Return the numbers."""
        ...

    async def list(
        self, actor: Actor, /, *, standing: FailedStanding | None, action: str, limit: int, after: str
    ) -> FailedPage:
        """Return a page."""
        ...

    async def get(self, actor: Actor, attempt_id: str, /) -> FailedDetails:
        """Return one."""
        ...

    async def retry(self, actor: Actor, attempt_id: str, /, *, seen: FailedStanding) -> FailedDetails:
        """Try now."""
        ...

    async def reopen(
        self, actor: Actor, attempt_id: str, reason: str, /, *, seen: FailedStanding
    ) -> FailedDetails:
        """Open the cart."""
        ...


class CheckoutsPresenter:
    """Holds the state and shows each change of it."""

    def __init__(self, *, checkouts: CheckoutDesk, actor: Actor, show: Show) -> None:
        """Take the service, the one who acts, and where to show."""
        self.state = CheckoutsState()
        self._checkouts = checkouts
        self._actor = actor
        self._show_state = show
        self._listing = 0
        self._opening = 0

    async def filter(self, filters: Filters) -> None:
        """List what the filters leave, from the top."""
        self._listing += 1
        mine = self._listing
        self.show(filters=filters, phase=Phase.ASKING, trouble=None, more_asked=False)
        try:
            summary = await self._checkouts.summary(self._actor)
            page = await self._page(filters, limit=PAGE)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._listing:
                self.show(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        except Exception:
            if mine == self._listing:
                sentence = tr("The checkouts could not be read.")
                self.show(phase=Phase.FAILED, trouble=Trouble(sentence=sentence))
            raise
        if mine == self._listing:
            self.show(phase=Phase.READY, summary=summary, rows=page.rows, next=page.next)

    async def load_more(self) -> None:
        """Append the next page, if there is one and it is not on its way."""
        state = self.state
        if not state.next or state.more_asked or state.phase is not Phase.READY:
            return
        mine = self._listing
        self.show(more_asked=True)
        try:
            page = await self._page(state.filters, limit=PAGE, after=state.next)
            if mine == self._listing:
                known = {row.attempt_id for row in self.state.rows}
                new = tuple(row for row in page.rows if row.attempt_id not in known)
                self.show(rows=self.state.rows + new, next=page.next)
        finally:
            if mine == self._listing:
                self.show(more_asked=False)

    async def refresh(self) -> None:
        """Read numbers, list and opened checkout again."""
        state = self.state
        if state.phase is Phase.ASKING:
            return
        mine = self._listing
        summary = await self._checkouts.summary(self._actor)
        page = await self._page(state.filters, limit=min(max(len(state.rows), PAGE), LONGEST_REFRESH))
        if mine == self._listing and not self.state.more_asked:
            self.show(phase=Phase.READY, summary=summary, rows=page.rows, next=page.next, trouble=None)
        await self.refresh_panel()

    async def open(self, subject: str) -> None:
        """Read one checkout, by its id or its number."""
        if self.state.panel is None or self.state.panel.subject != subject:
            self.show(panel=Panel(subject=subject))
        await self.refresh_panel()

    def close(self) -> None:
        """Put the opened checkout away."""
        self._opening += 1
        self.show(panel=None)

    async def refresh_panel(self) -> None:
        """Read the opened checkout again."""
        panel = self.state.panel
        if panel is None or panel.over:
            return
        self._opening += 1
        mine = self._opening
        try:
            details = await self._checkouts.get(self._actor, panel.subject)
        except NotFound as gone:
            if mine == self._opening:
                self._panel(phase=Phase.READY, over=True, asking_reason=False, trouble=trouble_of(gone))
            return
        except (Refusal, StoreUnavailable) as no:
            if mine == self._opening:
                self._panel(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        if mine == self._opening:
            self._panel(phase=Phase.READY, details=details)

    def ask_reason(self, *, asking: bool) -> None:
        """Open or close the place where the reason for opening the cart is typed."""
        self._panel(asking_reason=asking, trouble=None)

    async def act(self, act: Act, *, reason: str = "") -> None:
        """Act on the opened checkout."""
        panel = self.state.panel
        if panel is None or panel.details is None or panel.busy is not None or panel.over:
            return
        self._panel(busy=act, trouble=None, done="")
        details, trouble, done = panel.details, None, ""
        try:
            details = await self._perform(act, panel.details, reason)
            done = tr(_DONE[act])
        except (Refusal, StoreUnavailable) as no:
            trouble = trouble_of(no)
        finally:
            self._panel_of(panel.subject, busy=None)
        asking = act is Act.REOPEN and trouble is not None
        self._panel_of(panel.subject, details=details, done=done, asking_reason=asking)
        await self.refresh()
        if trouble is not None:
            self._panel_of(panel.subject, trouble=trouble)

    async def _perform(self, act: Act, details: FailedDetails, reason: str) -> FailedDetails:
        attempt_id, seen = details.checkout.attempt_id, details.checkout.standing
        if act is Act.RETRY:
            return await self._checkouts.retry(self._actor, attempt_id, seen=seen)
        return await self._checkouts.reopen(self._actor, attempt_id, reason, seen=seen)

    def show(self, **changes: object) -> None:
        """Change the state by field and show it."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # fields by name
        self._show_state(self.state)

    def _panel(self, **changes: object) -> None:
        if self.state.panel is not None:
            self.show(panel=replace(self.state.panel, **changes))  # type: ignore[arg-type]  # fields by name

    def _panel_of(self, subject: str, **changes: object) -> None:
        if self.state.panel is not None and self.state.panel.subject == subject:
            self._panel(**changes)

    async def _page(self, filters: Filters, *, limit: int, after: str = "") -> FailedPage:
        return await self._checkouts.list(
            self._actor, standing=filters.standing, action=filters.action, limit=limit, after=after
        )
