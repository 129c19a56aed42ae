"""Each criterion of an order search, as what a row has to be and as the few rows it leaves.

1. ``fits`` is true of the rows that match. It is written so that no index serves it: how the list is read is decided
   in ``order_finding``, not guessed by the database.
2. ``narrow`` is the same by an index of ``orders``, ``ids`` by one of another table: for reading only those rows.
3. ``column`` and ``values`` say that the rows are those of a few values of a column that is indexed in the order of
   the list.
4. Names, e-mail addresses and phone numbers are looked up among callers, who are fewer than orders.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union,
)

from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.services.phone import phone_parts
from backoffice.store.finding import (
    EMAIL,
    LAST,
    PART_OF_PHONE,
    PHONE,
    caller_pieces,
    piece_words,
    postcode_key,
)
from backoffice.store.search import fold
from backoffice.store.tables.ordering import order_lines, orders, payments, transfers
from backoffice.store.tables.people import staff

FEW = 16  # values of one column that are read one by one
MANY = 5000  # rows or callers; more are not gathered, but met often enough on the way through the list

Asked = Callable[[Column[Any]], ColumnElement[bool]]  # what one piece of a caller has to be
_id = orders.c.order_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowing:
    """One criterion. ``impossible``: nothing can fit."""

    fits: ColumnElement[bool]
    narrow: ColumnElement[bool] | None = None
    ids: Select[Any] | None = None
    column: Column[Any] | None = None
    values: tuple[str, ...] = ()
    impossible: bool = False


def unindexed(column: Column[Any]) -> ColumnElement[Any]:
    """Return the column as no index knows it; it is never NULL."""
    return func.coalesce(column, column)


def read_criteria(
    connection: Connection, criteria: OrderSearchCriteria, prefix: str, *, many: int = MANY
) -> tuple[Narrowing, ...]:
    """Return what restricts the list but the dates; ``prefix`` is that of the store's order numbers."""
    return tuple(_narrowings(connection, criteria, prefix, many))


def listed_statuses(criteria: OrderSearchCriteria) -> tuple[str, ...]:
    """Return the letters that may be listed, sorted; a checkout under way is no order yet unless asked for."""
    asked = criteria.statuses or {status.value for status in OrderStatus} - {OrderStatus.PENDING.value}
    return tuple(sorted(asked - criteria.without))


def _narrowings(
    connection: Connection, criteria: OrderSearchCriteria, prefix: str, many: int
) -> Iterator[Narrowing]:
    listed = listed_statuses(criteria)
    if criteria.statuses:
        yield _values(orders.c.status, listed)
    else:
        hidden = {status.value for status in OrderStatus} - set(listed)
        yield Narrowing(fits=unindexed(orders.c.status).not_in(sorted(hidden)))
    if criteria.customer_id:
        yield _values(orders.c.customer_id, (criteria.customer_id,))
    if criteria.agent.strip():
        yield _values(orders.c.agent_id, _agents(connection, criteria.agent.strip()))
    if criteria.number.strip():
        yield _number(criteria.number.strip().upper(), prefix)
    if criteria.sku.strip():
        yield _sku(criteria.sku.strip().upper())
    if criteria.payment.strip():
        yield _payment(criteria.payment.strip())
    if criteria.transfer_statuses:
        yield _transfer(criteria.transfer_statuses)
    if criteria.postcode.strip():
        yield _postcode(postcode_key(criteria.postcode))
    if asked := _pieces_asked(criteria):
        yield _callers(connection, asked, many)


def _values(column: Column[Any], values: tuple[str, ...]) -> Narrowing:
    return Narrowing(
        fits=unindexed(column).in_(values),
        narrow=column.in_(values),
        column=column,
        values=values,
        impossible=not values,
    )


def _agents(connection: Connection, written: str) -> tuple[str, ...]:
    """Return staff ids; what was typed may be one of somebody who is not kept any more."""
    words = fold(written)
    found = {written}
    for row in connection.execute(select(staff.c.staff_id, staff.c.login, staff.c.name)):
        named = fold(row.name)
        by_name = words and all(any(part.startswith(word) for part in named) for word in words)
        if by_name or row.login.casefold() == written.casefold():
            found.add(row.staff_id)
    return tuple(sorted(found))


def _number(number: str, prefix: str) -> Narrowing:
    numbers = [number, f"{prefix}{number}"] if number.isdigit() else [number]
    return _of_orders(
        select(_id).where(orders.c.number.in_(numbers)),
        select(transfers.c.order_id).where(transfers.c.external_order_id.in_(numbers)),
        fits=or_(
            unindexed(orders.c.number).in_(numbers),
            _there(transfers.c.order_id == _id, transfers.c.external_order_id.in_(numbers)),
        ),
    )


def _sku(sku: str) -> Narrowing:
    return _of_orders(
        select(order_lines.c.order_id).where(order_lines.c.sku == sku),
        fits=_there(order_lines.c.order_id == _id, order_lines.c.sku == sku),
    )


def _payment(written: str) -> Narrowing:
    plain = written.lower()
    ways: tuple[ColumnElement[bool], ...] = (
        payments.c.reference == written,
        func.lower(payments.c.token) == plain,
        func.lower(payments.c.gateway_id) == plain,
    )
    return _of_orders(
        *(select(payments.c.order_id).where(way) for way in ways),
        fits=_there(payments.c.order_id == _id, or_(*ways)),
    )


def _transfer(statuses: frozenset[str]) -> Narrowing:
    asked = sorted(statuses - {TransferStatus.NONE.value})
    so = _there(transfers.c.order_id == _id, transfers.c.status.in_(asked))
    if TransferStatus.NONE.value in statuses:
        return Narrowing(fits=or_(~_there(transfers.c.order_id == _id), so))
    return _of_orders(
        select(transfers.c.order_id).where(transfers.c.status.in_(asked)),
        fits=so,
    )


def _postcode(key: str) -> Narrowing:
    plain, column = unindexed(orders.c.ship_postcode), orders.c.ship_postcode
    return Narrowing(
        fits=and_(plain >= key, plain < key + LAST),
        narrow=and_(column >= key, column < key + LAST),
        impossible=not key,
    )


def _of_orders(*ids: Select[Any], fits: ColumnElement[bool]) -> Narrowing:
    whole = union(*ids).subquery()
    return Narrowing(fits=fits, ids=select(whole.c.order_id))


def _pieces_asked(criteria: OrderSearchCriteria) -> list[Asked]:
    """Return one condition on pieces for each thing a caller must have."""
    asked = [_begins(word) for word in piece_words(criteria.name)]
    if criteria.name.strip() and not asked:
        asked.append(lambda _piece: false())  # only punctuation: nobody is called that
    if criteria.email.strip():
        asked.append(_begins(EMAIL + criteria.email.strip().lower()))
    if criteria.phone.strip():
        asked.append(_phone(criteria.phone))
    return asked


def _begins(beginning: str) -> Asked:
    return lambda piece: and_(piece >= beginning, piece < beginning + LAST)


def _phone(written: str) -> Asked:
    parts, wholes = phone_parts(written)
    ways = [_begins(PART_OF_PHONE + part) for part in parts]
    if wholes:
        ways.append(lambda piece: piece.in_([PHONE + digits for digits in wholes]))
    if len(ways) == 1:
        return ways[0]
    return lambda piece: or_(false(), *(way(piece) for way in ways))


def _callers(connection: Connection, asked: list[Asked], many: int) -> Narrowing:
    """Find who has all of it: among those who have the rarest, who has the others."""
    fits = and_(*(_there(*_has(orders.c.caller, one)) for one in asked))
    rarest = 0
    if len(asked) > 1:
        _, rarest = min((_count(connection, one, many), place) for place, one in enumerate(asked))
    others = (
        exists().where(*_has(caller_pieces.c.caller, one))
        for place, one in enumerate(asked)
        if place != rarest
    )
    callers = select(caller_pieces.c.caller).where(asked[rarest](caller_pieces.c.piece), *others)
    found: list[str] = list(connection.execute(callers.limit(many)).scalars())
    if len(found) == many:
        return Narrowing(fits=fits)
    known = tuple(sorted(set(found)))
    if len(known) > FEW:
        return Narrowing(fits=fits, narrow=orders.c.caller.in_(callers))
    return replace(_values(orders.c.caller, known), fits=fits)


def _has(caller: Column[Any], asked: Asked) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return what a piece of that caller has to be."""
    other = caller_pieces.alias()
    return other.c.caller == caller, asked(other.c.piece)


def _there(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return EXISTS as it is written: asked of one row after the other, until the page is full.

    Without the offset PostgreSQL would first join all of the other table, for seconds.
    """
    return exists(select(literal(1)).where(*conditions).offset(0))


def _count(connection: Connection, asked: Asked, many: int) -> int:
    some = select(caller_pieces.c.piece).where(asked(caller_pieces.c.piece)).limit(many).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
