"""initiateFulfilment: paid for as far as needed to ship; the DOM releases it from here."""

from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import move_order


class InitiateFulfilment:
    """Moves the order to authorised; its undo is the order's own, FAILED."""

    name = "initiateFulfilment"

    def execute(self, work: Work) -> None:
        """Mark the order authorised."""
        move_order(
            work.connection,
            work.order_id,
            OrderStatus.AUTHORISED,
            at=work.now,
            actor=work.actor.staff_id,
            reason="payment authorised",
        )

    def undo(self, work: Work) -> None:
        """Nothing was released: what is sent to the DOM is sent after the pivot."""
