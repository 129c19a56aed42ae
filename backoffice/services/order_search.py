"""A list of orders from two sides: what was typed becomes a question, two pages become one.

1. Free text is read as what it looks like: an e-mail address, an order number (with or without its prefix),
   a SKU, a phone number, else a name.
2. Rows of both sides are merged newest first, by order number; the cursor says how far each side has been
   read, so no page repeats or loses a row.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select

from backoffice.domain.history import OrderSearch
from backoffice.domain.money import Money
from backoffice.domain.order import OrderRow
from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.external.dom.port import HistoryQuery
from backoffice.services.order_merge import Cursor, LocalRow
from backoffice.services.phone import phone_question
from backoffice.store.tables.ordering import order_lines, orders, transfers
from backoffice.store.tables.selling import products

LARGEST_PAGE = 200
_ANY = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER_NUMBER = re.compile("[A-Z]{1,8}-?[0-9]{5,}", re.ASCII)  # fewer digits are hardly one


def read_text(connection: Connection, search: OrderSearch, prefix: str) -> OrderSearch:
    """Turn free text into the field it looks like; fields given already stay."""
    typed = " ".join(search.text.split())
    search = replace(search, text="")
    if search.number.isdigit():
        search = replace(search, number=prefix + search.number)
    if not typed:
        return search
    word = typed.upper()
    if "@" in typed:
        return replace(search, email=typed)
    if _ORDER_NUMBER.fullmatch(word):
        return replace(search, number=word)
    if word.isdigit() and _has_order(connection, prefix + word):
        return replace(search, number=prefix + word)
    if connection.execute(select(products.c.sku).where(products.c.sku == word)).first():
        return replace(search, sku=word)
    is_phone = phone_question(typed) is not None
    return replace(search, phone=typed) if is_phone else replace(search, name=typed)


def dom_question(search: OrderSearch, cursor: Cursor) -> HistoryQuery | None:
    """Return what the DOM is asked; None when it can not know: our agents, transfers, failed checkouts."""
    if search.agent or search.transfer_status or search.status == OrderStatus.FAILED.value:
        return None
    return HistoryQuery(
        customer_id=search.customer_id,
        email=search.email,
        phone=search.phone,
        name=search.name,
        sku=search.sku.upper(),
        order_number=search.number,
        status=search.status,
        placed_from=search.placed_from,
        placed_until=search.placed_until,
        limit=min(search.limit, LARGEST_PAGE),
        cursor=cursor.dom,
    )


def read_local(connection: Connection, search: OrderSearch, cursor: Cursor) -> list[LocalRow]:
    """Return enough of our rows after the cursor to fill a page whatever the DOM holds, newest first."""
    query = _rows().where(*_conditions(search))
    if cursor.local[0]:
        at = datetime.fromisoformat(cursor.local[0])
        query = query.where(
            or_(
                orders.c.placed_at < at,
                and_(orders.c.placed_at == at, orders.c.order_id < cursor.local[1]),
            )
        )
    query = query.order_by(orders.c.placed_at.desc(), orders.c.order_id.desc())
    wanted = min(search.limit, LARGEST_PAGE)
    return [_local(row) for row in connection.execute(query.limit(2 * wanted + len(cursor.seen) + 1))]


def read_twins(connection: Connection, numbers: Sequence[str]) -> dict[str, LocalRow]:
    """Return our rows of orders the DOM listed, by number."""
    if not numbers:
        return {}
    rows = connection.execute(_rows().where(orders.c.number.in_(numbers)))
    return {local.row.order_number: local for local in map(_local, rows)}


def _rows() -> Select[Any]:
    return select(
        orders, transfers.c.status.label("transfer_status"), transfers.c.external_order_id
    ).outerjoin(transfers, transfers.c.order_id == orders.c.order_id)


def _conditions(search: OrderSearch) -> list[ColumnElement[bool]]:
    """Return what restricts our rows; a checkout under way is no order yet."""
    number, sku = search.number.upper(), search.sku.upper()
    status = orders.c.status
    has_sku = exists().where(order_lines.c.order_id == orders.c.order_id, order_lines.c.sku == sku)
    by_agent = or_(
        orders.c.agent_id == search.agent, orders.c.agent_name.icontains(search.agent, autoescape=True)
    )
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (True, status == search.status if search.status else status != OrderStatus.PENDING.value),
        (search.customer_id, orders.c.customer_id == search.customer_id),
        (number, or_(orders.c.number == number, transfers.c.external_order_id == number)),
        (search.email, orders.c.email.icontains(search.email, autoescape=True)),
        (search.phone, _phone(search.phone)),
        (sku, has_sku),
        (search.transfer_status, transfers.c.status == search.transfer_status),
        (search.agent, by_agent),
        (search.placed_from, orders.c.placed_at >= (search.placed_from or _ANY)),
        (search.placed_until, orders.c.placed_at < (search.placed_until or _ANY)),
    ]
    asked += [(word, _named(word)) for word in search.name.split()]
    return [condition for given, condition in asked if given]


def _named(word: str) -> ColumnElement[bool]:
    return or_(
        orders.c.customer_name.icontains(word, autoescape=True),
        orders.c.company.icontains(word, autoescape=True),
    )


def _phone(typed: str) -> ColumnElement[bool]:
    question = phone_question(typed)
    if question is None:
        return orders.c.phone.icontains(typed, autoescape=True)
    return or_(
        orders.c.phone_digits.in_([*question.exact, *question.ends]),
        *[orders.c.phone_digits.endswith(ending[::-1]) for ending in question.reversed_beginnings],
    )


def _has_order(connection: Connection, number: str) -> bool:
    return connection.execute(select(orders.c.order_id).where(orders.c.number == number)).first() is not None


def _local(row: Row[Any]) -> LocalRow:
    return LocalRow(
        row=OrderRow(
            order_number=row.number,
            external_order_id=row.external_order_id or "",
            placed_at=row.placed_at,
            status=row.status,
            transfer_status=TransferStatus(row.transfer_status or TransferStatus.NONE.value),
            customer_id=row.customer_id,
            customer_name=row.customer_name,
            company=row.company,
            total=Money(row.total, row.currency),
            source="local",
            agent=row.agent_name,
        ),
        key=(row.placed_at.astimezone(UTC).isoformat(timespec="microseconds"), row.order_id),
    )
