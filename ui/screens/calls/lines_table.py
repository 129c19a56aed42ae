"""The lines of the cart, under the shipment they go with where there are several.

On a line digits or Enter change the quantity and Delete takes it out; on a shipment Enter changes it and Delete merges
it into the first one.
"""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit

from ui.screens.calls.line_columns import PHOTO, QUANTITY, TOTAL, LinesModel
from ui.screens.calls.line_delegate import LineDelegate
from ui.screens.calls.line_rows import LineRow
from ui.screens.calls.photos import SIZE
from ui.text import Text
from ui.widgets.tables import LazyTable
from ui.words import tr

_DIGITS = frozenset("0123456789-")


class LinesTable(LazyTable):
    """Whole rows; the cursor is always on the quantity."""

    quantity_typed = Signal(str, str)  # line id, what was typed
    remove_wanted = Signal(str)  # line id
    shipment_wanted = Signal(str)  # shipment id: to be changed
    merge_wanted = Signal(str)  # shipment id: to be merged into the first
    left = Signal()  # Esc: back to the entry line

    def __init__(self, folder: Path, text: Text) -> None:
        self._lines = LinesModel(text)
        super().__init__(self._lines, name="linesTable", says=tr("Items of the order"))
        self.setItemDelegate(LineDelegate(self, folder))
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.verticalHeader().setDefaultSectionSize(
            max(SIZE + 8, round(self.fontMetrics().height() * 1.9) + 12)
        )
        self.setColumnWidth(PHOTO, SIZE + 16)
        self._headings: tuple[int, ...] = ()
        self._lines.quantity_typed.connect(self.quantity_typed)

    def show_rows(self, rows: tuple[LineRow, ...], *, locked: bool) -> None:
        """Show the lines; a quantity being typed is left alone."""
        self._lines.locked = locked
        before = self._lines.rowCount()
        self._lines.show_rows(rows)
        self._span(tuple(place for place, row in enumerate(rows) if row.heading))
        if len(rows) > before and not self.hasFocus():
            self.setCurrentIndex(self._lines.index(len(rows) - 1, QUANTITY))
            self.scrollToBottom()
        if rows and not self.currentIndex().isValid():
            self.setCurrentIndex(self._lines.index(min(len(rows) - 1, max(0, before - 1)), QUANTITY))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() is QAbstractItemView.State.EditingState:
            return  # Enter in the quantity comes here too, on its way up; it is being seen to
        row = self.currentIndex().row()
        if row >= 0 and self._lines.rows[row].heading and self._on_heading(event, self._lines.rows[row]):
            return
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

    def _on_heading(self, event: QKeyEvent, row: LineRow) -> bool:
        key = event.key()
        if key in _EDIT_KEYS and not self._lines.locked:
            self.shipment_wanted.emit(row.shipment_id)
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and not self._lines.locked:
            self.merge_wanted.emit(row.shipment_id)
        else:
            return bool(event.text()) and event.text() in _DIGITS
        return True

    def _span(self, headings: tuple[int, ...]) -> None:
        if headings == self._headings:
            return
        self.clearSpans()
        usual = self.verticalHeader().defaultSectionSize()
        for row in self._headings:
            self.setRowHeight(row, usual)
        for row in headings:
            self.setSpan(row, PHOTO, 1, TOTAL)
            self.setRowHeight(row, self.fontMetrics().height() + 14)
        self._headings = headings

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
