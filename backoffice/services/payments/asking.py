"""Asking a gateway for an authorisation or a page to pay on; and what became of one whose answer was lost.

1. the first time the gateway is simply asked, under the payment's own key; after silence its books are looked up before
   the answer is called unknown;
2. asked again, the books are looked up first, where the gateway can be asked for them by our reference;
3. what they do not hold is asked once more with the same key, while the key lives: only this settles a request that
   may still be on its way;
4. once the key is dead nothing is sent: what the books do not hold by then never arrived.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.payments.port import AuthoriseRequest, GatewayPayment, PaymentGateway, PaymentLink
from backoffice.services.checkout.work import Question

Answer = Outcome[GatewayPayment | PaymentLink]


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentQuestion(Question):
    """What the gateway is asked about one payment, which is the subject; money in minor units."""

    reference: str
    token: str
    amount: int
    currency: str
    customer_reference: str
    asked_before: bool  # an earlier try may have arrived, so nothing said now proves that it did not
    key_age: timedelta  # since the first try: keys do not live for ever
    link_until: datetime | None  # a page to pay on is asked for, open until then


NEVER_ARRIVED = Unreachable(reason="It never arrived at the gateway.")
NOBODY_KNOWS = Unknown(reason="The gateway can no longer be asked what became of it.")


async def ask_first(gateway: PaymentGateway, question: PaymentQuestion) -> Answer:
    """Ask under the payment's own key."""
    if question.link_until is not None:
        return await _link(gateway, question, question.link_until)
    answer = await gateway.authorise(_request(question), key=question.key)
    if isinstance(answer, Unknown) and gateway.capabilities.lookup_by_reference:
        found = await gateway.find(question.reference)
        if isinstance(found, Succeeded) and found.value is not None:
            return Succeeded(value=found.value)
    return answer


async def ask_again(gateway: PaymentGateway, question: PaymentQuestion) -> Answer:
    """Find out what became of a question that may have arrived."""
    if gateway.capabilities.lookup_by_reference:
        found = await gateway.find(question.reference)
        if not isinstance(found, Succeeded):
            return Unknown(reason=found.reason)
        if found.value is not None:
            return Succeeded(value=found.value)
    if question.key_age >= gateway.capabilities.key_lifetime:
        return NEVER_ARRIVED if gateway.capabilities.lookup_by_reference else NOBODY_KNOWS
    if question.link_until is not None:
        return _turned_away(await _link(gateway, question, question.link_until))
    return _turned_away(await gateway.authorise(_request(question), key=question.key))


def _turned_away(answer: Answer) -> Answer:
    """Whoever is turned away at the door knows nothing: the first try may be inside all the same."""
    if isinstance(answer, Unreachable) or (isinstance(answer, Refused) and answer.code.startswith("http_")):
        return Unknown(reason=answer.reason)
    return answer


def _request(question: PaymentQuestion) -> AuthoriseRequest:
    return AuthoriseRequest(
        reference=question.reference,
        token=question.token,
        amount=Money(question.amount, question.currency),
        customer_reference=question.customer_reference,
    )


async def _link(gateway: PaymentGateway, question: PaymentQuestion, until: datetime) -> Outcome[PaymentLink]:
    return await gateway.create_link(
        question.reference,
        Money(question.amount, question.currency),
        expires_at=until,
        key=question.key,
        description=f"Order {question.reference.rpartition('-')[0]}",
    )
