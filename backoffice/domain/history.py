"""Looking orders up: what is asked for, and the pages, notes and e-mails that come back."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.order import OrderRow


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderSearch:
    """What restricts a list of orders; empty restricts nothing.

    ``text`` is whatever was typed: an order number, an e-mail address, a phone number or a name. ``status``
    is a letter of ``OrderStatus``, ``transfer_status`` a value of ``TransferStatus``. ``agent`` is a staff
    id or a name.
    """

    text: str = ""
    customer_id: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""
    sku: str = ""
    status: str = ""
    transfer_status: str = ""
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    agent: str = ""
    limit: int = 50
    cursor: str = ""  # of the page before


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
    """One page, newest first. ``next_cursor`` "" means there is no more."""

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
