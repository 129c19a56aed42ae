"""Where all transfers are, as one painted bar with its legend: exact, from the same numbers as the figures."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from backoffice.services.transfers import TransferSummary
from ui import icons
from ui.theme import Space, Theme, figures
from ui.tone import Tone
from ui.words import tr

_BAR = 14
_LEAST = 3.0  # a segment of one among thousands is still seen
_ICON = 14

Part = tuple[str, str, int, str]  # word, icon, count, colour token


class TransfersChart(QWidget):
    """Paints a stacked bar and a line of legend per part; the accessible description says the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transfersChart")
        self.setAccessibleName(tr("Transfers by status"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._parts: tuple[Part, ...] = ()
        Theme.active().changed.connect(self.update)

    def show_summary(self, summary: TransferSummary) -> None:
        """Paint these numbers."""
        self._parts = (
            (tr("At the DOM"), Tone.GOOD.icon, summary.transferred, "good"),
            (tr("Waiting"), "waiting", summary.waiting, "info"),
            (tr("Being sent"), "sync", summary.sent, "accent"),
            (tr("Not known yet"), "unknown", summary.unknown, "warn"),
            (tr("Held"), "hold", summary.held, "border"),
            (tr("Failed"), Tone.BAD.icon, summary.failed, "bad"),
        )
        said = ", ".join(f"{word} {count}" for word, _, count, _ in self._parts)
        self.setAccessibleDescription(said)
        self.setToolTip(said)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, round(_BAR + Space.L + max(1, len(self._parts)) * self._line()))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bar(painter)
        self._paint_legend(painter)
        painter.end()

    def _paint_bar(self, painter: QPainter) -> None:
        whole = QRectF(0, 0, self.width(), _BAR)
        shape = QPainterPath()
        shape.addRoundedRect(whole, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(whole, Theme.active().color("muted_soft"))
        left = 0.0
        for width, colour in self._segments():
            painter.fillRect(QRectF(left, 0, max(width - 1, 1), _BAR), colour)
            left += width
        painter.restore()

    def _segments(self) -> list[tuple[float, QColor]]:
        counted = [(count, token) for _, _, count, token in self._parts if count]
        total = sum(count for count, _ in counted)
        if not total:
            return []
        room = self.width() - _LEAST * len(counted)
        return [(_LEAST + room * count / total, Theme.active().color(token)) for count, token in counted]

    def _paint_legend(self, painter: QPainter) -> None:
        font = figures(self.font())
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        ratio = self.devicePixelRatioF()
        top = float(_BAR + Space.M)
        text, muted = Theme.active().color("text"), Theme.active().color("muted")
        for word, icon, count, token in self._parts:
            box = QRectF(0, top, self.width(), self._line())
            painter.drawPixmap(
                QPointF(0, top + (self._line() - _ICON) / 2), icons.pixmap(icon, _ICON, token, ratio)
            )
            inner = box.adjusted(_ICON + Space.M, 0, 0, 0)
            painter.setPen(text if count else muted)
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(
                inner, left, metrics.elidedText(word, Qt.TextElideMode.ElideRight, inner.width() - 60)
            )
            painter.drawText(inner, right, str(count))
            top += self._line()

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + Space.S
