"""The lines of the cart. Digits or Enter change the quantity, Delete takes the line out."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyleOptionViewItem, QWidget

from ui import icons
from ui.screens.calls.entry_list import draw_photo
from ui.screens.calls.line_rows import LineRow
from ui.screens.calls.photos import SIZE
from ui.screens.calls.words import line_total_words
from ui.text import Text
from ui.theme import Theme, figures, scaled
from ui.widgets.rows import ROW_ROLE, Column, Index, RowsModel
from ui.widgets.tables import LazyTable, RowDelegate
from ui.words import tr

PHOTO, SKU, NAME, QUANTITY, AVAILABILITY, PRICE, TOTAL = range(7)
_DIGITS = frozenset("0123456789-")


class LinesTable(LazyTable):
    """Whole rows; the cursor is always on the quantity."""

    quantity_typed = Signal(str, str)  # line id, what was typed
    remove_wanted = Signal(str)  # line id
    left = Signal()  # Esc: back to the entry line

    def __init__(self, folder: Path, text: Text) -> None:
        self._lines = _LinesModel(text)
        super().__init__(self._lines, name="linesTable", says=tr("Items of the order"))
        self.setItemDelegate(_LineDelegate(self, folder))
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.verticalHeader().setDefaultSectionSize(
            max(SIZE + 8, round(self.fontMetrics().height() * 1.9) + 12)
        )
        self.setColumnWidth(PHOTO, SIZE + 16)
        self._lines.quantity_typed.connect(self.quantity_typed)

    def show_rows(self, rows: tuple[LineRow, ...], *, locked: bool) -> None:
        """Show the lines; a quantity being typed is left alone."""
        self._lines.locked = locked
        before = self._lines.rowCount()
        self._lines.show_rows(rows)
        if len(rows) > before and not self.hasFocus():
            self.setCurrentIndex(self._lines.index(len(rows) - 1, QUANTITY))
            self.scrollToBottom()
        if rows and not self.currentIndex().isValid():
            self.setCurrentIndex(self._lines.index(min(len(rows) - 1, max(0, before - 1)), QUANTITY))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() is QAbstractItemView.State.EditingState:
            return  # Enter in the quantity comes here too, on its way up; it is being seen to
        row = self.currentIndex().row()
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and row >= 0 and not self._lines.locked:
            self.remove_wanted.emit(self._lines.rows[row].line_id)
        elif (
            row >= 0 and (key in _EDIT_KEYS or event.text() in _DIGITS) and not event.modifiers() & _COMMANDS
        ):
            self._edit_quantity(row, event.text() if event.text() in _DIGITS else "")
        else:
            super().keyPressEvent(event)

    def _edit_quantity(self, row: int, typed: str) -> None:
        index = self._lines.index(row, QUANTITY)
        self.setCurrentIndex(index)
        self.edit(index)
        editor = self.findChild(QLineEdit, "quantityField")
        if typed and editor is not None:
            editor.setText(typed)
            editor.setModified(True)


_EDIT_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2})
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class _LinesModel(RowsModel[LineRow]):
    quantity_typed = Signal(str, str)

    def __init__(self, text: Text) -> None:
        super().__init__(
            (
                Column(title="", text=_nothing, width=6),
                Column(title=tr("SKU"), text=_sku, width=13),
                Column(title=tr("Item"), text=_name, width=20, stretch=True),
                Column(title=tr("Qty"), text=_quantity, tip=_quantity_tip, amount=True, width=6),
                Column(
                    title=tr("Availability"),
                    text=_availability,
                    tip=partial(_availability_tip, text),
                    width=21,
                ),
                Column(title=tr("Price"), text=_price, amount=True, width=11),
                Column(title=tr("Total"), text=_total, tip=partial(_total_tip, text), amount=True, width=11),
            ),
            key=_key,
        )
        self.locked = False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        editable = index.column() == QUANTITY and not self.locked
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def data(self, index: Index, role: int = 0) -> object:
        if role == Qt.ItemDataRole.EditRole:
            role = Qt.ItemDataRole.DisplayRole
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row_at(index)
        if row is None or role != Qt.ItemDataRole.EditRole:
            return False
        if str(value) != row.quantity or row.wrong:
            self.quantity_typed.emit(row.line_id, str(value))
        return True


class _LineDelegate(RowDelegate):
    def __init__(self, view: LinesTable, folder: Path) -> None:
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
        super().paint(
            painter,
            option,
            index if index.column() != AVAILABILITY else index.model().index(index.row(), PHOTO),
        )
        painter.save()
        room: QRect = option.rect
        if index.column() == PHOTO:
            draw_photo(painter, room.adjusted(8, 0, 0, 0), self._folder, row.photo)
        elif index.column() == AVAILABILITY:
            self._availability(painter, option, room.adjusted(8, 5, -8, -5), row)
        elif index.column() == QUANTITY and row.wrong:
            self._wrong(painter, room)
        painter.restore()

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


def _key(row: LineRow) -> str:
    return row.line_id


def _nothing(_row: LineRow) -> str:
    return ""


def _sku(row: LineRow) -> str:
    return row.sku


def _name(row: LineRow) -> str:
    return row.name


def _quantity(row: LineRow) -> str:
    return row.quantity


def _quantity_tip(row: LineRow) -> str:
    return row.wrong or tr("Type a number to change it; Delete takes the line out.")


def _availability(row: LineRow) -> str:
    return f"{row.promise}, {row.source}"


def _availability_tip(text: Text, row: LineRow) -> str:
    return "\n".join(part for part in (_availability(row), text.moment(row.known_at)) if part)


def _price(row: LineRow) -> str:
    return row.price


def _total(row: LineRow) -> str:
    return row.total


def _total_tip(text: Text, row: LineRow) -> str:
    return line_total_words(row.line, row.line_total, text)
