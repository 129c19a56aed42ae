"""Stock: invariants 22 to 24."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select

from backoffice.domain.inventory import InventorySystem
from backoffice.domain.statuses import CartStatus, OrderStatus, ReservationStatus, TransferStatus
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.store.tables.ordering import carts, order_lines, orders, transfers
from backoffice.store.tables.selling import availability, decrements, reservation_lines, reservations, stock

SWEPT_WITHIN = timedelta(minutes=1)  # housekeeping comes round far more often
_LIVE = (ReservationStatus.ASKING.value, ReservationStatus.HELD.value)
_USED = (CartStatus.OPEN.value, CartStatus.IN_CHECKOUT.value)


def reserved_is_what_carts_hold(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """22: reserved = the live reservations; each belongs to a live cart, has an expiry, and does not outlive it."""
    held = {
        (row.sku, row.location_id): int(row.held)
        for row in connection.execute(
            select(
                reservation_lines.c.sku,
                reservation_lines.c.location_id,
                func.sum(reservation_lines.c.quantity).label("held"),
            )
            .join(reservations, reservations.c.reservation_id == reservation_lines.c.reservation_id)
            .where(reservations.c.status.in_(_LIVE), reservations.c.system == InventorySystem.NON_ATP.value)
            .group_by(reservation_lines.c.sku, reservation_lines.c.location_id)
        )
    }
    found = [
        (row.sku, f"{row.reserved} reserved at {row.location_id}, live reservations hold {wanted}.")
        for row in connection.execute(select(stock))
        if row.reserved != (wanted := held.get((row.sku, row.location_id), 0))
    ]
    for row in connection.execute(
        select(reservations.c.reservation_id, reservations.c.expires_at, carts.c.status.label("cart"))
        .outerjoin(carts, carts.c.cart_id == reservations.c.cart_id)
        .where(reservations.c.status.in_(_LIVE))
    ):
        if row.cart not in _USED:
            found.append((row.reservation_id, "It holds stock for a cart that is not in use."))
        if row.expires_at + SWEPT_WITHIN < ledgers.now:
            found.append(
                (row.reservation_id, f"It expired at {row.expires_at:%H:%M:%S} UTC and still holds.")
            )
    return violations(found)


def nothing_is_negative(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """23: no quantity is below zero, and what the DOM's orders hold does not exceed its supply."""
    found = [
        (row.sku, "Our own stock is negative.")
        for row in connection.execute(select(stock).where((stock.c.quantity < 0) | (stock.c.reserved < 0)))
    ]
    found += [
        (row.sku, "The cache has a negative quantity.")
        for row in connection.execute(select(availability).where(availability.c.quantity < 0))
    ]
    found += [
        (row.sku, "A line of an order has a quantity that can not be.")
        for row in connection.execute(
            select(order_lines).where(
                (order_lines.c.quantity <= 0) | (order_lines.c.shipped < 0) | (order_lines.c.cancelled < 0)
            )
        )
    ]
    found += [
        (row["sku"], "The DOM holds more than it has.")
        for row in ledgers.dom_table("stock")
        if not 0 <= row["held"] <= row["on_hand"]
    ]
    return violations(found)


def each_line_is_decremented_once(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """24: one decrement per line of a transferred order, none for others; once quiet, the cache is the DOM's."""
    taken = {
        (row.order_id, row.line_id): (row.sku, row.quantity) for row in connection.execute(select(decrements))
    }
    arrived: set[str] = set(
        connection.execute(
            select(transfers.c.order_id).where(transfers.c.status == TransferStatus.TRANSFERRED.value)
        ).scalars()
    )
    alive = {
        row.order_id: row.number
        for row in connection.execute(
            select(orders.c.order_id, orders.c.number).where(orders.c.status != OrderStatus.FAILED.value)
        )
    }
    found = [
        (line.sku, f"Order {alive.get(line.order_id, line.order_id)} was transferred without its decrement.")
        for line in connection.execute(select(order_lines))
        if line.order_id in arrived and taken.get((line.order_id, line.line_id)) != (line.sku, line.quantity)
    ]
    found += [
        (sku, "Stock was taken for an order that is none.")
        for (order_id, _), (sku, _) in taken.items()
        if order_id not in alive
    ]
    return violations(found + (_stale(connection, ledgers) if ledgers.quiet else []))


def _stale(connection: Connection, ledgers: Ledgers) -> list[tuple[str, str]]:
    """Compare the cache with the DOM: it tells of every change, so once quiet both say the same."""
    theirs: dict[tuple[str, str], int] = defaultdict(int)
    for row in ledgers.dom_table("stock"):
        theirs[row["sku"], row["location"]] = row["on_hand"] - row["held"]
    return [
        (row.sku, f"The cache says {row.quantity.normalize():f}, the DOM {theirs[row.sku, row.location_id]}.")
        for row in connection.execute(select(availability).where(availability.c.quantity.is_not(None)))
        if ledgers.dom is not None and Decimal(theirs[row.sku, row.location_id]) != row.quantity
    ]
