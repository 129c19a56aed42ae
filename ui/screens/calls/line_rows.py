"""The lines of a cart as rows of a table, grouped by shipment where there are several: values in, words out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.cart import Cart, CartLine, CartShipment, LineTotal, Prepared
from backoffice.domain.ids import LineId
from backoffice.domain.inventory import Availability
from ui.screens.calls.shipment_words import shipment_words
from ui.screens.calls.state import CallState, Promise
from ui.screens.calls.words import amount_words, availability_words, held_words
from ui.text import Text
from ui.tone import Tone
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    """One row: a line, or the heading of a shipment (``heading``, and no ``line``).

    ``quantity`` is what the cell says, which may be what was typed and not taken (``wrong``). ``usual`` is the price
    struck through where another was set by hand, ``mark`` says so in short, ``by_hand`` why and who approved it.
    """

    line_id: LineId
    shipment_id: str
    heading: str = ""
    sku: str = ""
    name: str = ""
    photo: str = ""
    quantity: str = ""
    wrong: str = ""
    promise: str = ""
    source: str = ""
    tone: Tone = Tone.NEUTRAL
    price: str = ""
    usual: str = ""
    mark: str = ""
    by_hand: str = ""
    total: str = ""
    line: CartLine | None = None
    line_total: LineTotal | None = None
    known_at: datetime | None = None


def line_rows(state: CallState, promise: Promise, text: Text) -> tuple[LineRow, ...]:
    """Return a row per line, in the cart's order, under its shipment where there are several."""
    cart = state.cart
    if cart is None:
        return ()
    rows = _Rows(state, cart, promise, text)
    if not cart.more_shipments:
        return tuple(rows.line(line) for line in cart.lines)
    return tuple(rows.grouped())


class _Rows:
    def __init__(self, state: CallState, cart: Cart, promise: Promise, text: Text) -> None:
        self._cart = cart
        self._text = text
        self._methods = dict(state.delivery.methods)
        self._reasons = dict(state.price.reasons)
        self._problem = state.lines.problem
        self._fresh = dict(state.lines.fresh)
        self._prepared: Prepared | None = cart.prepared if promise is Promise.HOLDS else None
        self._held = {one.line_id: one for one in self._prepared.held} if self._prepared else {}
        self._totals = {one.line_id: one for one in self._prepared.lines} if self._prepared else {}

    def grouped(self) -> Iterator[LineRow]:
        for shipment in self._cart.shipments:
            yield self._heading(shipment)
            for line in self._cart.lines:
                if line.shipment_id == shipment.shipment_id:
                    yield self.line(line)

    def line(self, line: CartLine) -> LineRow:
        text = self._text
        known = _newer(line, self._fresh.get(line.sku))
        words, source, tone = availability_words(known, text)
        holds, held_tone = held_words(self._held.get(line.line_id), text)
        wrong = self._problem if self._problem and self._problem.line_id == line.line_id else None
        usual = line.override.usual if line.override else None
        return LineRow(
            line_id=line.line_id,
            shipment_id=line.shipment_id,
            sku=line.sku,
            name=line.name,
            photo=line.photo,
            quantity=wrong.typed if wrong and wrong.typed else text.number(line.quantity),
            wrong=wrong.problem.text if wrong and wrong.typed else "",
            promise=holds or words,
            source=f"{words}, {source}" if holds else source,
            tone=held_tone if holds else tone,
            price=amount_words(line.unit_price, text),
            usual=amount_words(usual, text) if usual is not None and usual != line.unit_price else "",
            mark=_mark(line),
            by_hand=self._by_hand(line),
            total=amount_words(line.unit_price.times(line.quantity), text),
            line=line,
            line_total=self._totals.get(line.line_id),
            known_at=known.updated_at if known else None,
        )

    def _by_hand(self, line: CartLine) -> str:
        if line.override is None:
            return ""
        why = self._reasons.get(line.override.reason_code, line.override.reason_code)
        if line.override.approved_name:
            who = line.override.approved_name
            return tr("Price by hand: {why}; approved by {who}", why=why.rstrip("."), who=who)
        return tr("Price by hand: {why}", why=why.rstrip("."))

    def _heading(self, shipment: CartShipment) -> LineRow:
        shipments = self._prepared.shipments if self._prepared else ()
        cost = next((one.cost for one in shipments if one.shipment_id == shipment.shipment_id), None)
        return LineRow(
            line_id=LineId(f"shipment {shipment.shipment_id}"),
            shipment_id=shipment.shipment_id,
            heading=shipment_words(self._cart, shipment, self._methods),
            total=amount_words(cost, self._text) if cost is not None else "",
        )


def _mark(line: CartLine) -> str:
    if line.override is None:
        return ""
    who = line.override.approved_name
    return tr("By hand, approved by {who}", who=who) if who else tr("By hand")


def _newer(line: CartLine, fresh: Availability | None) -> Availability | None:
    kept = line.availability
    if fresh is None or fresh.location != line.location:
        return kept
    return fresh if kept is None or fresh.updated_at >= kept.updated_at else kept
