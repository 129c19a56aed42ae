"""Orders as rows: move their status by the table of allowed moves, load one whole."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from backoffice.domain.cart import LineOverride, Totals
from backoffice.domain.customer import Address
from backoffice.domain.errors import Conflict, NotFound
from backoffice.domain.ids import CartId, CustomerId, LineId, OrderId, OrderNumber, PaymentId, Sku
from backoffice.domain.money import Money
from backoffice.domain.order import Order, OrderLine, Shipment
from backoffice.domain.payment import Payment, PaymentMethod
from backoffice.domain.statuses import (
    ORDER_MOVES,
    ROLLBACK_MOVES,
    OrderStatus,
    PaymentStatus,
    TransferStatus,
    check_move,
)
from backoffice.services.certificate_issue import activate_bought, cancel_bought
from backoffice.services.codec import unpack
from backoffice.services.earned_coupons import withdraw_earned
from backoffice.services.order_snapshots import load_snapshot
from backoffice.store.tables.ordering import (
    order_lines,
    order_statuses,
    orders,
    payments,
    shipments,
    transfers,
)
from backoffice.store.writing import Write

_MOVE = {  # guarded by the table: only from where it may come
    after: update(orders)
    .where(
        orders.c.order_id == bindparam("order"),
        orders.c.status.in_([before.value for before, moves in ORDER_MOVES.items() if after in moves]),
    )
    .values(status=after.value, version=orders.c.version + 1)
    for after in OrderStatus
}
_PAID = frozenset({OrderStatus.AUTHORISED, OrderStatus.CAPTURED})
_STEP_BACK = (
    update(orders)
    .where(orders.c.order_id == bindparam("order"), orders.c.status == bindparam("now_is"))
    .values(status=bindparam("then_is"))
)
_ADD_STATUS = Write(
    insert(order_statuses).values(
        order_id=bindparam("order"),
        place=select(func.coalesce(func.max(order_statuses.c.place), 0) + 1)
        .where(order_statuses.c.order_id == bindparam("order"))
        .scalar_subquery(),
        status=bindparam("status"),
        at=bindparam("at"),
        actor=bindparam("actor"),
        reason=bindparam("reason"),
    )
)


def move_order(
    connection: Connection, order_id: str, after: OrderStatus, *, at: datetime, actor: str, reason: str
) -> None:
    """Move the order's status and add to its history; Conflict when the table does not allow it."""
    changed = connection.execute(_MOVE[after], {"order": order_id})
    if not changed.rowcount:
        before: str | None = connection.execute(
            select(orders.c.status).where(orders.c.order_id == order_id)
        ).scalar()
        if before is None:
            sentence = "There is no such order."
            raise NotFound(sentence)
        check_move(ORDER_MOVES, OrderStatus(before), after)
        sentence = "The order changed meanwhile."
        raise Conflict(sentence)
    add_status(connection, order_id, after, at=at, actor=actor, reason=reason)


def step_back(
    connection: Connection, order_id: str, *before: OrderStatus, at: datetime, actor: str, reason: str
) -> None:
    """Undo the move to one of ``before`` while the checkout is before its pivot; nothing when it was not made."""
    for status in before:
        after = ROLLBACK_MOVES[status]
        changed = connection.execute(
            _STEP_BACK, {"order": order_id, "now_is": status.value, "then_is": after.value}
        )
        if changed.rowcount:
            add_status(connection, order_id, after, at=at, actor=actor, reason=reason)
            return


def add_status(
    connection: Connection, order_id: str, status: OrderStatus, *, at: datetime, actor: str, reason: str
) -> None:
    """Add to the order's history; its status itself is written by whoever moved it.

    Every move comes by here, so what follows an order does, too: gift certificates bought in it can be used once it
    counts as paid and are gone when it is cancelled, as are coupons it earned.
    """
    said = {"order": order_id, "status": status.value, "at": at, "actor": actor, "reason": reason}
    _ADD_STATUS(connection, said)
    if status in _PAID:
        activate_bought(connection, order_id, at)
    elif status is OrderStatus.CANCELLED:
        cancel_bought(connection, order_id, at)
        withdraw_earned(connection, order_id)


def load_order(connection: Connection, order_number: str) -> Order | None:
    """Return our order with everything that belongs to it, None when there is none of that number."""
    row = connection.execute(
        select(orders, transfers.c.status.label("transfer_status"), transfers.c.external_order_id)
        .outerjoin(transfers, transfers.c.order_id == orders.c.order_id)
        .where(orders.c.number == order_number)
    ).first()
    return _order(connection, row) if row else None


def _order(connection: Connection, row: Row[Any]) -> Order:
    def amount(minor: int) -> Money:
        return Money(minor, row.currency)

    def rows_of(table: Any, order_by: Any) -> Any:  # noqa: ANN401 - tables and columns are untyped
        return connection.execute(select(table).where(table.c.order_id == row.order_id).order_by(order_by))

    return Order(
        order_id=OrderId(row.order_id),
        number=OrderNumber(row.number),
        cart_id=CartId(row.cart_id),
        status=OrderStatus(row.status),
        transfer_status=TransferStatus(row.transfer_status or TransferStatus.NONE.value),
        external_order_id=row.external_order_id or "",
        placed_at=row.placed_at,
        agent=row.agent_name,
        customer_id=CustomerId(row.customer_id),
        customer_name=row.customer_name,
        company=row.company,
        email=row.email,
        phone=row.phone,
        bill_to=unpack(Address, row.bill_to),
        ship_to=unpack(Address, row.ship_to),
        ship_method=row.ship_method,
        totals=Totals(
            items=amount(row.items),
            discount=amount(row.discount),
            shipping=amount(row.shipping),
            tax=amount(row.tax),
            total=amount(row.total),
        ),
        lines=tuple(
            OrderLine(
                line_id=LineId(line.line_id),
                sku=Sku(line.sku),
                name=line.name,
                photo=line.photo,
                quantity=line.quantity,
                unit_price=amount(line.unit_price),
                discount=amount(line.discount),
                tax=amount(line.tax),
                total=amount(line.total),
                status=line.status,
                shipped=line.shipped,
                cancelled=line.cancelled,
                available_from=line.available_from,
                shipment_id=line.shipment_id,
                override=unpack(LineOverride, line.override) if line.override else None,
            )
            for line in rows_of(order_lines, order_lines.c.position)
        ),
        payments=tuple(
            Payment(
                payment_id=PaymentId(paid.payment_id),
                method=PaymentMethod(paid.method),
                label=paid.label,
                reference=paid.reference,
                key=paid.key,
                amount=amount(paid.amount),
                status=PaymentStatus(paid.status),
                gateway_id=paid.gateway_id,
                reason=paid.reason,
            )
            for paid in rows_of(payments, payments.c.place)
        ),
        shipments=tuple(
            Shipment(
                shipment_id=parcel.shipment_id,
                status=parcel.status,
                carrier=parcel.carrier,
                tracking=parcel.tracking,
                shipped_at=parcel.shipped_at,
                quantities=tuple((LineId(line), number) for line, number in parcel.quantities),
            )
            for parcel in rows_of(shipments, shipments.c.shipped_at)
        ),
        notes=row.notes,
        snapshot=load_snapshot(connection, row.order_id, row.currency),
        version=row.version,
    )
