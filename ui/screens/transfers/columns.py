"""What the tables of the Transfers screen say of a row."""

from datetime import timedelta
from functools import partial

from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import Attempt, Transfer
from ui.screens.transfers.state import BulkRow
from ui.text import Text
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.rows import Column
from ui.words import tr

_CAUSES = {
    "unreachable": "The DOM was not reached",
    "no_answer": "No answer after sending",
    "not_there": "The DOM does not hold it",
    "unknown_sku": "The DOM does not know a SKU",
    "too_many_requests": "The DOM was too busy",
}
Cause = tuple[str, str, int]  # cause, reason of the newest, count


def cause_word(cause: str) -> str:
    """Return a cause as people say it."""
    return tr(_CAUSES.get(cause, cause.replace("_", " ").capitalize() or "No cause given"))


def transfer_columns(text: Text) -> tuple[Column[Transfer], ...]:
    """Return the columns of the list."""
    return (
        Column(title=tr("Order"), text=lambda row: row.order_number, width=12),
        Column(
            title=tr("Transfer"),
            text=lambda row: statuses.transfer_status(row.status).word,
            tip=lambda row: statuses.transfer_status(row.status).tip,
            tone=lambda row: statuses.transfer_status(row.status).tone,
            icon=lambda row: statuses.transfer_status(row.status).icon,
            width=22,
        ),
        Column(title=tr("Why"), text=why, tip=lambda row: row.reason or why(row), stretch=True, width=24),
        Column(title=tr("Customer"), text=lambda row: row.customer_name, width=20),
        Column(title=tr("Total"), text=lambda row: text.money(row.total), amount=True, width=14),
        Column(title=tr("Tries"), text=lambda row: str(row.attempts), amount=True, width=7),
        Column(
            title=tr("Waits since"),
            text=lambda row: text.ago_short(row.queued_at),
            tip=lambda row: text.moment(row.queued_at),
            muted=True,
            width=16,
        ),
        Column(
            title=tr("Next try"), text=partial(_next, text), tip=partial(_next_at, text), muted=True, width=16
        ),
    )


def cause_columns() -> tuple[Column[Cause], ...]:
    """Return the columns of failures by cause."""
    return (
        Column(
            title=tr("Failures by cause"),
            text=lambda row: cause_word(row[0]),
            tip=lambda row: row[1],
            width=16,
            stretch=True,
        ),
        Column(title="", text=lambda row: str(row[2]), amount=True, width=6),
    )


def attempt_columns(text: Text) -> tuple[Column[Attempt], ...]:
    """Return the columns of every try."""
    return (
        Column(title=tr("Try"), text=lambda row: str(row.number), width=5),
        Column(
            title=tr("Did"),
            text=lambda row: tr("asked") if row.kind == "lookup" else tr("sent"),
            tip=lambda row: (
                tr("Asked for our order number") if row.kind == "lookup" else tr("Sent the order")
            ),
            muted=True,
            width=8,
        ),
        Column(
            title=tr("Outcome"),
            text=lambda row: statuses.attempt_outcome(row.outcome).word,
            tone=lambda row: statuses.attempt_outcome(row.outcome).tone,
            icon=lambda row: statuses.attempt_outcome(row.outcome).icon,
            tip=lambda row: row.reason,
            width=19,
        ),
        Column(
            title=tr("Began"),
            text=lambda row: text.ago_short(row.started_at),
            tip=lambda row: text.moment(row.started_at),
            muted=True,
            width=16,
        ),
        Column(title=tr("Took"), text=took, amount=True, muted=True, width=11),
        Column(title=tr("Worker"), text=lambda row: row.worker, muted=True, stretch=True, width=12),
    )


def bulk_columns() -> tuple[Column[BulkRow], ...]:
    """Return the columns of a bulk act: what will be done, then what was."""
    return (
        Column(title=tr("Order"), text=lambda row: row.transfer.order_number, width=12),
        Column(
            title=tr("Transfer"),
            text=lambda row: statuses.transfer_status(row.transfer.status).word,
            tone=lambda row: statuses.transfer_status(row.transfer.status).tone,
            icon=lambda row: statuses.transfer_status(row.transfer.status).icon,
            width=22,
        ),
        Column(title=tr("Result"), text=_result, tone=_result_tone, stretch=True, width=30),
    )


def why(row: Transfer) -> str:
    """Return why it is where it is, in one line; "" when all is well."""
    if row.status is TransferStatus.TRANSFERRED:
        return tr("DOM number {number}", number=row.external_order_id) if row.external_order_id else ""
    if row.cause:
        return cause_word(row.cause)
    return row.reason


def took(row: Attempt) -> str:
    """Return how long a try took: "230 ms", "1.2 s"; "" while under way."""
    if row.ended_at is None:
        return ""
    span = row.ended_at - row.started_at
    if span < timedelta(seconds=1):
        return tr("{count} ms", count=span // timedelta(milliseconds=1))
    return tr("{count} s", count=f"{span.total_seconds():.1f}")


def _next(text: Text, row: Transfer) -> str:
    return text.ago_short(row.next_try_at)


def _next_at(text: Text, row: Transfer) -> str:
    left = tr("{count} more tries by itself", count=row.automatic_left)
    return f"{text.moment(row.next_try_at)}, {left}" if row.next_try_at else left


def _result(row: BulkRow) -> str:
    return row.sentence or (tr("Will be done") if row.fits else "")


def _result_tone(row: BulkRow) -> Tone:
    if row.done is None:
        return Tone.INFO if row.fits else Tone.NEUTRAL
    return Tone.GOOD if row.done else Tone.BAD
