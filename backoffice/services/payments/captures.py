"""Taking the money: what ships at once after the pivot, the rest as parcels leave.

1. what is due of the order is worked out from its lines and parcels as they are now (shares.py), so messages may come
   in any order and twice;
2. what is due and was not asked for yet is spread over the payments, those that need nobody first, in their order;
3. once nothing more will ship, what is still held is let go of;
4. what was taken beyond what can ever be due (cancelled pieces) is given back, last payment first.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from backoffice.domain.payment import MoveKind
from backoffice.domain.statuses import OrderStatus, PaymentStatus
from backoffice.services.jobs import Jobs
from backoffice.services.payments.moves import LOCAL, plan, release_rest, rooms
from backoffice.services.payments.shares import LineState, due
from backoffice.services.stores import load_store
from backoffice.store.tables.ordering import order_lines, orders, payments, shipments
from backoffice.store.tables.selling import products

_WITHOUT_PARCEL = select(products.c.sku).where(
    products.c.sku.in_(bindparam("skus", expanding=True)), products.c.is_physical.is_(False)
)
_MOVING = (PaymentStatus.AUTHORISED.value, PaymentStatus.CAPTURED.value)
_NOT_ALIVE = frozenset(
    {OrderStatus.FAILED.value, OrderStatus.CANCELLED.value, OrderStatus.JUNK.value, OrderStatus.PENDING.value}
)


def capture_what_is_due(connection: Connection, jobs: Jobs, order_id: str, about: str, now: datetime) -> None:
    """Plan the captures, releases and refunds that follow from what has shipped."""
    order = connection.execute(select(orders).where(orders.c.order_id == order_id)).one()
    if order.status in _NOT_ALIVE:
        return
    by_parcel = load_store(connection, order.store_id).capture_on_shipment
    state = due(_line_states(connection, order_id, by_parcel=by_parcel), order.total)
    rows = sorted(
        connection.execute(
            select(payments).where(payments.c.order_id == order_id, payments.c.status.in_(_MOVING))
        ),
        key=lambda row: (row.method not in LOCAL, row.place),
    )
    room = rooms(connection, rows)
    taken = sum(row.captured + room[row.payment_id].capturing for row in rows)
    kept = sum(room[row.payment_id].refund for row in rows)  # taken and not given back
    for row, amount in _spread(rows, [room[row.payment_id].capture for row in rows], state.now - taken):
        if amount:
            plan(connection, jobs, row, MoveKind.CAPTURE, amount=amount, about=about, now=now)
        if state.complete and room[row.payment_id].capture > amount:
            current = connection.execute(
                select(payments).where(payments.c.payment_id == row.payment_id)
            ).one()
            release_rest(connection, jobs, current, "nothing more ships", now)
    back = rows[::-1]
    for row, amount in _spread(back, [room[row.payment_id].refund for row in back], kept - state.most):
        if amount:
            plan(connection, jobs, row, MoveKind.REFUND, amount=amount, about="cancelled pieces", now=now)


def _spread(rows: Sequence[Row[Any]], limits: Sequence[int], wanted: int) -> list[tuple[Row[Any], int]]:
    """Return what each row gives of ``wanted``, the first as much as it can."""
    spread, left = [], max(wanted, 0)
    for row, limit in zip(rows, limits, strict=True):
        spread.append((row, min(left, limit)))
        left -= spread[-1][1]
    return spread


def ships_at_once(connection: Connection, skus: Sequence[str]) -> bool:
    """Tell whether any of these needs no parcel."""
    return connection.execute(_WITHOUT_PARCEL, {"skus": list(skus)}).first() is not None


def _line_states(connection: Connection, order_id: str, *, by_parcel: bool) -> list[LineState]:
    packed: Counter[str] = Counter()
    if by_parcel:
        parcels: Iterable[list[tuple[str, int]]] = connection.execute(
            select(shipments.c.quantities).where(shipments.c.order_id == order_id)
        ).scalars()
        for line_id, quantity in chain.from_iterable(parcels):
            packed[line_id] += quantity
    return [
        LineState(
            total=line.total,
            quantity=line.quantity,
            shipped=line.quantity - line.cancelled
            if line.is_physical is False
            else max(line.shipped, packed[line.line_id])
            if by_parcel
            else 0,
            cancelled=line.cancelled,
        )
        for line in connection.execute(
            select(order_lines, products.c.is_physical)
            .outerjoin(products, products.c.sku == order_lines.c.sku)
            .where(order_lines.c.order_id == order_id)
        )
    ]
