"""Looking up orders.

1. A search replaces the one before, whichever answers later; the rows on screen stay until the answer is there.
2. More rows come by cursor when the list nears its end.
3. An opened order is read whole; an act on it (retry, note, e-mail) reads it again.
4. Other people's changes are read in the background without a word.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.history import OrderPage, OrderSearchCriteria, OrderSort
from backoffice.domain.ids import OrderNumber
from backoffice.domain.order import Order, OrderRow
from backoffice.domain.order_query import OrderQuery
from backoffice.domain.staff import Actor
from backoffice.domain.transfer import Transfer
from backoffice.services.order_history import OrderDetails
from ui.answers import Phase, Trouble, trouble_of
from ui.screens.orders.state import PAGE, OrdersState, Panel, Show
from ui.words import tr

LONGEST_REFRESH = 200  # rows read again at once; what lies below keeps what it says until it is scrolled to


class History(Protocol):
    """What is asked of OrderHistory."""

    async def search(self, actor: Actor, question: OrderSearchCriteria, /) -> OrderPage:
        """Return a page."""
        ...

    async def details(self, actor: Actor, order_number: str, /) -> OrderDetails:
        """Return one order whole."""
        ...

    async def add_note(self, actor: Actor, order_number: str, text: str, /) -> object:
        """Keep a note."""
        ...

    async def resend_mail(self, actor: Actor, mail_id: str, /) -> object:
        """Send an e-mail again."""
        ...


class Retries(Protocol):
    """What is asked of Transfers."""

    async def retry(self, actor: Actor, order_number: OrderNumber, /, *, version: int) -> Transfer:
        """Queue a failed transfer again."""
        ...


class Cancels(Protocol):
    """What is asked of Orders."""

    async def cancel(self, actor: Actor, order_number: str, reason: str, /, *, version: int) -> Order:
        """Cancel the order."""
        ...


class OrdersPresenter:
    """Holds the state and shows each change of it."""

    def __init__(
        self,
        *,
        history: History,
        transfers: Retries,
        cancels: Cancels,
        actor: Actor,
        show: Show,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the services, the one who looks, and where to show."""
        self.state = OrdersState()
        self._history = history
        self._transfers = transfers
        self._cancels = cancels
        self._actor = actor
        self._show_state = show
        self._clock = clock
        self._search = 0  # number of the search whose answer counts
        self._asked = (
            OrderSearchCriteria()
        )  # what the rows on screen were asked for with: their next page is of it
        self._opening = 0

    def want(self, query: OrderQuery) -> None:
        """Say at once what is looked for; ``search`` finds it."""
        self._search += 1
        self._show(query=query, phase=Phase.ASKING, trouble=None, more_asked=False)

    async def search(self) -> None:
        """Find the first page of what is wanted."""
        mine, query = self._search, self.state.query
        try:
            asked = self._criteria(query)
            page = await self._history.search(self._actor, asked)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._search:
                self._show(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        except Exception:
            if mine == self._search:
                self._show(
                    phase=Phase.FAILED, trouble=Trouble(sentence=tr("Something went wrong while searching."))
                )
            raise
        if mine == self._search:
            self._asked = asked
            self._show(phase=Phase.READY, rows=page.rows, next_cursor=page.next_cursor, dom=page.dom)

    async def load_more(self) -> None:
        """Append the next page, if there is one and it is not on its way."""
        state = self.state
        if not state.next_cursor or state.more_asked or state.phase is not Phase.READY:
            return
        mine = self._search
        self._show(more_asked=True)
        try:
            cursor, came = state.next_cursor, False
            while cursor and not came and mine == self._search:  # a page may be empty and yet not the last
                page = await self._history.search(self._actor, replace(self._asked, cursor=cursor))
                cursor = page.next_cursor
                came = mine == self._search and self._append(page)
        finally:
            if mine == self._search:
                self._show(more_asked=False)

    async def refresh(self) -> None:
        """Read again what is on screen: newer rows come on top, the rest keeps its place."""
        state = self.state
        if state.phase is Phase.ASKING:
            return
        mine = self._search
        limit = min(max(len(state.rows), PAGE), LONGEST_REFRESH)
        asked = self._criteria(state.query)
        page = await self._history.search(self._actor, replace(asked, limit=limit))
        if mine != self._search or self.state.more_asked:
            return
        complete = len(page.rows) >= len(self.state.rows) or not page.next_cursor
        cursor = page.next_cursor if complete else self.state.next_cursor
        rows = page.rows if complete else _over(page.rows, self.state.rows, asked)
        if complete:
            self._asked = asked
        self._show(phase=Phase.READY, rows=rows, next_cursor=cursor, dom=page.dom, trouble=None)

    async def open(self, number: str) -> None:
        """Read one order whole; what is shown of another one goes."""
        panel = self.state.panel
        if panel is None or panel.number != number:
            self._show(panel=Panel(number=number))
        await self.refresh_panel()

    def leafs_to(self, number: str) -> bool:
        """Tell whether the arrows in the list turn the opened order's page to this one."""
        panel = self.state.panel
        return panel is not None and panel.number != number and not panel.cancelling

    def close(self) -> None:
        """Put the details away."""
        self._opening += 1
        self._show(panel=None)

    async def refresh_panel(self) -> None:
        """Read the opened order again."""
        if self.state.panel is None:
            return
        self._opening += 1
        mine, number = self._opening, self.state.panel.number
        try:
            details = await self._history.details(self._actor, number)
        except (Refusal, StoreUnavailable) as no:
            if mine == self._opening:
                self._panel(phase=Phase.FAILED, trouble=trouble_of(no))
            return
        except Exception:
            if mine == self._opening:
                self._panel(phase=Phase.FAILED, trouble=Trouble(sentence=tr("The order could not be read.")))
            raise
        if mine == self._opening:
            # What an act was refused for stays to be read, whatever is read again meanwhile.
            panel = self.state.panel
            trouble = None if panel.phase is Phase.FAILED else panel.trouble
            self._panel(phase=Phase.READY, details=details, trouble=trouble)

    async def retry(self) -> None:
        """Send the opened order's failed transfer again."""
        panel = self.state.panel
        if panel is None or panel.busy or panel.details is None or panel.details.transfer is None:
            return
        transfer = panel.details.transfer
        async with self.act("retry", done=tr("Queued again. It goes out by itself in a moment.")):
            await self._transfers.retry(self._actor, transfer.order_number, version=transfer.version)

    def ask_reason(self, *, asking: bool) -> None:
        """Open or close the place where the reason for cancelling is typed."""
        self._panel(cancelling=asking, trouble=None)

    async def cancel(self, reason: str) -> None:
        """Cancel the opened order, as it is shown; refused, the reason stays to be mended."""
        panel = self.state.panel
        local = panel.details.local if panel is not None and panel.details is not None else None
        if panel is None or panel.busy or local is None:
            return
        async with self.act("cancel", done=tr("Cancelled. What it held is let go, the customer is told.")):
            await self._cancels.cancel(self._actor, panel.number, reason, version=local.version)
            self._panel(cancelling=False)

    async def add_note(self, text: str) -> None:
        """Keep a note on the opened order."""
        panel = self.state.panel
        if panel is None or panel.busy or not text.strip():
            return
        async with self.act("note", done=tr("Noted.")):
            await self._history.add_note(self._actor, panel.number, text.strip())
            self._panel(notes_taken=panel.notes_taken + 1)

    async def resend_mail(self, mail_id: str) -> None:
        """Send an e-mail of the opened order again."""
        panel = self.state.panel
        if panel is None or panel.busy:
            return
        async with self.act("resend", done=tr("The e-mail is on its way again.")):
            await self._history.resend_mail(self._actor, mail_id)

    def put(self, **changes: object) -> None:
        """Show further changes of the state: of searches kept, of the list on its way into a file."""
        self._show(**changes)

    @property
    def asked(self) -> OrderSearchCriteria:
        """Return what the rows on screen were asked for with."""
        return self._asked

    def _criteria(self, query: OrderQuery) -> OrderSearchCriteria:
        return replace(query.criteria(self._clock()), limit=PAGE)

    def _append(self, page: OrderPage) -> bool:
        """Show what is new in a page below the rest; tell whether anything was."""
        known = {row.order_number for row in self.state.rows}
        new = tuple(row for row in page.rows if row.order_number not in known)
        self._show(rows=self.state.rows + new, next_cursor=page.next_cursor, dom=page.dom)
        return bool(new)

    @asynccontextmanager
    async def act(self, busy: str, *, done: str) -> AsyncIterator[None]:
        """Do something with the opened order: busy meanwhile, read again afterwards, a refusal said beside it."""
        number = self.state.panel.number if self.state.panel else ""
        self._panel(busy=busy, done="", trouble=None)
        trouble = None
        try:
            yield
        except (Refusal, StoreUnavailable) as no:
            trouble, done = trouble_of(no), ""
        except BaseException:
            done = ""
            raise
        finally:
            if self.state.panel is not None and self.state.panel.number == number:
                self._panel(busy="", done=done)
        await self.refresh_panel()
        if trouble is not None and self.state.panel is not None and self.state.panel.number == number:
            self._panel(trouble=trouble)

    def _panel(self, **changes: object) -> None:
        if self.state.panel is not None:
            self._show(panel=replace(self.state.panel, **changes))  # type: ignore[arg-type]  # fields by name

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # fields by name
        self._show_state(self.state)


def _over(
    fresh: tuple[OrderRow, ...], shown: tuple[OrderRow, ...], asked: OrderSearchCriteria
) -> tuple[OrderRow, ...]:
    """Return the fresh rows, then those below them that were on screen."""
    newer = {row.order_number for row in fresh}
    if asked.sort is not OrderSort.PLACED or asked.ascending:
        return fresh + tuple(row for row in shown[len(fresh) :] if row.order_number not in newer)
    last = min((row.placed_at for row in fresh), default=None)
    below = (
        row for row in shown if row.order_number not in newer and (last is None or row.placed_at <= last)
    )
    return fresh + tuple(below)
