"""ProcessOrder Prepare: hold the stock, then promotions, shipping and tax; a promise with two clocks.

1. the cart must be whole: a caller, lines, an address, a ship method;
2. what is to be held is written down; a DOM is then asked, outside any transaction; our own stock is held at once;
3. the answer is read line by line: a DOM may say "fine" and hold nothing, or fewer than asked;
4. the cart is priced, and the promise kept with it: price lock and hold both expire, visibly;
5. a second Prepare says what changed since the first, and why.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from backoffice.domain.cart import Cart, HeldLine, Prepared
from backoffice.domain.errors import Conflict, InvalidInput
from backoffice.domain.ids import CartId, LineId, ReservationId
from backoffice.domain.inventory import (
    InventorySystem,
    LineResult,
    Reservation,
    ReservationLine,
    ReservedLine,
)
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.domain.staff import Actor, Right
from backoffice.external.dom.port import ExternalInventory, MessageContext
from backoffice.services import audit
from backoffice.services.cart_rows import load_cart, require_open, write_cart
from backoffice.services.checkout.changes import changes
from backoffice.services.checkout.quote import Quote, Quotes
from backoffice.services.codec import pack
from backoffice.services.jobs import Jobs
from backoffice.services.lock_rows import hold_cart
from backoffice.services.reservations import hold_here, intend, let_go_again, settle
from backoffice.services.stores import load_store
from backoffice.settings import StoreSettings
from backoffice.store.store import Store
from backoffice.store.tables.ordering import cart_lines
from backoffice.store.tables.selling import products

_PHYSICAL = select(products.c.sku).where(
    products.c.sku.in_(bindparam("skus", expanding=True)), products.c.is_physical.is_(True)
)
_KEEPS_NOTHING = frozenset({InventorySystem.NONE, InventorySystem.ATP})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """What the DOM is to be asked."""

    reservation_id: ReservationId
    lines: tuple[ReservationLine, ...]
    expires_at: datetime
    context: MessageContext


class Prepare:
    """Prepares carts."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        store_id: str,
        dom: ExternalInventory,
        quotes: Quotes,
    ) -> None:
        """Take what is needed; nothing is read before the first call."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._store_id = store_id
        self._dom = dom
        self._quotes = quotes

    async def prepare(self, actor: Actor, cart_id: CartId, *, version: int) -> Cart:
        """Return the cart with its promise; a Refusal names what is missing or what could not be held."""
        actor.require(Right.SUBMIT)
        first = await self._store.run(lambda connection: self._hold(connection, actor, cart_id, version))
        if isinstance(first, Cart):
            return first
        outcome = await self._dom.reserve_inventory(
            first.reservation_id, first.lines, expires_at=first.expires_at, context=first.context
        )
        answer = _read_by_line(_answered(outcome), first.lines)
        promised = await self._store.run(
            lambda connection: self._promise_held(connection, actor, cart_id, version, answer)
        )
        if promised is None:
            sentence = "The hold was let go of while the DOM was being asked."
            raise Conflict(sentence, advice="Prepare again.", code="hold_lost")
        return promised

    def _hold(self, connection: Connection, actor: Actor, cart_id: CartId, version: int) -> Cart | _Question:
        """Hold from our own stock and promise at once, or write down what the DOM will be asked."""
        cart = load_cart(connection, cart_id)
        now = self._clock()
        hold_cart(connection, actor, cart.call_id, now)
        require_open(cart, version)
        require_whole(cart)
        settings = load_store(connection, self._store_id)
        if settings.inventory_system in _KEEPS_NOTHING:
            return self._promise(connection, actor, cart, settings, None)
        stocked = _stocked(connection, cart)
        wanted = tuple(
            ReservationLine(
                line_id=line.line_id, sku=line.sku, location=line.location, quantity=line.quantity
            )
            for line in cart.lines
            if line.line_id in stocked
        )
        if not wanted:
            return self._promise(connection, actor, cart, settings, None)
        expires_at = now + settings.hold
        if settings.inventory_system is InventorySystem.NON_ATP:
            held = hold_here(connection, cart_id, wanted, now=now, expires_at=expires_at)
            return self._promise(connection, actor, cart, settings, held)
        return _Question(
            reservation_id=intend(
                connection, cart_id, wanted, settings.inventory_system, now=now, expires_at=expires_at
            ),
            lines=wanted,
            expires_at=expires_at,
            context=MessageContext(
                store=self._store_id,
                currency=cart.currency,
                locale=settings.locale,
                acting_user=actor.staff_id,
                on_behalf_of=cart.customer_id or "",
            ),
        )

    def _promise_held(
        self, connection: Connection, actor: Actor, cart_id: CartId, version: int, answer: Reservation
    ) -> Cart | None:
        """Keep the promise; None when nobody wants it any more: what the DOM holds since then is cancelled again."""
        if not settle(connection, answer.reservation_id, answer.lines, answer.expires_at):
            let_go_again(connection, self._jobs, answer.reservation_id, self._clock())
            return None
        cart = load_cart(connection, cart_id)
        require_open(cart, version)
        return self._promise(connection, actor, cart, load_store(connection, self._store_id), answer)

    def _promise(
        self,
        connection: Connection,
        actor: Actor,
        cart: Cart,
        settings: StoreSettings,
        answer: Reservation | None,
    ) -> Cart:
        now = self._clock()
        quote = self._quotes.price(connection, cart, settings.pricing)
        prepared = Prepared(
            cart_version=cart.version,
            prepared_at=now,
            price_lock_until=now + settings.price_lock,
            held_until=answer.expires_at if answer else None,
            reservation_id=answer.reservation_id if answer else None,
            held=_held_lines(cart, answer, quote),
            lines=quote.lines,
            totals=quote.totals,
            explanations=quote.explanations,
            refused_coupons=quote.refused_coupons,
            changes=changes(cart, quote, settings.locale),
            shipments=quote.shipments,
            taxes=quote.taxes,
            offers=quote.offers,
            certificates=quote.certificates,
        )
        for line in cart.lines:
            if line.unit_price != quote.unit_prices[line.line_id]:
                connection.execute(
                    update(cart_lines)
                    .where(cart_lines.c.line_id == line.line_id)
                    .values(unit_price=quote.unit_prices[line.line_id].minor)
                )
        write_cart(connection, cart, now, next_version=False, prepared=pack(prepared))
        audit.record(
            connection,
            actor,
            "cart.prepared",
            cart.cart_id,
            at=now,
            customer_id=cart.customer_id or "",
            detail={"total": prepared.totals.total.minor, "currency": cart.currency},
        )
        lines = tuple(replace(line, unit_price=quote.unit_prices[line.line_id]) for line in cart.lines)
        return replace(cart, lines=lines, prepared=prepared, updated_at=now)


def require_whole(cart: Cart) -> None:
    """Raise InvalidInput naming the first thing missing before the cart can be priced."""
    missing = [
        (cart.customer_id is None, "customer", "Who is calling?", "Find the caller, or add a new one."),
        (not cart.lines, "sku", "The cart is empty.", "Add an item first."),
        (cart.ship_to is None, "ship_to", "Where does it go?", "Choose an address, or add one."),
        (not cart.ship_method, "ship_method", "How does it go?", "Choose a ship method."),
    ]
    used = {line.shipment_id for line in cart.lines}
    for shipment in cart.more_shipments:
        if shipment.shipment_id in used:
            name = f"shipment {shipment.shipment_id}"
            to, how = f"Where does {name} go?", f"How does {name} go?"
            missing += [
                (shipment.ship_to is None, "ship_to", to, "Choose an address for it, or add one."),
                (not shipment.ship_method, "ship_method", how, "Choose a ship method for it."),
            ]
    for is_missing, field, sentence, advice in missing:
        if is_missing:
            raise InvalidInput(sentence, field=field, advice=advice, code="incomplete")


def _answered(outcome: Outcome[Reservation]) -> Reservation:
    if isinstance(outcome, Succeeded):
        return outcome.value
    if isinstance(outcome, Refused):
        sentence = f"The DOM would not hold these items: {outcome.reason}"
        raise Conflict(sentence, advice="Change the cart, then prepare again.", code=outcome.code)
    sentence = "The DOM does not answer, so nothing is known to be held."
    raise Conflict(sentence, advice="Nothing is lost: try Prepare again.", code="dom_silent")


def _read_by_line(answer: Reservation, asked: tuple[ReservationLine, ...]) -> Reservation:
    """Call a line of which fewer pieces are held than asked for what it is to the customer: not held.

    Its quantity stays, for it can be offered.
    """
    wanted = {line.line_id: line.quantity for line in asked}
    return replace(
        answer,
        lines=tuple(
            line
            if line.quantity >= wanted.get(line.line_id, 0)
            else replace(line, result=LineResult.UNALLOCATED)
            for line in answer.lines
        ),
    )


def _stocked(connection: Connection, cart: Cart) -> set[LineId]:
    """The lines there is stock of: what does not travel, such as a gift certificate, is always there."""
    skus = [line.sku for line in cart.lines]
    travelling: set[str] = set(connection.execute(_PHYSICAL, {"skus": skus}).scalars())
    return {line.line_id for line in cart.lines if line.sku in travelling}


def _held_lines(cart: Cart, answer: Reservation | None, quote: Quote) -> tuple[HeldLine, ...]:
    """What is held of each line; a line there is no stock of needs nothing held."""
    if answer is None:
        return ()
    free = tuple(
        HeldLine(
            line_id=line.line_id, result=LineResult.ALLOCATED, quantity=line.quantity, available_from=None
        )
        for line in cart.lines
        if line.line_id in quote.not_stocked
    )
    return tuple(_held(line) for line in answer.lines) + free


def _held(line: ReservedLine) -> HeldLine:
    return HeldLine(
        line_id=LineId(line.line_id),
        result=line.result,
        quantity=line.quantity,
        available_from=line.available_from,
    )


def unallocated(prepared: Prepared) -> tuple[HeldLine, ...]:
    """Return the lines that are not held whole; ``quantity`` is what is held of them."""
    return tuple(line for line in prepared.held if line.result is LineResult.UNALLOCATED)
