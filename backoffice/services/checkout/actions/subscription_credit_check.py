"""subscriptionCreditCheck: recurring items with nothing to pay now: 1.00 is held, and let go of again.

The check is a payment row of its own (gateway ``credit_check``), no part of the order's total, so whatever becomes of
its answer is found out as for any other payment.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update

from backoffice.domain.errors import Refusal
from backoffice.domain.ids import new_id
from backoffice.domain.money import Money
from backoffice.domain.outcome import Succeeded, Unknown
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import PaymentStatus
from backoffice.external.payments.port import GatewayPayment, PaymentGateway
from backoffice.services.checkout.work import Work
from backoffice.services.payments.asking import Answer, PaymentQuestion, ask_again, ask_first
from backoffice.services.payments.moves import ASKED, CREDIT_CHECK, let_go_of, void_again
from backoffice.store.tables.ordering import payments
from backoffice.store.tables.selling import products

_S = PaymentStatus
_RECURRING = select(products.c.sku).where(
    products.c.sku.in_(bindparam("skus", expanding=True)), products.c.is_recurring.is_(True)
)
_HELD = frozenset({"authorised", "captured", "pending"})


class SubscriptionCreditCheck:
    """Remote, and mostly with nothing to do."""

    name = "subscriptionCreditCheck"

    def execute(self, work: Work) -> None:
        """Write the intent of the check; Refusal when there is no card to be charged later."""
        if work.cart.prepared is None or work.cart.prepared.totals.total:
            return
        skus = [line.sku for line in work.cart.lines]
        if work.connection.execute(_RECURRING, {"skus": skus}).first() is None:
            return
        card = next((plan for plan in work.cart.payments if plan.method is PaymentMethod.CARD), None)
        if card is None:
            sentence = "What is paid again every period needs a card, also when nothing is to pay now."
            raise Refusal(sentence, field="payment", advice="Choose a saved card (F7).", code="card_needed")
        one = Money.of(1, work.cart.currency)
        work.connection.execute(
            insert(payments).values(
                payment_id=new_id(),
                order_id=work.order_id,
                place=0,
                method=PaymentMethod.CARD.value,
                gateway=CREDIT_CHECK,
                reference=f"{work.order_number}-0",
                token=card.reference,
                label=f"Credit check, {card.label}",
                key=f"{work.store_id}-{work.order_number}-0",
                currency=one.currency,
                amount=one.minor,
                authorised=0,
                captured=0,
                refunded=0,
                status=_S.AUTHORISING.value,
                gateway_id="",
                reason="",
                updated_at=work.now,
                asked_at=work.now,
            )
        )

    def undo(self, work: Work) -> None:
        """Let go of what the check holds, or may hold."""
        for row in work.connection.execute(_checks(work)).all():
            let_go_of(work.connection, work.jobs, row, work.now, "checkout rolled back")

    def questions(self, work: Work) -> tuple[PaymentQuestion, ...]:
        """Return the check, while its answer is missing."""
        if work.cart.prepared is None or work.cart.prepared.totals.total:
            return ()
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
                key_age=work.now - row.asked_at,
                link_until=None,
            )
            for row in work.connection.execute(_checks(work))
        )

    async def ask(self, gateway: PaymentGateway, question: PaymentQuestion) -> Answer:
        """Ask with the check's own key; the same question may be asked again."""
        return await (ask_again if question.asked_before else ask_first)(gateway, question)

    def settle(self, work: Work, answers: Mapping[str, Answer]) -> Refusal | bool:
        """Held: the card is good, and the hold is let go of. Not held: no order."""
        known = True
        for row in work.connection.execute(_checks(work)).all():
            answer = answers[row.payment_id]
            if isinstance(answer, Unknown):
                known = False
                values = {"status": _S.UNKNOWN.value, "reason": answer.reason}
                self._write(work, row.payment_id, values)
            elif not isinstance(answer, Succeeded):
                return self._declined(work, row.payment_id, answer.reason)
            else:
                assert isinstance(answer.value, GatewayPayment)  # noqa: S101 - no page was asked for
                if answer.value.status not in _HELD:
                    return self._declined(work, row.payment_id, answer.value.decline_reason)
                self._write(work, row.payment_id, {"gateway_id": answer.value.gateway_id})
                current = work.connection.execute(_checks(work)).one()
                let_go_of(work.connection, work.jobs, current, work.now, "credit check")
        return known

    def too_late(self, work: Work, answers: Mapping[str, Answer]) -> None:
        """Let go again of what was taken for never arrived, and did."""
        for payment_id, answer in answers.items():
            if isinstance(answer, Succeeded | Unknown):
                void_again(work.connection, work.jobs, payment_id, "", work.now)

    def _declined(self, work: Work, payment_id: str, reason: str) -> Refusal:
        self._write(work, payment_id, {"status": _S.DECLINED.value, "reason": reason})
        return Refusal(
            f"The card for what is paid later is not accepted: {reason}",
            field="payment",
            advice="Nothing was charged. Choose another card (F7) and submit again.",
            code="declined",
        )

    def _write(self, work: Work, payment_id: str, values: dict[str, str]) -> None:
        work.connection.execute(
            update(payments).where(payments.c.payment_id == payment_id).values(updated_at=work.now, **values)
        )


def _checks(work: Work) -> Select[Any]:
    return select(payments).where(
        payments.c.order_id == work.order_id,
        payments.c.gateway == CREDIT_CHECK,
        payments.c.status.in_(ASKED),
    )
