"""Watching transfers and acting on one.

1. Numbers and the list are read together; a change elsewhere reads them again without a word.
2. A number or a cause filters the list; more rows come by cursor.
3. An opened transfer shows every try; an act on it reads it again, so that what is shown is what is stored.
4. Giving up asks for a reason first. Acting on many is in ``bulk``.
"""

from dataclasses import replace
from typing import Protocol

from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.ids import OrderNumber
from backoffice.domain.staff import Actor
from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.services.transfers import TransferPage, TransferSummary
from ui.answers import Phase, Trouble, trouble_of
from ui.screens.transfers.state import PAGE, Act, Filters, Panel, Show, TransfersState
from ui.words import tr

LONGEST_REFRESH = 500

_DONE = {
    Act.RETRY: "Queued again. It goes out by itself in a moment.",
    Act.HOLD: "Held. It stays here until it is released.",
    Act.RELEASE: "Released. It goes out by itself in a moment.",
    Act.RESOLVE: "The DOM was asked. What is shown is what it answered.",
    Act.GIVE_UP: "Given up. It will never be sent.",
}


class TransferDesk(Protocol):
    """What is asked of Transfers."""

    async def summary(self, actor: Actor, /) -> TransferSummary:
        """Return the numbers."""
        ...

    async def list(
        self, actor: Actor, /, *, statuses: frozenset[TransferStatus], cause: str, limit: int, after: str
    ) -> TransferPage:
        """Return a page."""
        ...

    async def get(self, actor: Actor, order_number: OrderNumber, /) -> Transfer:
        """Return one."""
        ...

    async def attempts(self, actor: Actor, order_number: OrderNumber, /) -> tuple[Attempt, ...]:
        """Return every try."""
        ...

    async def retry(self, actor: Actor, order_number: OrderNumber, /, *, version: int) -> Transfer:
        """Send again."""
        ...

    async def hold(self, actor: Actor, order_number: OrderNumber, /, *, version: int) -> Transfer:
        """Stop it."""
        ...

    async def release(self, actor: Actor, order_number: OrderNumber, /, *, version: int) -> Transfer:
        """Let it go on."""
        ...

    async def resolve(self, actor: Actor, order_number: OrderNumber, /, *, version: int) -> Transfer:
        """Ask the DOM."""
        ...

    async def give_up(
        self, actor: Actor, order_number: OrderNumber, reason: str, /, *, version: int
    ) -> Transfer:
        """Never send it."""
        ...


async def perform(desk: TransferDesk, actor: Actor, act: Act, transfer: Transfer, *, reason: str) -> Transfer:
    """Do one act on one transfer and return it as it is then. Raises Refusal, StoreUnavailable."""
    number, version = transfer.order_number, transfer.version
    match act:
        case Act.RETRY:
            return await desk.retry(actor, number, version=version)
        case Act.HOLD:
            return await desk.hold(actor, number, version=version)
        case Act.RELEASE:
            return await desk.release(actor, number, version=version)
        case Act.RESOLVE:
            return await desk.resolve(actor, number, version=version)
        case Act.GIVE_UP:
            return await desk.give_up(actor, number, reason, version=version)


class TransfersPresenter:
    """Holds the state and shows each change of it."""

    def __init__(self, *, transfers: TransferDesk, actor: Actor, show: Show) -> None:
        """Take the service, the one who acts, and where to show."""
        self.state = TransfersState()
        self.transfers = transfers
        self.actor = actor
        self._show_state = show
        self._listing = 0
        self._opening = 0

    async def filter(self, filters: Filters) -> None:
        """List what the filters leave, from the top."""
        self._listing += 1
        mine = self._listing
        self.show(filters=filters, phase=Phase.ASKING, trouble=None, more_asked=False)
        try:
            summary = await self.transfers.summary(self.actor)
            page = await self._page(filters, limit=PAGE)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._listing:
                self.show(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        except Exception:
            if mine == self._listing:
                self.show(
                    phase=Phase.FAILED, trouble=Trouble(sentence=tr("The transfers could not be read."))
                )
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
                known = {row.order_number for row in self.state.rows}
                new = tuple(row for row in page.rows if row.order_number not in known)
                self.show(rows=self.state.rows + new, next=page.next)
        finally:
            if mine == self._listing:
                self.show(more_asked=False)

    async def refresh(self) -> None:
        """Read numbers, list and opened transfer again."""
        state = self.state
        if state.phase is Phase.ASKING:
            return
        mine = self._listing
        summary = await self.transfers.summary(self.actor)
        page = await self._page(state.filters, limit=min(max(len(state.rows), PAGE), LONGEST_REFRESH))
        if mine == self._listing and not self.state.more_asked:
            self.show(phase=Phase.READY, summary=summary, rows=page.rows, next=page.next, trouble=None)
        await self.refresh_panel()

    async def open(self, number: str) -> None:
        """Read one transfer and every try of it."""
        if self.state.panel is None or self.state.panel.number != number:
            self.show(panel=Panel(number=number))
        await self.refresh_panel()

    def close(self) -> None:
        """Put the opened transfer away."""
        self._opening += 1
        self.show(panel=None)

    async def refresh_panel(self) -> None:
        """Read the opened transfer again."""
        if self.state.panel is None:
            return
        self._opening += 1
        mine, number = self._opening, OrderNumber(self.state.panel.number)
        try:
            transfer = await self.transfers.get(self.actor, number)
            attempts = await self.transfers.attempts(self.actor, number)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._opening:
                self._panel(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        if mine == self._opening:
            self._panel(phase=Phase.READY, transfer=transfer, attempts=attempts)

    def ask_reason(self, *, asking: bool) -> None:
        """Open or close the place where the reason for giving up is typed."""
        self._panel(asking_reason=asking, trouble=None)

    async def act(self, act: Act, *, reason: str = "") -> None:
        """Act on the opened transfer."""
        panel = self.state.panel
        if panel is None or panel.transfer is None or panel.busy is not None:
            return
        if act is Act.GIVE_UP and not reason.strip():
            self._panel(
                trouble=Trouble(sentence=tr("Say why it is given up."), advice=tr("The reason is kept."))
            )
            return
        self._panel(busy=act, trouble=None, done="")
        trouble, done = None, ""
        try:
            await perform(self.transfers, self.actor, act, panel.transfer, reason=reason.strip())
            done = tr(_DONE[act])
        except (Refusal, StoreUnavailable) as no:
            trouble = trouble_of(no)
        finally:
            self._panel_of(panel.number, busy=None)
        asking = act is Act.GIVE_UP and trouble is not None
        self._panel_of(panel.number, done=done, asking_reason=asking)
        await self.refresh()
        if trouble is not None:
            self._panel_of(panel.number, trouble=trouble)

    def show(self, **changes: object) -> None:
        """Change the state by field and show it."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # fields by name
        self._show_state(self.state)

    def _panel(self, **changes: object) -> None:
        if self.state.panel is not None:
            self.show(panel=replace(self.state.panel, **changes))  # type: ignore[arg-type]  # fields by name

    def _panel_of(self, number: str, **changes: object) -> None:
        if self.state.panel is not None and self.state.panel.number == number:
            self._panel(**changes)

    async def _page(self, filters: Filters, *, limit: int, after: str = "") -> TransferPage:
        return await self.transfers.list(
            self.actor, statuses=filters.statuses, cause=filters.cause, limit=limit, after=after
        )
