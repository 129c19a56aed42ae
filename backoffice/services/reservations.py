"""Holding stock: local counters (non-ATP) and the rows that say what a DOM holds for us.

An expiry date frees nothing by itself: ``sweep`` does. What is held at a DOM is let go by a durable job, so a
hold that could not be cancelled now is cancelled later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from backoffice.domain.ids import LineId, LocationId, ReservationId, Sku, new_id
from backoffice.domain.inventory import InventorySystem, LineResult, ReservationLine, ReservedLine
from backoffice.domain.statuses import ReservationStatus
from backoffice.services.jobs import Jobs
from backoffice.store.tables.selling import decrements, reservation_lines, reservations, stock

_LIVE = (ReservationStatus.ASKING.value, ReservationStatus.HELD.value)
_DO_NOT_CHECK = 2
_DO_NOT_UPDATE = 1


def live_reservation(connection: Connection, cart_id: str) -> ReservationId | None:
    """Return the id of what is held, or being asked for, for a cart."""
    found = connection.execute(
        select(reservations.c.reservation_id).where(
            reservations.c.cart_id == cart_id, reservations.c.status.in_(_LIVE)
        )
    ).scalar()
    return ReservationId(found) if found else None


def intend(
    connection: Connection,
    cart_id: str,
    lines: Sequence[ReservationLine],
    system: InventorySystem,
    *,
    now: datetime,
    expires_at: datetime,
) -> ReservationId:
    """Write down what will be asked for, before it is asked; it replaces what the cart held."""
    existing = live_reservation(connection, cart_id)
    identity = existing or ReservationId(new_id())
    if existing:
        _give_back(connection, identity, now)
        connection.execute(
            update(reservations)
            .where(reservations.c.reservation_id == identity)
            .values(status=ReservationStatus.ASKING.value, expires_at=expires_at)
        )
        connection.execute(delete(reservation_lines).where(reservation_lines.c.reservation_id == identity))
    else:
        connection.execute(
            insert(reservations).values(
                reservation_id=identity,
                cart_id=cart_id,
                system=system.value,
                status=ReservationStatus.ASKING.value,
                created_at=now,
                expires_at=expires_at,
            )
        )
    if lines:
        connection.execute(
            insert(reservation_lines),
            [
                {
                    "reservation_id": identity,
                    "line_id": line.line_id,
                    "sku": line.sku,
                    "location_id": line.location,
                    "asked": line.quantity,
                    "quantity": 0,
                    "result": LineResult.UNALLOCATED.value,
                }
                for line in lines
            ],
        )
    return identity


def settle(
    connection: Connection,
    reservation_id: ReservationId,
    lines: Sequence[ReservedLine],
    expires_at: datetime,
) -> bool:
    """Write down what is held; False when the reservation was let go meanwhile."""
    changed = connection.execute(
        update(reservations)
        .where(
            reservations.c.reservation_id == reservation_id,
            reservations.c.status == ReservationStatus.ASKING.value,
        )
        .values(status=ReservationStatus.HELD.value, expires_at=expires_at)
    )
    for line in lines:
        connection.execute(
            update(reservation_lines)
            .where(
                reservation_lines.c.reservation_id == reservation_id,
                reservation_lines.c.line_id == line.line_id,
            )
            .values(quantity=line.quantity, result=line.result.value, available_from=line.available_from)
        )
    return bool(changed.rowcount)


def hold_locally(
    connection: Connection, lines: Sequence[ReservationLine], *, now: datetime
) -> tuple[ReservedLine, ...]:
    """Reserve from our own stock, each line whole or not at all; guarded, so nobody oversells."""
    in_order = sorted(
        lines, key=lambda line: (line.sku, line.location)
    )  # two carts never wait for each other
    return tuple(_hold_line(connection, line, now) for line in in_order)


def let_go(connection: Connection, jobs: Jobs, cart_id: str, now: datetime) -> None:
    """Release what a cart holds: local stock at once, a DOM's by durable job."""
    identity = live_reservation(connection, cart_id)
    if identity:
        release(connection, jobs, identity, now, ReservationStatus.RELEASED)


def release(
    connection: Connection, jobs: Jobs, reservation_id: str, now: datetime, ending: ReservationStatus
) -> None:
    """Give back what is held; ``ending`` is RELEASED or EXPIRED."""
    system: int = connection.execute(
        select(reservations.c.system).where(reservations.c.reservation_id == reservation_id)
    ).scalar_one()
    local = system == InventorySystem.NON_ATP.value
    if local:
        _give_back(connection, reservation_id, now)
    if system == InventorySystem.DOM.value:
        ending = ReservationStatus.RELEASING
        jobs.enqueue(connection, "release_reservation", reservation_id, key=f"release-{reservation_id}")
    connection.execute(
        update(reservations)
        .where(reservations.c.reservation_id == reservation_id)
        .values(status=ending.value)
    )


def consume(connection: Connection, reservation_id: str, order_id: str, now: datetime) -> None:
    """The order takes what the cart held: local stock goes down, one decrement per line."""
    connection.execute(
        update(reservations)
        .where(reservations.c.reservation_id == reservation_id)
        .values(status=ReservationStatus.CONSUMED.value, order_id=order_id)
    )
    for line in _local_lines(connection, reservation_id):
        connection.execute(
            update(stock)
            .where(stock.c.sku == line.sku, stock.c.location_id == line.location)
            .values(
                quantity=stock.c.quantity - line.quantity,
                reserved=stock.c.reserved - line.quantity,
                updated_at=now,
            )
        )
        connection.execute(
            insert(decrements).values(
                order_id=order_id,
                line_id=line.line_id,
                sku=line.sku,
                location_id=line.location,
                quantity=line.quantity,
                at=now,
            )
        )


def return_to_cart(connection: Connection, reservation_id: str, order_id: str, now: datetime) -> None:
    """Undo ``consume``: the cart holds again what the order had taken."""
    taken = connection.execute(select(decrements).where(decrements.c.order_id == order_id)).all()
    for row in taken:
        connection.execute(
            update(stock)
            .where(stock.c.sku == row.sku, stock.c.location_id == row.location_id)
            .values(
                quantity=stock.c.quantity + row.quantity,
                reserved=stock.c.reserved + row.quantity,
                updated_at=now,
            )
        )
    connection.execute(delete(decrements).where(decrements.c.order_id == order_id))
    connection.execute(
        update(reservations)
        .where(
            reservations.c.reservation_id == reservation_id,
            reservations.c.status == ReservationStatus.CONSUMED.value,
        )
        .values(status=ReservationStatus.HELD.value, order_id=None)
    )


def give_back(connection: Connection, jobs: Jobs, reservation_id: str, order_id: str, now: datetime) -> None:
    """Free what a cancelled order had taken: local stock at once, a DOM's by durable job."""
    return_to_cart(connection, reservation_id, order_id, now)
    release(connection, jobs, reservation_id, now, ReservationStatus.RELEASED)


def sweep(connection: Connection, jobs: Jobs, now: datetime, limit: int = 100) -> int:
    """End the reservations past their expiry and return how many."""
    rows: Iterable[str] = connection.execute(
        select(reservations.c.reservation_id)
        .where(reservations.c.status.in_(_LIVE), reservations.c.expires_at <= now)
        .limit(limit)
    ).scalars()
    expired = list(rows)
    for identity in expired:
        release(connection, jobs, identity, now, ReservationStatus.EXPIRED)
    return len(expired)


def _hold_line(connection: Connection, line: ReservationLine, now: datetime) -> ReservedLine:
    row = connection.execute(
        select(stock).where(stock.c.sku == line.sku, stock.c.location_id == line.location)
    ).first()
    if row is not None and row.flags & (_DO_NOT_CHECK | _DO_NOT_UPDATE):
        return ReservedLine(line_id=line.line_id, result=LineResult.ALLOCATED, quantity=0)
    held = connection.execute(
        update(stock)
        .where(
            stock.c.sku == line.sku,
            stock.c.location_id == line.location,
            stock.c.quantity - stock.c.reserved >= line.quantity,
        )
        .values(reserved=stock.c.reserved + line.quantity, updated_at=now)
    )
    if held.rowcount:
        return ReservedLine(line_id=line.line_id, result=LineResult.ALLOCATED, quantity=line.quantity)
    return ReservedLine(line_id=line.line_id, result=LineResult.UNALLOCATED, quantity=0)


def _give_back(connection: Connection, reservation_id: str, now: datetime) -> None:
    for line in _local_lines(connection, reservation_id):
        connection.execute(
            update(stock)
            .where(stock.c.sku == line.sku, stock.c.location_id == line.location)
            .values(reserved=stock.c.reserved - line.quantity, updated_at=now)
        )


def _local_lines(connection: Connection, reservation_id: str) -> list[ReservationLine]:
    rows = connection.execute(
        select(reservation_lines)
        .join(reservations, reservations.c.reservation_id == reservation_lines.c.reservation_id)
        .where(
            reservation_lines.c.reservation_id == reservation_id,
            reservation_lines.c.quantity > 0,
            reservations.c.system == InventorySystem.NON_ATP.value,
        )
    )
    return [
        ReservationLine(
            line_id=LineId(row.line_id),
            sku=Sku(row.sku),
            location=LocationId(row.location_id),
            quantity=row.quantity,
        )
        for row in rows
    ]
