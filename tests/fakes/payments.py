"""A payment gateway in memory, by the simulator's own rules, whose answers can be scripted.

::

    gateway = FakePaymentGateway()
    gateway.script("authorise", Unknown(reason="No answer."), effect=True)  # the next call: done, not said
    gateway.script("capture", Unreachable(reason="Down."), times=3)  # the next three: nothing happens
    gateway.held()  # minor units still held, of all payments

Cards: those of the simulator (``card_approves``, ``card_insufficient_funds``, ``card_expired``;
``card_answers_late`` stays pending until ``decide(reference)``); the others approve.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.payments.card_guard import SENTENCE, looks_like_card
from backoffice.external.payments.notices import read_signed
from backoffice.external.payments.port import (
    AuthoriseRequest,
    GatewayCapabilities,
    GatewayPayment,
    Notice,
    PaymentLink,
    SavedCard,
)
from backoffice.external.payments.simulator import rules
from backoffice.external.payments.simulator.demo_cards import DECLINES, LABELS
from backoffice.external.payments.simulator.rules import Paid
from backoffice.external.simulation.refusals import Refusal

T = TypeVar("T")
Answer = Refused | Unreachable | Unknown
_DECLINING = {"card_insufficient_funds": "insufficient_funds", "card_expired": "expired_card"}
_SHOWN = [field.name for field in fields(GatewayPayment) if field.name != "gateway_id"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scripted:
    operation: str
    answer: Answer
    effect: bool


class FakePaymentGateway:
    """The port, whole; ``payments`` and ``calls`` may be looked at."""

    name = "fake"
    capabilities = GatewayCapabilities(
        key_lifetime=timedelta(days=365),
        replays_errors=True,
        lookup_by_reference=True,
        void_is_idempotent=True,
        saved_cards=True,
        payment_links=True,
    )

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.payments: dict[str, Paid] = {}
        self.links: dict[str, PaymentLink] = {}
        self.calls: list[tuple[str, str]] = []  # operation and key, each try
        self._clock = clock
        self._amounts: dict[str, Money] = {}
        self._keys: dict[str, tuple[object, object]] = {}
        self._script: list[_Scripted] = []

    def script(self, operation: str, answer: Answer, *, effect: bool = False, times: int = 1) -> None:
        """The next calls of ``operation`` end in ``answer``, with or without having been done."""
        self._script += [_Scripted(operation=operation, answer=answer, effect=effect)] * times

    def held(self) -> int:
        """What is held and not captured, over all payments."""
        return sum(payment.authorised - payment.captured for payment in self.payments.values())

    def decide(self, reference: str, code: str = "") -> GatewayPayment:
        """The bank decides a pending payment: approves, or declines with ``code``."""
        payment = self._by_reference(reference)
        assert payment is not None
        assert payment.status == "pending"
        return self._keep(self._decided(payment, code))

    def pay_link(self, link_id: str) -> GatewayPayment:
        """The customer presses Pay."""
        link = self.links[link_id]
        self.links[link_id] = replace(link, status="paid")
        return self._keep(
            self._decided(self._new(link.reference, "paid_by_link", "", self._amounts[link_id]), "")
        )

    async def list_saved_cards(self, customer_reference: str) -> Outcome[tuple[SavedCard, ...]]:
        cards = tuple(SavedCard(token=token, label=label) for token, label in LABELS.items())
        return self._answer("list_cards", lambda: cards)

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        def act() -> GatewayPayment:
            self._check_reference(request.reference)
            if request.amount.minor <= 0:
                raise Refusal(422, "invalid", "An amount is more than nothing.")
            if request.token not in LABELS:
                raise Refusal(402, "card_unknown", "The gateway knows no such saved card.")
            asked = self._new(request.reference, request.token, request.customer_reference, request.amount)
            if request.token == "card_answers_late":
                return self._keep(asked)
            decided = self._keep(self._decided(asked, _DECLINING.get(request.token, "")))
            if decided.decline_code:
                raise Refusal(402, decided.decline_code, decided.decline_reason)
            return decided

        if looks_like_card(request.reference, request.token, request.description, request.customer_reference):
            return Refused(code="card_number", reason=SENTENCE)
        return self._answer("authorise", self._once(key, request, act), key)

    async def capture(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        def act() -> GatewayPayment:
            return self._keep(rules.capture(self._payment(gateway_id), amount.minor, amount.currency))

        return self._answer("capture", self._once(key, ("capture", gateway_id, amount), act), key)

    async def void(self, gateway_id: str, *, key: str) -> Outcome[GatewayPayment]:
        def act() -> GatewayPayment:
            return self._keep(rules.void(self._payment(gateway_id)))

        return self._answer("void", self._once(key, ("void", gateway_id), act), key)

    async def refund(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        def act() -> GatewayPayment:
            return self._keep(rules.refund(self._payment(gateway_id), amount.minor, amount.currency))

        return self._answer("refund", self._once(key, ("refund", gateway_id, amount), act), key)

    async def find(self, reference: str) -> Outcome[GatewayPayment | None]:
        found = self._by_reference(reference)
        return self._answer("find", lambda: shown(found) if found else None)

    async def create_link(
        self, reference: str, amount: Money, *, expires_at: datetime, key: str, description: str = ""
    ) -> Outcome[PaymentLink]:
        def act() -> PaymentLink:
            self._check_reference(reference)
            if expires_at <= self._clock():
                raise Refusal(409, "link_expired", "The link would expire before it exists.")
            link_id = f"link_{new_id()}"
            self._amounts[link_id] = amount
            self.links[link_id] = PaymentLink(
                link_id=link_id,
                url=f"http://127.0.0.1/pay/{link_id}",
                reference=reference,
                expires_at=expires_at,
                status="open",
            )
            return self.links[link_id]

        if looks_like_card(reference, description):
            return Refused(code="card_number", reason=SENTENCE)
        return self._answer(
            "create_link", self._once(key, (reference, amount, expires_at, description), act), key
        )

    async def cancel_link(self, link_id: str, *, key: str) -> Outcome[PaymentLink]:
        def act() -> PaymentLink:
            if link_id not in self.links:
                raise Refusal(404, "link_unknown", "There is no such payment link.")
            if self.links[link_id].status == "open":
                self.links[link_id] = replace(self.links[link_id], status="cancelled")
            return self.links[link_id]

        return self._answer("cancel_link", self._once(key, ("cancel", link_id), act), key)

    def read_notice(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime
    ) -> Notice:
        return read_signed(body, headers, secrets=secrets, now=now)

    def _answer(self, operation: str, act: Callable[[], T], key: str = "") -> Outcome[T]:
        self.calls.append((operation, key))
        scripted = next((entry for entry in self._script if entry.operation == operation), None)
        if scripted is not None:
            self._script.remove(scripted)
            if not scripted.effect:
                return scripted.answer
        try:
            outcome: Outcome[T] = Succeeded(value=act())
        except Refusal as refused:
            outcome = Refused(code=refused.code, reason=refused.reason)
        return scripted.answer if scripted is not None else outcome

    def _once(self, key: str, request: object, act: Callable[[], T]) -> Callable[[], T]:
        """``act``, or what it came to when this key was used first."""

        def once() -> T:
            if key not in self._keys:
                try:
                    self._keys[key] = (request, act())
                except Refusal as refused:
                    self._keys[key] = (request, refused)
            before, result = self._keys[key]
            if before != request:
                raise Refusal(409, "key_reused", "This key was used before, for another request.")
            if isinstance(result, Refusal):
                raise result
            return cast(T, result)

        return once

    def _new(self, reference: str, token: str, customer: str, amount: Money) -> Paid:
        return Paid(
            id=f"pay_{new_id()}",
            reference=reference,
            token=token,
            customer_reference=customer,
            description="",
            currency=amount.currency,
            amount=amount.minor,
            status="pending",
            created_at=self._clock(),
        )

    def _decided(self, payment: Paid, code: str) -> Paid:
        if code:
            return rules.decline(payment, code, DECLINES.get(code, f"The bank declined: {code}."))
        return rules.approve(payment, self._clock() + timedelta(days=7))

    def _keep(self, payment: Paid) -> GatewayPayment:
        self.payments[payment.id] = payment
        return shown(payment)

    def _payment(self, gateway_id: str) -> Paid:
        if gateway_id not in self.payments:
            raise Refusal(404, "payment_unknown", "The gateway knows no such payment.")
        return self.payments[gateway_id]

    def _by_reference(self, reference: str) -> Paid | None:
        return next((paid for paid in self.payments.values() if paid.reference == reference), None)

    def _check_reference(self, reference: str) -> None:
        if self._by_reference(reference) or any(link.reference == reference for link in self.links.values()):
            raise Refusal(409, "reference_used", "There is a payment with this reference already.")


def shown(payment: Paid) -> GatewayPayment:
    """A payment as the port shows it."""
    return GatewayPayment(gateway_id=payment.id, **{name: getattr(payment, name) for name in _SHOWN})
