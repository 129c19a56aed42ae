"""shippingInformation: everything physical has an address and a valid ship method."""

from sqlalchemy import bindparam, select

from backoffice.domain.errors import Refusal
from backoffice.services.checkout.prepare import require_whole
from backoffice.services.checkout.work import Work
from backoffice.store.tables.selling import ship_methods

_KNOWN = select(ship_methods.c.code).where(ship_methods.c.code == bindparam("method"))


class ShippingInformation:
    """Setup; changes nothing."""

    name = "shippingInformation"

    def execute(self, work: Work) -> None:
        """Refuse a cart without address or with a ship method the store does not have."""
        require_whole(work.cart)
        known = work.connection.execute(_KNOWN, {"method": work.cart.ship_method}).first()
        if known is None:
            sentence = f"The ship method “{work.cart.ship_method}” is no longer offered."
            raise Refusal(sentence, field="ship_method", advice="Choose another and prepare again.")

    def undo(self, work: Work) -> None:
        """Nothing was changed."""
