"""What it costs: the sums while they hold, where each cent comes from, how long they hold, what changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtWidgets import QVBoxLayout, QWidget

from backoffice.domain.cart import Cart
from ui.screens.calls.actions import CallActions
from ui.screens.calls.changes_panel import ChangesPanel
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import CallState, Promise, promise_of
from ui.screens.calls.sums import Sums
from ui.screens.calls.where_from import where_from
from ui.screens.calls.words import items_words, promise_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton
from ui.widgets.labels import Label, StatusChip
from ui.words import tr

_SOON = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """What the panel shows now: asked to show the same, it does nothing."""

    cart: Cart
    before: Cart | None
    promise: Promise
    over: bool
    explained: bool


class TotalsPanel(QWidget):
    """Sums, clock and explanations."""

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self._text = text
        self._over = False
        self._shown: _Shown | None = None
        self._count = Label(size="small", tone=Tone.NEUTRAL)
        self._sums = Sums(text)
        self._promise = Sentence("promiseSentence", Tone.INFO)
        self._clock = StatusChip()
        self._clock.setObjectName("heldClock")
        self._changes = ChangesPanel(text)
        self._explain = actions.explain
        self._why = KeyHintButton(actions.explain, kind="flat")
        self._why.setStyleSheet("text-align: left; padding-left: 0;")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for part in (self._count, self._sums, self._why, self._clock, self._promise, self._changes):
            column.addWidget(part)

    def show_state(self, state: CallState, now: datetime) -> None:
        """Show the sums while they hold; else what must be done to have them.

        Once the order is made, the sums are final. While something is typed below, only the sums take room.
        """
        cart = state.cart
        if cart is None:
            return
        over = state.is_over
        promise = Promise.HOLDS if over else promise_of(cart, now)
        busy_below = state.order.paying or state.offers.open
        explained = state.order.explained and not busy_below
        before = None if over or busy_below else state.order.before
        asked = _Shown(cart=cart, before=before, promise=promise, over=over, explained=explained)
        if asked == self._shown:
            self.show_clock(cart, now)
            return
        self._shown, self._over = asked, over
        holds = promise is Promise.HOLDS and cart.prepared is not None
        methods = dict(state.delivery.methods)
        self._count.setText(items_words(cart, self._text) if cart.lines else tr("Nothing in the cart yet"))
        self._sums.show_sums(
            cart, where_from(cart, methods, self._text) if holds else {}, explained=explained
        )
        self._explain.setText(tr("Hide the explanation") if explained else tr("Explain the total"))
        self._why.setVisible(holds and not busy_below)
        tone = Tone.INFO if promise is Promise.NONE else Tone.WARN
        self._promise.say(promise_words(promise) if cart.lines else "", tone)
        self._changes.show_changes(before, cart if holds else None, methods)
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
