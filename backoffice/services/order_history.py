"""GetOrderHistory and GetOrderDetails: what the DOM holds, with what only this desk knows.

1. A search asks the DOM and our own rows, and merges them by order number; each row says where it is from.
2. The DOM does not answer: our rows, and a view that says so. Never an empty list as if there were nothing.
3. Details show our snapshot beside the DOM's view, with the differences as sentences, and one line of time.
4. Answers of the DOM are kept for ten seconds: paging back and forth asks once.

A caller who leaves cancels the question to the DOM with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from backoffice.domain.errors import NotFound
from backoffice.domain.history import DomView, MailRow, Note, OrderPage, OrderSearchCriteria
from backoffice.domain.order import Order, OrderRow, TimelineEntry
from backoffice.domain.outcome import Refused, Succeeded, Unknown, Unreachable
from backoffice.domain.staff import Actor, Right
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.external.dom.port import ExternalOrder, ExternalOrders, HistoryPage, HistoryQuery
from backoffice.services.mails import Mails, mail_row
from backoffice.services.notes import add_note
from backoffice.services.order_criteria import listed_statuses
from backoffice.services.order_differences import differences
from backoffice.services.order_merge import Cursor, LocalRow, merge
from backoffice.services.order_rows import load_order
from backoffice.services.order_search import (
    LARGEST_PAGE,
    dom_question,
    read_local,
    read_text,
    read_twins,
    why_not_asked,
)
from backoffice.services.order_timeline import read_timeline
from backoffice.services.stores import load_store
from backoffice.services.transfer_rows import as_transfer, read_attempts, transfer_rows
from backoffice.store.store import Store
from backoffice.store.tables.messages import inbox
from backoffice.store.tables.messages import mails as mails_table
from backoffice.store.tables.ordering import orders, transfers

KEPT_FOR = timedelta(seconds=10)
_MOST_KEPT = 200
_MOST_QUESTIONS = 10  # to the DOM for one page, when little of what it lists is in the statuses asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDetails:
    """One order whole. ``local`` is our snapshot, ``external`` the DOM's view; at least one is there."""

    local: Order | None
    external: ExternalOrder | None
    dom: DomView
    differences: tuple[str, ...]
    timeline: tuple[TimelineEntry, ...]
    transfer: Transfer | None
    attempts: tuple[Attempt, ...]
    mails: tuple[MailRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ours:
    """What our own tables hold of one order."""

    order: Order | None
    transfer: Transfer | None
    attempts: tuple[Attempt, ...]
    mails: tuple[MailRow, ...]
    timeline: tuple[TimelineEntry, ...]


class OrderHistory:
    """Looking orders up."""

    def __init__(
        self, store: Store, dom: ExternalOrders, mails: Mails, *, store_id: str, clock: Callable[[], datetime]
    ) -> None:
        """Ask ``dom`` beside our own tables; ``mails`` sends again."""
        self._store = store
        self._dom = dom
        self._mails = mails
        self._store_id = store_id
        self._clock = clock
        self._pages: dict[HistoryQuery, tuple[datetime, HistoryPage]] = {}
        self._orders: dict[str, tuple[datetime, ExternalOrder]] = {}

    async def search(self, actor: Actor, criteria: OrderSearchCriteria) -> OrderPage:
        """Return the next page, at most 200 rows. A page may be shorter, even empty, and yet have a next one.

        Raises:
            InvalidInput: the cursor is not one that was handed out, or not for these criteria.
        """
        actor.require(Right.HISTORY)
        cursor: Cursor | None = Cursor.read(criteria)
        limit = max(1, min(criteria.limit, LARGEST_PAGE))
        read, prefix = await self._store.read(
            lambda connection: self._read_text(connection, replace(criteria, limit=limit))
        )
        rows: tuple[OrderRow, ...] = ()
        questions = 0
        while cursor is not None and not rows and questions < _MOST_QUESTIONS:
            rows, cursor, view = await self._read_page(read, cursor, prefix)
            questions += 1
        return OrderPage(rows=rows, next_cursor=cursor.text() if cursor else "", dom=view)

    async def _read_page(
        self, criteria: OrderSearchCriteria, cursor: Cursor, prefix: str
    ) -> tuple[tuple[OrderRow, ...], Cursor | None, DomView]:
        page, view = await self._ask_history(criteria, cursor)
        cursor = replace(cursor, silent=not view.answered)
        numbers = [row.order_number for row in page.rows] if page else []

        listed = list(dict.fromkeys([*numbers, *cursor.seen]))
        most = criteria.limit + len(listed) + 1  # enough to fill the page, whichever of them the DOM listed

        def ours(connection: Connection) -> tuple[list[LocalRow], dict[str, LocalRow]]:
            twins = read_twins(connection, criteria, listed)
            return read_local(connection, criteria, cursor, prefix, most=most), twins

        local, twins = await self._store.read(ours)
        rows, after = merge(
            page,
            local,
            twins,
            cursor,
            criteria.limit,
            enough=len(local) == most,
            listed_statuses=listed_statuses(criteria),
        )
        return rows, after, view

    async def details(self, actor: Actor, order_number: str) -> OrderDetails:
        """Return one order, by our number or the DOM's.

        Raises:
            NotFound: neither side knows it; the sentence says when the DOM could not be asked.
        """
        actor.require(Right.HISTORY)
        ours = await self._store.read(lambda connection: _read_ours(connection, order_number))
        external, view = await self._ask_details(order_number)
        if ours.order is None and external is None:
            sentence = f"There is no order {order_number[:64]}."
            if not view.answered:
                sentence = f"This desk has no order {order_number[:64]}, and the DOM does not answer."
            raise NotFound(sentence, advice=view.reason)
        if ours.order is None and external is not None and external.summary.order_number != order_number:
            number = external.summary.order_number
            ours = await self._store.read(lambda connection: _read_ours(connection, number))
        return OrderDetails(
            local=ours.order,
            external=external,
            dom=view,
            differences=differences(ours.order, external) if ours.order and external else (),
            timeline=ours.timeline,
            transfer=ours.transfer,
            attempts=ours.attempts,
            mails=ours.mails,
        )

    async def add_note(self, actor: Actor, order_number: str, text: str) -> Note:
        """Note something on an order, ours or the DOM's."""
        actor.require(Right.NOTES)

        def work(connection: Connection) -> Note:
            customer = connection.execute(
                select(orders.c.customer_id).where(orders.c.number == order_number)
            ).scalar()
            return add_note(
                connection, actor, order_number, text, at=self._clock(), customer_id=customer or ""
            )

        return await self._store.run(work)

    async def resend_mail(self, actor: Actor, mail_id: str) -> MailRow:
        """Send an e-mail once more; see ``Mails.resend_mail``."""
        return await self._mails.resend_mail(actor, mail_id)

    def forget(self) -> None:
        """Ask the DOM anew from now on (the refresh button)."""
        self._pages.clear()
        self._orders.clear()

    def _read_text(
        self, connection: Connection, criteria: OrderSearchCriteria
    ) -> tuple[OrderSearchCriteria, str]:
        prefix = load_store(connection, self._store_id).order_number_prefix
        return read_text(connection, criteria, prefix), prefix

    async def _ask_history(
        self, criteria: OrderSearchCriteria, cursor: Cursor
    ) -> tuple[HistoryPage | None, DomView]:
        now = self._clock()
        query = dom_question(criteria, cursor)
        if query is None:
            return None, DomView(answered=True, reason=why_not_asked(criteria), at=now)
        if cursor.silent:
            return None, DomView(answered=False, reason="The DOM did not answer this search.", at=now)
        if cursor.dom_done:
            return None, DomView(answered=True, reason="", at=now)
        at, page = self._pages.get(query, (now - KEPT_FOR, None))
        if page is not None and await self._still_good(at, now):
            return page, DomView(answered=True, reason="", at=at)
        outcome = await self._dom.get_order_history(query)
        if isinstance(outcome, Succeeded):
            _keep(self._pages, query, (now, outcome.value))
            return outcome.value, DomView(answered=True, reason="", at=now)
        return None, _silent(outcome, now)

    async def _ask_details(self, order_number: str) -> tuple[ExternalOrder | None, DomView]:
        now = self._clock()
        at, known = self._orders.get(order_number, (now - KEPT_FOR, None))
        if known is not None and await self._still_good(at, now):
            return known, DomView(answered=True, reason="", at=at)
        outcome = await self._dom.get_order_details(order_number)
        if isinstance(outcome, Succeeded):
            if outcome.value is not None:  # an order may arrive there any moment
                _keep(self._orders, order_number, (now, outcome.value))
            return outcome.value, DomView(answered=True, reason="", at=now)
        return None, _silent(outcome, now)

    async def _still_good(self, at: datetime, now: datetime) -> bool:
        """An answer is kept for a moment, but not past the next message the DOM sends."""
        if now - at >= KEPT_FOR:
            return False
        heard: datetime | None = await self._store.read(
            lambda connection: connection.execute(select(func.max(inbox.c.received_at))).scalar()
        )
        return heard is None or heard < at


def _read_ours(connection: Connection, order_number: str) -> _Ours:
    order = load_order(connection, order_number)
    transfer = connection.execute(transfer_rows().where(transfers.c.order_number == order_number)).first()
    attempts = read_attempts(connection, transfer.order_id) if transfer else ()
    sent = connection.execute(
        select(mails_table)
        .where(mails_table.c.order_number == order_number)
        .order_by(mails_table.c.created_at)
    ).all()
    return _Ours(
        order=order,
        transfer=as_transfer(transfer) if transfer else None,
        attempts=attempts,
        mails=tuple(mail_row(connection, row) for row in sent),
        timeline=read_timeline(connection, order_number, attempts),
    )


def _silent(outcome: Refused | Unreachable | Unknown, now: datetime) -> DomView:
    """Say why the DOM's part is missing; a refusal is an answer, but not one that can be shown."""
    word = "refused the question" if isinstance(outcome, Refused) else "does not answer"
    return DomView(answered=False, reason=f"The DOM {word}. {outcome.reason}", at=now)


def _keep(kept: dict[Any, Any], key: object, value: object) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.pop(next(iter(kept)))
    kept[key] = value
