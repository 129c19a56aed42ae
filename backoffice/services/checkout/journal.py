"""The journal of checkouts: attempts and their steps, as rows. Steps are only ever added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from backoffice.domain.ids import OrderNumber
from backoffice.domain.money import Money
from backoffice.domain.order import SubmitResult
from backoffice.domain.statuses import CheckoutState, OrderStatus
from backoffice.services.checkout.work import Work
from backoffice.services.codec import pack
from backoffice.services.payments.links import read_link
from backoffice.services.payments.parts import waits_for_customer
from backoffice.store.tables.ordering import checkout_attempts, checkout_steps, orders
from backoffice.store.writing import Write

FIRST_REVERSIBLE = "createNewOrder"
_LAST_PLACE = select(func.coalesce(func.max(checkout_steps.c.place), 0)).where(
    checkout_steps.c.attempt_id == bindparam("attempt")
)
_INSERT_STEPS = Write(insert(checkout_steps))
_INSERT_ATTEMPT = Write(insert(checkout_attempts))
_END_ATTEMPT = Write(
    update(checkout_attempts)
    .where(checkout_attempts.c.attempt_id == bindparam("attempt"))
    .values(
        {name: bindparam(name) for name in ("state", "failed_action", "sentence", "advice", "updated_at")}
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the journal: ``what`` is execute or undo; ``outcome`` intended, done, failed or unknown."""

    action: str
    what: str
    outcome: str
    reason: str = ""


def open_attempt(work: Work, owner: str, lease: timedelta) -> None:
    """Write the attempt's row; a second live one for the same cart is an IntegrityError."""
    _INSERT_ATTEMPT(
        work.connection,
        {
            "attempt_id": work.attempt_id,
            "cart_id": work.cart.cart_id,
            "cart_version": work.cart.version,
            "order_id": work.order_id,
            "order_number": work.order_number,
            "state": CheckoutState.RUNNING.value,
            "failed_action": "",
            "sentence": "",
            "advice": "",
            "actor": pack(work.actor),
            "started_at": work.now,
            "updated_at": work.now,
            "owner": owner,
            "lease_until": work.now + lease,
        },
    )


def write_steps(work: Work, steps: Sequence[Step], *, are_first: bool = False) -> None:
    """Add lines to the journal, in order; ``are_first`` when the attempt has none yet."""
    if not steps:
        return
    last: int = (
        0 if are_first else work.connection.execute(_LAST_PLACE, {"attempt": work.attempt_id}).scalar_one()
    )
    _INSERT_STEPS(
        work.connection,
        [
            {
                "attempt_id": work.attempt_id,
                "place": last + number,
                "action": step.action,
                "what": step.what,
                "outcome": step.outcome,
                "reason": step.reason,
                "at": work.now,
            }
            for number, step in enumerate(steps, 1)
        ],
    )


def read_steps(connection: Connection, attempt_id: str) -> tuple[Step, ...]:
    """Return the journal of one attempt, in order."""
    rows = connection.execute(
        select(checkout_steps)
        .where(checkout_steps.c.attempt_id == attempt_id)
        .order_by(checkout_steps.c.place)
    )
    return tuple(
        Step(action=row.action, what=row.what, outcome=row.outcome, reason=row.reason) for row in rows
    )


def begun(steps: Iterable[Step | Row[Any]]) -> tuple[str, ...]:
    """Return the reversible actions a journal says were begun, in their order: the order's creation is the first."""
    names = list(dict.fromkeys(step.action for step in steps if step.what == "execute"))
    return tuple(names[names.index(FIRST_REVERSIBLE) :]) if FIRST_REVERSIBLE in names else ()


def end_attempt(
    work: Work, state: CheckoutState, *, failed_action: str = "", sentence: str = "", advice: str = ""
) -> None:
    """Move the attempt to the state it ends, or waits, in; who waits says until when with ``wait_until``."""
    _END_ATTEMPT(
        work.connection,
        {
            "attempt": work.attempt_id,
            "state": state.value,
            "failed_action": failed_action,
            "sentence": sentence,
            "advice": advice,
            "updated_at": work.now,
        },
    )


def wait_until(work: Work, moment: datetime) -> None:
    """Leave the attempt alone until then."""
    work.connection.execute(
        update(checkout_attempts)
        .where(checkout_attempts.c.attempt_id == work.attempt_id)
        .values(lease_until=moment)
    )


def take_over(connection: Connection, row: Row[Any], owner: str, now: datetime, lease: timedelta) -> bool:
    """Become the attempt's owner if nobody was faster."""
    changed = connection.execute(
        update(checkout_attempts)
        .where(
            checkout_attempts.c.attempt_id == row.attempt_id,
            checkout_attempts.c.owner == row.owner,
            checkout_attempts.c.state == row.state,
            checkout_attempts.c.updated_at == row.updated_at,
        )
        .values(owner=owner, lease_until=now + lease, updated_at=now)
    )
    return bool(changed.rowcount)


def attempt(connection: Connection, attempt_id: str) -> Row[Any] | None:
    """Return the attempt's row."""
    return connection.execute(
        select(checkout_attempts).where(checkout_attempts.c.attempt_id == attempt_id)
    ).first()


def last_attempt(connection: Connection, cart_id: str) -> Row[Any] | None:
    """Return the newest attempt of a cart."""
    return connection.execute(
        select(checkout_attempts)
        .where(checkout_attempts.c.cart_id == cart_id)
        .order_by(checkout_attempts.c.started_at.desc(), checkout_attempts.c.attempt_id)
        .limit(1)
    ).first()


def completed(work: Work) -> SubmitResult:
    """Say that the attempt became an order."""
    waits = waits_for_customer(work.cart)
    return SubmitResult(
        state=CheckoutState.COMPLETED,
        order_number=work.order_number,
        total=work.cart.prepared.totals.total if work.cart.prepared else None,
        sentence=_submitted(work.order_number, waits=waits),
        link=read_link(work.connection, work.order_id) if waits else None,
    )


def result_of(connection: Connection, row: Row[Any]) -> SubmitResult:
    """Say in the desk's words where an attempt is."""
    state = CheckoutState(row.state)
    order = connection.execute(
        select(orders.c.total, orders.c.currency, orders.c.status).where(orders.c.order_id == row.order_id)
    ).first()
    waits = order is not None and order.status == OrderStatus.PAYMENT_INITIATED.value
    sentences = {
        CheckoutState.COMPLETED: _submitted(row.order_number, waits=waits),
        CheckoutState.RUNNING: "Being submitted.",
        CheckoutState.CHECKING: "Not known yet: the bank has not answered. It is being asked.",
    }
    return SubmitResult(
        state=state,
        order_number=OrderNumber(row.order_number if order else ""),
        total=Money(order.total, order.currency) if order else None,
        sentence=sentences.get(state, row.sentence),
        advice=row.advice,
        link=read_link(connection, row.order_id) if waits else None,
    )


def _submitted(order_number: str, *, waits: bool) -> str:
    if waits:
        return f"Submitted as {order_number}; it goes on when the customer has paid by link."
    return f"Submitted as {order_number}."
