"""Durable work while an order waits for its customer: the page is watched, the goods are held.

``watch_link`` looks whether the page was paid, ever more rarely, and closes it when its time is over or the agent says
so. ``hold_for_payment`` has the DOM hold the goods until then, as often as the DOM's own limit makes necessary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row, select, update

from backoffice.domain.ids import LineId, LocationId, ReservationId, Sku
from backoffice.domain.inventory import InventorySystem, LineResult, Reservation, ReservationLine
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.domain.staff import SYSTEM
from backoffice.domain.statuses import OrderStatus, PaymentStatus
from backoffice.external.dom.port import ExternalInventory, MessageContext
from backoffice.external.payments.port import GatewayPayment, PaymentGateway
from backoffice.services import audit
from backoffice.services.jobs import Jobs, next_try_key
from backoffice.services.payments.arrivals import apply_payment
from backoffice.services.payments.links import FIRST_LOOK, OPEN_PAGE, give_up_waiting, watch
from backoffice.services.reservations import let_go_again
from backoffice.services.stores import load_store
from backoffice.store.store import Store
from backoffice.store.tables.ordering import orders, payments
from backoffice.store.tables.payments import payment_links
from backoffice.store.tables.selling import reservation_lines, reservations

LONGEST_LOOK = timedelta(minutes=15)
HOLD_AGAIN = timedelta(seconds=10)
EXPIRED = "The payment link has expired."
_MOST_DOUBLINGS = 10
_log = structlog.get_logger()


class Waiting:
    """Runs both jobs."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        gateway: PaymentGateway,
        dom: ExternalInventory,
        patience: timedelta = timedelta(seconds=25),
    ) -> None:
        """``patience``: how long to leave a page alone that somebody closes right now."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._gateway = gateway
        self._dom = dom
        self.patience = patience

    async def watch_link(self, payment_id: str) -> None:
        """Look once: paid, over, or to be looked at again."""
        page = await self._store.read(lambda connection: _page(connection, payment_id))
        if page is None:
            return
        if page.closing_because or self._clock() >= page.expires_at:
            closed = await self._gateway.cancel_link(page.link_id, key=f"{page.key}-page")
            if not isinstance(closed, Succeeded):
                await self._look_later(page, closed.reason)
                return
            if closed.value.status != "paid":
                await self._end(page)
                return
        found = await self._gateway.find(page.reference)
        await self._take(page, found)

    async def _take(self, page: Row[Any], found: Outcome[GatewayPayment | None]) -> None:
        if not isinstance(found, Succeeded):
            await self._look_later(page, found.reason)
        elif found.value is None or found.value.status == "pending":
            await self._look_later(page, "")
        else:
            payment, now = found.value, self._clock()
            await self._store.run(lambda connection: apply_payment(connection, self._jobs, payment, now))

    async def _end(self, page: Row[Any]) -> None:
        now = self._clock()

        def write(connection: Connection) -> None:
            if _page(connection, page.payment_id) is not None:
                row = connection.execute(
                    select(payments).where(payments.c.payment_id == page.payment_id)
                ).one()
                because = page.closing_because or EXPIRED
                give_up_waiting(connection, self._jobs, row, because=because, now=now)

        await self._store.run(write)

    async def _look_later(self, page: Row[Any], reason: str) -> None:
        now = self._clock()
        pause = min(FIRST_LOOK * (1 << min(page.looks, _MOST_DOUBLINGS)), LONGEST_LOOK)
        left = page.expires_at - now
        wait = pause if page.closing_because or left <= timedelta() else min(pause, left)

        def write(connection: Connection) -> None:
            connection.execute(
                update(payment_links)
                .where(payment_links.c.payment_id == page.payment_id)
                .values(looks=page.looks + 1, reason=reason, updated_at=now)
            )
            watch(connection, self._jobs, page.payment_id, now, wait)

        await self._store.run(write)

    async def hold_for_payment(self, order_id: str) -> None:
        """Have the DOM hold the goods until the page ends; come back when it holds them for less."""
        held = await self._store.read(lambda connection: _held(connection, order_id))
        if held is None:
            return
        outcome = await self._dom.reserve_inventory(
            held.reservation_id, held.lines, expires_at=held.until, context=held.context
        )
        now = self._clock()
        await self._store.run(lambda connection: self._write_hold(connection, held, outcome, now))

    def _write_hold(
        self, connection: Connection, held: "_Held", outcome: Outcome[Reservation], now: datetime
    ) -> None:
        if _held(connection, held.order_id) is None:
            # Cancelled meanwhile: what the DOM may hold since then is let go of again.
            let_go_again(connection, self._jobs, held.reservation_id, now)
            return
        if isinstance(outcome, Succeeded):
            self._keep_hold(connection, held, outcome.value, now)
        elif isinstance(outcome, Refused) and not outcome.code.startswith("http_"):
            _tell_of_lost_goods(connection, held, outcome.reason, now)
        else:
            self._hold_later(connection, held.order_id, now, HOLD_AGAIN)

    def _keep_hold(self, connection: Connection, held: "_Held", answer: Reservation, now: datetime) -> None:
        connection.execute(
            update(payment_links)
            .where(payment_links.c.payment_id.in_(_pending_of(held.order_id)))
            .values(held_until=answer.expires_at)
        )
        lost = [line.line_id for line in answer.lines if line.result is LineResult.UNALLOCATED]
        if lost:
            _tell_of_lost_goods(connection, held, f"The DOM holds nothing for {', '.join(lost)}.", now)
        if answer.expires_at < held.until:
            self._hold_later(connection, held.order_id, now, max((answer.expires_at - now) / 2, HOLD_AGAIN))

    def _hold_later(self, connection: Connection, order_id: str, now: datetime, wait: timedelta) -> None:
        key = next_try_key(f"hold-{order_id}", now, wait)
        self._jobs.enqueue(connection, "hold_for_payment", order_id, key=key, delay=wait)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What the DOM is asked to go on holding."""

    order_id: str
    number: str
    reservation_id: ReservationId
    lines: tuple[ReservationLine, ...]
    until: datetime
    context: MessageContext


def _page(connection: Connection, payment_id: str) -> Row[Any] | None:
    """Return the page of a payment that still waits, with the payment's reference and key."""
    return connection.execute(
        select(payment_links, payments.c.reference, payments.c.key)
        .join(payments, payments.c.payment_id == payment_links.c.payment_id)
        .where(
            payment_links.c.payment_id == payment_id,
            payment_links.c.status.in_(OPEN_PAGE),
            payments.c.status == PaymentStatus.PENDING.value,
        )
    ).first()


def _pending_of(order_id: str) -> Any:  # noqa: ANN401 - a subquery
    return select(payments.c.payment_id).where(
        payments.c.order_id == order_id, payments.c.status == PaymentStatus.PENDING.value
    )


def _held(connection: Connection, order_id: str) -> _Held | None:
    """Return what is to be held while the order waits, None when nothing is."""
    row = connection.execute(
        select(orders, reservations.c.system)
        .join(reservations, reservations.c.reservation_id == orders.c.reservation_id)
        .where(
            orders.c.order_id == order_id,
            orders.c.status == OrderStatus.PAYMENT_INITIATED.value,
            reservations.c.system == InventorySystem.DOM.value,
        )
    ).first()
    until = connection.execute(
        select(payment_links.c.expires_at)
        .where(payment_links.c.payment_id.in_(_pending_of(order_id)))
        .order_by(payment_links.c.expires_at.desc())
    ).scalar()
    if row is None or until is None:
        return None
    lines = connection.execute(
        select(reservation_lines).where(reservation_lines.c.reservation_id == row.reservation_id)
    )
    return _Held(
        order_id=order_id,
        number=row.number,
        reservation_id=ReservationId(row.reservation_id),
        lines=tuple(
            ReservationLine(
                line_id=LineId(line.line_id),
                sku=Sku(line.sku),
                location=LocationId(line.location_id),
                quantity=line.asked,
            )
            for line in lines
        ),
        until=until,
        context=MessageContext(
            store=row.store_id,
            currency=row.currency,
            locale=load_store(connection, row.store_id).locale,
            acting_user="system",
            on_behalf_of=row.customer_id,
        ),
    )


def _tell_of_lost_goods(connection: Connection, held: _Held, why: str, now: datetime) -> None:
    """The order goes on: the DOM decides when it arrives, but a person should know."""
    audit.record(connection, SYSTEM, "order.hold_lost", held.number, at=now, detail={"why": why})
    _log.warning("goods of a pending order are not held", order=held.number, why=why)
