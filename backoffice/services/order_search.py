"""A list of orders from two sides: what was typed becomes a question, two pages become one.

1. Free text is read as what it looks like: an e-mail address, an order number (with or without its prefix),
   a SKU, a phone number, else a name.
2. The DOM is asked when it can know: it has neither agents nor transfers, payments nor postcodes, and lists by date.
3. Rows of both sides are merged newest first, by order number; the cursor says how far each side has been
   read, so no page repeats or loses a row.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.money import Money
from backoffice.domain.order import OrderRow
from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.external.dom.port import HistoryQuery
from backoffice.services.order_criteria import MANY, listed_statuses
from backoffice.services.order_finding import SORTED_BY, Place, find_page, sort_order
from backoffice.services.order_merge import Cursor, LocalKey, LocalRow
from backoffice.services.phone import phone_question
from backoffice.store.tables.ordering import orders, transfers
from backoffice.store.tables.selling import products

LARGEST_PAGE = 200
NOT_ASKED = (
    "Only orders taken at this desk: the DOM knows neither agents nor transfers, payments nor postcodes."
)
NOT_SORTED = "Only orders taken at this desk: the DOM lists its orders by date, newest first."
_ORDER_NUMBER = re.compile("[A-Z]{1,8}-?[0-9]{5,}", re.ASCII)  # fewer digits are hardly one
_NOT_OF_THE_DOM = frozenset({OrderStatus.FAILED.value, OrderStatus.PENDING.value})


def read_text(connection: Connection, criteria: OrderSearchCriteria, prefix: str) -> OrderSearchCriteria:
    """Turn free text into the field it looks like; fields given already stay."""
    typed = " ".join(criteria.text.split())
    criteria = replace(criteria, text="")
    if criteria.number.isdigit():
        criteria = replace(criteria, number=prefix + criteria.number)
    if not typed:
        return criteria
    word = typed.upper()
    if "@" in typed:
        return replace(criteria, email=typed)
    if _ORDER_NUMBER.fullmatch(word):
        return replace(criteria, number=word)
    if word.isdigit() and _has_order(connection, prefix + word):
        return replace(criteria, number=prefix + word)
    if connection.execute(select(products.c.sku).where(products.c.sku == word)).first():
        return replace(criteria, sku=word)
    is_phone = phone_question(typed) is not None
    return replace(criteria, phone=typed) if is_phone else replace(criteria, name=typed)


def why_not_asked(criteria: OrderSearchCriteria) -> str:
    """Return why the DOM is not asked, "" when it is."""
    ours = criteria.agent or criteria.transfer_statuses or criteria.payment or criteria.postcode
    if ours or not set(listed_statuses(criteria)) - _NOT_OF_THE_DOM:
        return NOT_ASKED
    return "" if criteria.sort is OrderSort.PLACED and not criteria.ascending else NOT_SORTED


def dom_question(criteria: OrderSearchCriteria, cursor: Cursor) -> HistoryQuery | None:
    """Return what the DOM is asked; None when it can not know. It sieves one status, several are sieved here."""
    if why_not_asked(criteria):
        return None
    statuses = [status for status in criteria.statuses if status not in _NOT_OF_THE_DOM]
    return HistoryQuery(
        customer_id=criteria.customer_id,
        email=criteria.email,
        phone=criteria.phone,
        name=criteria.name,
        sku=criteria.sku.upper(),
        order_number=criteria.number,
        status=statuses[0] if len(statuses) == 1 else "",
        placed_from=criteria.placed_from,
        placed_until=criteria.placed_until,
        limit=min(criteria.limit, LARGEST_PAGE),
        cursor=cursor.dom,
    )


def read_local(
    connection: Connection,
    criteria: OrderSearchCriteria,
    cursor: Cursor,
    prefix: str,
    *,
    most: int,
    many: int = MANY,
) -> list[LocalRow]:
    """Return at most ``most`` of our rows after the cursor, in the list's order."""
    after = _place(criteria, cursor.local) if cursor.local else None
    found = find_page(connection, criteria, prefix, after=after, most=most, many=many)
    page = _rows().where(orders.c.order_id.in_(found)).order_by(*sort_order(criteria))
    return [_local(row, criteria) for row in connection.execute(page)] if found else []


def read_twins(
    connection: Connection, criteria: OrderSearchCriteria, numbers: Sequence[str]
) -> dict[str, LocalRow]:
    """Return our rows of orders the DOM listed, by number."""
    if not numbers:
        return {}
    rows = connection.execute(_rows().where(orders.c.number.in_(numbers)))
    return {local.row.order_number: local for local in (_local(row, criteria) for row in rows)}


def _rows() -> Select[Any]:
    return select(
        orders.c.order_id,
        orders.c.number,
        orders.c.placed_at,
        orders.c.status,
        orders.c.customer_id,
        orders.c.customer_name,
        orders.c.company,
        orders.c.total,
        orders.c.currency,
        orders.c.agent_name,
        transfers.c.status.label("transfer_status"),
        transfers.c.external_order_id,
    ).outerjoin(transfers, transfers.c.order_id == orders.c.order_id)


def _has_order(connection: Connection, number: str) -> bool:
    return connection.execute(select(orders.c.order_id).where(orders.c.number == number)).first() is not None


def _local(row: Row[Any], criteria: OrderSearchCriteria) -> LocalRow:
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
        key=_key(row, criteria),
    )


def _key(row: Row[Any], criteria: OrderSearchCriteria) -> LocalKey:
    values = (getattr(row, column.name) for column in SORTED_BY[criteria.sort])
    return tuple(
        value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for value in values
    )


def _place(criteria: OrderSearchCriteria, key: LocalKey) -> Place:
    return tuple(
        datetime.fromisoformat(str(value)) if column is orders.c.placed_at else value
        for column, value in zip(SORTED_BY[criteria.sort], key, strict=True)
    )
