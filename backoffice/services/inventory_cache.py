"""The cache of the DOM's figures.

1. a figure comes in: pushed, answered or loaded; one that is not newer than the kept one changes nothing;
2. orders placed after its time are taken off it, for the DOM did not know of them when it counted;
3. an order the DOM acknowledged is taken off once per line, from figures older than its placing.

So what is kept is always the newest figure less the orders after it, in whatever order figures and orders
come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_, update

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
    rows = [
        _columns(lowered(figure, taken.get(place, 0)), received_at)
        for place, figure in newer.items()
        if place not in kept
    ]
    if rows:
        connection.execute(insert(availability), rows)
    for place, figure in newer.items():
        if place in kept:
            _replace(connection, _columns(lowered(figure, taken.get(place, 0)), received_at))
    return len(newer)


def decrement_cache(connection: Connection, order_id: str, at: datetime) -> None:
    """DecrementCache: take the lines of an order the DOM acknowledged off the kept figures, once per line.

    A figure whose own time is not before the order's placing stays as it is: the DOM held the goods for the
    order by then, so its figure leaves them out already, and taking them off again would count the order
    twice. A line that has its row in ``decrements`` (acknowledged before, or taken from our own stock at
    submit) is left alone. Call it in the transaction that records the acknowledgement, so neither exists
    without the other.
    """
    placed_at: datetime = connection.execute(
        select(orders.c.placed_at).where(orders.c.order_id == order_id)
    ).scalar_one()
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
                "at": at,
            }
            for line in fresh
        ],
    )
    for line in fresh:
        place = (Sku(line.sku), LocationId(line.location_id))
        kept = read_figures(connection, [place]).get(place)
        if kept is not None and kept.as_of < placed_at:
            left = lowered(kept, line.quantity)
            connection.execute(
                update(availability)
                .where(availability.c.sku == line.sku, availability.c.location_id == line.location_id)
                .values(quantity=left.quantity, status=left.status.value)
            )


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
    """Sum what orders placed after each figure's time have taken."""
    oldest = min(figure.as_of for figure in figures.values())
    rows = connection.execute(
        select(
            decrements.c.sku,
            decrements.c.location_id,
            orders.c.placed_at,
            func.sum(decrements.c.quantity).label("pieces"),
        )
        .join(orders, orders.c.order_id == decrements.c.order_id)
        .where(orders.c.placed_at > oldest)
        .group_by(decrements.c.sku, decrements.c.location_id, orders.c.placed_at)
    )
    taken: dict[Place, int] = {}
    for row in rows:
        place = (Sku(row.sku), LocationId(row.location_id))
        figure = figures.get(place)
        if figure is not None and row.placed_at > figure.as_of:
            taken[place] = taken.get(place, 0) + int(row.pieces)
    return taken


def _replace(connection: Connection, columns: dict[str, object]) -> None:
    connection.execute(
        update(availability)
        .where(
            availability.c.sku == columns["sku"],
            availability.c.location_id == columns["location_id"],
            availability.c.as_of <= columns["as_of"],  # guard: another desk may have been faster
        )
        .values(columns)
    )


def _columns(figure: Figure, received_at: datetime) -> dict[str, object]:
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
