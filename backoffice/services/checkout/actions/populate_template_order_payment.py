"""populateTemplateOrderPayment: one payment row per plan, with our reference, its amount and a key made once."""

from sqlalchemy import delete, insert

from backoffice.domain.errors import Refusal
from backoffice.domain.ids import new_id
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.statuses import PaymentStatus
from backoffice.services.checkout.work import Work
from backoffice.store.tables.ordering import payments

GATEWAYS = {PaymentMethod.ON_ACCOUNT: "on_account", PaymentMethod.CARD: "card"}


class PopulateTemplateOrderPayment:
    """The payments of the order add up to its total, to the minor unit."""

    name = "populateTemplateOrderPayment"

    def execute(self, work: Work) -> None:
        """Write the planned payments; Refusal when they do not pay the order."""
        total = work.cart.prepared.totals.total if work.cart.prepared else Money(0, work.cart.currency)
        rows = [
            {
                "payment_id": new_id(),
                "order_id": work.order_id,
                "place": place,
                "method": plan.method.value,
                "gateway": GATEWAYS[plan.method],
                "reference": f"{work.order_number}-{place}",
                "token": plan.reference,
                "label": plan.label,
                "key": f"{work.store_id}-{work.order_number}-{place}",
                "currency": total.currency,
                "amount": amount.minor,
                "captured": 0,
                "refunded": 0,
                "status": PaymentStatus.PLANNED.value,
                "gateway_id": "",
                "reason": "",
                "updated_at": work.now,
            }
            for place, (plan, amount) in enumerate(split(work.cart.payments, total), 1)
        ]
        if rows:
            work.connection.execute(insert(payments), rows)

    def undo(self, work: Work) -> None:
        """Take away what was only planned; what the gateway may know of stays and is voided by its own undo."""
        work.connection.execute(
            delete(payments).where(
                payments.c.order_id == work.order_id, payments.c.status == PaymentStatus.PLANNED.value
            )
        )


def split(plans: tuple[PaymentPlan, ...], total: Money) -> list[tuple[PaymentPlan, Money]]:
    """Return what each plan pays: its own amount, or what the others leave; Refusal unless it is the total."""
    if not plans and total.minor:
        sentence = "How is it paid?"
        raise Refusal(sentence, field="payment", advice="Choose a payment (F7).", code="no_payment")
    named = Money(0, total.currency)
    for plan in plans:
        if plan.method not in GATEWAYS:
            sentence = "Payment links are not offered at this desk."
            raise Refusal(sentence, field="payment", advice="Choose another payment (F7).")
        if plan.amount is not None:
            named += plan.amount
    rest = total - named
    shares = [(plan, plan.amount if plan.amount is not None else rest) for plan in plans]
    if sum((amount.minor for _, amount in shares), 0) != total.minor or any(
        amount.minor < 0 for _, amount in shares
    ):
        sentence = f"The payments do not add up to {total}."
        raise Refusal(sentence, field="payment", advice="Choose the payment again (F7).", code="payment_sum")
    return [(plan, amount) for plan, amount in shares if amount.minor]
