"""Our own stock (non-ATP): pieces held for carts, taken by orders, freed again; counted in the rows of ``stock``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, select, update

from backoffice.domain.errors import Conflict
from backoffice.domain.inventory import LineResult, ReservationLine, ReservedLine
from backoffice.store.tables.selling import stock
from backoffice.store.writing import Write

_DO_NOT_CHECK = 2
_DO_NOT_UPDATE = 1

_HERE = (stock.c.sku == bindparam("of_sku"), stock.c.location_id == bindparam("at_location"))
_PIECES = bindparam("pieces", type_=Integer)
_HOLD = Write(
    update(stock)
    .where(*_HERE, stock.c.quantity - stock.c.reserved >= _PIECES)
    .values(reserved=stock.c.reserved + _PIECES, updated_at=bindparam("now"))
)
_FREE = Write(
    update(stock).where(*_HERE).values(reserved=stock.c.reserved - _PIECES, updated_at=bindparam("now"))
)
_TAKE = Write(
    update(stock)
    .where(*_HERE)
    .values(
        quantity=stock.c.quantity - _PIECES, reserved=stock.c.reserved - _PIECES, updated_at=bindparam("now")
    )
)
_STOCK = select(
    stock.c.sku, stock.c.location_id, stock.c.flags, (stock.c.quantity - stock.c.reserved).label("free")
).where(stock.c.sku.in_(bindparam("skus", expanding=True)))


def hold(connection: Connection, lines: Sequence[ReservationLine], now: datetime) -> tuple[ReservedLine, ...]:
    """Hold each line whole or not at all; return what is held of each.

    It is decided from what is free and then written at once, for nobody else writes meanwhile; the guard makes sure.
    """
    rows = connection.execute(_STOCK, {"skus": sorted({line.sku for line in lines})})
    here = {(row.sku, row.location_id): row for row in rows}
    free = {place: row.free for place, row in here.items()}
    taken: list[ReservationLine] = []
    answers: list[ReservedLine] = []
    for line in sorted(lines, key=lambda line: (line.sku, line.location)):
        place = (line.sku, line.location)
        result, quantity = LineResult.UNALLOCATED, 0
        if place in here and here[place].flags & (_DO_NOT_CHECK | _DO_NOT_UPDATE):
            result = LineResult.ALLOCATED
        elif free.get(place, 0) >= line.quantity:
            free[place] -= line.quantity
            taken.append(line)
            result, quantity = LineResult.ALLOCATED, line.quantity
        answers.append(ReservedLine(line_id=line.line_id, result=result, quantity=quantity))
    if taken:
        done = _HOLD(connection, [_moved(line, now) for line in taken])
        if done.rowcount != len(taken):
            raise Conflict("The stock was changed meanwhile.", advice="Nothing was held: prepare again.")
    return tuple(answers)


def free(connection: Connection, lines: Sequence[ReservationLine], now: datetime) -> None:
    """Give back what was held."""
    if lines:
        _FREE(connection, [_moved(line, now) for line in lines])


def take(connection: Connection, lines: Sequence[ReservationLine], now: datetime) -> None:
    """An order takes what was held."""
    if lines:
        _TAKE(connection, [_moved(line, now) for line in lines])


def _moved(line: ReservationLine, now: datetime) -> dict[str, object]:
    return {"of_sku": line.sku, "at_location": line.location, "pieces": line.quantity, "now": now}
