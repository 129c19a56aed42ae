"""The gateway over HTTP, as described in ``resources/openapi/payments.yaml``.

1. Key first: every POST carries an ``Idempotency-Key``, so asking again never does it twice.
2. No connection, or turned away (429): ``Unreachable``.
3. A whole 4xx answer with a code and a sentence: ``Refused``; but ``key_in_progress`` is ``Unknown``, the
   first try still runs.
4. A whole 2xx answer that fits what was asked: ``Succeeded``. Everything else was sent and is ``Unknown``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown
from backoffice.external.http import Answer, HttpClient, retry_after
from backoffice.external.payments.card_guard import SENTENCE, looks_like_card
from backoffice.external.payments.messages import (
    AmountBody,
    AuthoriseBody,
    CardsMessage,
    EmptyBody,
    ErrorMessage,
    LinkBody,
    LinkMessage,
    PaymentMessage,
    PaymentsMessage,
)
from backoffice.external.payments.notices import payment_of, read_signed
from backoffice.external.payments.port import (
    AuthoriseRequest,
    GatewayCapabilities,
    GatewayPayment,
    Notice,
    PaymentLink,
    SavedCard,
)

M = TypeVar("M", bound=BaseModel)
_OK, _CREATED, _CLIENT_ERROR, _SERVER_ERROR = 200, 201, 400, 500
_NONSENSE = Unknown(reason="The payment gateway gave an answer that makes no sense.")


class HttpPaymentGateway:
    """``HttpPaymentGateway(HttpClient("http://127.0.0.1:8091"))``.

    The client is closed by whoever made it.
    """

    name = "http"
    capabilities = GatewayCapabilities(
        key_lifetime=timedelta(days=365),
        replays_errors=True,
        lookup_by_reference=True,
        void_is_idempotent=True,
        saved_cards=True,
        payment_links=True,
    )

    def __init__(self, client: HttpClient) -> None:
        """Speak through ``client``, whose deadline holds for every call."""
        self._client = client

    async def list_saved_cards(self, customer_reference: str) -> Outcome[tuple[SavedCard, ...]]:
        """Cards kept for this customer, may be none."""
        if not customer_reference:
            return Succeeded(value=())
        answer = await self._client.request("GET", f"/customers/{_part(customer_reference)}/cards")
        match _read(answer, CardsMessage, _OK):
            case Succeeded(value=message):
                return Succeeded(value=tuple(SavedCard(token=c.token, label=c.label) for c in message.cards))
            case other:
                return other

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        """Hold the amount; a decline is ``Refused`` with the bank's code."""
        try:
            body = AuthoriseBody(
                reference=request.reference,
                token=request.token,
                amount=request.amount.minor,
                currency=request.amount.currency,
                customer_reference=request.customer_reference,
                description=request.description,
            )
        except ValidationError as error:
            return _refuse_ours(error)
        outcome = await self._post_for_payment("/payments", body, key, _CREATED)
        if isinstance(outcome, Succeeded) and (
            outcome.value.reference != request.reference
            or outcome.value.currency != request.amount.currency
            or outcome.value.authorised not in (0, request.amount.minor)
            or outcome.value.status == "declined"
        ):
            return _NONSENSE
        return outcome

    async def capture(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Take what was held, or part of it."""
        return await self._move(gateway_id, "captures", amount, key)

    async def void(self, gateway_id: str, *, key: str) -> Outcome[GatewayPayment]:
        """Let go of what is held; again and again, if need be."""
        path = f"/payments/{_part(gateway_id)}/void"
        return await self._post_for_payment(path, EmptyBody(), key, _OK, gateway_id)

    async def refund(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Give back what was captured, or part of it."""
        return await self._move(gateway_id, "refunds", amount, key)

    async def find(self, reference: str) -> Outcome[GatewayPayment | None]:
        """Look up by our reference; ``Succeeded(None)``: not seen so far."""
        answer = await self._client.request("GET", "/payments", params={"reference": reference})
        match _read(answer, PaymentsMessage, _OK):
            case Succeeded(value=PaymentsMessage(payments=[])):
                return Succeeded(value=None)
            case Succeeded(value=PaymentsMessage(payments=[message])) if message.reference == reference:
                return Succeeded(value=payment_of(message))
            case Succeeded():
                return _NONSENSE
            case other:
                return other

    async def create_link(
        self, reference: str, amount: Money, *, expires_at: datetime, key: str, description: str = ""
    ) -> Outcome[PaymentLink]:
        """Make a page to pay on."""
        try:
            body = LinkBody(
                reference=reference,
                amount=amount.minor,
                currency=amount.currency,
                expires_at=expires_at,
                description=description,
            )
        except ValidationError as error:
            return _refuse_ours(error)
        return _link_of(_read(await self._post("/links", body, key), LinkMessage, _CREATED))

    async def cancel_link(self, link_id: str, *, key: str) -> Outcome[PaymentLink]:
        """Close the page; a paid one stays paid."""
        answer = await self._post(f"/links/{_part(link_id)}/cancel", EmptyBody(), key)
        return _link_of(_read(answer, LinkMessage, _OK))

    def read_notice(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime
    ) -> Notice:
        """Verify by Standard Webhooks, then read."""
        return read_signed(body, headers, secrets=secrets, now=now)

    async def _move(self, gateway_id: str, what: str, amount: Money, key: str) -> Outcome[GatewayPayment]:
        try:
            body = AmountBody(amount=amount.minor, currency=amount.currency)
        except ValidationError as error:
            return _refuse_ours(error)
        return await self._post_for_payment(
            f"/payments/{_part(gateway_id)}/{what}", body, key, _OK, gateway_id
        )

    async def _post_for_payment(
        self, path: str, body: BaseModel, key: str, status: int, gateway_id: str = ""
    ) -> Outcome[GatewayPayment]:
        match _read(await self._post(path, body, key), PaymentMessage, status):
            case Succeeded(value=message) if gateway_id in ("", message.id):
                return Succeeded(value=payment_of(message))
            case Succeeded():
                return _NONSENSE
            case other:
                return other

    async def _post(self, path: str, body: BaseModel, key: str) -> Outcome[Answer]:
        if looks_like_card(path, key):
            return Refused(code="card_number", reason=SENTENCE)
        headers = {"content-type": "application/json", "idempotency-key": key}
        return await self._client.request("POST", path, body=body.model_dump_json().encode(), headers=headers)


def _read(answer: Outcome[Answer], kind: type[M], status: int) -> Outcome[M]:
    if not isinstance(answer, Succeeded):
        return answer
    got = answer.value
    try:
        if got.status == status:
            return Succeeded(value=kind.model_validate_json(got.body))
        if _CLIENT_ERROR <= got.status < _SERVER_ERROR:
            detail = ErrorMessage.model_validate_json(got.body).error
            if detail.code == "key_in_progress":
                wait = retry_after(got.headers.get("retry-after", ""), datetime.now().astimezone())
                return Unknown(reason=detail.message, retry_after=wait)
            return Refused(code=detail.code, reason=detail.message)
    except ValidationError:
        return _NONSENSE
    return _NONSENSE


def _link_of(outcome: Outcome[LinkMessage]) -> Outcome[PaymentLink]:
    if not isinstance(outcome, Succeeded):
        return outcome
    message = outcome.value
    return Succeeded(
        value=PaymentLink(
            link_id=message.id,
            url=message.url,
            reference=message.reference,
            expires_at=message.expires_at,
            status=message.status,
        )
    )


def _refuse_ours(error: ValidationError) -> Refused:
    """What the gateway would refuse is not sent."""
    first = error.errors(include_url=False, include_input=False)[0]
    if SENTENCE in first["msg"]:
        return Refused(code="card_number", reason=SENTENCE)
    where = ".".join(str(part) for part in first["loc"])
    return Refused(code="invalid", reason=f"The payment's {where} can not be sent: {first['msg']}.")


def _part(text: str) -> str:
    return quote(text, safe="")
