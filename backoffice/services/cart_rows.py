"""Carts as rows: load one whole, guard it by its version, write what changed."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from backoffice.domain.cart import Call, Cart, CartLine, CartShipment, LineOverride, Prepared
from backoffice.domain.customer import Address
from backoffice.domain.errors import Conflict, NotFound
from backoffice.domain.ids import CallId, CartId, CustomerId, LineId, LocationId, Sku, StaffId
from backoffice.domain.inventory import Availability
from backoffice.domain.lock import modified
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CartStatus
from backoffice.services.codec import unpack
from backoffice.services.lock_rows import HELD_CART, as_lock
from backoffice.store.tables.ordering import calls, cart_lines, carts, locks
from backoffice.store.tables.people import customers
from backoffice.store.writing import Write

_CART = select(carts).where(carts.c.cart_id == bindparam("cart"))
_LINES = select(cart_lines).where(cart_lines.c.cart_id == bindparam("cart")).order_by(cart_lines.c.position)


def load_cart(connection: Connection, cart_id: str) -> Cart:
    """Return the cart with its lines in order; NotFound when there is none."""
    row = connection.execute(_CART, {"cart": cart_id}).first()
    if row is None:
        sentence = "This cart does not exist any more."
        raise NotFound(sentence, advice="Start a new call.")
    return _cart(row, connection.execute(_LINES, {"cart": cart_id}).all())


def require_open(cart: Cart, version: int) -> None:
    """Raise Conflict unless the cart may be changed and ``version`` is what it is now."""
    if cart.status is CartStatus.IN_CHECKOUT:
        sentence = "This cart is being submitted; it can not be changed now."
        raise Conflict(sentence, advice="Wait for the answer.", code="in_checkout")
    if cart.status is not CartStatus.OPEN:
        sentence = "This cart is closed."
        raise Conflict(sentence, advice="Start a new call.", code="closed")
    if cart.version != version:
        raise modified("cart")


def write_cart(
    connection: Connection,
    cart: Cart,
    now: datetime,
    *,
    next_version: bool = True,
    **changed: Any,  # noqa: ANN401 - columns of carts
) -> None:
    """Update the cart guarded by the version it was read at; Conflict when somebody was faster."""
    values = {"version": cart.version + (1 if next_version else 0), "updated_at": now, **changed}
    guard = {"of_cart": cart.cart_id, "read_at": cart.version}
    result = _write(tuple(values))(connection, {**values, **guard})
    if not result.rowcount:
        raise modified("cart")


@lru_cache
def _write(columns: tuple[str, ...]) -> Write:
    """Build the update of these columns once: each change of a cart writes one of a handful of sets."""
    return Write(
        update(carts)
        .where(carts.c.cart_id == bindparam("of_cart"), carts.c.version == bindparam("read_at"))
        .values({column: bindparam(column) for column in columns})
    )


def load_calls(connection: Connection, staff_id: str) -> tuple[Call, ...]:
    """Return the unfinished calls of one person, and those taken over, opened first; each with who holds its cart."""
    rows = connection.execute(
        select(
            calls,
            carts.c.cart_id,
            carts.c.customer_id,
            customers.c.first_name,
            customers.c.last_name,
            customers.c.company,
            locks,
        )
        .join(carts, carts.c.call_id == calls.c.call_id)
        .outerjoin(customers, customers.c.customer_id == carts.c.customer_id)
        .outerjoin(locks, HELD_CART)
        .where(
            (calls.c.staff_id == staff_id) | (locks.c.holder == staff_id),
            calls.c.closed_at.is_(None),
        )
        .order_by(calls.c.opened_at)
    )
    return tuple(
        Call(
            call_id=CallId(row.call_id),
            staff_id=StaffId(row.staff_id),
            opened_at=row.opened_at,
            parked_since=row.parked_since,
            closed_at=row.closed_at,
            customer_id=CustomerId(row.customer_id) if row.customer_id else None,
            customer_name=f"{row.first_name or ''} {row.last_name or ''}".strip() or row.company or "",
            cart_id=CartId(row.cart_id),
            lock=as_lock(row),
        )
        for row in rows
    )


def _cart(row: Row[Any], lines: Sequence[Row[Any]]) -> Cart:
    return Cart(
        cart_id=CartId(row.cart_id),
        call_id=CallId(row.call_id),
        customer_id=CustomerId(row.customer_id) if row.customer_id else None,
        status=CartStatus(row.status),
        version=row.version,
        currency=row.currency,
        lines=tuple(_line(line, row.currency) for line in lines),
        ship_to=unpack(Address, row.ship_to) if row.ship_to else None,
        bill_to=unpack(Address, row.bill_to) if row.bill_to else None,
        ship_method=row.ship_method,
        coupons=tuple(row.coupons),
        payments=tuple(unpack(PaymentPlan, plan) for plan in row.payments),
        notes=row.notes,
        tell_customer=row.tell_customer,
        prepared=unpack(Prepared, row.prepared) if row.prepared else None,
        updated_at=row.updated_at,
        more_shipments=tuple(unpack(CartShipment, shipment) for shipment in row.more_shipments),
        gift_certificates=tuple(row.gift_certificates),
        data=tuple((name, value) for name, value in row.data),
    )


def _line(row: Row[Any], currency: str) -> CartLine:
    return CartLine(
        line_id=LineId(row.line_id),
        sku=Sku(row.sku),
        name=row.name,
        photo=row.photo,
        quantity=row.quantity,
        unit_price=Money(row.unit_price, currency),
        location=LocationId(row.location_id),
        availability=unpack(Availability, row.availability) if row.availability else None,
        shipment_id=row.shipment_id,
        override=unpack(LineOverride, row.override) if row.override else None,
    )
