"""The parts of Stripe's objects we read, and what they mean in our words. Fields we do not name are ignored.

| PaymentIntent.status | ours |
|---|---|
| requires_capture | authorised |
| processing, requires_confirmation | pending |
| requires_action | declined: the bank wants what nobody can give by phone; pending on a page the customer pays on |
| requires_payment_method | declined after a failed try, pending before the first; on a page there may be another try |
| succeeded | captured, partially_refunded or refunded, by the charge |
| canceled | voided; expired when Stripe did it by itself |
"""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from backoffice.external.payments.port import GatewayPayment, SavedCard

REFERENCE = "backoffice_reference"
EXPIRES_AT = "backoffice_expires_at"
CUSTOMER = "backoffice_customer"
BY_LINK = "backoffice_by_link"


class _Object(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class CardDetails(_Object):
    """Of a charge or a payment method."""

    brand: str = "card"
    last4: str = ""
    exp_month: int = 0
    exp_year: int = 0
    capture_before: int | None = None


class PaymentMethodDetails(_Object):
    """Of a charge."""

    card: CardDetails | None = None


class Charge(_Object):
    """The money of a PaymentIntent."""

    amount: int
    captured: bool
    amount_captured: int | None = None
    amount_refunded: int = 0
    payment_method_details: PaymentMethodDetails | None = None


class PaymentError(_Object):
    """Why the last try failed."""

    code: str | None = None
    decline_code: str | None = None
    message: str | None = None


class Intent(_Object):
    """A PaymentIntent with its latest charge expanded."""

    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] = Field(default_factory=dict)
    latest_charge: Charge | str | None = None
    last_payment_error: PaymentError | None = None
    cancellation_reason: str | None = None
    created: int


class PaymentMethod(_Object):
    """A saved card."""

    id: str
    card: CardDetails | None = None


class Link(_Object):
    """A Payment Link."""

    id: str
    url: str
    active: bool
    metadata: dict[str, str] = Field(default_factory=dict)


def payment_of(intent: Intent) -> GatewayPayment:
    """The port's value of a PaymentIntent."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, Charge) else None
    captured = _captured(charge)
    # A part that was not captured is counted as refunded by Stripe; to us it was let go.
    released = charge.amount - captured if charge and captured else 0
    refunded = max(0, charge.amount_refunded - released) if charge and captured else 0
    status = _status(intent, captured, refunded)
    error = intent.last_payment_error
    declined = status == "declined"
    return GatewayPayment(
        gateway_id=intent.id,
        reference=intent.metadata.get(REFERENCE, ""),
        status=status,
        currency=intent.currency.upper(),
        authorised=intent.amount if status == "authorised" else captured,
        captured=captured,
        refunded=refunded,
        decline_code=decline_code(error) if declined else "",
        decline_reason=(error.message if error else "") or "" if declined else "",
        expires_at=_expires_at(charge) if status == "authorised" else None,
    )


def decline_code(error: PaymentError | None) -> str:
    """The bank's word before Stripe's."""
    if error is None:
        return "authentication_required"
    return error.decline_code or error.code or "declined"


def card_of(method: PaymentMethod) -> SavedCard:
    """``Visa ending 4242, 04/29``."""
    card = method.card or CardDetails()
    brand = card.brand.replace("_", " ").title()
    return SavedCard(
        token=method.id, label=f"{brand} ending {card.last4}, {card.exp_month:02}/{card.exp_year % 100:02}"
    )


def _captured(charge: Charge | None) -> int:
    if charge is None or not charge.captured:
        return 0
    return charge.amount if charge.amount_captured is None else charge.amount_captured


def _status(intent: Intent, captured: int, refunded: int) -> str:
    if intent.status == "canceled":
        return "expired" if intent.cancellation_reason == "automatic" else "voided"
    if intent.status == "succeeded":
        part = "refunded" if refunded == captured else "partially_refunded"
        return part if refunded else "captured"
    if intent.status == "requires_payment_method" and intent.last_payment_error is not None:
        return "pending" if BY_LINK in intent.metadata else "declined"
    if intent.status == "requires_action" and BY_LINK not in intent.metadata:
        return "declined"
    return "authorised" if intent.status == "requires_capture" else "pending"


def _expires_at(charge: Charge | None) -> datetime | None:
    details = charge.payment_method_details if charge else None
    before = details.card.capture_before if details and details.card else None
    return datetime.fromtimestamp(before, UTC) if before else None
