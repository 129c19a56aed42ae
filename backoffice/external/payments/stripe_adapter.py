"""Stripe, through its own SDK.

1. Authorise: a PaymentIntent, captured by hand, confirmed at once with a saved card, marked as a phone order.
2. Capture: once, wholly or in part; Stripe lets go of the rest. Void: cancel. Refund: of the intent.
3. Pay by link: a Payment Link that can be paid once. Stripe's links do not expire: the store cancels its own.
4. Every POST carries our key as Stripe's idempotency key, which lives 24 hours.
5. Webhooks: Stripe's signature is verified, then the payment an event is about is read.
6. A customer of ours is the one of Stripe's that carries our id as ``backoffice_customer`` in its metadata.

Stripe's search is minutes behind, so `find` reads the newest intents instead, back to ``look_back``.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import stripe
from pydantic import BaseModel, ValidationError

from backoffice.domain.errors import InvalidInput, NotAllowed
from backoffice.domain.ids import utc_now
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown
from backoffice.external.http import HttpClient
from backoffice.external.payments.card_guard import SENTENCE, looks_like_card
from backoffice.external.payments.port import (
    AuthoriseRequest,
    GatewayCapabilities,
    GatewayPayment,
    Notice,
    PaymentLink,
    SavedCard,
)
from backoffice.external.payments.stripe_messages import (
    BY_LINK,
    CUSTOMER,
    EXPIRES_AT,
    REFERENCE,
    Intent,
    Link,
    PaymentMethod,
    card_of,
    payment_of,
)
from backoffice.external.payments.stripe_transport import StripeTransport, Unanswered, outcome_of

M = TypeVar("M", bound=BaseModel)
STRIPE = "https://api.stripe.com"
_WITH_CHARGE = ["latest_charge"]
_PAGE, _MOST_PAGES = 100, 20
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOLD = frozenset(
    {"payment_intent.amount_capturable_updated", "payment_intent.payment_failed", "payment_intent.canceled"}
)


class StripeGateway:
    """``StripeGateway(HttpClient(""), api_key="sk_...")``; the client is closed by whoever made it."""

    name = "stripe"
    capabilities = GatewayCapabilities(
        key_lifetime=timedelta(hours=24),
        replays_errors=True,
        lookup_by_reference=True,
        void_is_idempotent=True,
        saved_cards=True,
        payment_links=True,
        captures_once=True,
    )

    def __init__(
        self,
        client: HttpClient,
        *,
        api_key: str,
        address: str = STRIPE,
        look_back: timedelta = timedelta(days=8),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``look_back``: how old the payments are that ``find`` looks through."""
        self._stripe = stripe.StripeClient(
            api_key,
            http_client=StripeTransport(client),
            base_addresses={"api": address},
            max_network_retries=0,  # second tries are ours to decide
        )
        self._look_back, self._clock = look_back, clock
        self._customers: dict[str, str] = {}  # our reference to Stripe's id

    async def list_saved_cards(self, customer_reference: str) -> Outcome[tuple[SavedCard, ...]]:
        """Cards kept for this customer, may be none."""

        async def ask() -> tuple[SavedCard, ...]:
            customer = await self._customer(customer_reference)
            if not customer:
                return ()
            listed = await self._stripe.v1.payment_methods.list_async(
                {"customer": customer, "type": "card", "limit": _PAGE}
            )
            return tuple(card_of(_read(PaymentMethod, method)) for method in listed.data)

        return await outcome_of(ask)

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        """Hold the amount; a decline is ``Refused`` with the bank's code."""
        if looks_like_card(request.reference, request.token, request.description, key):
            return Refused(code="card_number", reason=SENTENCE)
        if request.amount.minor <= 0:
            return Refused(code="invalid", reason="An amount is more than nothing.")
        wanted: Any = {
            "amount": request.amount.minor,
            "currency": request.amount.currency.lower(),
            "payment_method": request.token,
            "payment_method_types": ["card"],
            "payment_method_options": {"card": {"moto": True}},
            "capture_method": "manual",
            "confirm": True,
            "metadata": {REFERENCE: request.reference},
            "expand": _WITH_CHARGE,
        }
        wanted |= {"description": request.description} if request.description else {}

        async def ask() -> Any:  # noqa: ANN401 - the SDK's own object
            customer = await self._customer(request.customer_reference)
            asked = wanted | ({"customer": customer} if customer else {})
            return await self._stripe.v1.payment_intents.create_async(asked, _key(key))

        outcome = await self._intent(ask)
        match outcome:
            case Succeeded(value=GatewayPayment(status="declined") as declined):
                return Refused(code=declined.decline_code, reason=declined.decline_reason or "Declined.")
            case _:
                return outcome

    async def capture(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Take what was held, or part of it, once; Stripe lets go of the rest."""
        return await self._intent(
            lambda: self._stripe.v1.payment_intents.capture_async(
                gateway_id, {"amount_to_capture": amount.minor, "expand": _WITH_CHARGE}, _key(key)
            )
        )

    async def void(self, gateway_id: str, *, key: str) -> Outcome[GatewayPayment]:
        """Let go of what is held; an intent that was cancelled before is as good."""
        outcome = await self._intent(
            lambda: self._stripe.v1.payment_intents.cancel_async(
                gateway_id, {"expand": _WITH_CHARGE}, _key(key)
            )
        )
        if not isinstance(outcome, Refused):
            return outcome
        now = await self._intent(lambda: self._retrieve(gateway_id))
        voided = isinstance(now, Succeeded) and now.value.status in ("voided", "expired")
        return now if voided else outcome

    async def refund(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Give back what was captured, or part of it."""

        async def ask() -> Any:  # noqa: ANN401 - the SDK's own object
            await self._stripe.v1.refunds.create_async(
                {"payment_intent": gateway_id, "amount": amount.minor}, _key(key)
            )
            return await self._retrieve(gateway_id)

        return await self._intent(ask)

    async def find(self, reference: str) -> Outcome[GatewayPayment | None]:
        """The newest intent with this reference, back to ``look_back``."""

        async def ask() -> GatewayPayment | None:
            oldest = int((self._clock() - self._look_back).timestamp())
            after = ""
            for _ in range(_MOST_PAGES):
                page = await self._stripe.v1.payment_intents.list_async(
                    {"limit": _PAGE, "starting_after": after} if after else {"limit": _PAGE}
                )
                intents = [_read(Intent, listed) for listed in page.data]
                found = next((one for one in intents if one.metadata.get(REFERENCE) == reference), None)
                if found is not None:
                    return payment_of(_read(Intent, await self._retrieve(found.id)))
                if not page.has_more or intents[-1].created < oldest:
                    return None
                after = intents[-1].id
            raise Unanswered(Unknown(reason="Stripe holds too many payments to look through."))

        return await outcome_of(ask)

    async def create_link(
        self, reference: str, amount: Money, *, expires_at: datetime, key: str, description: str = ""
    ) -> Outcome[PaymentLink]:
        """Make a page that can be paid once."""
        if looks_like_card(reference, description, key):
            return Refused(code="card_number", reason=SENTENCE)
        metadata = {REFERENCE: reference, EXPIRES_AT: expires_at.isoformat()}
        wanted: Any = {
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": amount.minor,
                        "product_data": {"name": description or reference},
                    },
                }
            ],
            "payment_intent_data": {"capture_method": "manual", "metadata": metadata | {BY_LINK: "1"}},
            "restrictions": {"completed_sessions": {"limit": 1}},
            "metadata": metadata,
        }
        return await self._link(lambda: self._stripe.v1.payment_links.create_async(wanted, _key(key)))

    async def cancel_link(self, link_id: str, *, key: str) -> Outcome[PaymentLink]:
        """Close the page; a paid one stays paid."""
        return await self._link(
            lambda: self._stripe.v1.payment_links.update_async(link_id, {"active": False}, _key(key))
        )

    def read_notice(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime
    ) -> Notice:
        """Verify Stripe's signature by the clock of this machine, then read the payment an event is about."""
        for secret in secrets:
            try:
                event = stripe.Webhook.construct_event(body, headers.get("stripe-signature", ""), secret)
            except stripe.SignatureVerificationError:
                continue
            except ValueError:
                break
            try:
                payment = payment_of(_read(Intent, event.data.object)) if event.type in _TOLD else None
            except ValidationError:
                break
            return Notice(message_id=event.id, payment=payment if payment and payment.reference else None)
        else:
            raise NotAllowed("No secret of this store signed the message.", code="bad_signature")
        raise InvalidInput("This is no event of Stripe's.", code="invalid_message")

    async def _customer(self, reference: str) -> str:
        """Stripe's id of a customer who carries ours in its metadata, "" when there is none."""
        if reference.startswith("cus_") or not _REFERENCE.fullmatch(reference):
            return reference if reference.startswith("cus_") else ""
        if reference not in self._customers:
            found = await self._stripe.v1.customers.search_async(
                {"query": f"metadata['{CUSTOMER}']:'{reference}'", "limit": 1}
            )
            if not found.data:
                return ""
            self._customers[reference] = found.data[0].id
        return self._customers[reference]

    async def _retrieve(self, gateway_id: str) -> Any:  # noqa: ANN401 - the SDK's own object
        return await self._stripe.v1.payment_intents.retrieve_async(gateway_id, {"expand": _WITH_CHARGE})

    async def _intent(self, ask: Callable[[], Awaitable[Any]]) -> Outcome[GatewayPayment]:
        async def read() -> GatewayPayment:
            return payment_of(_read(Intent, await ask()))

        return await outcome_of(read)

    async def _link(self, ask: Callable[[], Awaitable[Any]]) -> Outcome[PaymentLink]:
        async def read() -> PaymentLink:
            link = _read(Link, await ask())
            paid = False
            if not link.active:
                sessions = await self._stripe.v1.checkout.sessions.list_async({"payment_link": link.id})
                paid = any(session.status == "complete" for session in sessions.data)
            return PaymentLink(
                link_id=link.id,
                url=link.url,
                reference=link.metadata.get(REFERENCE, ""),
                expires_at=datetime.fromisoformat(link.metadata[EXPIRES_AT]),
                status="open" if link.active else "paid" if paid else "cancelled",
            )

        return await outcome_of(read)


def _read(kind: type[M], value: Any) -> M:  # noqa: ANN401 - the SDK's own object
    return kind.model_validate(value.to_dict())


def _key(key: str) -> Any:  # noqa: ANN401 - the SDK's own options
    return {"idempotency_key": key}
