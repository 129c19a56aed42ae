"""initiateFulfilment: paid for as far as needed to ship; the DOM releases it from here.

An order whose customer has still to pay by link is held back in PAYMENT_INITIATED.
"""

from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import move_order
from backoffice.services.payments.parts import waits_for_customer


class InitiateFulfilment:
    """Moves the order to authorised, or to payment initiated; its undo is the order's own, FAILED."""

    name = "initiateFulfilment"

    def execute(self, work: Work) -> None:
        """Mark the order authorised, unless its payment is pending."""
        waits = waits_for_customer(work.cart)
        move_order(
            work.connection,
            work.order_id,
            OrderStatus.PAYMENT_INITIATED if waits else OrderStatus.AUTHORISED,
            at=work.now,
            actor=work.actor.staff_id,
            reason="waits for the customer's payment" if waits else "payment authorised",
        )

    def undo(self, work: Work) -> None:
        """Nothing was released: what is sent to the DOM is sent after the pivot."""
