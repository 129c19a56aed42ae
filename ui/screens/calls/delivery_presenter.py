"""Where the order goes and how: an address of the caller's book, or a new one written into it; a ship method."""

from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.customer import Address, AddressDraft
from backoffice.domain.errors import Refusal
from ui.screens.calls.state import SAID_NO, Form, problem_of

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter


class DeliveryPresenter:
    """The delivery's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call

    async def load(self) -> None:
        """Read what can be chosen from."""
        methods = await self._call.office.catalog.ship_methods()
        countries = self._call.office.customers.countries(self._call.locale)
        self._put(methods=tuple((one.code, one.name) for one in methods), countries=tuple(countries))

    async def choose(self, address: Address) -> None:
        """Send it to an address of the caller's book."""
        problem = await self._call.try_change(
            lambda cart: self._call.office.carts.set_ship_to(
                self._call.actor, cart.cart_id, address, version=cart.version
            )
        )
        self._put(problem=problem)

    async def choose_method(self, code: str) -> None:
        """Send it this way."""
        cart = self._call.state.cart
        if cart is not None and cart.ship_method == code:
            return
        problem = await self._call.try_change(
            lambda cart: self._call.office.carts.set_ship_method(
                self._call.actor, cart.cart_id, code, version=cart.version
            )
        )
        self._put(problem=problem)

    def open_form(self) -> None:
        """Write down a new address."""
        self._put(form=Form.NEW, errors=(), problem=None)

    def close_form(self) -> None:
        """Go back to the addresses there are."""
        self._put(form=Form.NONE, errors=(), problem=None)

    async def save(self, draft: AddressDraft) -> bool:
        """Write a new address into the caller's book and send the order there; True when done."""
        customer = self._call.state.caller.customer
        if customer is None:
            return False
        errors = tuple(self._call.office.customers.check_address(draft).items())
        if errors:
            self._put(errors=errors, problem=None)
            return False
        self._put(saving=True, errors=(), problem=None)
        known = {one.address_id for one in customer.addresses}
        try:
            changed = await self._call.office.customers.add_address(
                self._call.actor, customer.customer_id, draft
            )
        except SAID_NO as no:
            problem = problem_of(no)
            errors = ((no.field, problem.text),) if isinstance(no, Refusal) and no.field else ()
            self._put(saving=False, errors=errors, problem=None if errors else problem)
            return False
        self._call.caller.took(changed)
        self._put(saving=False, form=Form.NONE)
        new = next((one for one in changed.addresses if one.address_id not in known), None)
        if new is not None and self._call.state.shipment.is_open:
            self._call.shipment.took_address(new)
        elif new is not None:
            await self.choose(new)
        return True

    def _put(self, **changes: object) -> None:
        delivery = replace(self._call.state.delivery, **changes)  # type: ignore[arg-type]  # names of DeliveryState
        if delivery != self._call.state.delivery:
            self._call.put(delivery=delivery)
