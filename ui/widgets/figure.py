"""A number that is looked at first: its word and icon above it, and a press to see what it counts."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import icons
from ui.theme import Space, Theme, figures, scaled
from ui.tone import Tone


class Figure(QPushButton):
    """A checkable number. With nothing behind it (``pressable`` False) it is read only."""

    def __init__(
        self, name: str, word: str, tip: str, *, tone: Tone, icon: str = "", pressable: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setToolTip(tip)
        self.setCheckable(pressable)
        self.setProperty("kind", "flat")
        if not pressable:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._word = word
        self._tone = tone
        self._loud = False
        self._icon_name = icon or tone.icon
        self._sign = QLabel()
        self._said = QLabel(word)
        self._said.setProperty("tone", "muted")
        self._number = QLabel("–")
        self._number.setTextFormat(Qt.TextFormat.PlainText)
        self._number.setFont(figures(scaled(self.font(), 1.5, bold=True)))
        self._arrange()
        Theme.active().changed.connect(self._draw)
        self._draw()

    def show_number(self, words: str, *, loud: bool = False) -> None:
        """Show the number; ``loud`` gives it its tone, for what wants attention."""
        self._number.setText(words)
        self._loud = loud
        self.setAccessibleName(f"{self._word}: {words}")
        self._draw()

    @property
    def number(self) -> str:
        """Return what is shown."""
        return self._number.text()

    def sizeHint(self) -> QSize:
        return self._body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.S + 2)
        top.addWidget(self._sign)
        top.addWidget(self._said)
        top.addStretch()
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(Space.L, Space.M, Space.XL, Space.M)
        self._body.setSpacing(Space.S)
        self._body.addLayout(top)
        self._body.addWidget(self._number)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _draw(self) -> None:
        tone = self._tone if self._loud else Tone.NEUTRAL
        self._sign.setPixmap(icons.pixmap(self._icon_name, 16, tone.value, self.devicePixelRatioF()))
        # Set on the number itself: a property would ask for a new polish of the whole sheet at each change.
        colour = Theme.active().color(tone.value if self._loud else "text")
        self._number.setStyleSheet(f"color: {colour.name()};")
