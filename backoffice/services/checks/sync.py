"""Messages received and mails sent: invariants 25, 28, 29; the trail: 30."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.domain.sync import InboxState
from backoffice.services.audit import verify_chain
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.store.tables.messages import inbox, mails
from backoffice.store.tables.ordering import order_lines, orders, shipments, transfers
from backoffice.store.tables.people import audit

_STATES = frozenset(state.value for state in InboxState)
_NOT_PLACED = (OrderStatus.FAILED.value, OrderStatus.PENDING.value)


def messages_are_applied_once(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """25: a message is applied at most once; the same id with another body is set aside."""
    details: Iterable[dict[str, str]] = connection.execute(
        select(audit.c.detail).where(audit.c.action == "sync.applied")
    ).scalars()
    times = Counter(detail.get("message", "") for detail in details)
    found = [(message, f"It was applied {count} times.") for message, count in times.items() if count > 1]
    rows = {row.message_id: row for row in connection.execute(select(inbox))}
    for row in rows.values():
        if (row.state == InboxState.APPLIED.value) != (row.applied_at is not None):
            found.append((row.message_id, "Whether it was applied is not clear from its row."))
        if "~" in row.message_id and row.state == InboxState.APPLIED.value:
            found.append((row.message_id, "It came under the id of another message and was applied."))
    for push in ledgers.dom_table("pushes"):
        kept = rows.get(push["message_id"])
        if kept is not None and kept.body != json.loads(push["body"]):
            found.append((kept.message_id, "It is kept with another body than the DOM sent."))
    return violations(found)


def answered_is_stored(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """28: what was answered 2xx is stored: applied, ignored, parked or set aside, with the reason."""
    rows = {row.message_id: row for row in connection.execute(select(inbox))}
    found = []
    for row in rows.values():
        if row.state not in _STATES:
            found.append((row.message_id, f"It is {row.state}, which is no state of a message."))
        elif row.state != InboxState.APPLIED.value and not row.reason:
            found.append((row.message_id, f"It is {row.state} without a reason."))
    found += [
        (push["message_id"], "The DOM was told that it is stored, and it is not.")
        for push in ledgers.dom_table("pushes")
        if push["delivered_at"] and push["message_id"] not in rows
    ]
    return violations(found)


def shipped_is_what_was_ordered(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """29: nobody ships more than was ordered; a customer is told of a shipment's status once."""
    found = []
    ordered: dict[tuple[str, str], int] = {}
    for line in connection.execute(select(order_lines)):
        ordered[line.order_id, line.line_id] = line.quantity
        if line.shipped + line.cancelled > line.quantity:
            found.append(
                (line.sku, f"{line.shipped} shipped, {line.cancelled} cancelled of {line.quantity}.")
            )
    parcels: dict[tuple[str, str], int] = defaultdict(int)
    for parcel in connection.execute(select(shipments)):
        for line_id, quantity in parcel.quantities:
            parcels[parcel.order_id, line_id] += quantity
    found += [
        (line_id, "Its shipments hold more than was ordered.")
        for (order_id, line_id), quantity in parcels.items()
        if quantity > ordered.get((order_id, line_id), 0)
    ]
    twice = connection.execute(
        select(mails.c.order_number, mails.c.occasion)
        .group_by(mails.c.order_number, mails.c.occasion, mails.c.about)
        .having(func.count() > 1)
    )
    found += [(row.order_number, f"The customer was told twice: {row.occasion}.") for row in twice]
    return violations(found)


def the_trail_is_whole(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """30: the audit chain is whole, and every order, transfer and message has its row."""
    found = [("audit", problem) for problem in verify_chain(connection)]
    told = {(row.action, row.subject) for row in connection.execute(select(audit.c.action, audit.c.subject))}
    placed: Iterable[str] = connection.execute(
        select(orders.c.number).where(orders.c.status.not_in(_NOT_PLACED))
    ).scalars()
    found += [
        (number, "The trail does not tell of its checkout.")
        for number in placed
        if ("checkout.completed", number) not in told
    ]
    arrived: Iterable[str] = connection.execute(
        select(transfers.c.order_number).where(transfers.c.status == TransferStatus.TRANSFERRED.value)
    ).scalars()
    found += [
        (number, "The trail does not tell of its transfer.")
        for number in arrived
        if ("transfer.transferred", number) not in told
    ]
    return violations(found)
