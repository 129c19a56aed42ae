"""The lines of a cart as rows of a table: values in, words out."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.cart import CartLine, LineTotal
from backoffice.domain.ids import LineId, Sku
from backoffice.domain.inventory import Availability
from ui.screens.calls.state import CallState, Promise
from ui.screens.calls.words import amount_words, availability_words, held_words
from ui.text import Text
from ui.tone import Tone


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    """One row. ``quantity`` is what the cell says, which may be what was typed and not taken (``wrong``)."""

    line_id: LineId
    sku: Sku
    name: str
    photo: str
    quantity: str
    wrong: str
    promise: str
    source: str
    tone: Tone
    price: str
    total: str
    line: CartLine
    line_total: LineTotal | None
    known_at: datetime | None


def line_rows(state: CallState, promise: Promise, text: Text) -> tuple[LineRow, ...]:
    """Return a row per line, in the cart's order."""
    if state.cart is None:
        return ()
    prepared = state.cart.prepared if promise is Promise.HOLDS else None
    held = {one.line_id: one for one in prepared.held} if prepared else {}
    totals = {one.line_id: one for one in prepared.lines} if prepared else {}
    fresh = dict(state.lines.fresh)
    rows = []
    for line in state.cart.lines:
        known = _newer(line, fresh.get(line.sku))
        words, source, tone = availability_words(known, text)
        holds, held_tone = held_words(held.get(line.line_id), text)
        problem = state.lines.problem
        wrong = problem if problem and problem.line_id == line.line_id else None
        rows.append(
            LineRow(
                line_id=line.line_id,
                sku=line.sku,
                name=line.name,
                photo=line.photo,
                quantity=wrong.typed if wrong else text.number(line.quantity),
                wrong=wrong.problem.text if wrong else "",
                promise=holds or words,
                source=f"{words}, {source}" if holds else source,
                tone=held_tone if holds else tone,
                price=amount_words(line.unit_price, text),
                total=amount_words(line.unit_price.times(line.quantity), text),
                line=line,
                line_total=totals.get(line.line_id),
                known_at=known.updated_at if known else None,
            )
        )
    return tuple(rows)


def _newer(line: CartLine, fresh: Availability | None) -> Availability | None:
    kept = line.availability
    if fresh is None or fresh.location != line.location:
        return kept
    return fresh if kept is None or fresh.updated_at >= kept.updated_at else kept
