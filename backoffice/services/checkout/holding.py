"""Orders held for somebody to look at: submitted and paid for, and not sent to the DOM until a supervisor says so.

An action or an event handler calls ``hold_order`` during the checkout; createNewOrderEvent then writes the transfer as
held, with the reason, and initiateFulfilment releases nothing; releasing the transfer releases the order.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import add_status, move_order
from backoffice.store.tables.ordering import orders

_HOLD = update(orders).where(orders.c.order_id == bindparam("order")).values(held_because=bindparam("why"))
_RELEASE = (
    update(orders)
    .where(
        orders.c.order_id == bindparam("order"),
        orders.c.status == OrderStatus.SUBMITTED.value,
        orders.c.held_because == "",
    )
    .values(status=OrderStatus.AUTHORISED.value)
)
_WHY = select(orders.c.held_because).where(orders.c.order_id == bindparam("order"))


def hold_order(work: Work, reason: str) -> None:
    """Hold the order that is being made; after createNewOrder, before createNewOrderEvent. ``reason`` is a sentence."""
    work.connection.execute(_HOLD, {"order": work.order_id, "why": reason})


def release_unless_held(connection: Connection, order_id: str, *, at: datetime, actor: str) -> bool:
    """Mark the order authorised; False, and nothing is done, when it is held."""
    if not connection.execute(_RELEASE, {"order": order_id}).rowcount:
        return False
    add_status(connection, order_id, OrderStatus.AUTHORISED, at=at, actor=actor, reason="payment authorised")
    return True


def held_because(connection: Connection, order_id: str) -> str:
    """Return why the order is held."""
    why: str = connection.execute(_WHY, {"order": order_id}).scalar_one()
    return why


def release_order(connection: Connection, order_id: str, *, at: datetime, actor: str) -> None:
    """A supervisor released the transfer: an order that was held for it is authorised."""
    held: str | None = connection.execute(
        select(orders.c.order_id).where(
            orders.c.order_id == order_id,
            orders.c.status == OrderStatus.REVIEW.value,
            orders.c.held_because != "",
        )
    ).scalar()
    if held:
        move_order(connection, held, OrderStatus.AUTHORISED, at=at, actor=actor, reason="released")
