"""One call: its cart, and the one way to change it.

1. The cart is read; who is calling, ship methods and how an earlier Submit ended are read with it.
2. Each change waits for the one before it, is made on the version read last, and is saved before it is shown.
3. A change that was made on an old version changes nothing: the cart is read again and a sentence says so.
4. Other people's and other programs' changes are read in the background without a word.

The parts of the talk are presenters of their own: `caller`, `entry`, `lines`, `price`, `shipment`,
`delivery`, `offers`, `order`, `payment`, `link`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from backoffice.bootstrap import BackOffice
from backoffice.domain.cart import Call, Cart
from backoffice.domain.errors import Conflict
from backoffice.domain.ids import LocationId
from backoffice.domain.order import SubmitResult
from backoffice.domain.staff import Actor
from ui.screens.calls.caller_presenter import CallerPresenter
from ui.screens.calls.delivery_presenter import DeliveryPresenter
from ui.screens.calls.entry_presenter import EntryPresenter
from ui.screens.calls.lines_presenter import LinesPresenter
from ui.screens.calls.link_presenter import LinkPresenter
from ui.screens.calls.lock_words import held_by_other
from ui.screens.calls.offers_presenter import OffersPresenter
from ui.screens.calls.order_presenter import OrderPresenter
from ui.screens.calls.payment_presenter import PaymentPresenter
from ui.screens.calls.price_presenter import PricePresenter
from ui.screens.calls.shipment_presenter import ShipmentPresenter
from ui.screens.calls.state import SAID_NO, CallState, NotesState, Problem, problem_of
from ui.text import Text
from ui.words import tr

Show = Callable[[CallState], None]


class CallPresenter:
    """Holds the state of one call and shows each change of it."""

    def __init__(
        self,
        *,
        office: BackOffice,
        actor: Actor,
        call: Call,
        show: Show,
        clock: Callable[[], datetime],
        locale: str,
    ) -> None:
        """Take the services, the agent and where to show; `load` reads."""
        self.office = office
        self.locale = locale
        self.text = Text(locale, clock=clock)
        self.online: tuple[LocationId, ...] = ()
        self.actor = replace(actor, call_id=call.call_id)
        self.clock = clock
        self.state = CallState(call=call, held_by=held_by_other(call.lock, actor.staff_id, clock()))
        self._show = show
        self._turn = asyncio.Lock()
        self.caller = CallerPresenter(self)
        self.entry = EntryPresenter(self)
        self.lines = LinesPresenter(self)
        self.delivery = DeliveryPresenter(self)
        self.price = PricePresenter(self)
        self.shipment = ShipmentPresenter(self)
        self.offers = OffersPresenter(self)
        self.order = OrderPresenter(self)
        self.payment = PaymentPresenter(self)
        self.link = LinkPresenter(self)

    def put(self, **changes: object) -> None:
        """Replace parts of the state and show it."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # names of CallState
        self._show(self.state)

    def take_call(self, call: Call) -> None:
        """Take the call as it was read last: parked, held by somebody else, given back."""
        held_by = held_by_other(call.lock, self.actor.staff_id, self.clock())
        if (call, held_by) != (self.state.call, self.state.held_by):
            self.put(call=call, held_by=held_by)

    def show_again(self) -> None:
        """Show what there is, for clocks that went on."""
        self._show(self.state)

    async def load(self) -> None:
        """Read everything there is to show."""
        try:
            cart = await self.office.carts.get(self.actor, self.state.call.cart_id)
            self.put(cart=cart, problem=None)
            places = await self.office.inventory.locations()
            self.online = tuple(place.location_id for place in places[:1])  # the online store comes first
            await self.delivery.load()
            await self.price.load()
            await self.caller.load()
            await self.order.recover()
        except SAID_NO as no:
            self.put(problem=problem_of(no))

    async def reload(self) -> None:
        """Read the cart again, quietly; a change under way keeps its turn."""
        if self.state.cart is None and self.state.problem is not None:
            await self.load()
        await self.link.look()
        if self.state.cart is None or self.state.is_over or self._turn.locked():
            return
        async with self._turn:
            cart = await self.office.carts.get(self.actor, self.state.cart.cart_id)
            if cart != self.state.cart:
                self.put(cart=cart)
        await self.caller.reload()

    async def change(self, act: Callable[[Cart], Awaitable[Cart]]) -> Cart:
        """Change the cart in turn and show it as it is then; Refusal when it was not changed."""
        async with self._turn:
            if self.state.cart is None:
                raise Conflict(tr("The call is still being loaded."))
            try:
                cart = await act(self.state.cart)
            except Conflict:
                cart = await self.office.carts.get(self.actor, self.state.cart.cart_id)
                self.put(cart=cart)
                raise
            self.put(cart=cart, problem=None)
            return cart

    async def submit(self) -> SubmitResult:
        """Submit the cart as it was shown, in its turn."""
        async with self._turn:
            if self.state.cart is None:
                raise Conflict(tr("The call is still being loaded."))
            cart = self.state.cart
            return await self.office.checkout.submit(self.actor, cart.cart_id, version=cart.version)

    async def read_cart(self) -> None:
        """Read the cart again: Submit closed it, or opened it again."""
        async with self._turn:
            if self.state.cart is not None:
                self.put(cart=await self.office.carts.get(self.actor, self.state.cart.cart_id))

    async def save_notes(self, text: str) -> None:
        """Keep the notes; refused ones stay in the field with a sentence."""
        if self.state.cart is None or text == self.state.cart.notes:
            self.put(notes=NotesState())
            return
        self.put(notes=NotesState(saving=True))
        problem = await self.try_change(
            lambda cart: self.office.carts.set_notes(self.actor, cart.cart_id, text, version=cart.version)
        )
        self.put(notes=NotesState(problem=problem))

    async def tell_customer(self, tell: bool) -> None:
        """Say whether the customer gets e-mails about this order."""
        problem = await self.try_change(
            lambda cart: self.office.carts.set_tell_customer(
                self.actor, cart.cart_id, tell, version=cart.version
            )
        )
        self.put(notes=NotesState(problem=problem))

    async def try_change(self, act: Callable[[Cart], Awaitable[Cart]]) -> Problem | None:
        """Change the cart; a rule's no comes back as what to show."""
        try:
            await self.change(act)
        except SAID_NO as no:
            return problem_of(no)
        return None
