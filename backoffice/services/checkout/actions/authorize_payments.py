"""authorizePayments (PrimePayment): hold the amount of each payment; undone, every hold is let go.

1. on account there is nobody to ask; a gift certificate is ours, so its balance is held at once, or it refuses;
2. a card's intent is written first, with its key; the gateway is asked outside any transaction, every payment on its
   own and all at once; one that is declined undoes the others;
3. for a payment by link the gateway makes the page; the payment is pending until the customer has paid on it, and the
   order passes the pivot with it.

What became of an answer that was lost is found out in services/payments/asking.py.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from backoffice.domain.errors import Refusal
from backoffice.domain.money import Money
from backoffice.domain.outcome import Refused, Succeeded, Unknown
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import PaymentStatus
from backoffice.external.payments.port import GatewayPayment, PaymentGateway, PaymentLink
from backoffice.services import gift_certificates
from backoffice.services.checkout.work import Work
from backoffice.services.payments.asking import Answer, PaymentQuestion, ask_again, ask_first
from backoffice.services.payments.links import keep_link, link_until, reopen_page
from backoffice.services.payments.moves import ASKED, let_go, void_again
from backoffice.store.tables.ordering import payments
from backoffice.store.writing import Write

_S = PaymentStatus
_HELD = frozenset({"authorised", "captured"})
_MAY_HOLD = _HELD | {"pending"}
_NOT_HELD = frozenset({"declined", "voided", "expired"})
_REMOTE = (PaymentMethod.CARD, PaymentMethod.LINK)
_PLANNED = (payments.c.order_id == bindparam("order"), payments.c.status == _S.PLANNED.value)
_TAKE = Write(
    update(payments)
    .where(*_PLANNED, payments.c.method == bindparam("of_method"))
    .values(status=_S.AUTHORISED.value, authorised=payments.c.amount, updated_at=bindparam("now"))
)
_INTEND = (
    update(payments)
    .where(*_PLANNED, payments.c.method.in_([method.value for method in _REMOTE]))
    .values(status=_S.AUTHORISING.value, asked_at=bindparam("now"), updated_at=bindparam("now"))
)
_TO_ASK = select(payments).where(payments.c.order_id == bindparam("order"), payments.c.status.in_(ASKED))
_NOT_REACHED = Refusal(
    "The bank can not be reached, so nothing was charged.",
    field="payment",
    advice="Try again in a moment, or take the order on account.",
    code="payments_unreachable",
)


class AuthorizePayments:
    """The one remote action of the happy path."""

    name = "authorizePayments"

    def execute(self, work: Work) -> None:
        """Authorise what needs nobody; write the intent for what does."""
        if work.cart.prepared and work.cart.prepared.certificates:
            self._hold_certificates(work)
        planned = {plan.method for plan in work.cart.payments}
        if PaymentMethod.ON_ACCOUNT in planned:
            self._take(work, PaymentMethod.ON_ACCOUNT)
        if planned & set(_REMOTE):
            work.connection.execute(_INTEND, {"order": work.order_id, "now": work.now})

    def undo(self, work: Work) -> None:
        """Let go of every hold: at once where nobody is asked, else by durable job, which the screen shows."""
        let_go(work.connection, work.jobs, work.order_id, work.now, "checkout rolled back")

    def questions(self, work: Work) -> tuple[PaymentQuestion, ...]:
        """Return what the gateway is to be asked for: authorisations, and pages not made yet."""
        if not any(plan.method in _REMOTE for plan in work.cart.payments):
            return ()
        rows = work.connection.execute(_TO_ASK, {"order": work.order_id})
        return tuple(
            PaymentQuestion(
                subject=row.payment_id,
                reference=row.reference,
                key=row.key,
                token=row.token,
                amount=row.amount,
                currency=row.currency,
                customer_reference=work.cart.customer_id or "",
                asked_before=row.status != _S.AUTHORISING.value,
                key_age=work.now - (row.asked_at or work.now),
                link_until=link_until(work.connection, row.payment_id) if _is_link(row) else None,
            )
            for row in rows
            if not (_is_link(row) and row.status == _S.PENDING.value)
        )

    async def ask(self, gateway: PaymentGateway, question: PaymentQuestion) -> Answer:
        """Ask with the payment's own key; the same question may be asked again."""
        return await (ask_again if question.asked_before else ask_first)(gateway, question)

    def settle(self, work: Work, answers: Mapping[str, Answer]) -> Refusal | bool:
        """Write each answer down; one no is a no for the order, and its record stays."""
        refusal: Refusal | None = None
        known = True
        for payment_id, answer in answers.items():
            if isinstance(answer, Succeeded) and isinstance(answer.value, PaymentLink):
                keep_link(work.connection, payment_id, answer.value, work.now)
                continue
            status, values = _read(answer)
            if status is _S.AUTHORISED:
                values["authorised"] = payments.c.amount
            work.connection.execute(
                update(payments)
                .where(payments.c.payment_id == payment_id, payments.c.status.in_(ASKED))
                .values(status=status.value, updated_at=work.now, **values)
            )
            known = known and status is _S.AUTHORISED
            if status is _S.DECLINED:
                refusal = _declined(self._method(work, payment_id), values["reason"])
            elif status is _S.VOIDED:
                refusal = refusal or _NOT_REACHED
        return refusal or known

    def too_late(self, work: Work, answers: Mapping[str, Answer]) -> None:
        """Void again what was taken for never arrived, and did: a desk that stood still may ask after it was undone."""
        for payment_id, answer in answers.items():
            came = answer.value if isinstance(answer, Succeeded) else answer
            if isinstance(came, PaymentLink):
                reopen_page(work.connection, payment_id, came, work.now)
            if isinstance(came, Unknown | PaymentLink):
                void_again(work.connection, work.jobs, payment_id, "", work.now)
            elif isinstance(came, GatewayPayment) and came.status in _MAY_HOLD:
                void_again(work.connection, work.jobs, payment_id, came.gateway_id, work.now)

    def _hold_certificates(self, work: Work) -> None:
        rows = work.connection.execute(
            select(payments).where(
                payments.c.order_id == work.order_id,
                payments.c.method == PaymentMethod.GIFT_CERTIFICATE.value,
                payments.c.status == _S.PLANNED.value,
            )
        ).all()
        for row in rows:
            gift_certificates.hold(
                work.connection, row.token, Money(row.amount, row.currency), row.payment_id, work.now
            )
        self._take(work, PaymentMethod.GIFT_CERTIFICATE)

    def _take(self, work: Work, method: PaymentMethod) -> None:
        """Count what nobody has to be asked for as authorised."""
        _TAKE(work.connection, {"order": work.order_id, "of_method": method.value, "now": work.now})

    def _method(self, work: Work, payment_id: str) -> str:
        method: str = work.connection.execute(
            select(payments.c.method).where(payments.c.payment_id == payment_id)
        ).scalar_one()
        return method


def _declined(method: str, reason: str) -> Refusal:
    what = "The payment link was not made" if method == PaymentMethod.LINK.value else "The card was declined"
    return Refusal(
        f"{what}: {reason}",
        field="payment",
        advice="Nothing was charged. Choose another payment (F7) and submit again.",
        code="declined",
    )


def _is_link(row: Row[Any]) -> bool:
    return bool(row.method == PaymentMethod.LINK.value)


def _read(answer: Answer) -> tuple[PaymentStatus, dict[str, Any]]:
    """Return what an answer makes of a payment, and what is written beside it."""
    if isinstance(answer, Succeeded):
        assert isinstance(answer.value, GatewayPayment)  # noqa: S101 - pages were read before
        return _read_payment(answer.value)
    if isinstance(answer, Refused):
        return _S.DECLINED, {"reason": answer.reason}
    if isinstance(answer, Unknown):
        return _S.UNKNOWN, {"reason": answer.reason}
    return _S.VOIDED, {"reason": answer.reason}  # never reached the gateway: there is nothing to let go of


def _read_payment(found: GatewayPayment) -> tuple[PaymentStatus, dict[str, Any]]:
    if found.status in _HELD:
        return _S.AUTHORISED, {"gateway_id": found.gateway_id, "reason": ""}
    if found.status in _NOT_HELD:
        reason = found.decline_reason or found.status
        return _S.DECLINED, {"gateway_id": found.gateway_id, "reason": reason}
    return _S.PENDING, {"gateway_id": found.gateway_id, "reason": "The bank answers later."}
