"""Who is calling.

1. Typing searches: each keystroke replaces the search before, and what is on screen stays until the answer is there.
2. Picking somebody makes the cart theirs; their last orders follow a moment later.
3. Nobody found: the form for a new caller opens with what was typed already in it; a name or a company is enough.
4. A refused field keeps its text and gets a sentence; nothing typed is lost.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.customer import Customer, CustomerDraft
from backoffice.domain.errors import Conflict, Refusal, StoreUnavailable
from backoffice.domain.ids import CustomerId
from ui.screens.calls.state import SAID_NO, Form, problem_of

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

PAUSE = 0.06  # seconds without a keystroke before the question is asked: two keys of a fast typist
SHORTEST = 2  # characters; one finds half the town


class CallerPresenter:
    """The caller's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call
        self._asked = 0

    async def load(self) -> None:
        """Read the caller the cart already has."""
        cart = self._call.state.cart
        if cart is not None and cart.customer_id is not None:
            await self._show_customer(cart.customer_id)

    async def reload(self) -> None:
        """Read the caller and the last orders again, quietly; never under somebody who is changing them."""
        if self._call.state.caller.form is not Form.NONE:
            return
        customer = self._call.state.caller.customer
        cart = self._call.state.cart
        if customer is not None or (cart is not None and cart.customer_id is not None):
            await self.load()

    async def search(self, text: str) -> None:
        """Look for what was typed, once the typing pauses."""
        self._asked += 1
        asked = self._asked
        self._put(query=text, problem=None)
        if len(text.strip()) < SHORTEST:
            self._put(hits=(), nobody=False, searching=False)
            return
        await asyncio.sleep(PAUSE)
        if asked != self._asked:
            return
        self._put(searching=True)
        try:
            hits = await self._call.office.customers.search(self._call.actor, text.strip(), limit=12)
        except SAID_NO as no:
            self._put(searching=False, problem=problem_of(no))
            return
        if asked == self._asked:
            self._put(hits=hits, nobody=not hits, searching=False)

    async def pick(self, customer_id: CustomerId) -> bool:
        """Make the cart this customer's; True when it is."""
        self._asked += 1
        problem = await self._call.try_change(
            lambda cart: self._call.office.carts.set_customer(
                self._call.actor, cart.cart_id, customer_id, version=cart.version
            )
        )
        if problem:
            self._put(problem=problem)
            return False
        self._put(
            query="", hits=(), nobody=False, searching=False, asked_again=False, form=Form.NONE, problem=None
        )
        await self._show_customer(customer_id)
        return True

    def look_again(self) -> None:
        """Look for another caller; the one known stays until somebody is picked."""
        self._put(asked_again=True, query="", hits=(), nobody=False, form=Form.NONE, problem=None)

    def give_up(self) -> None:
        """Go back to what was there before."""
        self._asked += 1
        known = self._call.state.caller.customer is not None
        self._put(
            form=Form.NONE, errors=(), problem=None, searching=False,
            asked_again=self._call.state.caller.asked_again and not known,
        )  # fmt: skip

    def open_form(self, form: Form) -> None:
        """Write down a new caller, or change the one known."""
        self._asked += 1
        self._put(form=form, errors=(), problem=None, searching=False)

    async def save(self, draft: CustomerDraft) -> bool:
        """Keep a new or changed caller; True when kept."""
        customers, actor, state = self._call.office.customers, self._call.actor, self._call.state.caller
        errors = tuple(customers.check_draft(draft).items())
        if errors:
            self._put(errors=errors, problem=None)
            return False
        self._put(saving=True, errors=(), problem=None)
        try:
            if state.form is Form.CHANGE and state.customer is not None:
                known = state.customer
                saved = await customers.change(actor, known.customer_id, draft, version=known.version)
            else:
                saved = await customers.add(actor, draft)
        except SAID_NO as no:
            await self._refused(no)
            return False
        self._put(saving=False)
        if state.form is Form.CHANGE:
            self._put(form=Form.NONE, customer=saved)
            return True
        return await self.pick(saved.customer_id)

    async def _refused(self, no: Refusal | StoreUnavailable) -> None:
        if isinstance(no, Refusal) and no.field:
            self._put(saving=False, errors=((no.field, problem_of(no).text),))
        else:
            self._put(saving=False, problem=problem_of(no))
        known = self._call.state.caller.customer
        if isinstance(no, Conflict) and known is not None:  # the next try is made on the version there is now
            customer = await self._call.office.customers.get(self._call.actor, known.customer_id)
            self._put(customer=customer)

    async def _show_customer(self, customer_id: CustomerId) -> None:
        before = self._call.state.caller.customer
        known = before is not None and before.customer_id == customer_id
        try:
            customer = await self._call.office.customers.get(self._call.actor, customer_id)
            self.took(customer)
            if not known:
                self._put(orders=None)
            orders = await self._call.office.customers.last_orders(self._call.actor, customer_id, limit=5)
        except SAID_NO as no:
            self._put(problem=problem_of(no))
            return
        self._put(orders=orders)

    def took(self, customer: Customer) -> None:
        """Show the customer as stored now."""
        self._put(customer=customer)
        call = self._call.state.call
        name = customer.name or customer.company
        if call.customer_name != name or call.customer_id != customer.customer_id:
            self._call.put(call=replace(call, customer_id=customer.customer_id, customer_name=name))

    def _put(self, **changes: object) -> None:
        caller = replace(self._call.state.caller, **changes)  # type: ignore[arg-type]  # names of CallerState
        if caller != self._call.state.caller:
            self._call.put(caller=caller)
