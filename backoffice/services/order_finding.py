"""Which of a million orders are on a page, in one of three ways, each of which stops early.

1. Few orders fit a criterion (it is counted, but not far): those are gathered, sieved and sorted.
2. Many fit, and they are those of a few values of one column: each value's stretch of an index is read from where
   the last page ended, and the stretches are merged.
3. Many fit: the list itself is read from there, past what does not fit, until the page is full.

The database is not asked to choose: it does not know how far the reading has to go.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, literal, select, tuple_, union_all

from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.services.order_criteria import (
    FEW,
    MANY,
    Narrowing,
    listed_statuses,
    read_criteria,
    unindexed,
)
from backoffice.store.tables.ordering import orders

Place = tuple[Any, ...]  # the values of the columns a list is sorted by, of the last row read

SORTED_BY: dict[OrderSort, tuple[Column[Any], ...]] = {
    OrderSort.PLACED: (orders.c.placed_at, orders.c.order_id),
    OrderSort.TOTAL: (orders.c.total, orders.c.order_id),
    OrderSort.NUMBER: (orders.c.number,),  # never given twice
    OrderSort.STATUS: (orders.c.status, orders.c.placed_at, orders.c.order_id),
}
_NEWEST = SORTED_BY[OrderSort.PLACED]


def find_page(
    connection: Connection,
    criteria: OrderSearchCriteria,
    prefix: str,
    *,
    after: Place | None,
    most: int,
    many: int = MANY,
) -> list[str]:
    """Return the ids of at most ``most`` orders that fit, sorted, from after a place on; ``many`` are not gathered."""
    asked = read_criteria(connection, criteria, prefix, many=many)
    if any(one.impossible for one in asked) or not listed_statuses(criteria):
        return []
    counted = [(_count(connection, one, criteria, many), one) for one in (*asked, *_dates_alone(criteria))]
    way = _way(criteria, asked, [pair for pair in counted if pair[0] < many], after, most)
    return list(connection.execute(way).scalars())


def sort_order(criteria: OrderSearchCriteria, *, indexed: bool = True) -> list[ColumnElement[Any]]:
    """Return the list's order, for the database; not ``indexed``: so that it sorts and reads no index for it."""
    columns: Sequence[Any] = SORTED_BY[criteria.sort]
    if not indexed:
        columns = [unindexed(column) for column in columns]
    return [column.asc() if criteria.ascending else column.desc() for column in columns]


def _way(
    criteria: OrderSearchCriteria,
    asked: tuple[Narrowing, ...],
    few: list[tuple[int, Narrowing]],
    after: Place | None,
    most: int,
) -> Select[Any]:
    by_date = criteria.sort is OrderSort.PLACED
    if few:
        _, fewest = min(few, key=lambda pair: pair[0])
        if by_date and 0 < len(fewest.values) <= FEW:
            return _stretches(criteria, asked, fewest, after, most)
        return _gather(criteria, asked, fewest, after, most)
    if by_date:
        readable = [one for one in asked if 0 < len(one.values) <= FEW]
        if readable:  # the last one is about a person, and leaves less than a status
            return _stretches(criteria, asked, readable[-1], after, most)
    if criteria.sort is OrderSort.STATUS:
        return _by_status(criteria, asked, after, most)
    return _read_on(criteria, asked, after, most)


def _gather(
    criteria: OrderSearchCriteria,
    asked: tuple[Narrowing, ...],
    fewest: Narrowing,
    after: Place | None,
    most: int,
) -> Select[Any]:
    query = select(orders.c.order_id)
    if fewest.narrow is not None:
        query = query.where(fewest.narrow)
    elif fewest.ids is not None:
        some = fewest.ids.limit(MANY).subquery()  # the bound keeps it from being turned round
        query = query.join_from(some, orders, orders.c.order_id == some.c.order_id)
    others = [one.fits for one in asked if one is not fewest]
    query = query.where(*others, *_dates(criteria, indexed=False))
    if after is not None:
        query = query.where(_beyond(SORTED_BY[criteria.sort], after, criteria, indexed=False))
    return query.order_by(*sort_order(criteria, indexed=False)).limit(most)


def _stretches(
    criteria: OrderSearchCriteria,
    asked: tuple[Narrowing, ...],
    by: Narrowing,
    after: Place | None,
    most: int,
) -> Select[Any]:
    if by.column is None:
        raise AssertionError  # only asked for where there is one
    others = [one.fits for one in asked if one is not by]
    beyond = [_beyond(_NEWEST, after, criteria)] if after is not None else []
    parts = [
        _stretch(criteria, by.column, value, [*others, *beyond], most=most, columns=_NEWEST)
        for value in by.values
    ]
    return _merged(criteria, parts, most, _NEWEST)


def _by_status(
    criteria: OrderSearchCriteria, asked: tuple[Narrowing, ...], after: Place | None, most: int
) -> Select[Any]:
    """Read the stretch of each status; of those the list has passed, nothing."""
    columns = SORTED_BY[OrderSort.STATUS]
    others = [one.fits for one in asked]
    parts = []
    for status in listed_statuses(criteria):
        beyond = list(others)
        if after is not None:
            if (status < after[0]) if criteria.ascending else (status > after[0]):
                continue
            if status == after[0]:
                beyond.append(_beyond(_NEWEST, after[1:], criteria))
        parts.append(_stretch(criteria, orders.c.status, status, beyond, most=most, columns=columns))
    return _merged(criteria, parts, most, columns)


def _read_on(
    criteria: OrderSearchCriteria, asked: tuple[Narrowing, ...], after: Place | None, most: int
) -> Select[Any]:
    by_date = criteria.sort is OrderSort.PLACED
    query = select(orders.c.order_id).where(*(one.fits for one in asked), *_dates(criteria, indexed=by_date))
    if after is not None:
        query = query.where(_beyond(SORTED_BY[criteria.sort], after, criteria))
    return query.order_by(*sort_order(criteria)).limit(most)


def _stretch(
    criteria: OrderSearchCriteria,
    column: Column[Any],
    value: str,
    conditions: list[ColumnElement[bool]],
    *,
    most: int,
    columns: tuple[Column[Any], ...],
) -> Select[Any]:
    way = [one.asc() if criteria.ascending else one.desc() for one in _NEWEST]
    query = select(*columns).where(column == value, *_dates(criteria), *conditions)
    part = query.order_by(*way).limit(most).subquery()
    return select(*part.c)


def _merged(
    criteria: OrderSearchCriteria, parts: list[Select[Any]], most: int, columns: tuple[Column[Any], ...]
) -> Select[Any]:
    whole = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    way = [whole.c[one.name].asc() if criteria.ascending else whole.c[one.name].desc() for one in columns]
    return select(whole.c.order_id).order_by(*way).limit(most)


def _dates(criteria: OrderSearchCriteria, *, indexed: bool = True) -> list[ColumnElement[bool]]:
    placed: Any = orders.c.placed_at if indexed else unindexed(orders.c.placed_at)
    first, end = criteria.placed_from, criteria.placed_until
    return [
        *([placed >= literal(first, orders.c.placed_at.type)] if first else []),
        *([placed < literal(end, orders.c.placed_at.type)] if end else []),
    ]


def _dates_alone(criteria: OrderSearchCriteria) -> list[Narrowing]:
    """Sorted by something else, a few days may be few orders too."""
    dates = _dates(criteria)
    if criteria.sort is OrderSort.PLACED or not dates:
        return []
    narrow = dates[0] if len(dates) == 1 else dates[0] & dates[1]
    return [Narrowing(fits=narrow, narrow=narrow)]


def _count(connection: Connection, one: Narrowing, criteria: OrderSearchCriteria, many: int) -> int:
    """Count what a criterion leaves within the dates, up to ``many``; that when no index tells."""
    if one.narrow is not None:
        some = select(orders.c.order_id).where(one.narrow, *_dates(criteria)).limit(many).subquery()
    elif one.ids is not None:
        some = one.ids.limit(many).subquery()
    else:
        return many
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _beyond(
    columns: tuple[Column[Any], ...],
    place: Place,
    criteria: OrderSearchCriteria,
    *,
    indexed: bool = True,
) -> ColumnElement[bool]:
    """Return what lies beyond a place in the list."""
    here: ColumnElement[Any] = tuple_(*(column if indexed else unindexed(column) for column in columns))
    there: ColumnElement[Any] = tuple_(
        *(literal(value, column.type) for column, value in zip(columns, place, strict=True))
    )
    return here > there if criteria.ascending else here < there
