"""Everything that happened to an order, as one line of time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from backoffice.domain.ids import OrderNumber
from backoffice.domain.money import Money
from backoffice.domain.order import TimelineEntry
from backoffice.domain.statuses import OrderStatus, PaymentStatus
from backoffice.domain.transfer import Attempt
from backoffice.services.mails import text_of
from backoffice.services.notes import read_notes
from backoffice.store.tables.messages import inbox, mails
from backoffice.store.tables.ordering import (
    checkout_attempts,
    checkout_steps,
    order_statuses,
    orders,
    payments,
)
from backoffice.store.tables.people import audit

_STEPS = {
    "shippingInformation": "Addresses and ship method checked",
    "stockChecker": "Items and stock checked",
    "updateCustomer": "Customer checked",
    "createNewOrder": "Order written with its number",
    "populateTemplateOrderPayment": "Payments prepared",
    "authorizePayments": "Payment authorised",
    "updateOrder": "Reservation taken by the order",
    "createNewOrderEvent": "Order submitted; transfer and e-mail queued",
    "initiateFulfilment": "Released for fulfilment",
    "clearShoppingCart": "Cart closed",
}
_ENDINGS = {
    ("execute", "done"): "{}",
    ("execute", "failed"): "{}: failed",
    ("execute", "unknown"): "{}: no answer yet",
    ("undo", "done"): "{}: undone",
    ("undo", "failed"): "{}: could not be undone yet",
    ("undo", "unknown"): "{}: undoing, no answer yet",
}
_OUTCOMES = {
    "succeeded": "The DOM took the order",
    "refused": "The DOM refused the order",
    "unreachable": "The DOM could not be reached",
    "unknown": "Sent to the DOM, no answer",
    "": "Being sent to the DOM",
}
_MESSAGES = {
    "applied": "Message of the DOM applied",
    "ignored": "Message of the DOM ignored: not newer",
    "parked": "Message of the DOM parked",
    "set_aside": "Message of the DOM set aside",
}
_MAILS = {"queued": "waits to be sent", "sent": "sent", "failed": "could not be sent"}
_ACTS = {
    "transfer.retried": "Transfer retried",
    "transfer.held": "Transfer held",
    "transfer.released": "Transfer released",
    "transfer.asked": "The DOM was asked for the order",
    "transfer.given_up": "Transfer given up",
    "transfer.failed": "Transfer waits for a supervisor",
    "transfer.transferred": "Transferred to the DOM",
    "order.cancelled": "Order cancelled",
    "order.locked": "Order locked",
    "order.unlocked": "Order unlocked",
    "order.taken_over": "Order taken over",
    "payment.authorised": "Payment authorised",
    "payment.captured": "Payment taken",
    "payment.voided": "Payment let go",
    "payment.refunded": "Payment given back",
    "payment.not_paid": "The customer did not pay by link",
    "payment.too_late": "Paid too late: the money is let go of",
    "payment.alert": "A payment needs a supervisor",
    "payment.link_sent": "Payment link sent again",
    "order.hold_lost": "The DOM does not hold the goods any more",
    "sync.replayed": "Message of the DOM applied again",
    "mail.resent": "E-mail sent again",
}
_TOLD_ELSEWHERE = ("sync.applied", "sync.ignored", "sync.parked", "sync.set_aside", "note.added")


def read_timeline(
    connection: Connection, order_number: OrderNumber | str, attempts: tuple[Attempt, ...]
) -> tuple[TimelineEntry, ...]:
    """Return what happened to an order of ours, oldest first; messages and notes also of one that is not ours."""
    entries = [*_messages(connection, order_number), *_notes(connection, order_number)]
    order = connection.execute(select(orders).where(orders.c.number == order_number)).first()
    if order is not None:
        entries += _statuses(connection, order)
        entries += _checkout(connection, order)
        entries += _payments(connection, order)
        entries += _mails(connection, order)
        entries += _acts(connection, order)
        entries += _transfers(attempts)
        if order.notes:
            entries.append(_entry(order.placed_at, "note", order.notes, order.agent_name))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _statuses(connection: Connection, order: Row[Any]) -> Iterator[TimelineEntry]:
    rows = connection.execute(
        select(order_statuses)
        .where(order_statuses.c.order_id == order.order_id)
        .order_by(order_statuses.c.place)
    )
    for row in rows:
        word = OrderStatus(row.status).name.lower().replace("_", " ")
        yield _entry(row.at, "status", f"Status: {word}", row.actor, row.reason)


def _checkout(connection: Connection, order: Row[Any]) -> Iterator[TimelineEntry]:
    rows = connection.execute(
        select(checkout_steps)
        .join(checkout_attempts, checkout_attempts.c.attempt_id == checkout_steps.c.attempt_id)
        .where(checkout_attempts.c.order_id == order.order_id)
        .order_by(checkout_steps.c.at, checkout_steps.c.place)
    )
    for row in rows:
        ending = _ENDINGS.get((row.what, row.outcome))
        words = _STEPS.get(row.action)
        # A place in the list nobody has filled has nothing to tell; its failure would have.
        if ending and (words or row.outcome != "done"):
            yield _entry(row.at, "checkout", ending.format(words or row.action), order.agent_name, row.reason)


def _payments(connection: Connection, order: Row[Any]) -> Iterator[TimelineEntry]:
    rows = connection.execute(
        select(payments).where(payments.c.order_id == order.order_id).order_by(payments.c.place)
    )
    for row in rows:
        word = PaymentStatus(row.status).name.lower()
        amount = Money(row.amount, row.currency)
        yield _entry(row.updated_at, "payment", f"{row.label}, {amount}: {word}", "", row.reason)


def _transfers(attempts: tuple[Attempt, ...]) -> Iterator[TimelineEntry]:
    for attempt in attempts:
        text = _OUTCOMES.get(attempt.outcome, attempt.outcome)
        if attempt.kind == "lookup":
            text = f"The DOM was asked for the order: {attempt.outcome or 'under way'}"
        yield _entry(
            attempt.ended_at or attempt.started_at,
            "transfer",
            f"{text} (try {attempt.number})",
            attempt.worker,
            attempt.reason,
        )


def _messages(connection: Connection, order_number: str) -> Iterator[TimelineEntry]:
    for row in connection.execute(select(inbox).where(inbox.c.subject == order_number)):
        text = f"{_MESSAGES.get(row.state, row.state)} ({row.kind} {row.sequence})"
        yield _entry(row.received_at, "sync", text, "DOM", row.reason)


def _mails(connection: Connection, order: Row[Any]) -> Iterator[TimelineEntry]:
    for row in connection.execute(select(mails).where(mails.c.order_id == order.order_id)).all():
        subject = text_of(connection, row).subject
        text = f"E-mail “{subject}” to {row.to} {_MAILS.get(row.status, row.status)}"
        yield _entry(row.sent_at or row.created_at, "mail", text, "", row.reason)


def _notes(connection: Connection, order_number: str) -> Iterator[TimelineEntry]:
    for note in read_notes(connection, order_number):
        yield _entry(note.at, "note", note.text, note.author)


def _acts(connection: Connection, order: Row[Any]) -> Iterator[TimelineEntry]:
    rows = connection.execute(
        select(audit)
        .where(
            or_(audit.c.subject == order.number, audit.c.subject == order.order_id),
            audit.c.action.not_in(_TOLD_ELSEWHERE),
        )
        .order_by(audit.c.entry)
    )
    for row in rows:
        kind = row.action.partition(".")[0]
        text = _ACTS.get(row.action, row.action.replace(".", " ").replace("_", " "))
        detail = ", ".join(f"{name}: {value}" for name, value in row.detail.items())
        who = row.actor_name + (f" ({row.role})" if row.role != "system" else "")
        known = kind in {"checkout", "payment", "transfer", "sync", "mail"}
        yield _entry(row.at, kind if known else "status", text, who, detail)


def _entry(at: datetime, kind: str, text: str, who: str, detail: str = "") -> TimelineEntry:
    return TimelineEntry(at=at, kind=kind, text=text, who=who, detail=detail)
