"""Money: invariants 1 to 5 and 7."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from backoffice.domain.statuses import OrderStatus, PaymentStatus
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.store.tables.ordering import order_lines, orders, payments, transfer_attempts
from backoffice.store.tables.people import audit

LIMIT = timedelta(minutes=30)  # of a payment nobody knows the end of
_P = PaymentStatus
_UNDECIDED = (_P.AUTHORISING.value, _P.UNKNOWN.value, _P.PENDING.value, _P.VOIDING.value)
_HOLDS = frozenset({"authorised", "captured"})  # the gateway's own words
_OPEN = (_P.AUTHORISED.value, _P.VOIDING.value)
_PAYS = (*_UNDECIDED, _P.AUTHORISED.value, _P.CAPTURED.value, _P.REFUNDED.value, _P.PLANNED.value)
_NOT_ALIVE = frozenset({OrderStatus.FAILED.value, OrderStatus.CANCELLED.value, OrderStatus.JUNK.value})
_PAST_PIVOT = orders.c.status.not_in([OrderStatus.FAILED.value, OrderStatus.PENDING.value])


def each_authorisation_has_its_row(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """1 (Q): the gateway's authorisations and captures and our payment rows are the same ones, by key."""
    ours = {row.reference: row for row in connection.execute(select(payments))}
    cleaned = _removed_references(connection)
    found = []
    theirs = {}
    for payment in ledgers.gateway_payments():
        theirs[payment["reference"]] = payment
        row = ours.get(payment["reference"])
        if row is None and payment["reference"] in cleaned and payment["status"] not in _HOLDS:
            continue
        if row is None:
            found.append((payment["reference"], "The gateway has a payment that no row of ours stands for."))
            continue
        asked = {
            event["key"] for event in payment["events"] if event["kind"] == "authorised" and event["key"]
        }
        if asked - {row.key}:
            found.append((row.reference, "It was authorised under a key that is not its row's."))
        if (row.captured, row.refunded) != (payment["captured"], payment["refunded"]):
            found.append((row.reference, "What was captured or refunded differs from the gateway's figures."))
    found += [
        (row.reference, "Our row says authorised, the gateway holds no such payment.")
        for row in ours.values()
        if row.method == "card"
        and row.status in {_P.AUTHORISED.value, _P.CAPTURED.value}
        and theirs.get(row.reference, {"status": ""})["status"] not in {"authorised", "captured"}
    ]
    return violations(found)


def _removed_references(connection: Connection) -> set[str]:
    """Return the payments of FAILED orders that cleanupFailedOrdersJob removed; the trail names them."""
    removed: Iterable[dict[str, Any]] = connection.execute(
        select(audit.c.detail).where(audit.c.action == "order.cleaned")
    ).scalars()
    return {reference for detail in removed for reference in detail["payments"]}


def each_open_authorisation_has_its_order(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """2 (Q): what the gateway holds, it holds for an order that lives."""
    statuses = {
        row.reference: row.status
        for row in connection.execute(
            select(payments.c.reference, orders.c.status).join(
                orders, orders.c.order_id == payments.c.order_id
            )
        )
    }
    return violations(
        (payment["reference"], "The gateway holds an amount for an order that failed or was cancelled.")
        for payment in ledgers.gateway_payments()
        if payment["status"] == "authorised"
        and statuses.get(payment["reference"], OrderStatus.FAILED.value) in _NOT_ALIVE
    )


def never_more_than_the_total(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """3: captured less refunded, and what is held, stay within the order's total; nothing is negative."""
    totals = {
        row.order_id: row
        for row in connection.execute(select(orders.c.order_id, orders.c.number, orders.c.total))
    }
    held: dict[str, int] = defaultdict(int)
    taken: dict[str, int] = defaultdict(int)
    found = []
    for row in connection.execute(select(payments)):
        if min(row.amount, row.captured, row.refunded, row.captured - row.refunded) < 0:
            found.append((row.reference, "An amount of the payment is negative."))
        held[row.order_id] += row.amount if row.status in _OPEN else 0
        taken[row.order_id] += row.captured - row.refunded
    for order_id, order in totals.items():
        if held[order_id] > order.total:
            found.append((order.number, f"{held[order_id]} is held for a total of {order.total}."))
        if taken[order_id] > order.total:
            found.append((order.number, f"{taken[order_id]} was taken for a total of {order.total}."))
    return violations(found)


def one_key_one_request(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """4: a key never carries another body; what was sent to the DOM is the same in every try."""
    differing: Iterable[str] = connection.execute(
        select(orders.c.number)
        .join(transfer_attempts, transfer_attempts.c.order_id == orders.c.order_id)
        .where(transfer_attempts.c.kind == "transfer")
        .group_by(orders.c.number)
        .having(func.count(transfer_attempts.c.request.distinct()) > 1)
    ).scalars()
    found = [(number, "The tries of its transfer did not send the same.") for number in differing]
    for name, ledger in (("gateway", ledgers.payments), ("DOM", ledgers.dom)):
        conflicts = ledger["key_conflicts"] if ledger else []
        found += [
            (conflict["key"], f"The {name} got this key twice with two bodies.") for conflict in conflicts
        ]
    return violations(found)


def no_payment_stays_undecided(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """5: nobody waits longer than the limit for a payment's end; once quiet, nobody waits."""
    limit = timedelta() if ledgers.quiet else LIMIT
    rows = connection.execute(select(payments).where(payments.c.status.in_(_UNDECIDED)))
    return violations(
        (row.reference, f"The payment is {row.status} since {row.updated_at:%Y-%m-%d %H:%M} UTC.")
        for row in rows
        if ledgers.now - row.updated_at >= limit
    )


def the_sums_are_right(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """7: payments = total = lines + shipping + tax - discounts, and the DOM has the same figures."""
    found = []
    lines = {
        row.order_id: row
        for row in connection.execute(
            select(
                order_lines.c.order_id,
                func.sum(order_lines.c.quantity * order_lines.c.unit_price).label("items"),
                func.sum(order_lines.c.discount).label("discount"),
                func.sum(order_lines.c.tax).label("tax"),
            ).group_by(order_lines.c.order_id)
        )
    }
    paid = {
        row.order_id: int(row.paid)
        for row in connection.execute(
            select(payments.c.order_id, func.sum(payments.c.amount).label("paid"))
            .where(payments.c.status.in_(_PAYS))
            .group_by(payments.c.order_id)
        )
    }
    held = {row["order_number"]: row for row in ledgers.dom_table("orders")}
    for order in connection.execute(select(orders).where(_PAST_PIVOT)):
        if order.total != order.items - order.discount + order.shipping + order.tax:
            found.append((order.number, "The total is not items less discount plus shipping plus tax."))
        line = lines.get(order.order_id)
        if line is None or line.items != order.items:
            found.append((order.number, "The lines do not add up to the items."))
        elif line.discount > order.discount or line.tax > order.tax:
            found.append((order.number, "The lines have more discount or tax than the order."))
        if order.status not in _NOT_ALIVE and paid.get(order.order_id, 0) != order.total:
            found.append((order.number, f"Payments of {paid.get(order.order_id, 0)} for {order.total}."))
        there = held.get(order.number)
        names = ("items", "discount", "shipping", "tax", "total")
        if there and any(there[name] != getattr(order, name) for name in names):
            found.append((order.number, "The DOM holds other figures."))
    return violations(found)
