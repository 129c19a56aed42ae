"""ProcessOrder as the desk calls it: Prepare, Submit, how a Submit stands, what failed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from backoffice.domain.cart import Cart
from backoffice.domain.ids import CartId, CustomerId
from backoffice.domain.order import SubmitResult
from backoffice.domain.outcome import Outcome
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import CheckoutState
from backoffice.external.payments.port import PaymentGateway, SavedCard
from backoffice.services.checkout.journal import Step, read_steps
from backoffice.services.checkout.prepare import Prepare
from backoffice.services.checkout.submit import Submit
from backoffice.store.store import Store
from backoffice.store.tables.ordering import checkout_attempts


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedCheckout:
    """A press of Submit that did not become an order: which action, why, what was undone and what is still open."""

    attempt_id: str
    cart_id: str
    order_number: str
    state: CheckoutState
    failed_action: str
    sentence: str
    started_at: datetime
    steps: tuple[Step, ...]


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

    async def failed(self, actor: Actor, limit: int = 100) -> tuple[FailedCheckout, ...]:
        """Return the checkouts that were rolled back or are stuck, newest first."""
        actor.require(Right.TRANSFERS)
        states = (CheckoutState.ROLLED_BACK.value, CheckoutState.STUCK.value)

        def look(connection: Connection) -> tuple[FailedCheckout, ...]:
            rows = connection.execute(
                select(checkout_attempts)
                .where(checkout_attempts.c.state.in_(states))
                .order_by(checkout_attempts.c.started_at.desc())
                .limit(limit)
            ).all()
            return tuple(
                FailedCheckout(
                    attempt_id=row.attempt_id,
                    cart_id=row.cart_id,
                    order_number=row.order_number,
                    state=CheckoutState(row.state),
                    failed_action=row.failed_action,
                    sentence=row.sentence,
                    started_at=row.started_at,
                    steps=read_steps(connection, row.attempt_id),
                )
                for row in rows
            )

        return await self._store.read(look)
