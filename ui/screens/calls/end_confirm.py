"""Asks before a cart is lost: a strip under the tabs, not a dialog."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from backoffice.domain.cart import Call
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.fields import EscapeGoesBack
from ui.widgets.labels import IconLabel, Label
from ui.words import tr


class EndConfirm(QFrame):
    """End the call and drop its cart, or keep it (Esc)."""

    ended = Signal()
    kept = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("endConfirm")
        self.setProperty("banner", Tone.WARN.value)
        self._words = Label(wrap=True)
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.kept)
        drop = QPushButton(tr("End and drop the cart"))
        drop.setObjectName("dropCartButton")
        drop.setProperty("kind", "danger")
        drop.clicked.connect(self.ended)
        self._keep = QPushButton(tr("Keep the call   Esc"))
        self._keep.setObjectName("keepCallButton")
        self._keep.clicked.connect(self.kept)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(IconLabel("warning", color=Tone.WARN.value))
        row.addWidget(self._words, 1)
        for button in (drop, self._keep):
            button.installEventFilter(self._back)
            row.addWidget(button)
        self.hide()

    def show_call(self, call: Call | None) -> None:
        """Ask about a call; None takes the question away."""
        asked = call is not None and self.isHidden()
        self.setVisible(call is not None)
        if call is None:
            return
        who = call.customer_name or tr("this caller")
        self._words.setText(
            tr(
                "The cart of {who} is not submitted. Ended, it is dropped and what it holds is let go.",
                who=who,
            )
        )
        if asked:
            self._keep.setFocus()
