"""cleanupFailedOrdersJob: FAILED orders older than the store keeps them are removed, with all that refers to them.

1. hourly, by whichever worker is first: the moment of the last run is a row of its own;
2. in batches, each a transaction: an order goes whole or stays whole, and nobody waits long for the database;
3. never one with an open authorisation, a void or refund under way, a live reservation, or a checkout not ended;
4. each order removed is a row of the audit trail, with its number and the references of its payments; the attempt stays
   too, so a number given once is known to have been given;
5. attempts that were refused before they took a number go with their journal.

What refers to an order is found by walking the foreign keys of the tables: one that comes later is not forgotten.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from backoffice.domain.failed_checkout import OPEN_PAYMENTS
from backoffice.domain.staff import SYSTEM, Actor, Right
from backoffice.domain.statuses import (
    CheckoutState,
    LinkStatus,
    OrderStatus,
    ReservationStatus,
    TakeBackState,
)
from backoffice.services import audit
from backoffice.services.failed_checkout_rows import UNSETTLED_MOVES
from backoffice.services.stores import load_store
from backoffice.store.store import Store
from backoffice.store.tables.base import metadata
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import checkout_attempts, checkout_steps, counters, orders, payments
from backoffice.store.tables.payments import payment_links, payment_moves
from backoffice.store.tables.selling import reservations, stores
from backoffice.store.tables.undoing import take_backs

EVERY = timedelta(hours=1)
MOST_BATCHES = 50  # in one run; the next hour goes on
_LAST_RUN = "cleanup-failed-orders"
_NOT_ENDED = [CheckoutState.RUNNING.value, CheckoutState.CHECKING.value, CheckoutState.STUCK.value]
_LIVE = [
    status.value
    for status in ReservationStatus
    if status not in {ReservationStatus.RELEASED, ReservationStatus.EXPIRED}
]
_OPEN_PAGES = [LinkStatus.MAKING.value, LinkStatus.OPEN.value, LinkStatus.CLOSING.value]
_GUARDS: dict[str, ColumnElement[bool]] = {
    "A payment of it is still open.": exists().where(
        payments.c.order_id == orders.c.order_id,
        or_(
            payments.c.status.in_([status.value for status in OPEN_PAYMENTS]),
            payments.c.captured > payments.c.refunded,
        ),
    ),
    "Money of it is still under way.": or_(
        exists().where(
            payments.c.order_id == orders.c.order_id,
            payment_moves.c.payment_id == payments.c.payment_id,
            payment_moves.c.status.in_(UNSETTLED_MOVES),
        ),
        exists().where(
            payments.c.order_id == orders.c.order_id,
            payment_links.c.payment_id == payments.c.payment_id,
            payment_links.c.status.in_(_OPEN_PAGES),
        ),
    ),
    "It still holds stock.": exists().where(
        reservations.c.order_id == orders.c.order_id, reservations.c.status.in_(_LIVE)
    ),
    "Something of it is still to be taken back.": exists().where(
        checkout_attempts.c.order_id == orders.c.order_id,
        take_backs.c.attempt_id == checkout_attempts.c.attempt_id,
        take_backs.c.state == TakeBackState.OPEN.value,
    ),
    "Its checkout has not ended.": exists().where(
        checkout_attempts.c.order_id == orders.c.order_id, checkout_attempts.c.state.in_(_NOT_ENDED)
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanupPlan:
    """What a run would do now: numbers to be removed, oldest first, and those kept, with the reason."""

    before: datetime
    numbers: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    attempts: int  # refused before they took a number


class Cleanup:
    """Removes what failed long ago."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, store_id: str) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._store_id = store_id

    async def run_if_due(self) -> int:
        """Run when the last run was an hour ago or longer; return how many orders were removed."""
        due = await self._store.run(lambda connection: _is_due(connection, self._store_id, self._clock()))
        return await self.run(SYSTEM) if due else 0

    async def run(self, actor: Actor) -> int:
        """Remove what may go, batch by batch; return how many orders that were."""
        actor.require(Right.FAILED_CHECKOUTS)
        removed = 0
        for _ in range(MOST_BATCHES):
            orders_gone, more = await self._store.run(lambda connection: self._batch(connection, actor))
            removed += orders_gone
            if not more:
                break
        return removed

    async def plan(self, actor: Actor) -> CleanupPlan:
        """Say what a run would do now; nothing is changed."""
        actor.require(Right.FAILED_CHECKOUTS)
        return await self._store.read(self._plan)

    def _batch(self, connection: Connection, actor: Actor) -> tuple[int, bool]:
        settings, now = load_store(connection, self._store_id), self._clock()
        size = settings.failed_orders_batch
        before = now - settings.failed_orders_kept
        rows = connection.execute(
            self._old(before).where(*(~guard for guard in _GUARDS.values())).limit(size)
        ).all()
        for row in rows:
            references: Iterable[str] = connection.execute(
                select(payments.c.reference)
                .where(payments.c.order_id == row.order_id)
                .order_by(payments.c.place)
            ).scalars()
            audit.record(
                connection,
                actor,
                "order.cleaned",
                row.number,
                at=now,
                customer_id=row.customer_id,
                detail={"order_id": row.order_id, "payments": list(references)},
            )
        identities = [row.order_id for row in rows]
        remove_orders(connection, identities)
        refused = _refused_attempts(connection, before, size)
        _remove_attempts(connection, refused)
        return len(identities), len(identities) == size or len(refused) == size

    def _plan(self, connection: Connection) -> CleanupPlan:
        before = self._clock() - load_store(connection, self._store_id).failed_orders_kept
        going = connection.execute(self._old(before).where(*(~guard for guard in _GUARDS.values())))
        kept = [
            (row.number, reason)
            for reason, guard in _GUARDS.items()
            for row in connection.execute(self._old(before).where(guard))
        ]
        return CleanupPlan(
            before=before,
            numbers=tuple(row.number for row in going),
            kept=tuple(sorted(kept)),
            attempts=len(_refused_attempts(connection, before, None)),
        )

    def _old(self, before: datetime) -> Select[tuple[str, str, str]]:
        return (
            select(orders.c.order_id, orders.c.number, orders.c.customer_id)
            .where(
                orders.c.status == OrderStatus.FAILED.value,
                orders.c.store_id == self._store_id,
                orders.c.placed_at < before,
            )
            .order_by(orders.c.placed_at, orders.c.order_id)
        )


def remove_orders(connection: Connection, identities: list[str]) -> None:
    """Delete orders and, before them, every row that refers to one, however many tables away."""
    if not identities:
        return
    steps = select(checkout_attempts.c.attempt_id).where(checkout_attempts.c.order_id.in_(identities))
    connection.execute(delete(checkout_steps).where(checkout_steps.c.attempt_id.in_(steps)))
    connection.execute(delete(mails).where(mails.c.order_id.in_(identities)))
    _delete_with_children(connection, orders, orders.c.order_id.in_(identities))


def _delete_with_children(connection: Connection, table: Table, which: ColumnElement[bool]) -> None:
    for child in metadata.tables.values():
        for key in child.foreign_key_constraints:
            if key.referred_table is table and child is not table:
                parents = select(*(element.column for element in key.elements)).where(which)
                referring = tuple_(*(element.parent for element in key.elements)).in_(parents)
                _delete_with_children(connection, child, referring)
    connection.execute(delete(table).where(which))


def _refused_attempts(connection: Connection, before: datetime, limit: int | None) -> list[str]:
    rows: Iterable[str] = connection.execute(
        select(checkout_attempts.c.attempt_id)
        .where(
            and_(
                checkout_attempts.c.state == CheckoutState.ROLLED_BACK.value,
                checkout_attempts.c.order_number == "",
                checkout_attempts.c.started_at < before,
            )
        )
        .order_by(checkout_attempts.c.started_at)
        .limit(limit)
    ).scalars()
    return list(rows)


def _remove_attempts(connection: Connection, identities: list[str]) -> None:
    if identities:
        _delete_with_children(connection, checkout_attempts, checkout_attempts.c.attempt_id.in_(identities))


def _is_due(connection: Connection, store_id: str, now: datetime) -> bool:
    """Take the turn of this hour, once; a database that has no store yet has nothing to clean."""
    if connection.execute(select(stores.c.store_id).where(stores.c.store_id == store_id)).first() is None:
        return False
    last: int | None = connection.execute(
        select(counters.c.value).where(counters.c.name == _LAST_RUN)
    ).scalar()
    moment = int(now.timestamp())
    if last is None:
        connection.execute(insert(counters).values(name=_LAST_RUN, value=moment))
        return True
    if moment - last < EVERY.total_seconds():
        return False
    connection.execute(update(counters).where(counters.c.name == _LAST_RUN).values(value=moment))
    return True
