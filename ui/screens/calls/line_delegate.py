"""How a line of the cart is drawn: photo, availability in two lines, a price set by hand, the heading of a shipment."""

from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QTableView, QWidget

from ui import icons
from ui.screens.calls.entry_list import draw_photo
from ui.screens.calls.line_columns import AVAILABILITY, NAME, PHOTO, PRICE, QUANTITY
from ui.screens.calls.line_rows import LineRow
from ui.theme import Theme, figures, scaled
from ui.widgets.rows import ROW_ROLE, Index
from ui.widgets.tables import RowDelegate
from ui.words import tr

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class LineDelegate(RowDelegate):
    """Draws what the columns can not say in words alone."""

    def __init__(self, view: QTableView, folder: Path) -> None:
        super().__init__(view)
        self._folder = folder

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("quantityField")
        editor.setAccessibleName(tr("Quantity"))
        editor.setAlignment(Qt.AlignmentFlag.AlignRight)
        editor.setStyleSheet("padding: 1px 5px;")
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # A change elsewhere repaints the row; what is being typed into it is not touched.
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.isModified():
            model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        room: QRect = option.rect
        height = editor.sizeHint().height()
        editor.setGeometry(room.left() + 2, room.center().y() - height // 2, room.width() - 4, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LineRow = index.data(ROW_ROLE)
        drawn = None if row.heading else _DRAWN.get(index.column())
        by_hand = drawn in {NAME, PRICE} and not row.by_hand
        nothing = index.model().index(index.row(), PHOTO)
        plain = drawn is None or drawn == QUANTITY or by_hand
        super().paint(painter, option, index if plain else nothing)
        painter.save()
        room: QRect = option.rect
        if row.heading and index.column() == PHOTO:
            self._heading(painter, option, room.adjusted(8, 0, -8, 0), row)
        elif plain and drawn == QUANTITY and row.wrong:
            self._wrong(painter, room)
        elif drawn == PHOTO:
            draw_photo(painter, room.adjusted(8, 0, 0, 0), self._folder, row.photo)
        elif drawn == AVAILABILITY:
            self._availability(painter, option, room.adjusted(8, 5, -8, -5), row)
        elif not plain and drawn == NAME:
            self._two(painter, option, room, (row.name, "text"), (row.mark, "muted"))
        elif not plain and drawn == PRICE:
            self._price(painter, option, room.adjusted(8, 5, -8, -5), row)
        painter.restore()

    def _heading(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, row: LineRow) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(room.left(), room.center().y() - 7, icons.pixmap("truck", 16, "muted", ratio))
        painter.setFont(scaled(option.font, 1.0, bold=True))
        painter.setPen(Theme.active().color("text"))
        place = room.adjusted(24, 0, 0, 0)
        cut = painter.fontMetrics().elidedText(row.heading, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, _LEFT, cut)

    def _two(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        room: QRect,
        first: tuple[str, str],
        second: tuple[str, str],
    ) -> None:
        inner = room.adjusted(8, 5, -8, -5)
        half = inner.height() // 2
        fonts = (option.font, scaled(option.font, 0.9))
        for (words, colour), font, top in zip((first, second), fonts, (0, half), strict=True):
            painter.setFont(font)
            painter.setPen(Theme.active().color(colour))
            place = QRect(inner.left(), inner.top() + top, inner.width(), half)
            cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, _LEFT, cut)

    def _price(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, row: LineRow) -> None:
        half = room.height() // 2
        painter.setFont(figures(option.font))
        painter.setPen(Theme.active().color("text"))
        painter.drawText(QRect(room.left(), room.top(), room.width(), half), _RIGHT, row.price)
        struck = figures(scaled(option.font, 0.9))
        struck.setStrikeOut(True)
        painter.setFont(struck)
        painter.setPen(Theme.active().color("muted"))
        painter.drawText(QRect(room.left(), room.top() + half, room.width(), half), _RIGHT, row.usual)

    def _availability(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, row: LineRow
    ) -> None:
        theme = Theme.active()
        half = room.height() // 2
        top, below = QRect(room), QRect(room)
        top.setHeight(half)
        below.setTop(room.top() + half)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(
            top.left(), top.center().y() - 6, icons.pixmap(row.tone.icon, 13, row.tone.value, ratio)
        )
        for words, place, font, colour in (
            (row.promise, top.adjusted(18, 0, 0, 0), figures(option.font), row.tone.value),
            (row.source, below.adjusted(18, 0, 0, 0), scaled(option.font, 0.9), "muted"),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(colour))
            cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)

    def _wrong(self, painter: QPainter, room: QRect) -> None:
        theme = Theme.active()
        painter.setPen(theme.color("bad"))
        painter.drawRoundedRect(room.adjusted(2, 8, -3, -9), 4, 4)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(room.left() + 6, room.center().y() - 6, icons.pixmap("failed", 13, "bad", ratio))


_DRAWN = {PHOTO: PHOTO, NAME: NAME, QUANTITY: QUANTITY, AVAILABILITY: AVAILABILITY, PRICE: PRICE}
