"""GetOrder (External_Summary): newest first, paged by keyset: page 20,000 costs what page 1 does.

The cursor holds where the last page ended and what was counted on the first one. Every filter but a name of
fewer than three letters has an index.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from backoffice.external.dom.messages import OrderLetter, OrderSummary
from backoffice.external.dom.simulator.ledger import Ledger, text
from backoffice.external.dom.wire import Label, Moment, Wire
from backoffice.external.simulation.refusals import INVALID, Refusal

_PHONE_DIGITS = 10  # a national number; what stands before it is written in too many ways
_TRIGRAM = 3


class HistoryFilter(Wire):
    """The query of GetOrder (External_Summary)."""

    customer_id: Label = ""
    email: Label = ""
    phone: Label = ""
    name: Label = ""
    sku: Label = ""
    order_number: Label = ""
    status: OrderLetter | Annotated[str, Field(max_length=0)] = ""
    placed_from: Moment | None = None
    placed_until: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=200, strict=False)] = 50
    cursor: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some orders, where they start among all that match, and the cursor of the next page ("" at the end)."""

    orders: tuple[OrderSummary, ...]
    total: int
    start: int
    next_cursor: str


_Number = Annotated[int, Field(ge=0, le=1_000_000_000)]
_Place = TypeAdapter(tuple[str, _Number, _Number, _Number])  # placed_at, seq, start of the next page, total


def read_page(ledger: Ledger, query: HistoryFilter) -> Page:
    """Read one page.

    Raises:
        Refusal: the cursor is not one of ours.
    """
    where, values = _conditions(query)
    place = _read_cursor(query.cursor) if query.cursor else None
    if place is None:
        counting = f"SELECT count(*) FROM orders WHERE {where}"  # noqa: S608 - conditions of our own, values bound
        start, total = 0, ledger.number(counting, *values)
    else:
        placed_at, seq, start, total = place
        where += " AND (placed_at, seq) < (?, ?)"
        values += [placed_at, seq]
    columns = ", ".join(OrderSummary.model_fields)
    rows = ledger.rows(
        f"SELECT seq, {columns} FROM orders WHERE {where}"  # noqa: S608 - conditions of our own, values bound
        " ORDER BY placed_at DESC, seq DESC LIMIT ?",
        *values,
        query.limit + 1,
    )
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page(
        orders=tuple(OrderSummary.model_validate(row) for row in shown),
        total=max(total, start + len(shown)),
        start=start,
        next_cursor=_cursor(shown[-1]["placed_at"], shown[-1]["seq"], start + len(shown), total)
        if more
        else "",
    )


def email_key(email: str) -> str:
    """Give what two spellings of an e-mail address share."""
    return email.strip().casefold()


def phone_key(phone: str) -> str:
    """Give what two spellings of a phone number share: its last ten digits, backwards: an end is a prefix."""
    digits = "".join(re.findall(r"[0-9]", phone.partition("x")[0]))
    return digits[::-1][:_PHONE_DIGITS]


def _conditions(query: HistoryFilter) -> tuple[str, list[object]]:
    conditions: list[tuple[str, list[object]]] = [("1", [])]
    if query.customer_id:
        conditions.append(("customer_id = ?", [query.customer_id]))
    if query.email:
        conditions.append(("email_key = ?", [email_key(query.email)]))
    if query.phone:
        conditions.append(_phone(phone_key(query.phone)))
    if query.name.strip():
        conditions.append(_name(query.name))
    if query.sku:
        conditions.append(
            ("order_number IN (SELECT order_number FROM order_lines WHERE sku = ?)", [query.sku])
        )
    if query.order_number:
        conditions.append(_prefix("order_number", query.order_number.strip().upper()))
    if query.status:
        conditions.append(("status = ?", [query.status]))
    if query.placed_from:
        conditions.append(("placed_at >= ?", [text(query.placed_from)]))
    if query.placed_until:
        conditions.append(("placed_at < ?", [text(query.placed_until)]))
    return " AND ".join(words for words, _ in conditions), [value for _, some in conditions for value in some]


def _phone(key: str) -> tuple[str, list[object]]:
    if not key:
        return "0", []  # no digits: nobody has that number
    return ("phone_key = ?", [key]) if len(key) == _PHONE_DIGITS else _prefix("phone_key", key)


def _prefix(column: str, start: str) -> tuple[str, list[object]]:
    return f"{column} >= ? AND {column} < ?", [start, start + "\U0010ffff"]


def _name(name: str) -> tuple[str, list[object]]:
    words = name.split()
    if all(len(word) >= _TRIGRAM for word in words):
        match = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
        return "seq IN (SELECT rowid FROM order_names WHERE order_names MATCH ?)", [match]
    like = "%" + re.sub(r"([%_\\])", r"\\\1", " ".join(words)) + "%"
    return "(customer_name LIKE ? ESCAPE '\\' OR company LIKE ? ESCAPE '\\')", [like, like]


def _cursor(placed_at: str, seq: int, start: int, total: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([placed_at, seq, start, total]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[str, int, int, int]:
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        placed_at, seq, start, total = _Place.validate_json(plain)
    except (binascii.Error, ValueError, ValidationError):
        raise Refusal(INVALID, "bad_cursor", "The cursor is not one this DOM gave.") from None
    return placed_at, seq, start, total


def read_filter(values: dict[str, str]) -> HistoryFilter:
    """Read the query's texts.

    Raises:
        ValidationError: one of them does not fit.
    """
    return HistoryFilter.model_validate(values, by_alias=True, by_name=False)
