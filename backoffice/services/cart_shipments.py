"""ChangeOrder: where the lines of a cart go, by which ship method, in one shipment or in several.

The first shipment is the cart's own address and ship method. Lines move to another one whole or in part; a line that
arrives where the same item already is, at the same price, joins it.
"""

from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from backoffice.domain.cart import FIRST_SHIPMENT, Cart, CartLine, CartShipment
from backoffice.domain.customer import Address
from backoffice.domain.entry import check_quantity
from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.ids import CartId, LineId, new_id
from backoffice.domain.staff import Actor
from backoffice.services.cart_change import (
    CartChanges,
    Detail,
    find_line,
    refuse_card_in_address,
    require_ship_method,
    set_line,
)
from backoffice.services.cart_lines import next_position
from backoffice.services.codec import pack
from backoffice.store.tables.ordering import cart_lines, carts
from backoffice.store.tables.selling import products

MOST_SHIPMENTS = 20


class CartShipments(CartChanges):
    """Addresses, ship methods and shipments."""

    async def set_ship_to(self, actor: Actor, cart_id: CartId, address: Address, *, version: int) -> Cart:
        """Say where it goes."""
        refuse_card_in_address(address, "ship_to")
        return await self._set(actor, cart_id, version, "cart.ship_to_set", ship_to=pack(address))

    async def set_bill_to(self, actor: Actor, cart_id: CartId, address: Address, *, version: int) -> Cart:
        """Say where the bill goes."""
        refuse_card_in_address(address, "bill_to")
        return await self._set(
            actor, cart_id, version, "cart.bill_to_set", keeps_promise=True, bill_to=pack(address)
        )

    async def set_ship_method(self, actor: Actor, cart_id: CartId, code: str, *, version: int) -> Cart:
        """Say how it goes; the code is one of the store's ship methods."""

        def change(connection: Connection, cart: Cart) -> None:
            require_ship_method(connection, code)
            connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(ship_method=code))

        return await self._change(actor, cart_id, version, "cart.ship_method_set", change, code=code)

    async def add_shipment(
        self, actor: Actor, cart_id: CartId, address: Address, ship_method: str, *, version: int
    ) -> Cart:
        """Add a shipment to another address; it is empty until lines are moved to it."""
        refuse_card_in_address(address, "ship_to")

        def change(connection: Connection, cart: Cart) -> Detail:
            require_ship_method(connection, ship_method)
            if len(cart.shipments) >= MOST_SHIPMENTS:
                sentence = f"An order has at most {MOST_SHIPMENTS} shipments."
                raise InvalidInput(sentence, field="shipment", advice="Take a second order for the others.")
            last = max(int(shipment.shipment_id) for shipment in cart.shipments)
            added = CartShipment(shipment_id=str(last + 1), ship_to=address, ship_method=ship_method)
            _write(connection, cart, (*cart.more_shipments, added))
            return {"shipment": added.shipment_id}

        return await self._change(actor, cart_id, version, "cart.shipment_added", change, code=ship_method)

    async def change_shipment(
        self,
        actor: Actor,
        cart_id: CartId,
        shipment_id: str,
        *,
        version: int,
        address: Address | None = None,
        ship_method: str | None = None,
    ) -> Cart:
        """Say where one shipment goes, or how, or both; the first is the cart's own."""
        if address is not None:
            refuse_card_in_address(address, "ship_to")

        def change(connection: Connection, cart: Cart) -> None:
            before = _shipment(cart, shipment_id)
            if ship_method is not None:
                require_ship_method(connection, ship_method)
            after = replace(
                before,
                ship_to=before.ship_to if address is None else address,
                ship_method=before.ship_method if ship_method is None else ship_method,
            )
            if shipment_id == FIRST_SHIPMENT:
                columns = {
                    "ship_to": pack(after.ship_to) if after.ship_to else None,
                    "ship_method": after.ship_method,
                }
                connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(columns))
                return
            others = tuple(after if one is before else one for one in cart.more_shipments)
            _write(connection, cart, others)

        return await self._change(
            actor, cart_id, version, "cart.shipment_changed", change, shipment=shipment_id
        )

    async def remove_shipment(self, actor: Actor, cart_id: CartId, shipment_id: str, *, version: int) -> Cart:
        """Take a shipment out; its lines go to the cart's own address again."""

        def change(connection: Connection, cart: Cart) -> None:
            gone = _shipment(cart, shipment_id)
            if shipment_id == FIRST_SHIPMENT:
                sentence = "The first shipment is the cart's own; it can not be taken out."
                raise InvalidInput(sentence, field="shipment", advice="Change its address instead.")
            for line in [line for line in cart.lines if line.shipment_id == shipment_id]:
                self._put(connection, cart, line, FIRST_SHIPMENT, line.quantity)
            _write(connection, cart, tuple(one for one in cart.more_shipments if one is not gone))

        return await self._change(
            actor, cart_id, version, "cart.shipment_removed", change, shipment=shipment_id
        )

    async def move_line(
        self,
        actor: Actor,
        cart_id: CartId,
        line_id: LineId,
        shipment_id: str,
        quantity: int,
        *,
        version: int,
    ) -> Cart:
        """Send so many pieces of a line by another shipment; fewer than it has splits the line."""
        check_quantity(quantity)

        def change(connection: Connection, cart: Cart) -> None:
            line = find_line(cart, line_id)
            _shipment(cart, shipment_id)
            if quantity > line.quantity:
                sentence = f"The line has {line.quantity} pieces; {quantity} can not be moved."
                raise InvalidInput(sentence, field="quantity")
            travels = connection.execute(
                select(products.c.is_physical).where(products.c.sku == line.sku)
            ).scalar()
            if not travels:
                sentence = f"{line.sku} is not shipped, so it belongs to no shipment."
                raise InvalidInput(sentence, field="shipment")
            if shipment_id != line.shipment_id:
                self._put(connection, cart, line, shipment_id, quantity)

        return await self._change(
            actor,
            cart_id,
            version,
            "cart.line_moved",
            change,
            line=line_id,
            shipment=shipment_id,
            quantity=quantity,
        )

    def _put(
        self, connection: Connection, cart: Cart, line: CartLine, shipment_id: str, quantity: int
    ) -> None:
        there = next(
            (
                other
                for other in cart.lines
                if other.shipment_id == shipment_id
                and (other.sku, other.override) == (line.sku, line.override)
            ),
            None,
        )
        whole = quantity == line.quantity
        if there is not None:
            check_quantity(there.quantity + quantity)
            set_line(connection, there.line_id, quantity=cart_lines.c.quantity + quantity)
            if whole:
                connection.execute(delete(cart_lines).where(cart_lines.c.line_id == line.line_id))
        elif whole:
            set_line(connection, line.line_id, shipment_id=shipment_id)
        else:
            _split(connection, cart, line, shipment_id, quantity)
        if not whole:
            set_line(connection, line.line_id, quantity=line.quantity - quantity)
        self._reprice(connection, cart)


def _split(connection: Connection, cart: Cart, line: CartLine, shipment_id: str, quantity: int) -> None:
    row = connection.execute(select(cart_lines).where(cart_lines.c.line_id == line.line_id)).mappings().one()
    fresh = {
        "line_id": new_id(),
        "position": next_position(connection, cart.cart_id),
        "shipment_id": shipment_id,
        "quantity": quantity,
    }
    connection.execute(insert(cart_lines).values({**row, **fresh}))


def _shipment(cart: Cart, shipment_id: str) -> CartShipment:
    found = next((one for one in cart.shipments if one.shipment_id == shipment_id), None)
    if found is None:
        sentence = "This shipment is not in the cart any more."
        raise NotFound(sentence, field="shipment")
    return found


def _write(connection: Connection, cart: Cart, others: tuple[CartShipment, ...]) -> None:
    written = [pack(shipment) for shipment in others]
    connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(more_shipments=written))
