"""Orders: invariants 8 to 15."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from backoffice.domain.statuses import (
    ORDER_MOVES,
    ROLLBACK_MOVES,
    CartStatus,
    CheckoutState,
    OrderStatus,
    PaymentStatus,
    TakeBackState,
    TransferStatus,
)
from backoffice.services.checkout.journal import begun
from backoffice.services.checkout.snapshot import FROZEN, snapshot_hash
from backoffice.services.checks.jobs import waiting_subjects
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.services.stores import load_store
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import (
    carts,
    checkout_attempts,
    checkout_steps,
    counters,
    order_events,
    order_statuses,
    orders,
    payments,
    transfers,
)
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from backoffice.store.tables.undoing import take_backs

_FAILED, _PENDING = OrderStatus.FAILED.value, OrderStatus.PENDING.value
_TO_COME = frozenset({TransferStatus.QUEUED.value, TransferStatus.SENT.value, TransferStatus.UNKNOWN.value})


def one_order_per_cart_version(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """8: a cart version has at most one order that is not FAILED."""
    rows = connection.execute(
        select(orders.c.cart_id, orders.c.cart_version, func.count().label("number"))
        .where(orders.c.status != _FAILED)
        .group_by(orders.c.cart_id, orders.c.cart_version)
        .having(func.count() > 1)
    )
    return violations(
        (row.cart_id, f"Version {row.cart_version} of the cart has {row.number} orders.") for row in rows
    )


def numbers_are_never_reused(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """9: each number belongs to one checkout, and the counter is past all of them."""
    given: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(
        select(checkout_attempts.c.order_number, checkout_attempts.c.order_id).where(
            checkout_attempts.c.order_number != ""
        )
    ):
        given[row.order_number].append(row.order_id)
    found = [(number, "Two checkouts got this number.") for number, ids in given.items() if len(ids) > 1]
    last = _last_numbers(connection)
    for row in connection.execute(select(orders.c.number, orders.c.order_id, orders.c.store_id)):
        if row.order_id not in given.get(row.number, [row.order_id]):
            found.append((row.number, "Another checkout got this number."))
        digits = "".join(character for character in row.number if character.isdigit())
        if int(digits or 0) > last.get(f"order-{row.store_id}", 0):
            found.append((row.number, "The counter would give this number again."))
    return violations(found)


def snapshots_never_change(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """10: what an order froze is what it says now, in every table; a FAILED one gave its extra data back."""
    rows: dict[str, dict[Table, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for table in FROZEN:
        for row in connection.execute(select(table)).mappings():
            rows[row["order_id"]][table].append(dict(row))
    return violations(
        (order.number, "The order is not what was frozen when it was placed.")
        for order in connection.execute(
            select(orders.c.order_id, orders.c.number, orders.c.snapshot_hash).where(
                orders.c.status.not_in([_FAILED, _PENDING])
            )
        )
        if snapshot_hash(rows[order.order_id], like=order.snapshot_hash) != order.snapshot_hash
    )


def an_order_and_what_follows(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """11: an order exists if and only if its event, its transfer and its e-mail do, with the jobs still to run.

    One that waits for its customer's payment has none of them yet.
    """
    events = _ids(connection, select(order_events.c.order_id).where(order_events.c.name == "OrderSubmit"))
    sent = {row.order_id: row for row in connection.execute(select(transfers))}
    told = {
        row.order_id: row
        for row in connection.execute(select(mails).where(mails.c.occasion == "confirmation"))
    }
    jobs = waiting_subjects(connection)
    waiting = _never_paid(connection)
    found = [
        (number, "It waits for its customer's payment, and was sent or confirmed.")
        for order_id, number in waiting.items()
        if order_id in {*events, *sent, *told}
    ]
    for order in connection.execute(select(orders).where(orders.c.order_id.not_in(waiting))):
        if order.status in {_FAILED, _PENDING}:
            if order.order_id in {*events, *sent, *told}:
                found.append((order.number, "There is no order, but its event, transfer or e-mail."))
            continue
        if order.order_id not in events:
            found.append((order.number, "The order has no OrderSubmit event."))
        transfer = sent.get(order.order_id)
        if transfer is None and load_store(connection, order.store_id).orders_to_dom:
            found.append((order.number, "The order has no transfer."))
        elif transfer and transfer.status in _TO_COME and order.order_id not in jobs:
            found.append((order.number, "The transfer has no job."))
        mail = told.get(order.order_id)
        if mail is None and order.tell_customer and order.email:
            found.append((order.number, "The order has no confirmation e-mail."))
        elif mail and mail.status == "queued" and mail.mail_id not in jobs:
            found.append((order.number, "The confirmation e-mail has no job."))
    return violations(found)


def histories_follow_the_moves(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """12: each status follows from the one before, and the current one is the last."""
    steps: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(order_statuses).order_by(order_statuses.c.place)):
        steps[row.order_id].append(row)
    found = []
    for order in connection.execute(select(orders.c.order_id, orders.c.number, orders.c.status)):
        history = steps[order.order_id]
        if not history or history[-1].status != order.status:
            found.append((order.number, "The status is not the last of its history."))
        if [row.place for row in history] != list(range(1, len(history) + 1)):
            found.append((order.number, "The history has a gap."))
        found += [
            (order.number, f"It went from {before.status} to {after.status}, which is no allowed move.")
            for before, after in pairwise(history)
            if not _is_allowed(before, after, failed=order.status == _FAILED)
        ]
    return violations(found)


def checkouts_end(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """13: a rollback is the exact reverse of what was done; once quiet, no checkout is under way."""
    steps: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(checkout_steps).order_by(checkout_steps.c.place)):
        steps[row.attempt_id].append(row)
    found = []
    for attempt in connection.execute(select(checkout_attempts)):
        state = CheckoutState(attempt.state)
        name = attempt.order_number or attempt.attempt_id
        if ledgers.quiet and state in {CheckoutState.RUNNING, CheckoutState.CHECKING}:
            found.append((name, f"The checkout is still {state.value}."))
        if state is not CheckoutState.ROLLED_BACK:
            continue
        journal = steps[attempt.attempt_id]
        undone = _once(row.action for row in journal if row.what == "undo")
        if undone != list(reversed(begun(journal))):
            found.append((name, "The rollback was not the reverse of what had been done."))
    return violations(found)


def failed_orders_leave_nothing(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """14: a FAILED order has its trail, holds neither stock nor money, and its cart can be used again."""
    tried = _ids(connection, select(checkout_attempts.c.order_id))
    trail = _ids(connection, select(audit.c.subject).where(audit.c.action == "checkout.rolled_back"))
    stock = _ids(connection, select(reservations.c.order_id).where(reservations.c.order_id.is_not(None)))
    money = _ids(
        connection,
        select(payments.c.order_id).where(
            payments.c.status.in_([PaymentStatus.AUTHORISED.value, PaymentStatus.CAPTURED.value])
        ),
    )
    at_dom = {row["order_number"] for row in ledgers.dom_table("orders")}
    shut = _ids(connection, select(carts.c.cart_id).where(carts.c.status == CartStatus.IN_CHECKOUT.value))
    busy = _ids(
        connection,
        select(checkout_attempts.c.cart_id).where(
            checkout_attempts.c.state.in_(
                [CheckoutState.RUNNING.value, CheckoutState.CHECKING.value, CheckoutState.STUCK.value]
            )
        ),
    )
    world = _ids(
        connection,
        select(checkout_attempts.c.order_id)
        .join(take_backs, take_backs.c.attempt_id == checkout_attempts.c.attempt_id)
        .where(take_backs.c.state == TakeBackState.OPEN.value),
    )
    rows = connection.execute(
        select(orders.c.order_id, orders.c.number, orders.c.cart_id).where(orders.c.status == _FAILED)
    )
    found = []
    for order in rows:
        wrong = {
            "It failed without a trail of its checkout.": order.order_id not in tried
            or order.number not in trail,
            "It failed and still holds stock.": order.order_id in stock,
            "It failed and still holds money.": order.order_id in money,
            "It failed, and something is still to be taken back.": ledgers.quiet and order.order_id in world,
            "It failed, and the DOM holds it.": order.number in at_dom,
            "It failed, and its cart can not be used.": order.cart_id in shut - busy,
        }
        found += [(order.number, sentence) for sentence, is_wrong in wrong.items() if is_wrong]
    return violations(found)


def a_closed_cart_has_its_order(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """15: a cart is closed if and only if its order exists."""
    ordered = _ids(connection, select(orders.c.cart_id).where(orders.c.status.not_in([_FAILED, _PENDING])))
    found = []
    for cart in connection.execute(select(carts.c.cart_id, carts.c.status)):
        closed = cart.status == CartStatus.ORDERED.value
        if closed and cart.cart_id not in ordered:
            found.append((cart.cart_id, "The cart is closed, and there is no order."))
        # Closing is a finalize action: tried again after the pivot, so late only until it is quiet.
        if not closed and cart.cart_id in ordered and ledgers.quiet:
            found.append((cart.cart_id, "The order exists, and its cart is not closed."))
    return violations(found)


def _is_allowed(before: Row[Any], after: Row[Any], *, failed: bool) -> bool:
    """A newer message of the DOM may correct a status explicitly; its reason says that it does.

    A checkout that was rolled back went back by the way it had come.
    """
    if after.reason.startswith("Correction"):
        return True
    was, became = OrderStatus(before.status), OrderStatus(after.status)
    return became in ORDER_MOVES[was] or (failed and ROLLBACK_MOVES.get(was) is became)


def _last_numbers(connection: Connection) -> dict[str, int]:
    return {str(row.name): int(row.value) for row in connection.execute(select(counters))}


def _never_paid(connection: Connection) -> dict[str, str]:
    """Return the orders (number by id) that wait for a payment by link, or were cancelled while they did."""
    before = {OrderStatus.PAYMENT_INITIATED.value, OrderStatus.CANCELLED.value, OrderStatus.JUNK.value}
    seen: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, str] = {}
    for row in connection.execute(
        select(orders.c.order_id, orders.c.number, order_statuses.c.status).join(
            order_statuses, order_statuses.c.order_id == orders.c.order_id
        )
    ):
        seen[row.order_id].add(row.status)
        numbers[row.order_id] = row.number
    early = {_PENDING, OrderStatus.SUBMITTED.value}
    return {
        order_id: numbers[order_id]
        for order_id, statuses in seen.items()
        if OrderStatus.PAYMENT_INITIATED.value in statuses and statuses <= before | early
    }


def _ids(connection: Connection, query: Any) -> set[str]:  # noqa: ANN401 - a Select of one untyped column
    return set(connection.execute(query).scalars())


def _once(names: Any) -> list[str]:  # noqa: ANN401 - any iterable of untyped columns
    return list(dict.fromkeys(names))
