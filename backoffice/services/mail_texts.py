"""What e-mails say: templates in ``resources/mail/<language>/<occasion>.txt``, filled with an order's figures.

The first line is ``Subject: ...``. Names and texts of customers are put in as plain text, once: a ``$`` in a
name stays a dollar sign. A language without templates gets English.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from string import Template
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from sqlalchemy import Connection, Row, select

from backoffice.domain.customer import Address
from backoffice.domain.money import Money
from backoffice.services.codec import unpack
from backoffice.services.mail_gifts import gifts_of
from backoffice.settings import RESOURCES
from backoffice.store.tables.ordering import order_lines, shipments
from backoffice.store.tables.payments import payment_links
from backoffice.store.tables.selling import stores

LANGUAGES = ("en", "de", "fr", "ar")
_FOLDER = RESOURCES / "mail"


class Occasion(Enum):
    """What a customer is told of."""

    CONFIRMATION = "confirmation"  # the order was taken
    BACKORDERED = "backordered"  # it waits for goods
    SHIPPED = "shipped"  # about one shipment
    DELIVERED = "delivered"  # about one shipment
    CANCELLED = "cancelled"
    PAYMENT_LINK = "payment_link"  # about one payment: where to pay
    PAID_TOO_LATE = "paid_too_late"  # about one payment: it is given back


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A mail as it will be read, and to whom it goes."""

    to: str
    subject: str
    body: str
    language: str


def compose(connection: Connection, order: Row[Any], occasion: Occasion, about: str) -> Text:
    """Fill the template of an occasion with an order (a row of ``orders``), and its shipment ``about``."""
    language = language_of(order)
    values = {name: _one_line(value) for name, value in _values(connection, order, about, language).items()}
    values["lines"] = _lines(connection, order, about, language)
    values["gifts"] = gifts_of(connection, order, language) if occasion is Occasion.CONFIRMATION else ""
    subject, body = _template(language, occasion)
    return Text(
        to=order.email,
        subject=subject.substitute(values),
        body=body.substitute(values),
        language=language,
    )


def language_of(order: Row[Any]) -> str:
    """Return the language an order's mails are written in."""
    return order.language[:2] if order.language[:2] in LANGUAGES else "en"


def _values(connection: Connection, order: Row[Any], about: str, language: str) -> dict[str, str]:
    parcel = connection.execute(
        select(shipments).where(shipments.c.order_id == order.order_id, shipments.c.shipment_id == about)
    ).first()
    page = connection.execute(select(payment_links).where(payment_links.c.payment_id == about)).first()
    store = connection.execute(select(stores.c.name).where(stores.c.store_id == order.store_id)).scalar()
    return {
        "customer": order.customer_name,
        "number": order.number,
        "store": store or order.store_id,
        "placed": _date(order.placed_at, language),
        "items": _money(order.items, order.currency, language),
        "discount": _money(-order.discount, order.currency, language),
        "shipping": _money(order.shipping, order.currency, language),
        "tax": _money(order.tax, order.currency, language),
        "total": _money(order.total, order.currency, language),
        "ship_to": unpack(Address, order.ship_to).one_line(),
        "carrier": parcel.carrier if parcel else "",
        "tracking": (parcel.tracking or "-") if parcel else "",
        "shipped": _date(parcel.shipped_at, language) if parcel else "",
        "url": page.url if page else "",
        "pay_until": _moment(page.expires_at, language) if page else "",
    }


def _lines(connection: Connection, order: Row[Any], about: str, language: str) -> str:
    """Write one line per item: of the parcel when it is about one, else of the whole order."""
    rows = connection.execute(
        select(order_lines).where(order_lines.c.order_id == order.order_id).order_by(order_lines.c.position)
    ).all()
    packed: list[tuple[str, int]] | None = connection.execute(
        select(shipments.c.quantities).where(
            shipments.c.order_id == order.order_id, shipments.c.shipment_id == about
        )
    ).scalar()
    quantities = dict(packed) if packed else {row.line_id: row.quantity for row in rows}
    return "\n".join(
        _one_line(
            f"{_count(quantities[row.line_id], language)} × {row.name} ({row.sku}){_back(row, language)}"
        )
        for row in rows
        if row.line_id in quantities
    )


def _back(row: Row[Any], language: str) -> str:
    waits = row.available_from is not None and row.shipped + row.cancelled < row.quantity
    return f" – {_date(row.available_from, language)}" if waits else ""


@lru_cache
def _template(language: str, occasion: Occasion) -> tuple[Template, Template]:
    text = (_FOLDER / language / f"{occasion.value}.txt").read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    return Template(first.removeprefix("Subject: ").strip()), Template(rest.lstrip("\n"))


def _money(minor: int, currency: str, language: str) -> str:
    # Latin digits, also in Arabic: the same figures as on the packing slip.
    return format_currency(
        Money(minor, currency).to_decimal(), currency, locale=language, numbering_system="latn"
    )


def _count(number: int, language: str) -> str:
    return format_decimal(number, locale=language, numbering_system="latn")


def _date(moment: datetime, language: str) -> str:
    return format_date(moment.date(), format="long", locale=language)


def _moment(moment: datetime, language: str) -> str:
    return f"{_date(moment, language)}, {moment.astimezone(UTC):%H:%M} UTC"


def _one_line(text: str) -> str:
    """Names come from people: no line breaks, no control or direction characters that could forge a line."""
    return "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
