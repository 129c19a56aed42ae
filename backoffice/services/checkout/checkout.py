"""ProcessOrder as the desk calls it: Prepare, Submit, how a Submit stands."""

from backoffice.domain.cart import Cart
from backoffice.domain.ids import CartId, CustomerId
from backoffice.domain.order import SubmitResult
from backoffice.domain.outcome import Outcome
from backoffice.domain.payment import PaymentChoices
from backoffice.domain.staff import Actor, Right
from backoffice.external.payments.port import PaymentGateway, SavedCard
from backoffice.services.cart_rows import load_cart
from backoffice.services.checkout.prepare import Prepare
from backoffice.services.checkout.submit import Submit
from backoffice.services.payments.choices import payment_choices
from backoffice.store.store import Store


class Checkout:
    """Prepare and Submit."""

    def __init__(self, *, prepare: Prepare, submit: Submit, gateway: PaymentGateway, store: Store) -> None:
        """Take the parts."""
        self._prepare = prepare
        self._submit = submit
        self._gateway = gateway
        self._store = store

    async def prepare(self, actor: Actor, cart_id: CartId, *, version: int) -> Cart:
        """Hold the stock and price the cart; see prepare.py."""
        return await self._prepare.prepare(actor, cart_id, version=version)

    async def submit(self, actor: Actor, cart_id: CartId, *, version: int) -> SubmitResult:
        """Make it an order, at most once; see submit.py."""
        return await self._submit.submit(actor, cart_id, version=version)

    async def result(self, actor: Actor, cart_id: CartId) -> SubmitResult | None:
        """Return how the last Submit of the cart stands."""
        return await self._submit.result(actor, cart_id)

    async def saved_cards(self, actor: Actor, customer_id: CustomerId) -> Outcome[tuple[SavedCard, ...]]:
        """Return the cards the gateway keeps for the customer, masked."""
        actor.require(Right.SUBMIT)
        return await self._gateway.list_saved_cards(customer_id)

    async def payment_choices(self, actor: Actor, cart_id: CartId) -> PaymentChoices:
        """Return how the cart can be paid: saved cards, and whether a link can be sent."""
        actor.require(Right.SUBMIT)
        cart = await self._store.read(lambda connection: load_cart(connection, cart_id))
        return await payment_choices(self._gateway, cart)
