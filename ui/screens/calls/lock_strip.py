"""Says above a call who holds its cart: a colleague, so nothing can be changed; or this desk, taken over."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from backoffice.domain.ids import StaffId
from backoffice.domain.lock import LockState
from ui.screens.calls.actions import CallActions
from ui.screens.calls.lock_words import held_by_other, held_words, taken_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton
from ui.widgets.labels import IconLabel, Label, plain_tip, restyle


class LockStrip(QFrame):
    """Takes no room while the cart is this desk's own."""

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self.setObjectName("lockStrip")
        self._text = text
        self._icon = IconLabel("lock")
        self._sentence = Label(wrap=True)
        self._sentence.setObjectName("lockSentence")
        self._advice = Label(wrap=True, size="small", tone=Tone.NEUTRAL)
        self._back = KeyHintButton(actions.give_back)
        self._take = KeyHintButton(actions.colleagues)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._sentence)
        words.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self._take)
        row.addWidget(self._back)
        self.hide()

    def show_lock(self, lock: LockState | None, me: StaffId, *, may_take_over: bool) -> None:
        """Show who holds the cart, if that is worth saying."""
        other = held_by_other(lock, me, self._text.clock())
        mine = lock if lock is not None and lock.holder == me and lock.taken_from not in {None, me} else None
        if other is not None:
            self._fill(Tone.WARN, *held_words(other, self._text))
            self.setToolTip(plain_tip(self._text.moment(other.since)))
        elif mine is not None:
            self._fill(Tone.INFO, taken_words(mine), "")
        self._take.setVisible(other is not None and may_take_over)
        self._back.setVisible(other is None)
        self.setVisible(other is not None or mine is not None)

    def _fill(self, tone: Tone, sentence: str, advice: str) -> None:
        self._icon.show_icon("lock", tone.value)
        self._sentence.setText(sentence)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleName(f"{sentence} {advice}".strip())
        if self.property("banner") != tone.value:
            self.setProperty("banner", tone.value)
            restyle(self)
