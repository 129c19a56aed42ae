"""populateTemplateOrderPayment: one payment row per part, with our reference, its amount and a key made once.

The gift certificates of Prepare come first, then the agent's plans for what is left. A payment by link gets the row of
its page, whose end is fixed here: the same key has to carry the same request.
"""

from sqlalchemy import delete, insert

from backoffice.domain.ids import new_id
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import PaymentStatus
from backoffice.services.checkout.work import Work
from backoffice.services.payments.links import forget_links, intend_links
from backoffice.services.payments.parts import shares_of, waits_for_customer
from backoffice.store.tables.ordering import payments
from backoffice.store.writing import Write

_INSERT = Write(insert(payments))
GATEWAYS = {
    PaymentMethod.GIFT_CERTIFICATE: "gift_certificate",
    PaymentMethod.ON_ACCOUNT: "on_account",
    PaymentMethod.CARD: "card",
    PaymentMethod.LINK: "link",
}


class PopulateTemplateOrderPayment:
    """The payments of the order add up to its total, to the minor unit."""

    name = "populateTemplateOrderPayment"

    def execute(self, work: Work) -> None:
        """Write the planned payments; Refusal when they do not pay the order."""
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
                "currency": amount.currency,
                "amount": amount.minor,
                "captured": 0,
                "refunded": 0,
                "status": PaymentStatus.PLANNED.value,
                "gateway_id": "",
                "reason": "",
                "updated_at": work.now,
            }
            for place, (plan, amount) in enumerate(shares_of(work.cart), 1)
        ]
        if rows:
            _INSERT(work.connection, rows)
        if waits_for_customer(work.cart):
            until = work.now + work.settings.link_lifetime
            intend_links(work.connection, work.order_id, until, work.now)

    def undo(self, work: Work) -> None:
        """Take away what was only planned; what the gateway may know of stays and is voided by its own undo."""
        forget_links(work.connection, work.order_id)
        work.connection.execute(
            delete(payments).where(
                payments.c.order_id == work.order_id, payments.c.status == PaymentStatus.PLANNED.value
            )
        )
