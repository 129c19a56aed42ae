"""What is wrong, or what to do next, in one place beside what it is about."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.screens.calls.state import Problem
from ui.tone import Tone
from ui.widgets.labels import IconLabel, Label


class Sentence(QWidget):
    """An icon and words; takes no room while there is nothing to say."""

    def __init__(self, name: str, tone: Tone = Tone.BAD) -> None:
        super().__init__()
        self._icon = IconLabel(tone.icon, color=tone.value, size=14)
        self._words = Label(size="small", tone=tone, wrap=True)
        self._words.setObjectName(name)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def said(self) -> str:
        """Return what is shown."""
        return self._words.text()

    def say(self, words: str | Problem | None, tone: Tone | None = None) -> None:
        """Show words, or a problem with what to do about it; "" or None takes it away."""
        shown = words.text if isinstance(words, Problem) else words or ""
        if tone is not None and self._words.property("tone") != tone.value:
            self._icon.show_icon(tone.icon, tone.value)
            self._words.set_tone(tone)
        if shown != self._words.text():
            self._words.setText(shown)
            self._words.setAccessibleName(shown)
        self.setVisible(bool(shown))
