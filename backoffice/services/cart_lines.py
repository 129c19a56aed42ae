"""ChangeOrder: the lines of a cart."""

import asyncio

from sqlalchemy import Connection, delete, func, insert, select

from backoffice.domain.cart import FIRST_SHIPMENT, Cart, CartLine
from backoffice.domain.entry import check_quantity
from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import CartId, LineId, LocationId, Sku, new_id
from backoffice.domain.inventory import Availability, AvailabilityStatus, InventorySystem
from backoffice.domain.staff import Actor
from backoffice.services.cart_change import CartChanges, find_line, set_line
from backoffice.services.codec import pack
from backoffice.services.stores import load_store
from backoffice.settings import StoreSettings
from backoffice.store.tables.ordering import cart_lines
from backoffice.store.tables.selling import products

PATIENCE = 1.0  # seconds an agent waits for stock when adding a line


class CartLines(CartChanges):
    """Adding, changing and removing lines. Stock and minimums count over all lines of a SKU."""

    async def add_line(self, actor: Actor, cart_id: CartId, sku: Sku, quantity: int, *, version: int) -> Cart:
        """ChangeOrder Create: add pieces of a SKU; the same SKU again adds to its line."""
        check_quantity(quantity)
        product = await self._catalog.get(sku)
        today = self._clock().date()
        if not product.on_sale(today):
            since = f" since {product.sell_until:%d %B %Y}" if product.sell_until else ""
            sentence = f"{product.sku} ({product.name}) is not on sale{since}."
            raise InvalidInput(sentence, field="sku", advice="Offer another item.", code="not_on_sale")
        _refuse_few(product.sku, quantity, product.minimum_quantity)
        known = await self._stock(actor, (product.sku,)) if product.is_physical else {}

        def change(connection: Connection, cart: Cart) -> None:
            settings = load_store(connection, self._store_id)
            if product.list_price.currency != cart.currency:
                sentence = f"{product.sku} has no price in {cart.currency}."
                raise InvalidInput(sentence, field="sku")
            line = _line_to_add_to(cart, product.sku)
            wanted = check_quantity(quantity + (line.quantity if line else 0))
            if product.is_physical:
                _refuse_short(settings, known.get(product.sku), quantity + _pieces(cart, product.sku))
            stock = pack(known[product.sku]) if product.sku in known else None
            if line:
                set_line(connection, line.line_id, quantity=wanted, availability=stock)
                self._reprice(connection, cart, line.line_id)
                return
            line_id = LineId(new_id())
            connection.execute(
                insert(cart_lines).values(
                    line_id=line_id,
                    cart_id=cart_id,
                    position=next_position(connection, cart_id),
                    sku=product.sku,
                    name=product.name,
                    photo=product.photo,
                    quantity=wanted,
                    unit_price=product.list_price.minor,
                    location_id=settings.online_location,
                    availability=stock,
                )
            )
            self._reprice(connection, cart, line_id)

        return await self._change(
            actor, cart_id, version, "cart.line_added", change, sku=sku, quantity=quantity
        )

    async def change_quantity(
        self, actor: Actor, cart_id: CartId, line_id: LineId, quantity: int, *, version: int
    ) -> Cart:
        """Set how many pieces a line has."""
        check_quantity(quantity)
        cart = await self.get(actor, cart_id)
        line = next((line for line in cart.lines if line.line_id == line_id), None)
        known = await self._stock(actor, (line.sku,)) if line else {}

        def change(connection: Connection, cart: Cart) -> None:
            line = find_line(cart, line_id)
            product = connection.execute(
                select(products.c.minimum_quantity, products.c.is_physical).where(products.c.sku == line.sku)
            ).first()
            all_pieces = _pieces(cart, line.sku) - line.quantity + quantity
            if product is not None:
                _refuse_few(line.sku, all_pieces, product.minimum_quantity)
                if product.is_physical:
                    settings = load_store(connection, self._store_id)
                    _refuse_short(settings, known.get(line.sku), all_pieces)
            stock = pack(known[line.sku]) if line.sku in known else None
            set_line(connection, line_id, quantity=quantity, availability=stock)
            self._reprice(connection, cart, line_id)

        return await self._change(
            actor, cart_id, version, "cart.quantity_changed", change, line=line_id, quantity=quantity
        )

    async def remove_line(self, actor: Actor, cart_id: CartId, line_id: LineId, *, version: int) -> Cart:
        """Take a line out."""

        def change(connection: Connection, _cart: Cart) -> None:
            connection.execute(
                delete(cart_lines).where(cart_lines.c.line_id == line_id, cart_lines.c.cart_id == cart_id)
            )

        return await self._change(actor, cart_id, version, "cart.line_removed", change, line=line_id)

    async def _stock(self, actor: Actor, skus: tuple[Sku, ...]) -> dict[Sku, Availability]:
        """Ask for the online stock, but never keep the agent waiting longer than PATIENCE."""
        location = await self._store.read(
            lambda connection: LocationId(load_store(connection, self._store_id).online_location)
        )
        question = self._inventory.get_inventory_availability(actor, skus, locations=(location,))
        try:
            async with asyncio.timeout(PATIENCE):
                return {record.sku: record for record in await question}
        except TimeoutError:
            return {}


def next_position(connection: Connection, cart_id: CartId) -> int:
    """Return the place after the last line."""
    last: int = connection.execute(
        select(func.coalesce(func.max(cart_lines.c.position), 0)).where(cart_lines.c.cart_id == cart_id)
    ).scalar_one()
    return last + 1


def _line_to_add_to(cart: Cart, sku: str) -> CartLine | None:
    """The SKU's line, of several the one that goes to the cart's own address at its usual price."""
    lines = [line for line in cart.lines if line.sku == sku]
    plain = [line for line in lines if line.shipment_id == FIRST_SHIPMENT and line.override is None]
    return next(iter(plain or lines), None)


def _pieces(cart: Cart, sku: str) -> int:
    return sum(line.quantity for line in cart.lines if line.sku == sku)


def _refuse_few(sku: str, quantity: int, minimum: int) -> None:
    if quantity < minimum:
        sentence = f"{sku} is sold from {minimum} pieces."
        raise InvalidInput(sentence, field="quantity")


def _refuse_short(settings: StoreSettings, known: Availability | None, wanted: int) -> None:
    """A store that keeps its own stock refuses what it lacks; others only say what they heard."""
    if settings.inventory_system is not InventorySystem.NON_ATP or known is None:
        return
    if known.status is AvailabilityStatus.AVAILABLE and known.quantity is None:
        return
    if known.quantity is None or known.quantity < wanted:
        left = int(known.quantity or 0)
        sentence = f"Only {left} of {known.sku} left." if left else f"{known.sku} is out of stock."
        raise InvalidInput(sentence, field="quantity", advice="Offer fewer, or another item.", code="short")
