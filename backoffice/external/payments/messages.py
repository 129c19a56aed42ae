"""What is said on the wire to and from the gateway, as in ``resources/openapi/payments.yaml``.

Both sides use it.
Strict: a number is no text, a field nobody knows is an error. Amounts are whole minor units of ``currency``.
"""

from datetime import UTC
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from backoffice.external.payments.card_guard import SENTENCE, looks_like_card

Amount = Annotated[int, Field(ge=1, le=999_999_999_999)]
Total = Annotated[int, Field(ge=0, le=999_999_999_999)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC)), Field(strict=False)]
PaymentStatus = Literal[
    "pending", "authorised", "declined", "captured", "voided", "refunded", "partially_refunded", "expired"
]
LinkStatus = Literal["open", "paid", "expired", "cancelled"]


def _no_card(text: str) -> str:
    if looks_like_card(text):
        raise ValueError(SENTENCE)
    return text


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_no_card),
]
Text = Annotated[
    str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$"), AfterValidator(_no_card)
]


class Message(BaseModel):
    """Strict, frozen, and nothing unknown."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AuthoriseBody(Message):
    """POST /payments."""

    reference: Name
    token: Name
    amount: Amount
    currency: Currency
    customer_reference: Name
    description: Text = ""


class AmountBody(Message):
    """POST /payments/{id}/captures and /refunds."""

    amount: Amount
    currency: Currency


class EmptyBody(Message):
    """POST /payments/{id}/void and /links/{id}/cancel."""


class LinkBody(Message):
    """POST /links."""

    reference: Name
    amount: Amount
    currency: Currency
    expires_at: Moment
    description: Text = ""


class PaymentMessage(Message):
    """One payment as the gateway knows it."""

    id: Name
    reference: Name
    status: PaymentStatus
    currency: Currency
    authorised: Total
    captured: Total
    refunded: Total
    decline_code: Text
    decline_reason: Text
    expires_at: Moment | None


class PaymentsMessage(Message):
    """GET /payments?reference=...: none or one."""

    payments: list[PaymentMessage] = Field(max_length=1)


class LinkMessage(Message):
    """One page to pay on."""

    id: Name
    url: Text
    reference: Name
    amount: Amount
    currency: Currency
    status: LinkStatus
    expires_at: Moment


class CardMessage(Message):
    """A saved card: never its number."""

    token: Name
    label: Name


class CardsMessage(Message):
    """GET /customers/{reference}/cards."""

    cards: list[CardMessage] = Field(max_length=100)


class ErrorDetail(Message):
    """Why not: a stable code and a sentence."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]
    message: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ErrorMessage(Message):
    """Every answer that is not 2xx."""

    error: ErrorDetail


class PaymentAuthorizationComplete(Message):
    """Pushed to us, signed (Standard Webhooks), when a pending payment or a link was decided.

    ``data.status`` is authorised or declined; the ``webhook-id`` header is the message's id, the same on
    every try.
    """

    type: Literal["PaymentAuthorizationComplete"]
    timestamp: Moment
    data: PaymentMessage
