"""createNewOrder: the order with its number and everything about it frozen; undone it stays, as FAILED."""

from sqlalchemy import bindparam, insert, select, update

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import OrderShipmentStatus, OrderStatus
from backoffice.services.checkout.freeze import freeze
from backoffice.services.checkout.snapshot import FROZEN
from backoffice.services.checkout.work import Work
from backoffice.services.order_rows import move_order
from backoffice.store.finding import keep_caller
from backoffice.store.tables.ordering import order_lines, order_statuses, orders
from backoffice.store.tables.people import customers
from backoffice.store.tables.snapshots import order_data, order_shipments
from backoffice.store.writing import Write

_CUSTOMER = select(customers).where(customers.c.customer_id == bindparam("customer"))
_INSERTS = {
    table: Write(insert(table)) for table in FROZEN if table is not order_data
}  # populateOrderData writes that
_INSERT_STATUS = Write(insert(order_statuses))


class CreateNewOrder:
    """Snapshots of SKUs, addresses, prices, taxes and shipping cost; later changes elsewhere change nothing here."""

    name = "createNewOrder"

    def execute(self, work: Work) -> None:
        """Insert the order, all it freezes and the first row of its status history."""
        customer = work.connection.execute(_CUSTOMER, {"customer": work.cart.customer_id}).first()
        if customer is None or work.cart.ship_to is None:
            sentence = "The cart has no customer, or no address to send it to."
            raise Refusal(sentence, advice="Find the caller and choose an address, then prepare again (F5).")
        rows = freeze(work, customer, work.cart.ship_to)
        keep_caller(work.connection, rows[orders][0])
        for table, write in _INSERTS.items():
            if rows[table]:
                write(work.connection, rows[table])
        _INSERT_STATUS(
            work.connection,
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
        """Mark the order and its shipments FAILED; its trail stays, its number is never used again."""
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
            work.connection.execute(
                update(order_shipments)
                .where(order_shipments.c.order_id == work.order_id)
                .values(status=OrderShipmentStatus.FAILED.value)
            )
