"""initiateFulfilment: paid for as far as needed to ship, the order is released: the DOM gets it from here.

1. an order whose customer has still to pay by link waits in PAYMENT_INITIATED;
2. one that somebody held while it was checked out (``holding.py``) waits in REVIEW until a supervisor releases its
   transfer;
3. any other is AUTHORISED.
"""

from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.holding import held_because, release_unless_held
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import move_order, step_back
from backoffice.services.payments.parts import waits_for_customer

_S = OrderStatus


class InitiateFulfilment:
    """Nothing leaves before the pivot: what is sent to the DOM is sent by a job of the same transaction."""

    name = "initiateFulfilment"

    def execute(self, work: Work) -> None:
        """Release the order, unless its payment is pending or it is held."""
        at, actor = work.now, work.actor.staff_id
        if waits_for_customer(work.cart):
            after, why = _S.PAYMENT_INITIATED, "waits for the customer's payment"
        elif release_unless_held(work.connection, work.order_id, at=at, actor=actor):
            return
        else:
            after, why = _S.REVIEW, held_because(work.connection, work.order_id)
        move_order(work.connection, work.order_id, after, at=at, actor=actor, reason=why)

    def undo(self, work: Work) -> None:
        """Count it as submitted again, not released."""
        step_back(
            work.connection,
            work.order_id,
            *(_S.AUTHORISED, _S.PAYMENT_INITIATED, _S.REVIEW),
            at=work.now,
            actor=work.actor.staff_id,
            reason="checkout rolled back",
        )
