"""authorizePayments (PrimePayment): hold the amount of each payment; undone, every hold is let go.

On account there is nobody to ask. A card's intent is written first, with its key; the gateway is asked outside any
transaction; no answer is looked up by our reference before it is called unknown. Whoever asks again looks first, for a
key used before gets its first answer again, and then asks with that same key: only this settles what never arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from backoffice.domain.errors import Refusal
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import PaymentStatus
from backoffice.external.payments.port import AuthoriseRequest, GatewayPayment, PaymentGateway
from backoffice.services.checkout.work import Question, Work
from backoffice.services.jobs import Jobs
from backoffice.store.tables.ordering import payments

_S = PaymentStatus
_ASKED = (_S.AUTHORISING.value, _S.UNKNOWN.value, _S.PENDING.value)
_HELD = frozenset({"authorised", "captured"})
_MAY_HOLD = _HELD | {"pending"}
_NOT_HELD = frozenset({"declined", "voided", "expired"})
Answer = Outcome[GatewayPayment]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoriseQuestion(Question):
    """What the gateway is asked about one payment, which is the subject; money in minor units."""

    reference: str
    token: str
    amount: int
    currency: str
    customer_reference: str
    asked_before: bool  # an earlier try may have arrived, so nothing said now proves that it did not


class AuthorizePayments:
    """The one remote action of the happy path."""

    name = "authorizePayments"

    def execute(self, work: Work) -> None:
        """Authorise what needs nobody; write the intent for what does."""
        planned = {plan.method for plan in work.cart.payments}
        for method, status in (
            (PaymentMethod.ON_ACCOUNT, _S.AUTHORISED),
            (PaymentMethod.CARD, _S.AUTHORISING),
        ):
            if method not in planned:
                continue
            work.connection.execute(
                update(payments)
                .where(
                    payments.c.order_id == work.order_id,
                    payments.c.method == method.value,
                    payments.c.status == _S.PLANNED.value,
                )
                .values(status=status.value, updated_at=work.now)
            )

    def undo(self, work: Work) -> None:
        """Let go of every hold: at once where nobody is asked, else by durable job, which the screen shows."""
        let_go(work.connection, work.jobs, work.order_id, work.now)

    def questions(self, work: Work) -> tuple[AuthoriseQuestion, ...]:
        """Return the authorisations the gateway is to be asked for."""
        if all(plan.method is PaymentMethod.ON_ACCOUNT for plan in work.cart.payments):
            return ()
        rows = work.connection.execute(
            select(payments).where(payments.c.order_id == work.order_id, payments.c.status.in_(_ASKED))
        )
        return tuple(
            AuthoriseQuestion(
                subject=row.payment_id,
                reference=row.reference,
                key=row.key,
                token=row.token,
                amount=row.amount,
                currency=row.currency,
                customer_reference=work.cart.customer_id or "",
                asked_before=row.status != _S.AUTHORISING.value,
            )
            for row in rows
        )

    async def ask(self, gateway: PaymentGateway, question: AuthoriseQuestion) -> Answer:
        """Authorise with the payment's own key; after silence, look the reference up before calling it unknown."""
        if question.asked_before:
            return await _ask_again(gateway, question)
        answer = await gateway.authorise(_request(question), key=question.key)
        if not isinstance(answer, Unknown):
            return answer
        found = await gateway.find(question.reference)
        if isinstance(found, Succeeded) and found.value is not None:
            return Succeeded(value=found.value)
        return answer

    def settle(self, work: Work, answers: Mapping[str, Answer]) -> Refusal | bool:
        """Write each answer down; one no is a no for the order, and its record stays."""
        refusal: Refusal | None = None
        known = True
        for payment_id, answer in answers.items():
            status, values = _read(answer)
            work.connection.execute(
                update(payments)
                .where(payments.c.payment_id == payment_id, payments.c.status.in_(_ASKED))
                .values(status=status.value, updated_at=work.now, **values)
            )
            known = known and status is _S.AUTHORISED
            if status is _S.DECLINED:
                refusal = Refusal(
                    f"The card was declined: {values['reason']}",
                    field="payment",
                    advice="Nothing was charged. Choose another payment (F7) and submit again.",
                    code="declined",
                )
            elif status is _S.VOIDED:
                refusal = refusal or Refusal(
                    "The bank can not be reached, so nothing was charged.",
                    field="payment",
                    advice="Try again in a moment, or take the order on account.",
                    code="payments_unreachable",
                )
        return refusal or known

    def too_late(self, work: Work, answers: Mapping[str, Answer]) -> None:
        """Void again what was taken for never arrived, and did: a desk that stood still may ask after it was undone."""
        for payment_id, answer in answers.items():
            held = (
                answer.value if isinstance(answer, Succeeded) and answer.value.status in _MAY_HOLD else None
            )
            if held is None and not isinstance(answer, Unknown):
                continue
            changed = work.connection.execute(
                update(payments)
                .where(payments.c.payment_id == payment_id, payments.c.status == _S.VOIDED.value)
                .values(
                    status=_S.VOIDING.value, gateway_id=held.gateway_id if held else "", updated_at=work.now
                )
            )
            if changed.rowcount:
                key = f"void-{payment_id}-late-{work.now.timestamp():.3f}"
                work.jobs.enqueue(work.connection, "settle_payment", payment_id, key=key)


async def _ask_again(gateway: PaymentGateway, question: AuthoriseQuestion) -> Answer:
    """Look first; what the gateway has not seen is asked once more with the same key."""
    found = await gateway.find(question.reference)
    if isinstance(found, Succeeded) and found.value is not None:
        return Succeeded(value=found.value)
    if not isinstance(found, Succeeded):
        return Unknown(reason=found.reason)
    answer = await gateway.authorise(_request(question), key=question.key)
    if isinstance(answer, Unreachable) or (isinstance(answer, Refused) and answer.code.startswith("http_")):
        return Unknown(
            reason=answer.reason
        )  # turned away at the door: the first try may be inside all the same
    return answer


def _request(question: AuthoriseQuestion) -> AuthoriseRequest:
    return AuthoriseRequest(
        reference=question.reference,
        token=question.token,
        amount=Money(question.amount, question.currency),
        customer_reference=question.customer_reference,
    )


def let_go(connection: Connection, jobs: Jobs, order_id: str, now: datetime) -> None:
    """Void what an order's payments hold, or may hold; a gateway is told by durable job."""
    rows = connection.execute(
        select(payments).where(
            payments.c.order_id == order_id, payments.c.status.in_((*_ASKED, _S.AUTHORISED.value))
        )
    ).all()
    for row in rows:
        remote = row.method == PaymentMethod.CARD.value
        connection.execute(
            update(payments)
            .where(payments.c.payment_id == row.payment_id)
            .values(status=(_S.VOIDING if remote else _S.VOIDED).value, updated_at=now)
        )
        if remote:
            jobs.enqueue(connection, "settle_payment", row.payment_id, key=f"void-{row.payment_id}")


def _read(answer: Answer) -> tuple[PaymentStatus, dict[str, str]]:
    """Return what an answer makes of a payment, and what is written beside it."""
    if isinstance(answer, Succeeded):
        return _read_payment(answer.value)
    if isinstance(answer, Refused):
        return _S.DECLINED, {"reason": answer.reason}
    if isinstance(answer, Unknown):
        return _S.UNKNOWN, {"reason": answer.reason}
    return _S.VOIDED, {"reason": answer.reason}  # never reached the gateway: there is nothing to let go of


def _read_payment(found: GatewayPayment) -> tuple[PaymentStatus, dict[str, str]]:
    if found.status in _HELD:
        return _S.AUTHORISED, {"gateway_id": found.gateway_id, "reason": ""}
    if found.status in _NOT_HELD:
        reason = found.decline_reason or found.status
        return _S.DECLINED, {"gateway_id": found.gateway_id, "reason": reason}
    return _S.PENDING, {"gateway_id": found.gateway_id, "reason": "The bank answers later."}
