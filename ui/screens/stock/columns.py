"""What the table of the Stock screen says of a place."""

from decimal import Decimal
from functools import partial

from backoffice.domain.inventory import AvailabilityStatus, Source
from ui.screens.stock.state import StockRow
from ui.text import Text
from ui.widgets import statuses
from ui.widgets.rows import Column
from ui.words import tr


def stock_columns(text: Text) -> tuple[Column[StockRow], ...]:
    """Return the columns of the list."""
    return (
        Column(title=tr("Place"), text=lambda row: row.place, tip=_place_tip, width=26, stretch=True),
        Column(
            title=tr("Can be promised"),
            text=lambda row: statuses.availability(row.availability.status).word,
            tip=lambda row: statuses.availability(row.availability.status).tip,
            tone=lambda row: statuses.availability(row.availability.status).tone,
            icon=lambda row: statuses.availability(row.availability.status).icon,
            width=26,
        ),
        Column(title=tr("Quantity"), text=partial(quantity, text), amount=True, width=14),
        Column(title=tr("From"), text=partial(_from, text), tip=partial(_from_tip, text), width=18),
        Column(
            title=tr("Source"),
            text=lambda row: statuses.source(row.availability.source).word,
            tip=lambda row: statuses.source(row.availability.source).tip,
            tone=lambda row: statuses.source(row.availability.source).tone,
            icon=lambda row: statuses.source(row.availability.source).icon,
            width=16,
        ),
        Column(title=tr("Age"), text=partial(_age, text), tip=partial(_age_tip, text), muted=True, width=20),
    )


def in_words(text: Text, rows: tuple[StockRow, ...]) -> str:
    """Return the whole in one sentence, as it is said on the phone; "" when nothing is known."""
    known = [row.availability for row in rows if row.availability.source is not Source.FALLBACK]
    if not known:
        return ""
    having = [one for one in known if one.status is AvailabilityStatus.AVAILABLE]
    oldest = text.ago(min(one.updated_at for one in known))
    if any(one.quantity is None for one in having):
        return tr("As many as you like. Oldest figure: {age}.", age=oldest)
    if having:
        total = sum((one.quantity or Decimal(0) for one in having), Decimal(0))
        return tr(
            "{total} in {places} of {all} places. Oldest figure: {age}.",
            total=text.number(total), places=len(having), all=len(rows), age=oldest,
        )  # fmt: skip
    dates = [one.available_from for one in known if one.available_from is not None]
    if dates:
        return tr("None now; again from {day}. Oldest figure: {age}.", day=text.day(min(dates)), age=oldest)
    return tr("None anywhere. Oldest figure: {age}.", age=oldest)


def quantity(text: Text, row: StockRow) -> str:
    """Return how many, "unlimited", or "not known"."""
    record = row.availability
    if record.quantity is not None:
        return text.number(record.quantity)
    if record.source is Source.FALLBACK:
        return tr("not known")
    return tr("unlimited") if record.status is AvailabilityStatus.AVAILABLE else ""


def _place_tip(row: StockRow) -> str:
    kinds = {"online": tr("Online fulfilment centre"), "store": tr("Physical store")}
    return f"{row.availability.location}, {kinds.get(row.kind, row.kind)}"


def _from(text: Text, row: StockRow) -> str:
    record = row.availability
    if record.available_from is not None:
        return text.day(record.available_from)
    return tr("now") if record.status is AvailabilityStatus.AVAILABLE else ""


def _from_tip(text: Text, row: StockRow) -> str:
    return text.moment(row.availability.available_from)


def _age(text: Text, row: StockRow) -> str:
    if row.availability.source is Source.FALLBACK:
        return tr("nothing known")
    return text.ago(row.availability.updated_at)


def _age_tip(text: Text, row: StockRow) -> str:
    return text.moment(row.availability.updated_at)
