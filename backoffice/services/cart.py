"""ChangeOrder: calls, and the carts they build. Every change is saved as it is made.

1. a call opens with an empty cart; it can be parked, resumed and closed;
2. a line is added with what is known of its stock within a second; a store of inventory system non-ATP
   refuses what it lacks, one that asks a DOM takes it and says what it heard;
3. each change names the version it was made on and returns the cart as it is then; a stale one changes
   nothing;
4. a changed cart keeps its last Prepare, which no longer holds; how it is paid, notes and e-mails change neither price
   nor goods, so the promise goes on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, delete, func, insert, select, update

from backoffice.domain.cart import LONGEST_NOTE, Cart
from backoffice.domain.customer import Address
from backoffice.domain.entry import check_quantity, parse_entry, read_quantity
from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.ids import CartId, CustomerId, LineId, LocationId, Sku, new_id
from backoffice.domain.inventory import Availability, AvailabilityStatus, InventorySystem
from backoffice.domain.payment import PaymentPlan, holds_card_number
from backoffice.domain.staff import Actor, Right
from backoffice.services import audit
from backoffice.services.calls import Calls, put_customer
from backoffice.services.cart_rows import load_cart, require_open, write_cart
from backoffice.services.codec import pack
from backoffice.services.lock_rows import hold_cart
from backoffice.services.stores import load_store
from backoffice.settings import StoreSettings
from backoffice.store.tables.ordering import cart_lines, carts
from backoffice.store.tables.selling import products, ship_methods

__all__ = ["Carts", "parse_entry", "read_quantity"]

PATIENCE = 1.0  # seconds an agent waits for stock when adding a line


class Carts(Calls):
    """The carts of those calls."""

    async def get(self, actor: Actor, cart_id: CartId) -> Cart:
        """Return the cart as it is now."""
        actor.require(Right.CARTS)
        return await self._store.read(lambda connection: load_cart(connection, cart_id))

    async def set_customer(
        self, actor: Actor, cart_id: CartId, customer_id: CustomerId, *, version: int
    ) -> Cart:
        """Say who is calling; addresses not chosen yet become the customer's first ones."""
        return await self._change(
            actor,
            cart_id,
            version,
            "cart.customer_set",
            lambda connection, cart: put_customer(connection, cart, customer_id),
            customer=customer_id,
        )

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
        known = await self._stock(actor, (product.sku,))

        def change(connection: Connection, cart: Cart) -> None:
            settings = load_store(connection, self._store_id)
            if product.list_price.currency != cart.currency:
                sentence = f"{product.sku} has no price in {cart.currency}."
                raise InvalidInput(sentence, field="sku")
            line = next((line for line in cart.lines if line.sku == product.sku), None)
            wanted = check_quantity(quantity + (line.quantity if line else 0))
            _refuse_short(settings, known.get(product.sku), wanted)
            stock = pack(known[product.sku]) if product.sku in known else None
            if line:
                connection.execute(
                    update(cart_lines)
                    .where(cart_lines.c.line_id == line.line_id)
                    .values(quantity=wanted, availability=stock)
                )
                return
            position: int = connection.execute(
                select(func.coalesce(func.max(cart_lines.c.position), 0)).where(
                    cart_lines.c.cart_id == cart_id
                )
            ).scalar_one()
            connection.execute(
                insert(cart_lines).values(
                    line_id=new_id(),
                    cart_id=cart_id,
                    position=position + 1,
                    sku=product.sku,
                    name=product.name,
                    photo=product.photo,
                    quantity=wanted,
                    unit_price=product.list_price.minor,
                    location_id=settings.online_location,
                    availability=stock,
                )
            )

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
            line = next((line for line in cart.lines if line.line_id == line_id), None)
            if line is None:
                sentence = "This line is not in the cart any more."
                raise NotFound(sentence)
            minimum = connection.execute(
                select(products.c.minimum_quantity).where(products.c.sku == line.sku)
            ).scalar()
            _refuse_few(line.sku, quantity, minimum or 1)
            _refuse_short(load_store(connection, self._store_id), known.get(line.sku), quantity)
            stock = pack(known[line.sku]) if line.sku in known else None
            connection.execute(
                update(cart_lines)
                .where(cart_lines.c.line_id == line_id)
                .values(quantity=quantity, availability=stock)
            )

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

    async def set_ship_to(self, actor: Actor, cart_id: CartId, address: Address, *, version: int) -> Cart:
        """Say where it goes."""
        return await self._set(actor, cart_id, version, "cart.ship_to_set", ship_to=pack(address))

    async def set_bill_to(self, actor: Actor, cart_id: CartId, address: Address, *, version: int) -> Cart:
        """Say where the bill goes."""
        return await self._set(
            actor, cart_id, version, "cart.bill_to_set", keeps_promise=True, bill_to=pack(address)
        )

    async def set_ship_method(self, actor: Actor, cart_id: CartId, code: str, *, version: int) -> Cart:
        """Say how it goes; the code is one of the store's ship methods."""

        def change(connection: Connection, cart: Cart) -> None:
            if not connection.execute(select(ship_methods.c.code).where(ship_methods.c.code == code)).first():
                sentence = f"There is no ship method “{code[:40]}”."
                raise InvalidInput(sentence, field="ship_method")
            connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(ship_method=code))

        return await self._change(actor, cart_id, version, "cart.ship_method_set", change, code=code)

    async def set_payments(
        self, actor: Actor, cart_id: CartId, plans: tuple[PaymentPlan, ...], *, version: int
    ) -> Cart:
        """Say how it is paid; each plan's reference is a PO number or a token, never a card number."""
        for plan in plans:
            _refuse_card_number(plan.reference + " " + plan.label, "payment")
            if not plan.reference.strip():
                sentence = "A payment on account needs the customer's purchase order number."
                raise InvalidInput(sentence, field="payment")
        return await self._set(
            actor,
            cart_id,
            version,
            "cart.payment_set",
            keeps_promise=True,
            payments=[pack(plan) for plan in plans],
        )

    async def set_notes(self, actor: Actor, cart_id: CartId, text: str, *, version: int) -> Cart:
        """Keep notes for the order, as plain text."""
        _refuse_card_number(text, "notes")
        if len(text) > LONGEST_NOTE:
            sentence = f"Notes take at most {LONGEST_NOTE:,} characters; these have {len(text):,}."
            raise InvalidInput(sentence, field="notes", advice="Shorten them; what you typed is still there.")
        return await self._set(actor, cart_id, version, "cart.notes_set", keeps_promise=True, notes=text)

    async def set_tell_customer(self, actor: Actor, cart_id: CartId, tell: bool, *, version: int) -> Cart:  # noqa: FBT001 - the setting itself
        """Say whether the customer gets e-mails about this order."""
        return await self._set(
            actor, cart_id, version, "cart.tell_customer_set", keeps_promise=True, tell_customer=tell
        )

    async def set_coupons(
        self, actor: Actor, cart_id: CartId, codes: tuple[str, ...], *, version: int
    ) -> Cart:
        """Enter coupon codes; Prepare says which apply and why others do not."""
        kept = list(dict.fromkeys(code.strip().upper()[:40] for code in codes if code.strip()))
        return await self._set(actor, cart_id, version, "cart.coupons_set", coupons=kept)

    async def _set(
        self,
        actor: Actor,
        cart_id: CartId,
        version: int,
        action: str,
        *,
        keeps_promise: bool = False,
        **columns: object,
    ) -> Cart:
        def change(connection: Connection, cart: Cart) -> None:
            kept = dict(columns)
            if keeps_promise and cart.prepared is not None and cart.prepared.cart_version == cart.version:
                kept["prepared"] = pack(replace(cart.prepared, cart_version=cart.version + 1))
            connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(**kept))

        return await self._change(actor, cart_id, version, action, change)

    async def _change(
        self,
        actor: Actor,
        cart_id: CartId,
        version: int,
        action: str,
        change: Callable[[Connection, Cart], None],
        **detail: object,
    ) -> Cart:
        actor.require(Right.CARTS)
        now = self._clock()

        def work(connection: Connection) -> Cart:
            cart = load_cart(connection, cart_id)
            hold_cart(connection, actor, cart.call_id, now)
            require_open(cart, version)
            change(connection, cart)
            write_cart(connection, cart, now)
            audit.record(
                connection,
                actor,
                action,
                cart_id,
                at=now,
                customer_id=cart.customer_id or "",
                detail=dict(detail),
            )
            return load_cart(connection, cart_id)

        return await self._store.run(work)

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


def _refuse_card_number(text: str, field: str) -> None:
    if holds_card_number(text):
        sentence = "This looks like a card number. None is ever typed here, so that none can leak."
        raise InvalidInput(
            sentence,
            field=field,
            advice="Use a saved card, or send the customer a payment link.",
            code="card",
        )
