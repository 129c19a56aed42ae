"""ChangeOrder: calls, and the carts they build. Every change is saved as it is made.

1. a call opens with an empty cart; it can be parked, resumed and closed (`calls.py`);
2. a line is added with what is known of its stock within a second; a store of inventory system non-ATP
   refuses what it lacks, one that asks a DOM takes it and says what it heard (`cart_lines.py`);
3. lines go to one address or to several (`cart_shipments.py`); prices set by hand have a reason and a limit
   (`cart_overrides.py`);
4. each change names the version it was made on and returns the cart as it is then; a stale one changes
   nothing (`cart_change.py`);
5. a changed cart keeps its last Prepare, which no longer holds; how it is paid (`cart_payment.py`), notes and e-mails
   change neither price nor goods, so the promise goes on.
"""

from dataclasses import replace

from sqlalchemy import Connection

from backoffice.domain.cart import LONGEST_NOTE, Cart
from backoffice.domain.entry import parse_entry, read_quantity
from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import CartId, CustomerId
from backoffice.domain.staff import Actor
from backoffice.services.calls import put_customer
from backoffice.services.cart_change import refuse_card_number
from backoffice.services.cart_lines import PATIENCE, CartLines
from backoffice.services.cart_overrides import CartOverrides
from backoffice.services.cart_payment import CartPayment
from backoffice.services.cart_shipments import CartShipments

__all__ = ["PATIENCE", "Carts", "parse_entry", "read_quantity"]


class Carts(CartLines, CartShipments, CartOverrides, CartPayment):
    """The carts of those calls."""

    async def set_customer(
        self, actor: Actor, cart_id: CartId, customer_id: CustomerId, *, version: int
    ) -> Cart:
        """Say who is calling; addresses not chosen yet become the customer's first ones."""

        def change(connection: Connection, cart: Cart) -> None:
            put_customer(connection, cart, customer_id)
            self._reprice(connection, replace(cart, customer_id=customer_id))

        return await self._change(actor, cart_id, version, "cart.customer_set", change, customer=customer_id)

    async def set_notes(self, actor: Actor, cart_id: CartId, text: str, *, version: int) -> Cart:
        """Keep notes for the order, as plain text."""
        refuse_card_number(text, "notes")
        if len(text) > LONGEST_NOTE:
            sentence = f"Notes take at most {LONGEST_NOTE:,} characters; these have {len(text):,}."
            raise InvalidInput(sentence, field="notes", advice="Shorten them; what you typed is still there.")
        return await self._set(actor, cart_id, version, "cart.notes_set", keeps_promise=True, notes=text)

    async def set_tell_customer(self, actor: Actor, cart_id: CartId, tell: bool, *, version: int) -> Cart:  # noqa: FBT001 - the setting itself
        """Say whether the customer gets e-mails about this order."""
        return await self._set(
            actor, cart_id, version, "cart.tell_customer_set", keeps_promise=True, tell_customer=tell
        )
