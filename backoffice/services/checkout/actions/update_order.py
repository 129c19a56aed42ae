"""updateOrder: whoever registered for it may veto; then the order takes what the cart held and counts as submitted."""

from dataclasses import dataclass

from sqlalchemy import bindparam, update

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.events import Registered, tell
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import move_order, step_back
from backoffice.services.reservations import consume, return_to_cart
from backoffice.store.tables.ordering import orders
from backoffice.store.writing import Write

_KEEP = Write(
    update(orders)
    .where(orders.c.order_id == bindparam("order"))
    .values(reservation_id=bindparam("reservation"))
)


@dataclass(frozen=True)
class UpdateOrder:
    """Commits the reservation; its undo gives it back to the cart."""

    handlers: tuple[Registered, ...] = ()
    name: str = "updateOrder"

    def execute(self, work: Work) -> None:
        """Take the reservation if it still stands; Refusal for a veto, or when it ran out during the checkout."""
        tell(self.handlers, lambda handler: handler.pre_checkout_order_persist, work)
        reservation_id = work.cart.prepared.reservation_id if work.cart.prepared else None
        if reservation_id is not None:
            if not consume(work.connection, reservation_id, work.order_id, work.now):
                sentence = "The hold on the stock ran out during the checkout."
                raise Refusal(sentence, advice="Prepare again (F5), then submit.", code="prepare_again")
            _KEEP(work.connection, {"order": work.order_id, "reservation": reservation_id})
        move_order(
            work.connection,
            work.order_id,
            OrderStatus.SUBMITTED,
            at=work.now,
            actor=work.actor.staff_id,
            reason="submitted",
        )

    def undo(self, work: Work) -> None:
        """Let the cart hold the stock again; the order counts as pending."""
        step_back(
            work.connection,
            work.order_id,
            OrderStatus.SUBMITTED,
            at=work.now,
            actor=work.actor.staff_id,
            reason="checkout rolled back",
        )
        reservation_id = work.cart.prepared.reservation_id if work.cart.prepared else None
        if reservation_id is not None:
            return_to_cart(work.connection, reservation_id, work.order_id, work.now)
            _KEEP(work.connection, {"order": work.order_id, "reservation": None})
