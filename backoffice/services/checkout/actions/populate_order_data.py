"""populateOrderData: what an integration wanted on the order goes from the cart to it; undone, it is taken off."""

from sqlalchemy import bindparam, delete, insert

from backoffice.services.checkout.freeze import data_rows
from backoffice.services.checkout.work import Work
from backoffice.store.tables.snapshots import order_data

_INSERT = insert(order_data)
_REMOVE = delete(order_data).where(order_data.c.order_id == bindparam("order"))


class PopulateOrderData:
    """Most carts have none."""

    name = "populateOrderData"

    def execute(self, work: Work) -> None:
        """Write the names and values, in the cart's order."""
        if work.cart.data:
            rows = [{"order_id": work.order_id, **row} for row in data_rows(work.cart)]
            work.connection.execute(_INSERT, rows)

    def undo(self, work: Work) -> None:
        """Remove them."""
        work.connection.execute(_REMOVE, {"order": work.order_id})
