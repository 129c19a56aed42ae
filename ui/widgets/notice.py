"""A sentence inside a screen that says what is so and what to do; out of the way when there is nothing to say."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import IconLabel, Label, restyle


class Notice(QFrame):
    """Icon, sentence, advice, on the ground of its tone. Never takes the focus."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._icon = IconLabel("info")
        self._sentence = Label(wrap=True)
        self._advice = Label(wrap=True, tone=Tone.NEUTRAL)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._sentence)
        words.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        self.hide()

    @property
    def text(self) -> str:
        """Return the sentence, "" when nothing is said."""
        return self._sentence.text()

    def say(self, sentence: str, tone: Tone = Tone.INFO, *, advice: str = "", icon: str = "") -> None:
        """Say something; "" takes it back."""
        if not sentence:
            self._sentence.setText("")
            self.hide()
            return
        self._icon.show_icon(icon or tone.icon, tone.value)
        self._sentence.setText(sentence)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleName(f"{sentence} {advice}".strip())
        if self.property("banner") != tone.value:
            self.setProperty("banner", tone.value)
            restyle(self)
        self.show()
