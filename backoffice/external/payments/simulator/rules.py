"""What may happen to a payment, as pure functions: a value goes in, a new value or a `Refusal` comes out.

| status | held or captured | may become |
|---|---|---|
| pending | 0 | authorised, declined, voided |
| authorised | the amount | captured, voided, expired |
| captured | captured + what is still held | captured (more of it), partially_refunded, refunded |
| partially_refunded, refunded | captured + what is still held | captured more, refunded more |
| declined, voided, expired | 0 | nothing |
"""

from dataclasses import dataclass, replace
from datetime import datetime

from backoffice.external.simulation.refusals import Refusal

OK, CREATED, PAYMENT_REQUIRED, NOT_FOUND, CONFLICT = 200, 201, 402, 404, 409


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """One payment. ``amount`` was asked for; ``authorised`` is held or captured; all in minor units."""

    id: str
    reference: str
    token: str
    customer_reference: str
    description: str
    currency: str
    amount: int
    status: str
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    decline_code: str = ""
    decline_reason: str = ""
    created_at: datetime
    expires_at: datetime | None = None
    decide_at: datetime | None = None  # pending: when the bank decides
    decide_code: str = ""  # pending: the bank's decline, "" to approve


def approve(payment: Paid, expires_at: datetime) -> Paid:
    """Hold the whole amount until ``expires_at``."""
    return replace(
        payment, status="authorised", authorised=payment.amount, expires_at=expires_at, decide_at=None
    )


def decline(payment: Paid, code: str, reason: str) -> Paid:
    """Hold nothing."""
    return replace(payment, status="declined", decline_code=code, decline_reason=reason, decide_at=None)


def capture(payment: Paid, amount: int, currency: str) -> Paid:
    """Take ``amount`` of what is still held."""
    _same_currency(payment, currency)
    left = payment.authorised - payment.captured
    if payment.status in ("pending", "declined", "voided", "expired"):
        raise Refusal(
            CONFLICT, f"payment_{payment.status}", f"The payment is {payment.status}: nothing to capture."
        )
    if amount > left:
        raise Refusal(
            CONFLICT, "capture_too_large", f"Only {left} of {payment.authorised} can still be captured."
        )
    return _settled(replace(payment, captured=payment.captured + amount))


def void(payment: Paid) -> Paid:
    """Let go of what is held and not captured; once more changes nothing."""
    if payment.captured and payment.captured == payment.authorised:
        raise Refusal(CONFLICT, "payment_captured", "The payment was captured: refund it instead.")
    if payment.captured:
        return replace(payment, authorised=payment.captured, expires_at=None)
    if payment.status in ("pending", "authorised"):
        return replace(payment, status="voided", authorised=0, expires_at=None, decide_at=None)
    return payment


def refund(payment: Paid, amount: int, currency: str) -> Paid:
    """Give back ``amount`` of what was captured."""
    _same_currency(payment, currency)
    left = payment.captured - payment.refunded
    if amount > left:
        raise Refusal(
            CONFLICT, "refund_too_large", f"Only {left} of {payment.captured} can still be refunded."
        )
    return _settled(replace(payment, refunded=payment.refunded + amount))


def expire(payment: Paid) -> Paid:
    """Let go of what is still held, since its time is over."""
    if payment.captured:
        return replace(payment, authorised=payment.captured, expires_at=None)
    return replace(payment, status="expired", authorised=0, expires_at=None)


def _settled(payment: Paid) -> Paid:
    if not payment.refunded:
        status = "captured"
    else:
        status = "refunded" if payment.refunded == payment.captured else "partially_refunded"
    whole = payment.captured == payment.authorised
    return replace(payment, status=status, expires_at=None if whole else payment.expires_at)


def _same_currency(payment: Paid, currency: str) -> None:
    if currency != payment.currency:
        raise Refusal(CONFLICT, "wrong_currency", f"The payment is in {payment.currency}, not {currency}.")
