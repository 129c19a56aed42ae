"""Money: invariants 1 to 5 and 7."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backoffice.domain.payment import MoveKind, PaymentMethod
from backoffice.domain.statuses import LinkStatus, MoveStatus, OrderStatus, PaymentStatus
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.services.checks.uses import certificates_are_their_ledger
from backoffice.services.payments.alerts import LIMIT
from backoffice.services.payments.moves import CREDIT_CHECK, LOCAL, OPEN
from backoffice.store.tables.ordering import order_lines, orders, payments, transfer_attempts
from backoffice.store.tables.payments import payment_links, payment_moves
from backoffice.store.tables.people import audit

_P = PaymentStatus
_UNDECIDED = (_P.AUTHORISING.value, _P.UNKNOWN.value, _P.PENDING.value, _P.VOIDING.value)
_PAYS = (*_UNDECIDED, _P.AUTHORISED.value, _P.CAPTURED.value, _P.REFUNDED.value, _P.PLANNED.value)
_NOT_ALIVE = frozenset({OrderStatus.FAILED.value, OrderStatus.CANCELLED.value, OrderStatus.JUNK.value})
_PAST_PIVOT = orders.c.status.not_in([OrderStatus.FAILED.value, OrderStatus.PENDING.value])


def each_authorisation_has_its_row(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """1 (Q): what the gateway authorised, took and gave back is what our rows and moves say, by key."""
    ours = {row.reference: row for row in connection.execute(select(payments))}
    moved = _moves_of(connection)
    cleaned = _removed_references(connection)
    found = []
    theirs = {}
    for payment in ledgers.gateway_payments():
        theirs[payment["reference"]] = payment
        row = ours.get(payment["reference"])
        if row is None and payment["reference"] in cleaned and payment["authorised"] == payment["refunded"]:
            continue
        if row is None:
            found.append((payment["reference"], "The gateway has a payment that no row of ours stands for."))
            continue
        asked = {
            event["key"] for event in payment["events"] if event["kind"] == "authorised" and event["key"]
        }
        if asked - {row.key}:
            found.append((row.reference, "It was authorised under a key that is not its row's."))
        figures = (payment["authorised"], payment["captured"], payment["refunded"])
        if (row.authorised, row.captured, row.refunded) != figures:
            found.append(
                (row.reference, "What is held, taken or given back differs from the gateway's figures.")
            )
        found += _other_moves(row, moved[row.payment_id], payment["events"])
    found += [
        (row.reference, "Our row says authorised, the gateway holds no such payment.")
        for row in ours.values()
        if row.method not in LOCAL and row.authorised and row.reference not in theirs
    ]
    return violations(found)


def _removed_references(connection: Connection) -> set[str]:
    """Return the payments of FAILED orders that cleanupFailedOrdersJob removed; the trail names them."""
    removed: Iterable[dict[str, Any]] = connection.execute(
        select(audit.c.detail).where(audit.c.action == "order.cleaned")
    ).scalars()
    return {reference for detail in removed for reference in detail["payments"]}


def _other_moves(row: Row[Any], moves: list[Row[Any]], events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Compare captures and refunds, by key and amount: each here is there, and the other way round."""
    words = {MoveKind.CAPTURE.value: "captured", MoveKind.REFUND.value: "refunded"}
    here = {
        (words[move.kind], move.key, move.amount)
        for move in moves
        if move.kind in words and move.status == MoveStatus.DONE.value
    }
    there = {
        (event["kind"], event["key"], event["amount"]) for event in events if event["kind"] in words.values()
    }
    return [
        *(
            (row.reference, f"The gateway {kind} {amount} that no move of ours did.")
            for kind, _, amount in there - here
        ),
        *(
            (row.reference, f"We say {kind} {amount}, the gateway does not.")
            for kind, _, amount in here - there
        ),
    ]


def each_open_authorisation_has_its_order(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """2 (Q): what the gateway holds, or offers to be paid, is for an order that lives."""
    statuses = {
        row.reference: row.status
        for row in connection.execute(
            select(payments.c.reference, orders.c.status).join(
                orders, orders.c.order_id == payments.c.order_id
            )
        )
    }
    held = [
        payment["reference"]
        for payment in ledgers.gateway_payments()
        if payment["authorised"] > payment["captured"]
    ]
    offered = [page["reference"] for page in ledgers.gateway_pages() if page["status"] == "open"]
    dead = OrderStatus.FAILED.value
    return violations(
        chain(
            (
                (reference, "The gateway holds an amount for an order that failed or was cancelled.")
                for reference in held
                if statuses.get(reference, dead) in _NOT_ALIVE
            ),
            (
                (reference, "A page to pay on is open for an order that failed or was cancelled.")
                for reference in offered
                if statuses.get(reference, dead) in _NOT_ALIVE
            ),
        )
    )


def never_more_than_the_total(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """3: 0 <= refunded <= captured <= authorised <= amount, moves included, and all within the order's total."""
    totals = {
        row.order_id: row
        for row in connection.execute(select(orders.c.order_id, orders.c.number, orders.c.total))
    }
    moved = _moves_of(connection)
    kept: dict[str, int] = defaultdict(int)
    found = []
    for row in connection.execute(select(payments)):
        if not 0 <= row.refunded <= row.captured <= row.authorised <= row.amount:
            found.append((row.reference, "Given back, taken, held and asked for are not in this order."))
        if row.gateway != CREDIT_CHECK:
            kept[row.order_id] += row.authorised - row.refunded
        found += _unfounded(row, moved[row.payment_id])
    for order_id, order in totals.items():
        if kept[order_id] > order.total:
            found.append((order.number, f"{kept[order_id]} is held or taken for a total of {order.total}."))
    return violations(found + certificates_are_their_ledger(connection))


def _unfounded(row: Row[Any], moves: list[Row[Any]]) -> list[tuple[str, str]]:
    """Compare a payment's figures with the moves that made them, and those under way with what is left."""
    sums: dict[tuple[str, bool], int] = defaultdict(int)
    for move in moves:
        if move.status == MoveStatus.DONE.value or move.status in OPEN:
            sums[move.kind, move.status in OPEN] += move.amount
    capture, refund = MoveKind.CAPTURE.value, MoveKind.REFUND.value
    wrong = {
        "What was taken is not what its captures took.": sums[capture, False] != row.captured,
        "What was given back is not what its refunds gave back.": sums[refund, False] != row.refunded,
        "More is about to be taken than is held.": sums[capture, True] > row.authorised - row.captured,
        "More is about to be given back than was taken.": sums[refund, True]
        > row.captured + sums[capture, True] - row.refunded,
    }
    return [(row.reference, sentence) for sentence, is_wrong in wrong.items() if is_wrong]


def _moves_of(connection: Connection) -> dict[str, list[Row[Any]]]:
    moved: dict[str, list[Row[Any]]] = defaultdict(list)
    for move in connection.execute(select(payment_moves).order_by(payment_moves.c.place)):
        moved[move.payment_id].append(move)
    return moved


def one_key_one_request(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """4: a key never carries another body; what was sent to the DOM is the same in every try; no key is unwritten."""
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
    ours: set[str] = set(connection.execute(select(payments.c.key)).scalars())
    moved: set[str] = set(connection.execute(select(payment_moves.c.key)).scalars())
    written = ours | moved | {f"{key}-page" for key in ours}
    cleaned = _removed_references(connection)
    found += [
        (used["key"], "The gateway was asked under a key that is written down nowhere.")
        for used in (ledgers.payments["keys"] if ledgers.payments else [])
        if used["key"] not in written and not any(f"-{reference}" in used["key"] for reference in cleaned)
    ]
    return violations(found)


def no_payment_stays_undecided(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """5: nobody waits longer than the limit for the end of a payment or a move, unless a supervisor was told.

    Once quiet, nobody waits; only a customer may, until the page to pay on is over.
    """
    limit = timedelta() if ledgers.quiet else LIMIT
    moves = connection.execute(
        select(payment_moves, payments.c.reference).join(
            payments, payments.c.payment_id == payment_moves.c.payment_id
        )
    ).all()
    told = {move.payment_id for move in moves if move.alerted_at is not None}
    found = [
        (move.reference, f"The {move.kind} is {move.status} since {move.planned_at:%Y-%m-%d %H:%M} UTC.")
        for move in moves
        if move.status in OPEN and move.alerted_at is None and ledgers.now - move.planned_at >= limit
    ]
    found += [
        (move.reference, f"The {move.kind} was refused, and nobody was told.")
        for move in moves
        if move.status == MoveStatus.REFUSED.value and move.alerted_at is None
    ]
    until = {
        row.payment_id: row.expires_at
        for row in connection.execute(
            select(payment_links).where(payment_links.c.status == LinkStatus.OPEN.value)
        )
    }
    for row in connection.execute(select(payments).where(payments.c.status.in_(_UNDECIDED))):
        waits_for_customer = row.status == _P.PENDING.value and row.method == PaymentMethod.LINK.value
        since = until.get(row.payment_id, row.updated_at) if waits_for_customer else row.updated_at
        if row.payment_id not in told and ledgers.now - since >= limit:
            found.append(
                (row.reference, f"The payment is {row.status} since {row.updated_at:%Y-%m-%d %H:%M} UTC.")
            )
    return violations(found)


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
            .where(payments.c.status.in_(_PAYS), payments.c.gateway != CREDIT_CHECK)
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
