"""Items, offers, shipping, tax, total, certificates, left to pay; under each, when asked for, its lines."""

from PySide6.QtWidgets import QGridLayout, QWidget

from backoffice.domain.cart import Cart, Prepared
from backoffice.domain.money import Money
from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.where_from import CERTIFICATES, ITEMS, OFFERS, SHIPPING, TAX, Cents
from ui.screens.calls.words import amount_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import AmountLabel, Hairline, Label, plain_tip
from ui.words import tr

_MOST_SHOWN = 6
_TOTAL, _TO_PAY = "Total", "ToPay"
_BIG = frozenset({_TOTAL, _TO_PAY})


class Sums(QWidget):
    """A grid of captions and amounts; ``total<Name>`` is each amount's name, ``from<Name>`` its lines'."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._captions: dict[str, Label] = {}
        self._amounts: dict[str, AmountLabel] = {}
        self._lines: dict[str, EntryList] = {}
        self._line = Hairline()
        self._arrange()

    def show_sums(self, cart: Cart, lines: dict[str, tuple[Cents, ...]], *, explained: bool) -> None:
        """Show the sums of a prepared cart; ``lines`` {}: it is not, so only its items are known."""
        prepared = cart.prepared if lines else None
        amounts = _amounts(cart, prepared)
        paid_already = bool(prepared and prepared.certificates)
        for name, label in self._amounts.items():
            amount = amounts.get(name)
            label.setText("–" if amount is None else self._text.money(amount))
            label.setToolTip("" if amount is not None else plain_tip(tr("Known after Prepare (F5)")))
            shown = paid_already or name not in {CERTIFICATES, _TO_PAY}
            label.setVisible(shown)
            self._captions[name].setVisible(shown)
        for name, entries in self._lines.items():
            said = lines.get(name, ()) if explained else ()
            entries.show_entries([self._entry(row, one) for row, one in enumerate(said)])
            entries.setFixedHeight(entries.height_for(_MOST_SHOWN) + Space.S)
            entries.setVisible(bool(said))

    def _entry(self, row: int, one: Cents) -> Entry:
        return Entry(
            key=str(row),
            title=one.words,
            right=amount_words(one.amount, self._text),
            muted=True,
            tip=one.tip or one.words,
        )

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(Space.S)
        row = 0
        for name, words in _captions().items():
            big = name in _BIG
            if name == _TOTAL:
                grid.addWidget(self._line, row, 0, 1, 2)
                row += 1
            caption = Label(words, size="heading") if big else Label(words, tone=Tone.NEUTRAL)
            amount = AmountLabel(size="title" if big else "body", bold=big)
            amount.setObjectName(f"total{name}")
            amount.setAccessibleName(words)
            self._captions[name], self._amounts[name] = caption, amount
            grid.addWidget(caption, row, 0)
            grid.addWidget(amount, row, 1)
            row += 1
            if not big:
                self._lines[name] = entries = EntryList(f"from{name}", words, lines=1)
                entries.setProperty("quiet", "true")
                entries.hide()
                grid.addWidget(entries, row, 0, 1, 2)
                row += 1


def _captions() -> dict[str, str]:
    return {
        ITEMS: tr("Items"),
        OFFERS: tr("Offers"),
        SHIPPING: tr("Shipping"),
        TAX: tr("Tax"),
        _TOTAL: tr("Total"),
        CERTIFICATES: tr("Gift certificates"),
        _TO_PAY: tr("Left to pay"),
    }


def _amounts(cart: Cart, prepared: Prepared | None) -> dict[str, Money]:
    if prepared is None:
        return {ITEMS: cart.items}
    totals = prepared.totals
    return {
        ITEMS: totals.items,
        OFFERS: -totals.discount,
        SHIPPING: totals.shipping,
        TAX: totals.tax,
        _TOTAL: totals.total,
        CERTIFICATES: prepared.to_pay - totals.total,
        _TO_PAY: prepared.to_pay,
    }
