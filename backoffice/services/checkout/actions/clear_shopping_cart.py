"""clearShoppingCart: the cart is closed, for its order exists."""

from sqlalchemy import bindparam, update

from backoffice.domain.statuses import CartStatus
from backoffice.services.checkout.work import Work
from backoffice.store.tables.ordering import carts
from backoffice.store.writing import Write

_CLOSE = Write(
    update(carts)
    .where(carts.c.cart_id == bindparam("cart"))
    .values(status=CartStatus.ORDERED.value, updated_at=bindparam("now"))
)


class ClearShoppingCart:
    """Finalize; the call itself stays open until the agent ends it."""

    name = "clearShoppingCart"

    def execute(self, work: Work) -> None:
        """Close the cart."""
        _CLOSE(work.connection, {"cart": work.cart.cart_id, "now": work.now})

    def undo(self, work: Work) -> None:
        """Finalize actions are not undone."""
