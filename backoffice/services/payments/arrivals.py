"""PaymentAuthorizationComplete: what the gateway tells, or shows when looked at, of a payment that was pending.

| our payment | the gateway says | what follows |
|---|---|---|
| pending, by link | authorised, captured | paid: the order goes on (links.py) |
| pending, by link | declined, voided, expired | the order is cancelled |
| being asked for, a card | anything | the checkout that waits is resumed and looks for itself |
| let go of | authorised, captured | it came too late: let go of, and the customer is told |
| anything else | | nothing: it is known already |

An amount that is not the one asked for is never taken for payment: it is let go of, and the order is cancelled.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backoffice.domain.payment import PaymentMethod
from backoffice.domain.staff import SYSTEM
from backoffice.domain.statuses import CheckoutState, PaymentStatus
from backoffice.domain.sync import SyncOutcome
from backoffice.external.payments.port import GatewayPayment
from backoffice.services import audit
from backoffice.services.jobs import Jobs
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.services.payments.judge import LET_GO
from backoffice.services.payments.links import give_up_waiting, paid
from backoffice.services.payments.moves import ASKED, void_again
from backoffice.store.tables.ordering import checkout_attempts, orders, payments

_P = PaymentStatus
_HELD = frozenset({"authorised", "captured"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What became of it, and why."""

    outcome: SyncOutcome
    reason: str


def apply_payment(connection: Connection, jobs: Jobs, found: GatewayPayment, now: datetime) -> Arrival:
    """Take over what the gateway says of one payment, in the caller's transaction."""
    row = connection.execute(select(payments).where(payments.c.reference == found.reference)).first()
    if row is None:
        audit.record(connection, SYSTEM, "payment.unknown_told", found.reference[:64], at=now, detail={})
        return Arrival(outcome=SyncOutcome.SET_ASIDE, reason="No payment here has this reference.")
    if row.status == _P.PENDING.value and row.method == PaymentMethod.LINK.value:
        return _apply_to_page(connection, jobs, row, found, now)
    if row.status in ASKED:
        return _resume(connection, jobs, row, now)
    if row.status == _P.VOIDED.value and found.status in _HELD:
        return _too_late(connection, jobs, row, found, now)
    return Arrival(outcome=SyncOutcome.STALE, reason=f"The payment is {row.status} already.")


def _apply_to_page(
    connection: Connection, jobs: Jobs, row: Row[Any], found: GatewayPayment, now: datetime
) -> Arrival:
    if found.status in LET_GO:
        why = found.decline_reason or f"The payment was {found.status}."
        give_up_waiting(connection, jobs, row, because=why, now=now)
        return Arrival(outcome=SyncOutcome.APPLIED, reason=why)
    if found.status not in _HELD:
        return Arrival(outcome=SyncOutcome.STALE, reason="It is not decided yet.")
    if (found.authorised, found.currency) != (row.amount, row.currency):
        why = "The amount paid is not the amount asked for."
        give_up_waiting(connection, jobs, row, because=why, now=now)
        void_again(connection, jobs, row.payment_id, found.gateway_id, now)
        return Arrival(outcome=SyncOutcome.APPLIED, reason=why)
    paid(connection, jobs, row, found.gateway_id, now)
    return Arrival(outcome=SyncOutcome.APPLIED, reason="")


def _resume(connection: Connection, jobs: Jobs, row: Row[Any], now: datetime) -> Arrival:
    """A checkout waits for this: it is told to look now, and takes only the gateway's own books for true."""
    attempt: str | None = connection.execute(
        update(checkout_attempts)
        .where(
            checkout_attempts.c.order_id == row.order_id,
            checkout_attempts.c.state == CheckoutState.CHECKING.value,
        )
        .values(lease_until=now)
        .returning(checkout_attempts.c.attempt_id)
    ).scalar()
    if attempt is None:
        return Arrival(outcome=SyncOutcome.STALE, reason="It is being asked for right now.")
    jobs.enqueue(connection, "resume_checkout", attempt, key=f"resume-{attempt}-{now.timestamp():.3f}-told")
    return Arrival(outcome=SyncOutcome.APPLIED, reason="The checkout that waits for it goes on.")


def _too_late(
    connection: Connection, jobs: Jobs, row: Row[Any], found: GatewayPayment, now: datetime
) -> Arrival:
    why = "It was paid after its time, so the money is let go of."
    void_again(connection, jobs, row.payment_id, found.gateway_id, now)
    audit.record(connection, SYSTEM, "payment.too_late", row.reference, at=now, detail={"why": why})
    if row.method == PaymentMethod.LINK.value:
        order = connection.execute(select(orders).where(orders.c.order_id == row.order_id)).one()
        queue_mail(connection, jobs, order, Occasion.PAID_TOO_LATE, row.payment_id, at=now)
    return Arrival(outcome=SyncOutcome.APPLIED, reason=why)
