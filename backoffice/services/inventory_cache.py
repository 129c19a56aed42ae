"""The cache of the DOM's figures.

1. a figure comes in: pushed, answered or loaded; one that is not newer than the kept one changes nothing;
2. orders acknowledged but placed after its time are taken off it: the DOM did not know of them when it counted;
3. an order the DOM acknowledged is taken off once per line, from figures older than its placing.

So what is kept is always the newest figure less the orders after it, in whatever order figures and orders
come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, tuple_, update

from backoffice.domain.availability_rules import Figure, is_newer, lowered
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import Availability, AvailabilityStatus
from backoffice.store.tables.ordering import order_lines, orders
from backoffice.store.tables.selling import availability, decrements

Place = tuple[Sku, LocationId]
_AT_ONCE = 400  # places in one question: two parameters each, far below any database's limit


def read_figures(connection: Connection, places: Iterable[Place]) -> dict[Place, Figure]:
    """Return what is kept of each place; one nothing is known of is left out."""
    found: dict[Place, Figure] = {}
    for some in _chunks(places):
        rows = connection.execute(
            select(availability).where(tuple_(availability.c.sku, availability.c.location_id).in_(some))
        )
        found.update({(row.sku, row.location_id): _figure(row) for row in rows})
    return found


def write_figures(connection: Connection, figures: Sequence[Figure], received_at: datetime) -> int:
    """Keep the figures that are newer than what is kept; return how many were."""
    newest: dict[Place, Figure] = {}
    for figure in figures:
        place = (figure.sku, figure.location)
        if is_newer(figure, newest.get(place)):
            newest[place] = figure
    kept = read_figures(connection, newest)
    newer = {place: figure for place, figure in newest.items() if is_newer(figure, kept.get(place))}
    if not newer:
        return 0
    taken = _ordered_since(connection, newer)
    true = {place: lowered(figure, taken.get(place, 0)) for place, figure in newer.items()}
    added = [_columns(figure, received_at) for place, figure in true.items() if place not in kept]
    if added:
        connection.execute(insert(availability), added)
    _replace(connection, [figure for place, figure in true.items() if place in kept], received_at)
    return len(newer)


def decrement_cache(connection: Connection, order_id: str, at: datetime) -> None:
    """DecrementCache: take the lines of an order the DOM acknowledged off the kept figures, once per line.

    ``at`` is the DOM's own time of the acknowledgement. A figure that is not older than the order's placing stays
    as it is: the DOM held the goods for the order by then, so its figure leaves them out already, and taking them
    off again would count the order twice. Should the DOM's clock be behind ours, its acknowledgement may come
    "before" the placing: then that is the moment. A line that has its row in ``decrements`` (acknowledged before,
    or taken from our own stock at submit) is left alone. Call it in the transaction that records the
    acknowledgement, so neither exists without the other.
    """
    placed_at: datetime = connection.execute(
        select(orders.c.placed_at).where(orders.c.order_id == order_id)
    ).scalar_one()
    known_from = min(placed_at, at)
    done: set[str] = set(
        connection.execute(select(decrements.c.line_id).where(decrements.c.order_id == order_id)).scalars()
    )
    lines = connection.execute(select(order_lines).where(order_lines.c.order_id == order_id)).all()
    fresh = [line for line in lines if line.line_id not in done]
    if not fresh:
        return
    connection.execute(
        insert(decrements),
        [
            {
                "order_id": order_id,
                "line_id": line.line_id,
                "sku": line.sku,
                "location_id": line.location_id,
                "quantity": line.quantity,
                "at": known_from,
            }
            for line in fresh
        ],
    )
    kept = read_figures(connection, {_place(line) for line in fresh})
    for line in fresh:
        figure = kept.get(_place(line))
        if figure is not None and figure.as_of < known_from:
            kept[_place(line)] = lowered(figure, line.quantity)
    _replace(connection, [figure for figure in kept.values() if figure.as_of < known_from])


def figure_of(record: Availability) -> Figure:
    """Return a record of the DOM's as it is kept."""
    return Figure(
        sku=record.sku,
        location=record.location,
        status=record.status,
        quantity=record.quantity,
        unit=record.unit,
        available_from=record.available_from,
        as_of=record.updated_at,
    )


def _ordered_since(connection: Connection, figures: dict[Place, Figure]) -> dict[Place, int]:
    """Sum what orders have taken that each figure does not know of."""
    oldest = min(figure.as_of for figure in figures.values())
    taken: dict[Place, int] = {}
    for row in connection.execute(select(decrements).where(decrements.c.at > oldest)):
        place = _place(row)
        figure = figures.get(place)
        if figure is not None and row.at > figure.as_of:
            taken[place] = taken.get(place, 0) + int(row.quantity)
    return taken


def _replace(connection: Connection, figures: Sequence[Figure], received_at: datetime | None = None) -> None:
    """Write over kept figures, unless another desk was faster with a newer one."""
    if not figures:
        return
    names = ["status", "quantity"]
    if received_at is not None:
        names += ["unit", "available_from", "as_of", "received_at"]
    statement = (
        update(availability)
        .where(
            availability.c.sku == bindparam("of_sku"),
            availability.c.location_id == bindparam("of_location"),
            availability.c.as_of <= bindparam("not_after", type_=availability.c.as_of.type),
        )
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    connection.execute(
        statement,
        [
            {
                "of_sku": figure.sku,
                "of_location": figure.location,
                "not_after": figure.as_of,
                **{f"new_{name}": columns[name] for name in names},
            }
            for figure in figures
            if (columns := _columns(figure, received_at))
        ],
    )


def _place(row: Row[Any]) -> Place:
    return Sku(row.sku), LocationId(row.location_id)


def _columns(figure: Figure, received_at: datetime | None) -> dict[str, object]:
    return {
        "sku": figure.sku,
        "location_id": figure.location,
        "status": figure.status.value,
        "quantity": figure.quantity,
        "unit": figure.unit,
        "available_from": figure.available_from,
        "as_of": figure.as_of,
        "received_at": received_at,
    }


def _figure(row: Row[Any]) -> Figure:
    return Figure(
        sku=Sku(row.sku),
        location=LocationId(row.location_id),
        status=AvailabilityStatus(row.status),
        quantity=None if row.quantity is None else Decimal(row.quantity).normalize() + 0,
        unit=row.unit,
        available_from=row.available_from,
        as_of=row.as_of,
    )


def _chunks(places: Iterable[Place]) -> Iterable[list[Place]]:
    waiting = iter(places)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
