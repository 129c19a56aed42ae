"""PaymentAuthorizationComplete as the payment simulator pushes it: signed by Standard Webhooks, read strictly."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from backoffice.domain.errors import InvalidInput
from backoffice.external.payments.messages import PaymentAuthorizationComplete, PaymentMessage
from backoffice.external.payments.port import GatewayPayment, Notice
from backoffice.external.signing import verify


def read_signed(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime) -> Notice:
    """Verify, then read.

    Raises:
        NotAllowed: no secret signed this body about now.
        InvalidInput: it is signed, and not that message.
    """
    message_id = verify(secrets, headers=headers, body=body, now=now)
    try:
        told = PaymentAuthorizationComplete.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidInput(
            f"The message's {where} can not be read: {first['msg']}.", field=where, code="invalid_message"
        ) from None
    return Notice(message_id=message_id, payment=payment_of(told.data))


def payment_of(message: PaymentMessage) -> GatewayPayment:
    """The port's value of a payment on the wire."""
    return GatewayPayment(
        gateway_id=message.id,
        **message.model_dump(exclude={"id"}),  # the other fields have the same names
    )
