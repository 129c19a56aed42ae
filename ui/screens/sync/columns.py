"""What the table of the Sync screen says of a message."""

from backoffice.domain.sync import InboxRow
from ui.text import Text
from ui.widgets import statuses
from ui.widgets.rows import Column
from ui.words import tr

_KINDS = {"SyncOrder": "Order changed", "SyncInventoryAvailability": "Stock changed", "payment": "Payment"}


def kind_word(kind: str) -> str:
    """Return a kind of message as people say it."""
    return tr(_KINDS.get(kind, kind))


def message_columns(text: Text) -> tuple[Column[InboxRow], ...]:
    """Return the columns of the list."""
    return (
        Column(
            title=tr("Received"),
            text=lambda row: text.ago_short(row.received_at),
            tip=lambda row: text.moment(row.received_at),
            muted=True,
            width=16,
        ),
        Column(title=tr("What"), text=lambda row: kind_word(row.kind), tip=lambda row: row.kind, width=18),
        Column(title=tr("Order"), text=lambda row: row.subject, width=13),
        Column(
            title=tr("State"),
            text=lambda row: statuses.message_state(row.state.value).word,
            tip=lambda row: statuses.message_state(row.state.value).tip,
            tone=lambda row: statuses.message_state(row.state.value).tone,
            icon=lambda row: statuses.message_state(row.state.value).icon,
            width=22,
        ),
        Column(title=tr("Why"), text=lambda row: row.reason, stretch=True, width=24),
        Column(
            title=tr("Sequence"), text=lambda row: _sequence(text, row), amount=True, muted=True, width=12
        ),
        Column(
            title=tr("Times"), text=lambda row: f"{row.times_received}×", amount=True, muted=True, width=8
        ),
    )


def _sequence(text: Text, row: InboxRow) -> str:
    return text.number(row.sequence) if row.subject else ""
