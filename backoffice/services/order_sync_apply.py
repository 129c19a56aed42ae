"""SyncOrder(Change) into our records.

1. The order is not here yet: parked. Its checkout failed, or the message tells of what was never ordered:
   set aside.
2. Each line and each shipment takes what the newest message that names it says; the order's status is that
   of the newest message of all. So a set of messages ends in the same state in whatever order, and however
   often, it comes.
3. A message older than one applied still counts for what no newer one names; when nothing is left, it is
   ignored.
4. A status that is no allowed move is the DOM correcting itself: taken, and recorded as that.
5. The customer is told once of each status of each shipment, and when the order is back-ordered or cancelled.
6. What has left is taken from the payments. Cancelled: what they still hold is let go of, and what was taken
   for goods that never left is given back.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from backoffice.domain.statuses import ORDER_MOVES, OrderStatus
from backoffice.domain.sync import InboxState, Place, Step, judge_step
from backoffice.external.dom.port import ExternalShipment, SyncOrderMessage
from backoffice.services.free_text import without_cards
from backoffice.services.jobs import Jobs
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.services.order_rows import add_status
from backoffice.services.payments.captures import capture_what_is_due
from backoffice.services.payments.moves import let_go
from backoffice.store.tables.messages import inbox
from backoffice.store.tables.ordering import order_lines, orders, shipments
from backoffice.store.writing import Write

ORDER_KIND = "SyncOrder"
DOM_ACTOR = "DOM"
# Built once: put together for each message, they took three times as long as the database needs for them.
_ORDER = select(
    orders.c.order_id,
    orders.c.number,
    orders.c.status,
    orders.c.sync_sequence,
    orders.c.email,
    orders.c.language,
    orders.c.tell_customer,
).where(orders.c.number == bindparam("of_number"))
_ORDERED = select(order_lines.c.line_id, order_lines.c.quantity).where(
    order_lines.c.order_id == bindparam("order")
)
_NEWER = select(inbox.c.message_id, inbox.c.sequence, inbox.c.created_at).where(
    inbox.c.subject == bindparam("of_number"),
    inbox.c.kind == ORDER_KIND,
    inbox.c.state.in_([InboxState.APPLIED.value, InboxState.IGNORED.value]),
    inbox.c.sequence >= bindparam("from_sequence"),
)
_CHANGE_LINE = Write(
    update(order_lines)
    .where(order_lines.c.order_id == bindparam("order"), order_lines.c.line_id == bindparam("line"))
    .values({name: bindparam(name) for name in ("status", "shipped", "cancelled", "available_from")})
)
_PARCEL = ("status", "carrier", "tracking", "shipped_at", "quantities")
_CHANGE_PARCEL = Write(
    update(shipments)
    .where(shipments.c.order_id == bindparam("order"), shipments.c.shipment_id == bindparam("parcel"))
    .values({name: bindparam(name) for name in _PARCEL})
)
_INSERT_PARCEL = Write(insert(shipments))
_TAKE_STATUS = Write(
    update(orders)
    .where(orders.c.order_id == bindparam("order"))
    .values(status=bindparam("to"), sync_sequence=bindparam("sequence"), version=orders.c.version + 1)
)
_TOLD = {OrderStatus.BACKORDERED: Occasion.BACKORDERED, OrderStatus.CANCELLED: Occasion.CANCELLED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What became of a message, and why."""

    state: InboxState
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """Lines and shipments that newer messages name."""

    lines: frozenset[str]
    shipments: frozenset[str]


def apply_order(connection: Connection, jobs: Jobs, message: SyncOrderMessage, at: datetime) -> Applied:
    """Take over what a message says; call it in the transaction that stores the message."""
    order = connection.execute(_ORDER, {"of_number": message.order_number}).first()
    if order is None or order.status == OrderStatus.PENDING.value:
        return Applied(state=InboxState.PARKED, reason="The order is not known here yet.")
    fault = _find_fault(connection, order, message)
    if fault:
        return Applied(state=InboxState.SET_ASIDE, reason=fault)
    newer = _newer_messages(connection, message)
    named = _named_by(connection, newer)
    changed = _write_lines(connection, order, message, named)
    changed |= _write_shipments(connection, order, message, named)
    reason = ""
    if not newer:
        reason = _write_status(connection, jobs, order, message, at)
    for parcel in message.order.shipments:
        _tell_of_shipment(connection, jobs, order, parcel, at)
    if changed:
        capture_what_is_due(connection, jobs, order.order_id, "shipped", at)
    if newer and not changed:
        return Applied(
            state=InboxState.IGNORED,
            reason=f"Not newer than what was applied ({message.sequence} after {order.sync_sequence}).",
        )
    if newer:
        reason = "It came late: only what no newer message names was taken from it."
    return Applied(state=InboxState.APPLIED, reason=reason)


def message_place(message: SyncOrderMessage) -> Place:
    """Return where a message stands among those of its order."""
    return Place(message.sequence, message.created_at, message.message_id)


def _find_fault(connection: Connection, order: Row[Any], message: SyncOrderMessage) -> str:
    """Return why nobody may apply this message; "" when it can be. Depends on the frozen order alone."""
    after = OrderStatus(message.order.summary.status)
    if judge_step(OrderStatus(order.status), after, ORDER_MOVES) is Step.NEVER:
        if order.status == OrderStatus.FAILED.value:
            return "The DOM tells of an order whose checkout failed here."
        return "The DOM calls a submitted order pending."
    ordered: dict[str, int] = {
        row.line_id: row.quantity for row in connection.execute(_ORDERED, {"order": order.order_id})
    }
    for line in message.order.lines:
        if line.line_id not in ordered:
            return f"It tells of line {line.line_id}, which was never ordered."
        if line.shipped + line.cancelled > ordered[line.line_id]:
            return f"It ships or cancels more of line {line.line_id} than was ordered."
    packed: Counter[str] = Counter()
    for parcel in message.order.shipments:
        for line_id, quantity in parcel.quantities:
            packed[line_id] += quantity
    for line_id, quantity in packed.items():
        if quantity > ordered.get(line_id, 0):
            return f"Its shipments hold more of line {line_id} than was ordered."
    return ""


def _newer_messages(connection: Connection, message: SyncOrderMessage) -> list[str]:
    """Return the keys of the messages of this order that came before this one and are newer."""
    here = message_place(message)
    about = {"of_number": message.order_number, "from_sequence": message.sequence}
    rows = connection.execute(_NEWER, about)
    return [row.message_id for row in rows if Place(row.sequence, row.created_at, row.message_id) > here]


def _named_by(connection: Connection, keys: list[str]) -> _Names:
    lines: set[str] = set()
    parcels: set[str] = set()
    if keys:
        bodies: list[dict[str, Any]] = list(
            connection.execute(select(inbox.c.body).where(inbox.c.message_id.in_(keys))).scalars()
        )
        for body in bodies:
            lines.update(line["lineId"] for line in body["order"]["lines"])
            parcels.update(parcel["shipmentId"] for parcel in body["order"]["shipments"])
    return _Names(lines=frozenset(lines), shipments=frozenset(parcels))


def _write_lines(connection: Connection, order: Row[Any], message: SyncOrderMessage, named: _Names) -> bool:
    fresh = [line for line in message.order.lines if line.line_id not in named.lines]
    if fresh:
        _CHANGE_LINE(
            connection,
            [
                {
                    "order": order.order_id,
                    "line": line.line_id,
                    "status": line.status,
                    "shipped": line.shipped,
                    "cancelled": line.cancelled,
                    "available_from": line.available_from,
                }
                for line in fresh
            ],
        )
    return bool(fresh)


def _write_shipments(
    connection: Connection, order: Row[Any], message: SyncOrderMessage, named: _Names
) -> bool:
    """Write parcels, new or changed. One that a later message leaves out stays: the customer was told of it."""
    fresh = [parcel for parcel in message.order.shipments if parcel.shipment_id not in named.shipments]
    for parcel in fresh:
        values = {
            "status": parcel.status,
            "carrier": without_cards(parcel.carrier),
            "tracking": parcel.tracking,
            "shipped_at": parcel.shipped_at,
            "quantities": [list(part) for part in parcel.quantities],
        }
        known = {"order": order.order_id, "parcel": parcel.shipment_id}
        if not _CHANGE_PARCEL(connection, {**values, **known}).rowcount:
            _INSERT_PARCEL(
                connection, {"order_id": order.order_id, "shipment_id": parcel.shipment_id, **values}
            )
    return bool(fresh)


def _write_status(
    connection: Connection, jobs: Jobs, order: Row[Any], message: SyncOrderMessage, at: datetime
) -> str:
    """Take over the status of the newest message; return a sentence when that was a correction."""
    before, after = OrderStatus(order.status), OrderStatus(message.order.summary.status)
    step = judge_step(before, after, ORDER_MOVES)
    taken = {"order": order.order_id, "to": after.value, "sequence": message.sequence}
    _TAKE_STATUS(connection, taken)
    if step is Step.SAME:
        return ""
    reason = ""
    if step is Step.CORRECTION:
        reason = f"Correction: the DOM moved the order from {before.name.lower()} to {after.name.lower()}."
    add_status(
        connection,
        order.order_id,
        after,
        at=at,
        actor=DOM_ACTOR,
        reason=reason or f"SyncOrder {message.sequence}",
    )
    if after in _TOLD:
        queue_mail(connection, jobs, order, _TOLD[after], "", at=at)
    if after is OrderStatus.CANCELLED:
        let_go(connection, jobs, order.order_id, at, keeps_taken=_has_shipped(connection, order.order_id))
    return reason


def _has_shipped(connection: Connection, order_id: str) -> bool:
    shipped: int | None = connection.execute(
        select(func.sum(order_lines.c.shipped)).where(order_lines.c.order_id == order_id)
    ).scalar()
    return bool(shipped)


def _tell_of_shipment(
    connection: Connection, jobs: Jobs, order: Row[Any], parcel: ExternalShipment, at: datetime
) -> None:
    """Tell that a parcel left, then that it arrived; the first news of it may be the second."""
    queue_mail(connection, jobs, order, Occasion.SHIPPED, parcel.shipment_id, at=at)
    if parcel.status == "delivered":
        queue_mail(connection, jobs, order, Occasion.DELIVERED, parcel.shipment_id, at=at)
