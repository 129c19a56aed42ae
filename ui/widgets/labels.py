"""Words and amounts. Text is always plain: what a customer wrote is never read as markup."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui import icons
from ui.theme import Theme, figures, scaled
from ui.tone import Tone

_FACTORS = {"title": 1.35, "heading": 1.1, "body": 1.0, "small": 0.9}


class Label(QLabel):
    """Plain text in one of four sizes: title, heading, body, small."""

    def __init__(
        self,
        text: str = "",
        *,
        size: str = "body",
        tone: Tone | None = None,
        bold: bool = False,
        wrap: bool = False,
    ) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setFont(scaled(self.font(), _FACTORS[size], bold=bold or size in {"title", "heading"}))
        if tone is not None:
            self.setProperty("tone", tone.value)

    def set_tone(self, tone: Tone | None) -> None:
        """Colour the words; the words themselves must say the same."""
        self.setProperty("tone", tone.value if tone else "")
        restyle(self)


class AmountLabel(Label):
    """An amount or a running clock: right-aligned, figures of equal width."""

    def __init__(
        self, text: str = "", *, size: str = "body", bold: bool = False, tone: Tone | None = None
    ) -> None:
        super().__init__(text, size=size, bold=bold, tone=tone)
        self.setFont(figures(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class ElidedLabel(Label):
    """One line that is cut with an ellipsis where there is no room; the whole of it is the tooltip."""

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        cut = self.fontMetrics().elidedText(
            " ".join(self.text().split()), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), cut)


class IconLabel(QLabel):
    """One icon in a colour of the theme; decoration unless given a name."""

    def __init__(self, name: str, *, color: str = "muted", size: int = 16, says: str = "") -> None:
        super().__init__()
        self._size = size
        self.setAccessibleName(says)
        self.setFixedSize(size, size)
        self.show_icon(name, color)
        Theme.active().changed.connect(self._draw)

    def show_icon(self, name: str, color: str) -> None:
        """Show another icon or colour."""
        self._name, self._color = name, color
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(icons.pixmap(self._name, self._size, self._color, self.devicePixelRatioF()))


class StatusChip(QWidget):
    """A status: icon and word in its tone. Never colour alone."""

    def __init__(
        self, word: str = "", tone: Tone = Tone.NEUTRAL, *, icon: str = "", size: str = "body"
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        self._icon = IconLabel(icon or tone.icon, color=tone.value, size=14)
        self._word = Label(word, tone=tone, size=size)
        row.addWidget(self._icon)
        row.addWidget(self._word)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(word)

    @property
    def word(self) -> str:
        """Return the word shown."""
        return self._word.text()

    def show_status(self, word: str, tone: Tone, *, icon: str = "", tip: str = "") -> None:
        """Show another status; ``tip`` is plain text (since when, why)."""
        self._icon.show_icon(icon or tone.icon, tone.value)
        self._word.setText(word)
        self._word.set_tone(tone)
        self.setAccessibleName(word)
        self.setAccessibleDescription(tip)
        self.setToolTip(plain_tip(tip))


class Hairline(QFrame):
    """A line one pixel thin between two things."""

    def __init__(self, *, vertical: bool = False) -> None:
        super().__init__()
        self.setProperty("line", "true")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


def plain_tip(text: str) -> str:
    """Return a tooltip that shows the text as it is, whatever markup it looks like; "" for none."""
    if not text:
        return ""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<span>{safe}</span>"


def restyle(widget: QWidget) -> None:
    """Let the sheet look again after a property it selects by has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
