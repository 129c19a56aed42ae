"""What it costs: the sums while they hold, where each comes from, how long they hold, what changed."""

from datetime import datetime, timedelta

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from backoffice.domain.cart import Cart, Totals
from backoffice.domain.money import Money
from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import Promise, promise_of
from ui.screens.calls.words import amount_words, items_words, promise_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import AmountLabel, Hairline, Label, StatusChip, plain_tip
from ui.words import tr

_SOON = timedelta(minutes=2)
_MOST_SHOWN = 6


class TotalsPanel(QWidget):
    """Sums, clock and explanations."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._over = False
        self._shown: tuple[Cart | None, Promise, bool, bool] = (None, Promise.NONE, False, False)
        self._count = Label(size="small", tone=Tone.NEUTRAL)
        self._sums = {
            name: AmountLabel(size="title" if name == "Total" else "body", bold=name == "Total")
            for name in ("Items", "Discount", "Shipping", "Tax", "Total")
        }
        self._promise = Sentence("promiseSentence", Tone.INFO)
        self._clock = StatusChip()
        self._clock.setObjectName("heldClock")
        self._changes = Sentence("changesList", Tone.INFO)
        self._why = Label(tr("How it comes about"), size="small", tone=Tone.NEUTRAL)
        self._explanations = EntryList("explanations", tr("How the total comes about"), lines=1)
        self._coupons = Sentence("couponsList", Tone.WARN)
        self._arrange()

    def show_cart(self, cart: Cart | None, now: datetime, *, over: bool = False, brief: bool = False) -> None:
        """Show the sums while they hold; else what must be done to have them.

        ``over``: the order is made, so the sums are final. ``brief``: without explanations, where room is needed.
        """
        if cart is None:
            return
        promise = Promise.HOLDS if over else promise_of(cart, now)
        asked = (cart, promise, over, brief)
        if asked == self._shown:
            self.show_clock(cart, now)
            return
        self._shown, self._over = asked, over
        prepared = cart.prepared if promise is Promise.HOLDS else None
        self._count.setText(items_words(cart, self._text) if cart.lines else tr("Nothing in the cart yet"))
        self._show_sums(cart.items, prepared.totals if prepared else None)
        tone = Tone.INFO if promise is Promise.NONE else Tone.WARN
        self._promise.say(promise_words(promise) if cart.lines else "", tone)
        explained = prepared.explanations if prepared else ()
        self._explanations.show_entries(
            [
                Entry(key=str(row), title=one.rule, right=amount_words(one.amount, self._text), tip=one.rule)
                for row, one in enumerate(explained)
            ]
        )
        self._explanations.setVisible(bool(explained) and not brief)
        self._why.setVisible(bool(explained) and not brief)
        self._explanations.setFixedHeight(self._explanations.height_for(_MOST_SHOWN) + 2)
        self._changes.say("\n".join(prepared.changes) if prepared and not over else "")
        self._coupons.say("\n".join(prepared.refused_coupons) if prepared else "")
        self.show_clock(cart, now)

    def show_clock(self, cart: Cart | None, now: datetime) -> None:
        """Show how long price and goods are held."""
        if cart is None or self._over or cart.prepared is None or promise_of(cart, now) is not Promise.HOLDS:
            self._clock.hide()
            return
        left = cart.prepared.good_until - now
        shown = self._text.duration(left)
        words = (
            tr("Price kept for {left}", left=shown)
            if cart.prepared.held_until is None
            else tr("Held for {left}", left=shown)
        )
        until = self._text.moment(cart.prepared.good_until)
        self._clock.show_status(
            words, Tone.WARN if left < _SOON else Tone.GOOD, icon="clock", tip=tr("Until {time}", time=until)
        )
        self._clock.show()

    def _show_sums(self, items: Money, totals: Totals | None) -> None:
        amounts = {"Items": items} if totals is None else {
            "Items": totals.items,
            "Discount": -totals.discount,
            "Shipping": totals.shipping,
            "Tax": totals.tax,
            "Total": totals.total,
        }  # fmt: skip
        for name, label in self._sums.items():
            amount = amounts.get(name)
            label.setText("–" if amount is None else self._text.money(amount))
            label.setToolTip("" if amount is not None else plain_tip(tr("Known after Prepare (F5)")))

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(Space.S)
        captions = {
            "Items": tr("Items"),
            "Discount": tr("Offers"),
            "Shipping": tr("Shipping"),
            "Tax": tr("Tax"),
            "Total": tr("Total"),
        }
        for row, (name, words) in enumerate(captions.items()):
            total = name == "Total"
            caption = Label(words, size="heading") if total else Label(words, tone=Tone.NEUTRAL)
            amount = self._sums[name]
            amount.setObjectName(f"total{name}")
            amount.setAccessibleName(words)
            if total:
                grid.addWidget(Hairline(), row, 0, 1, 2)
            grid.addWidget(caption, row + total, 0)
            grid.addWidget(amount, row + total, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._count)
        column.addLayout(grid)
        for part in (self._clock, self._promise, self._changes, self._coupons, self._why, self._explanations):
            column.addWidget(part)
