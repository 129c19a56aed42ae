"""What the tables of the Orders screen say of a row."""

from functools import partial

from backoffice.domain.history import MailRow
from backoffice.domain.order import OrderRow, TimelineEntry
from backoffice.domain.payment import Payment
from backoffice.domain.transfer import Attempt
from ui.screens.orders.comparison import Compared
from ui.screens.orders.shown import Line, Parcel
from ui.text import Text
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.rows import Column
from ui.words import tr

_SOURCES = {"local": "This desk", "DOM": "DOM", "both": "Both"}
_SOURCE_TIPS = {
    "local": "Known here; not, or not yet, in the DOM's history.",
    "DOM": "Known to the DOM only: not taken at this desk.",
    "both": "Known here and to the DOM.",
}
_KINDS = {
    "checkout": "cart",
    "payment": "card",
    "transfer": "transfers",
    "sync": "sync",
    "mail": "mail",
    "status": "orders",
    "note": "note",
}


WIDE_ONLY = (1, 4, 5, 6, 7)  # placed, transfer, total, agent and source give way to the opened order


def source_word(source: str) -> str:
    """Return where a row comes from, as people say it."""
    return tr(_SOURCES.get(source, source))


def order_columns(text: Text) -> tuple[Column[OrderRow], ...]:
    """Return the columns of the list."""
    return (
        Column(title=tr("Order"), text=_number, tip=_numbers, width=11, sort="number"),
        Column(
            title=tr("Placed"),
            text=partial(_placed, text),
            tip=partial(_placed_at, text),
            muted=True,
            width=16,
            sort="placed",
        ),
        Column(title=tr("Customer"), text=_customer, width=18, stretch=True),
        Column(
            title=tr("Status"),
            text=_status,
            tip=_status_tip,
            tone=_status_tone,
            icon=_status_icon,
            width=22,
            sort="status",
        ),
        Column(
            title=tr("Transfer"),
            text=_transfer,
            tip=_transfer_tip,
            tone=_transfer_tone,
            icon=_transfer_icon,
            width=20,
        ),
        Column(title=tr("Total"), text=partial(_total, text), amount=True, width=12, sort="total"),
        Column(title=tr("Agent"), text=_agent, muted=True, width=9),
        Column(title=tr("Source"), text=_source, tip=_source_tip, muted=True, width=12),
    )


def line_columns(text: Text) -> tuple[Column[Line], ...]:
    """Return the columns of the opened order's lines."""
    return (
        Column(title=tr("SKU"), text=lambda row: row.sku, width=13),
        Column(title=tr("Name"), text=lambda row: row.name, width=18, stretch=True),
        Column(
            title=tr("Status"),
            text=lambda row: statuses.order_status(row.status).word if row.status else "",
            tone=lambda row: statuses.order_status(row.status).tone,
            icon=lambda row: statuses.order_status(row.status).icon,
            tip=partial(_promised, text),
            width=22,
        ),
        Column(
            title=tr("Shipped"),
            text=lambda row: f"{row.shipped} / {row.quantity}",
            tip=_line_counts,
            amount=True,
            width=8,
        ),
        Column(title=tr("Each"), text=lambda row: text.money(row.unit_price), amount=True, width=11),
        Column(
            title=tr("Total"),
            text=lambda row: text.money(row.total),
            tip=partial(_discounted, text),
            amount=True,
        ),
    )


def parcel_columns(text: Text) -> tuple[Column[Parcel], ...]:
    """Return the columns of shipments."""
    return (
        Column(
            title=tr("Shipped"),
            text=lambda row: text.ago_short(row.shipped_at),
            tip=lambda row: text.moment(row.shipped_at),
            muted=True,
            width=13,
        ),
        Column(
            title=tr("Status"),
            text=lambda row: row.status.capitalize(),
            tone=lambda _: Tone.GOOD,
            icon=lambda _: "truck",
            width=13,
        ),
        Column(title=tr("Carrier"), text=lambda row: row.carrier, width=26),
        Column(title=tr("Tracking"), text=lambda row: row.tracking, width=28),
        Column(title=tr("What is in it"), text=lambda row: row.content, stretch=True, width=14),
    )


def payment_columns(text: Text) -> tuple[Column[Payment], ...]:
    """Return the columns of payments, each try a row."""
    return (
        Column(title=tr("Payment"), text=lambda row: row.label or row.reference, width=30),
        Column(
            title=tr("Status"),
            text=lambda row: statuses.payment_status(row.status).word,
            tone=lambda row: statuses.payment_status(row.status).tone,
            icon=lambda row: statuses.payment_status(row.status).icon,
            width=24,
        ),
        Column(title=tr("What was said"), text=lambda row: row.reason, muted=True, stretch=True, width=16),
        Column(title=tr("Gateway"), text=lambda row: row.gateway_id, muted=True, width=12),
        Column(title=tr("Amount"), text=lambda row: text.money(row.amount), amount=True, width=12),
    )


def timeline_columns(text: Text) -> tuple[Column[TimelineEntry], ...]:
    """Return the columns of the time line."""
    return (
        Column(
            title=tr("When"),
            text=lambda row: f"{text.day(row.at)} {text.time(row.at)}",
            tip=lambda row: text.moment(row.at),
            muted=True,
            width=24,
        ),
        Column(
            title=tr("What"),
            text=lambda row: row.kind.capitalize(),
            tone=lambda _: Tone.NEUTRAL,
            icon=lambda row: _KINDS.get(row.kind, "dot"),
            width=15,
        ),
        Column(title="", text=lambda row: row.text, tip=_whole_entry, stretch=True, width=24),
        Column(title=tr("Who"), text=lambda row: row.who, muted=True, width=12),
    )


def comparison_columns() -> tuple[Column[Compared], ...]:
    """Return the columns of our snapshot beside the DOM's view."""
    return (
        Column(title="", text=lambda row: row.what, muted=True, width=13),
        Column(title=tr("Here"), text=lambda row: row.ours, width=24, stretch=True),
        Column(title=tr("At the DOM"), text=lambda row: row.theirs or "", width=24, stretch=True),
        Column(
            title="",
            text=lambda row: tr("Differs") if row.differs else "",
            tone=lambda _: Tone.WARN,
            width=14,
        ),
    )


def attempt_columns(text: Text) -> tuple[Column[Attempt], ...]:
    """Return the columns of tries to reach the DOM."""
    return (
        Column(title=tr("Try"), text=lambda row: str(row.number), width=4),
        Column(
            title=tr("Began"),
            text=lambda row: text.ago_short(row.started_at),
            tip=lambda row: text.moment(row.started_at),
            muted=True,
            width=13,
        ),
        Column(
            title=tr("Outcome"),
            text=lambda row: statuses.attempt_outcome(row.outcome).word,
            tone=lambda row: statuses.attempt_outcome(row.outcome).tone,
            icon=lambda row: statuses.attempt_outcome(row.outcome).icon,
            width=20,
        ),
        Column(title=tr("What was said"), text=lambda row: row.reason, stretch=True, width=20),
        Column(title=tr("Worker"), text=lambda row: row.worker, muted=True, width=10),
    )


def mail_columns(text: Text) -> tuple[Column[MailRow], ...]:
    """Return the columns of e-mails about the order."""
    return (
        Column(
            title=tr("Written"),
            text=lambda row: text.ago_short(row.created_at),
            tip=lambda row: text.moment(row.created_at),
            muted=True,
            width=13,
        ),
        Column(title=tr("Subject"), text=lambda row: row.subject, stretch=True, width=20),
        Column(title=tr("To"), text=lambda row: row.to, width=32),
        Column(
            title=tr("Status"),
            text=lambda row: statuses.mail_status(row.status).word,
            tip=lambda row: row.reason,
            tone=lambda row: statuses.mail_status(row.status).tone,
            icon=lambda row: statuses.mail_status(row.status).icon,
            width=16,
        ),
    )


def _number(row: OrderRow) -> str:
    return row.order_number


def _numbers(row: OrderRow) -> str:
    if not row.external_order_id:
        return row.order_number
    return tr("{number}, at the DOM {other}", number=row.order_number, other=row.external_order_id)


def _placed(text: Text, row: OrderRow) -> str:
    return text.ago_short(row.placed_at)


def _placed_at(text: Text, row: OrderRow) -> str:
    return text.moment(row.placed_at)


def _customer(row: OrderRow) -> str:
    return ", ".join(part for part in (row.customer_name, row.company) if part)


def _status(row: OrderRow) -> str:
    return statuses.order_status(row.status).word


def _status_tip(row: OrderRow) -> str:
    return statuses.order_status(row.status).tip


def _status_tone(row: OrderRow) -> Tone:
    return statuses.order_status(row.status).tone


def _status_icon(row: OrderRow) -> str:
    return statuses.order_status(row.status).icon


def _transfer(row: OrderRow) -> str:
    return statuses.transfer_status(row.transfer_status).word if row.transfer_status else ""


def _transfer_tip(row: OrderRow) -> str:
    return statuses.transfer_status(row.transfer_status).tip if row.transfer_status else ""


def _transfer_tone(row: OrderRow) -> Tone:
    return statuses.transfer_status(row.transfer_status).tone if row.transfer_status else Tone.NEUTRAL


def _transfer_icon(row: OrderRow) -> str:
    return statuses.transfer_status(row.transfer_status).icon if row.transfer_status else Tone.NEUTRAL.icon


def _total(text: Text, row: OrderRow) -> str:
    return text.money(row.total)


def _agent(row: OrderRow) -> str:
    return row.agent


def _source(row: OrderRow) -> str:
    return source_word(row.source)


def _source_tip(row: OrderRow) -> str:
    return tr(_SOURCE_TIPS.get(row.source, row.source))


def _line_counts(row: Line) -> str:
    said = tr("{shipped} of {quantity} shipped", shipped=row.shipped, quantity=row.quantity)
    return f"{said}, {tr('{count} cancelled', count=row.cancelled)}" if row.cancelled else said


def _promised(text: Text, row: Line) -> str:
    said = statuses.order_status(row.status).tip if row.status else ""
    return tr("Expected {day}", day=text.day(row.available_from)) if row.available_from else said


def _discounted(text: Text, row: Line) -> str:
    return tr("{amount} off", amount=text.money(row.discount)) if row.discount else text.money(row.total)


def _whole_entry(row: TimelineEntry) -> str:
    return "\n".join(part for part in (row.text, row.detail) if part)
