"""Shipments of a cart as people call them: by number, where to, how."""

from backoffice.domain.cart import Cart, CartShipment
from ui.words import tr


def number_of(cart: Cart, shipment_id: str) -> int:
    """Return which one it is, from 1: ids have gaps once a shipment was merged back."""
    ids = [one.shipment_id for one in cart.shipments]
    return ids.index(shipment_id) + 1 if shipment_id in ids else len(ids)


def place_words(shipment: CartShipment) -> str:
    """Return where it goes: "9 Harbor Street, Oakland"."""
    if shipment.ship_to is None:
        return tr("no address yet")
    return ", ".join(part for part in (shipment.ship_to.line1, shipment.ship_to.city) if part)


def shipment_words(cart: Cart, shipment: CartShipment, methods: dict[str, str]) -> str:
    """Return "Shipment 2 to 9 Harbor Street, Oakland, by OVERNIGHT J-FAST"."""
    number = number_of(cart, shipment.shipment_id)
    place = place_words(shipment)
    if not shipment.ship_method:
        return tr("Shipment {n} to {place}", n=number, place=place)
    method = methods.get(shipment.ship_method, shipment.ship_method)
    return tr("Shipment {n} to {place}, by {method}", n=number, place=place, method=method)
