"""How every change of a cart goes: one transaction, guarded by owner and version, with its row in the trail."""

from collections.abc import Callable
from dataclasses import astuple, replace

from sqlalchemy import Connection, select, update

from backoffice.domain.cart import Cart, CartLine, Prepared
from backoffice.domain.customer import Address
from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.ids import CartId, LineId
from backoffice.domain.payment import holds_card_number
from backoffice.domain.staff import Actor, Right
from backoffice.services import audit
from backoffice.services.calls import Calls
from backoffice.services.cart_rows import load_cart, require_open, write_cart
from backoffice.services.codec import pack
from backoffice.services.lock_rows import hold_cart
from backoffice.services.phone import phone_problem
from backoffice.services.stores import load_store
from backoffice.store.tables.ordering import cart_lines, carts
from backoffice.store.tables.selling import ship_methods

Detail = dict[str, object]
Change = Callable[[Connection, Cart], Detail | None]  # returns what the trail says besides


class CartChanges(Calls):
    """What all changes of carts have in common."""

    async def get(self, actor: Actor, cart_id: CartId) -> Cart:
        """Return the cart as it is now."""
        actor.require(Right.CARTS)
        return await self._store.read(lambda connection: load_cart(connection, cart_id))

    async def _change(
        self, actor: Actor, cart_id: CartId, version: int, action: str, change: Change, **detail: object
    ) -> Cart:
        actor.require(Right.CARTS)
        now = self._clock()

        def work(connection: Connection) -> Cart:
            cart = load_cart(connection, cart_id)
            hold_cart(connection, actor, cart.call_id, now)
            require_open(cart, version)
            said = change(connection, cart) or {}
            write_cart(connection, cart, now)
            audit.record(
                connection,
                actor,
                action,
                cart_id,
                at=now,
                customer_id=cart.customer_id or "",
                detail={**detail, **said},
            )
            return load_cart(connection, cart_id)

        return await self._store.run(work)

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
            promise = standing_promise(cart)
            if keeps_promise and promise is not None:
                kept["prepared"] = pack(replace(promise, cart_version=cart.version + 1))
            connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(**kept))

        return await self._change(actor, cart_id, version, action, change)

    def _reprice(self, connection: Connection, before: Cart, *line_ids: LineId) -> None:
        """Give lines the price their customer and quantity have; all of them when none is named."""
        if not self._quotes.has_prices_for(connection, before):
            return
        cart = load_cart(connection, before.cart_id)
        usual = self._quotes.usual_prices(connection, cart, load_store(connection, self._store_id).pricing)
        for line in cart.lines:
            if line.override is None and (not line_ids or line.line_id in line_ids):
                set_line(connection, line.line_id, unit_price=usual[line.line_id].minor)


def standing_promise(cart: Cart) -> Prepared | None:
    """Return the last Prepare if it is of the cart as it is."""
    promise = cart.prepared
    return promise if promise is not None and promise.cart_version == cart.version else None


def find_line(cart: Cart, line_id: LineId) -> CartLine:
    """Return a line of the cart; NotFound when it is not there any more."""
    line = next((line for line in cart.lines if line.line_id == line_id), None)
    if line is None:
        sentence = "This line is not in the cart any more."
        raise NotFound(sentence)
    return line


def set_line(connection: Connection, line_id: LineId, **columns: object) -> None:
    """Write columns of a line."""
    connection.execute(update(cart_lines).where(cart_lines.c.line_id == line_id).values(**columns))


def require_ship_method(connection: Connection, code: str) -> None:
    """Raise InvalidInput unless the store has the ship method."""
    if not connection.execute(select(ship_methods.c.code).where(ship_methods.c.code == code)).first():
        sentence = f"There is no ship method “{code[:40]}”."
        raise InvalidInput(sentence, field="ship_method")


def refuse_card_in_address(address: Address, field: str) -> None:
    """Raise InvalidInput for an address any line of which holds a card number; a telephone number is none."""
    for value in astuple(replace(address, phone="")):
        refuse_card_number(str(value), field)
    if phone_problem(address.phone, address.country):
        refuse_card_number(address.phone, field)


def refuse_card_number(text: str, field: str) -> None:
    """Raise InvalidInput for a text that holds a card number."""
    if holds_card_number(text):
        sentence = "This looks like a card number. None is ever typed here, so that none can leak."
        raise InvalidInput(
            sentence,
            field=field,
            advice="Use a saved card, or send the customer a payment link.",
            code="card",
        )
