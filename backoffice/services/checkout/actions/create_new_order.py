"""createNewOrder: the order with its number and everything about it frozen; undone it stays, as FAILED."""

from sqlalchemy import bindparam, insert, select, update

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.freeze import line_rows, order_row, snapshot_hash
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import move_order
from backoffice.store.finding import keep_caller
from backoffice.store.tables.ordering import order_lines, order_statuses, orders
from backoffice.store.tables.people import customers

_CUSTOMER = select(customers).where(customers.c.customer_id == bindparam("customer"))
_INSERT_ORDER = insert(orders)
_INSERT_LINES = insert(order_lines)
_INSERT_STATUS = insert(order_statuses)


class CreateNewOrder:
    """Snapshots of SKUs, addresses, prices, taxes and shipping cost; later changes elsewhere change nothing here."""

    name = "createNewOrder"

    def execute(self, work: Work) -> None:
        """Insert the order, its lines and the first row of its status history."""
        customer = work.connection.execute(_CUSTOMER, {"customer": work.cart.customer_id}).first()
        if customer is None or work.cart.prepared is None or work.cart.ship_to is None:
            sentence = "The cart is not prepared."
            raise Refusal(sentence, advice="Prepare again (F5), then submit.", code="prepare_again")
        order = order_row(work, customer)
        lines = line_rows(work)
        order["snapshot_hash"] = snapshot_hash(order, lines)
        keep_caller(work.connection, order)
        work.connection.execute(_INSERT_ORDER, order)
        work.connection.execute(_INSERT_LINES, lines)
        work.connection.execute(
            _INSERT_STATUS,
            {
                "order_id": work.order_id,
                "place": 1,
                "status": OrderStatus.PENDING.value,
                "at": work.now,
                "actor": work.actor.staff_id,
                "reason": "created",
            },
        )

    def undo(self, work: Work) -> None:
        """Mark the order FAILED; its trail stays, its number is never used again."""
        status = work.connection.execute(
            select(orders.c.status).where(orders.c.order_id == work.order_id)
        ).scalar()
        if status not in {None, OrderStatus.FAILED.value}:
            move_order(
                work.connection,
                work.order_id,
                OrderStatus.FAILED,
                at=work.now,
                actor=work.actor.staff_id,
                reason="checkout rolled back",
            )
            work.connection.execute(
                update(order_lines).where(order_lines.c.order_id == work.order_id).values(status="FAILED")
            )
