"""Looking orders up: what is asked for, and the pages, notes and e-mails that come back."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from backoffice.domain.order import OrderRow


class OrderSort(Enum):
    """What a list of orders is sorted by; ties go by the moment placed, then by the order's id, the same way round."""

    PLACED = "placed"
    TOTAL = "total"  # in minor units, whatever the currency
    NUMBER = "number"
    STATUS = "status"  # by letter


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderSearchCriteria:
    """What restricts a list of orders, all of it at once; what is empty restricts nothing.

    ``text`` is whatever was typed: an order number, an e-mail address, a phone number, a SKU or a name.
    ``statuses`` and ``without`` hold letters of ``OrderStatus``; a checkout under way (P) is no order yet and is only
    listed when asked for. ``transfer_statuses`` holds values of ``TransferStatus``, ``none`` being orders that go
    to no DOM.
    """

    text: str = ""
    customer_id: str = ""
    number: str = ""  # whole, with or without the store's prefix, ours or the DOM's
    email: str = ""  # whole, its beginning, or "@" and the beginning of its domain
    phone: str = ""  # any part in any spelling
    name: str = ""  # beginnings of words of name and company
    sku: str = ""
    statuses: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    transfer_statuses: frozenset[str] = frozenset()
    placed_from: datetime | None = None
    placed_until: datetime | None = None  # not included
    agent: str = ""  # staff id, login, or beginnings of words of the name
    payment: str = ""  # our reference, the gateway's, or the purchase order number
    postcode: str = ""  # of the address it ships to, or its beginning; spaces and hyphens do not count
    sort: OrderSort = OrderSort.PLACED
    ascending: bool = False
    limit: int = 50
    cursor: str = ""  # of the page before; it belongs to these criteria


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedSearch:
    """A search somebody keeps: its name, and the line as it is typed."""

    name: str
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DomView:
    """Whether the DOM's part is in what is shown. Not answered: ``reason`` goes into the banner.

    Answered with a reason: the DOM was not asked, because it does not know what was searched for.
    """

    answered: bool
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPage:
    """One page, sorted as asked for. ``next_cursor`` "" means there is no more."""

    rows: tuple[OrderRow, ...]
    next_cursor: str
    dom: DomView


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What somebody wrote about an order or a customer (``subject``)."""

    note_id: str
    subject: str
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRow:
    """An e-mail about an order. ``status`` is queued, sent or failed; ``about`` a shipment id or ""."""

    mail_id: str
    order_number: str
    occasion: str
    about: str
    to: str
    subject: str
    body: str
    status: str
    tries: int
    reason: str
    created_at: datetime
    sent_at: datetime | None
