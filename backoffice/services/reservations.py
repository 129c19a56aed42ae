"""Holding stock: local counters (non-ATP) and the rows that say what a DOM holds for us.

An expiry date frees nothing by itself: ``sweep`` does. What is held at a DOM is let go by a durable job, so a
hold that could not be cancelled now is cancelled later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from backoffice.domain.ids import LineId, LocationId, ReservationId, Sku, new_id
from backoffice.domain.inventory import (
    InventorySystem,
    LineResult,
    Reservation,
    ReservationLine,
    ReservedLine,
)
from backoffice.domain.statuses import ReservationStatus
from backoffice.services import own_stock
from backoffice.services.jobs import Jobs
from backoffice.store.tables.selling import decrements, reservation_lines, reservations, stock
from backoffice.store.writing import Write

_LIVE = (ReservationStatus.ASKING.value, ReservationStatus.HELD.value)


_CONSUME = Write(
    update(reservations)
    .where(
        reservations.c.reservation_id == bindparam("reservation"),
        reservations.c.status == ReservationStatus.HELD.value,
    )
    .values(status=ReservationStatus.CONSUMED.value, order_id=bindparam("order"))
)
_LOCAL_LINES = (
    select(reservation_lines)
    .join(reservations, reservations.c.reservation_id == reservation_lines.c.reservation_id)
    .where(
        reservation_lines.c.reservation_id == bindparam("reservation"),
        reservation_lines.c.quantity > 0,
        reservations.c.system == InventorySystem.NON_ATP.value,
    )
)
_SETTLE_LINE = Write(
    update(reservation_lines)
    .where(
        reservation_lines.c.reservation_id == bindparam("reservation"),
        reservation_lines.c.line_id == bindparam("line"),
    )
    .values(quantity=bindparam("held"), result=bindparam("said"), available_from=bindparam("from_when"))
)
_LIVE_ONE = select(reservations.c.reservation_id).where(
    reservations.c.cart_id == bindparam("cart"), reservations.c.status.in_(_LIVE)
)
_SETTLE = Write(
    update(reservations)
    .where(
        reservations.c.reservation_id == bindparam("reservation"),
        reservations.c.status == ReservationStatus.ASKING.value,
    )
    .values(status=ReservationStatus.HELD.value, expires_at=bindparam("until"))
)
_GO_ON = Write(
    update(reservations)
    .where(reservations.c.reservation_id == bindparam("reservation"))
    .values(status=bindparam("to"), expires_at=bindparam("until"))
)
_FORGET_LINES = Write(
    delete(reservation_lines).where(reservation_lines.c.reservation_id == bindparam("reservation"))
)
_INSERT_RESERVATION = Write(insert(reservations))
_INSERT_DECREMENTS = Write(insert(decrements))
_INSERT_LINES = Write(insert(reservation_lines))


def live_reservation(connection: Connection, cart_id: str) -> ReservationId | None:
    """Return the id of what is held, or being asked for, for a cart."""
    found = connection.execute(_LIVE_ONE, {"cart": cart_id}).scalar()
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
    before = live_reservation(connection, cart_id)
    if before:
        _give_back(connection, before, now)
    row = _row(cart_id, system, ReservationStatus.ASKING, now, expires_at)
    return _write_down(connection, before, row, [_line_row(line) for line in lines])


def settle(
    connection: Connection,
    reservation_id: ReservationId,
    lines: Sequence[ReservedLine],
    expires_at: datetime,
) -> bool:
    """Write down what is held; False when the reservation was let go meanwhile."""
    changed = _SETTLE(connection, {"reservation": reservation_id, "until": expires_at})
    if lines:
        _SETTLE_LINE(
            connection,
            [
                {
                    "reservation": reservation_id,
                    "line": line.line_id,
                    "held": line.quantity,
                    "said": line.result.value,
                    "from_when": line.available_from,
                }
                for line in lines
            ],
        )
    return bool(changed.rowcount)


def hold_here(
    connection: Connection,
    cart_id: str,
    lines: Sequence[ReservationLine],
    *,
    now: datetime,
    expires_at: datetime,
) -> Reservation:
    """Hold from our own stock, each line whole or not at all, in place of what the cart held; nobody oversells."""
    before = live_reservation(connection, cart_id)
    if before:
        _give_back(connection, before, now)
    held = own_stock.hold(connection, lines, now)
    row = _row(cart_id, InventorySystem.NON_ATP, ReservationStatus.HELD, now, expires_at)
    by_line = {line.line_id: line for line in held}
    identity = _write_down(
        connection, before, row, [_line_row(line, by_line[line.line_id]) for line in lines]
    )
    return Reservation(reservation_id=identity, lines=held, expires_at=expires_at)


def let_go(connection: Connection, jobs: Jobs, cart_id: str, now: datetime) -> None:
    """Release what a cart holds: local stock at once, a DOM's by durable job."""
    identity = live_reservation(connection, cart_id)
    if identity:
        release(connection, jobs, identity, now, ReservationStatus.RELEASED)


def let_go_again(connection: Connection, jobs: Jobs, reservation_id: str, now: datetime) -> None:
    """A DOM answered after its hold was let go of here: it may hold since then, so it is told once more."""
    gone = [
        ReservationStatus.RELEASING.value,
        ReservationStatus.RELEASED.value,
        ReservationStatus.EXPIRED.value,
    ]
    changed = connection.execute(
        update(reservations)
        .where(reservations.c.reservation_id == reservation_id, reservations.c.status.in_(gone))
        .values(status=ReservationStatus.RELEASING.value)
    )
    if changed.rowcount:
        key = f"release-{reservation_id}-{now.timestamp():.3f}"
        jobs.enqueue(connection, "release_reservation", reservation_id, key=key)


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


def consume(connection: Connection, reservation_id: str, order_id: str, now: datetime) -> bool:
    """The order takes what the cart held: local stock goes down, one decrement per line. False: it holds nothing."""
    changed = _CONSUME(connection, {"reservation": reservation_id, "order": order_id})
    if not changed.rowcount:
        return False
    lines = _local_lines(connection, reservation_id)
    if lines:
        own_stock.take(connection, lines, now)
        _INSERT_DECREMENTS(
            connection,
            [
                {
                    "order_id": order_id,
                    "line_id": line.line_id,
                    "sku": line.sku,
                    "location_id": line.location,
                    "quantity": line.quantity,
                    "at": now,
                }
                for line in lines
            ],
        )
    return True


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


def _write_down(
    connection: Connection,
    before: ReservationId | None,
    row: dict[str, object],
    lines: list[dict[str, object]],
) -> ReservationId:
    """Write a reservation and its lines; ``before`` is the one of the cart that it goes on with."""
    identity = before or ReservationId(new_id())
    if before:
        said = {"reservation": before, "to": row["status"], "until": row["expires_at"]}
        _GO_ON(connection, said)
        _FORGET_LINES(connection, {"reservation": before})
    else:
        _INSERT_RESERVATION(connection, {"reservation_id": identity, **row})
    if lines:
        _INSERT_LINES(connection, [{"reservation_id": identity, **line} for line in lines])
    return identity


def _row(
    cart_id: str, system: InventorySystem, status: ReservationStatus, now: datetime, expires_at: datetime
) -> dict[str, object]:
    return {
        "cart_id": cart_id,
        "system": system.value,
        "status": status.value,
        "created_at": now,
        "expires_at": expires_at,
    }


def _line_row(line: ReservationLine, held: ReservedLine | None = None) -> dict[str, object]:
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "location_id": line.location,
        "asked": line.quantity,
        "quantity": held.quantity if held else 0,
        "result": (held.result if held else LineResult.UNALLOCATED).value,
    }


def _give_back(connection: Connection, reservation_id: str, now: datetime) -> None:
    own_stock.free(connection, _local_lines(connection, reservation_id), now)


def _local_lines(connection: Connection, reservation_id: str) -> list[ReservationLine]:
    rows = connection.execute(_LOCAL_LINES, {"reservation": reservation_id})
    return [
        ReservationLine(
            line_id=LineId(row.line_id),
            sku=Sku(row.sku),
            location=LocationId(row.location_id),
            quantity=row.quantity,
        )
        for row in rows
    ]
