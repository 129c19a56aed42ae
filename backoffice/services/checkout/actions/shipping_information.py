"""shippingInformation: every shipment that carries anything has an address and a valid ship method."""

from sqlalchemy import bindparam, select

from backoffice.domain.errors import Refusal
from backoffice.services.checkout.freeze import used_shipments
from backoffice.services.checkout.prepare import require_whole
from backoffice.services.checkout.work import Work
from backoffice.store.tables.selling import ship_methods

_KNOWN = select(ship_methods.c.code).where(ship_methods.c.code.in_(bindparam("methods", expanding=True)))


class ShippingInformation:
    """Setup; changes nothing."""

    name = "shippingInformation"

    def execute(self, work: Work) -> None:
        """Refuse a shipment without address, or with a ship method the store does not have."""
        require_whole(work.cart)
        used = used_shipments(work.cart)
        shipments = [one for one in work.cart.shipments if one.shipment_id in used]
        for shipment in shipments:
            if shipment.ship_to is None:
                sentence = f"Where does shipment {shipment.shipment_id} go?"
                raise Refusal(sentence, field="ship_to", advice="Choose an address for it and prepare again.")
        methods = {shipment.ship_method for shipment in shipments}
        known: set[str] = set(work.connection.execute(_KNOWN, {"methods": sorted(methods)}).scalars())
        if gone := sorted(methods - known):
            sentence = f"The ship method “{gone[0]}” is no longer offered."
            raise Refusal(sentence, field="ship_method", advice="Choose another and prepare again.")

    def undo(self, work: Work) -> None:
        """Nothing was changed."""
