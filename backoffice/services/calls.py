"""Calls: one phone call, one cart. Opened, parked, resumed, closed; always saved."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from backoffice.domain.cart import Call, Cart
from backoffice.domain.customer import Address
from backoffice.domain.errors import NotFound
from backoffice.domain.ids import CallId, CartId, CustomerId, new_id
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import CartStatus
from backoffice.services import audit
from backoffice.services.cart_rows import load_calls, load_cart, require_open, write_cart
from backoffice.services.catalog import Catalog
from backoffice.services.checkout.quote import Quotes
from backoffice.services.codec import pack
from backoffice.services.free_text import checked_reason
from backoffice.services.inventory import Inventory
from backoffice.services.jobs import Jobs
from backoffice.services.lock_rows import hold_cart, let_go_of_lock
from backoffice.services.reservations import let_go
from backoffice.services.staff import StaffService
from backoffice.services.stores import load_store
from backoffice.settings import StoreSettings
from backoffice.store.store import Store
from backoffice.store.tables.ordering import calls, carts
from backoffice.store.tables.people import addresses
from backoffice.store.tables.people import customers as customers_table


class Calls:
    """Phone calls of the signed-in staff."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        store_id: str,
        catalog: Catalog,
        inventory: Inventory,
        quotes: Quotes,
        staff: StaffService,
    ) -> None:
        """Take what is needed; nothing is read before the first call."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._store_id = store_id
        self._catalog = catalog
        self._inventory = inventory
        self._quotes = quotes
        self._staff = staff

    async def open_call(self, actor: Actor, *, customer_id: CustomerId | None = None) -> Call:
        """Open a call with an empty cart."""
        actor.require(Right.CARTS)
        now, call_id, cart_id = self._clock(), CallId(new_id()), CartId(new_id())

        def work(connection: Connection) -> Call:
            settings = load_store(connection, self._store_id)
            connection.execute(insert(calls).values(call_id=call_id, staff_id=actor.staff_id, opened_at=now))
            connection.execute(insert(carts).values(self._new_cart(settings, call_id, cart_id, now)))
            hold_cart(connection, actor, call_id, now)
            audit.record(connection, actor, "call.opened", cart_id, at=now)
            if customer_id:
                put_customer(connection, load_cart(connection, cart_id), customer_id)
            return next(call for call in load_calls(connection, actor.staff_id) if call.call_id == call_id)

        return await self._store.run(work)

    async def calls(self, actor: Actor) -> tuple[Call, ...]:
        """Return the actor's unfinished calls, opened first."""
        actor.require(Right.CARTS)
        return await self._store.read(lambda connection: load_calls(connection, actor.staff_id))

    async def park(self, actor: Actor, call_id: CallId) -> None:
        """Put the call aside; its clock shows since when."""
        await self._mark_call(actor, call_id, "call.parked", parked_since=self._clock())

    async def resume(self, actor: Actor, call_id: CallId) -> None:
        """Take a parked call up again."""
        await self._mark_call(actor, call_id, "call.resumed", parked_since=None)

    async def close_call(self, actor: Actor, call_id: CallId) -> None:
        """End the call; a cart still open is cancelled and what it held is let go."""
        actor.require(Right.CARTS)
        now = self._clock()

        def work(connection: Connection) -> None:
            hold_cart(connection, actor, call_id, now)
            cart_id: str = connection.execute(
                select(carts.c.cart_id).where(carts.c.call_id == call_id)
            ).scalar_one()
            cart = load_cart(connection, cart_id)
            if cart.status is CartStatus.IN_CHECKOUT:
                require_open(cart, cart.version)
            if cart.status is CartStatus.OPEN:
                self._drop(connection, cart, now)
            self._end_call(connection, cart, now)
            audit.record(connection, actor, "call.closed", cart_id, at=now)

        await self._store.run(work)

    async def cancel_cart(self, actor: Actor, cart_id: CartId, reason: str, *, version: int) -> None:
        """ProcessOrder Cancel of a cart: what it held is let go, its call ends, the reason stays in the trail.

        Conflict unless it is open and still as it was read.
        """
        actor.require(Right.CARTS)
        why, now = checked_reason(reason, "Cancelling"), self._clock()

        def work(connection: Connection) -> None:
            cart = load_cart(connection, cart_id)
            hold_cart(connection, actor, cart.call_id, now)
            require_open(cart, version)
            self._drop(connection, cart, now)
            self._end_call(connection, cart, now)
            audit.record(
                connection,
                actor,
                "cart.cancelled",
                cart_id,
                at=now,
                customer_id=cart.customer_id or "",
                detail={"reason": why},
            )

        await self._store.run(work)

    def _drop(self, connection: Connection, cart: Cart, now: datetime) -> None:
        let_go(connection, self._jobs, cart.cart_id, now)
        write_cart(connection, cart, now, status=CartStatus.CANCELLED.value)

    def _end_call(self, connection: Connection, cart: Cart, now: datetime) -> None:
        connection.execute(update(calls).where(calls.c.call_id == cart.call_id).values(closed_at=now))
        let_go_of_lock(connection, Subject(kind=LockKind.CART, name=cart.cart_id))

    async def _mark_call(
        self, actor: Actor, call_id: CallId, action: str, *, parked_since: datetime | None
    ) -> None:
        actor.require(Right.CARTS)
        now = self._clock()

        def work(connection: Connection) -> None:
            hold_cart(connection, actor, call_id, now)
            connection.execute(
                update(calls).where(calls.c.call_id == call_id).values(parked_since=parked_since)
            )
            audit.record(connection, actor, action, call_id, at=now)

        await self._store.run(work)

    def _new_cart(
        self, settings: StoreSettings, call_id: CallId, cart_id: CartId, now: datetime
    ) -> dict[str, object]:
        return {
            "cart_id": cart_id,
            "call_id": call_id,
            "store_id": self._store_id,
            "status": CartStatus.OPEN.value,
            "version": 1,
            "currency": settings.currency,
            "ship_method": settings.default_ship_method,
            "coupons": [],
            "payments": [],
            "notes": "",
            "tell_customer": settings.tell_customers,
            "updated_at": now,
        }


def put_customer(connection: Connection, cart: Cart, customer_id: CustomerId) -> None:
    """Make the customer the cart's; addresses not chosen yet become the customer's first ones."""
    customer = connection.execute(
        select(customers_table).where(customers_table.c.customer_id == customer_id)
    ).first()
    if customer is None:
        sentence = "This customer does not exist."
        raise NotFound(sentence)
    same = cart.customer_id == customer_id
    rows = connection.execute(select(addresses).where(addresses.c.customer_id == customer_id)).mappings()
    known = [Address(**{key: row[key] for key in row if key != "customer_id"}) for row in rows]
    ship = next((one for one in known if one.kind == "Shipping"), known[0] if known else None)
    bill = next((one for one in known if one.kind != "Shipping"), ship)
    connection.execute(
        update(carts)
        .where(carts.c.cart_id == cart.cart_id)
        .values(
            customer_id=customer_id,
            ship_to=_kept(cart.ship_to if same else None, ship),
            bill_to=_kept(cart.bill_to if same else None, bill),
        )
    )


def _kept(chosen: Address | None, first: Address | None) -> object:
    address = chosen or first
    return pack(address) if address else None
