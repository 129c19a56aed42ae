"""``LazyTable``: the one table of the desk, over a ``RowsModel``."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui import icons
from ui.theme import Theme, figures
from ui.widgets.rows import RowsModel

_PAD = 8
_CHIP = 14
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
Index = QModelIndex | QPersistentModelIndex


class LazyTable(QTableView):
    """Whole rows, moved through with the arrows; Enter or a double click opens the current one."""

    opened = Signal(object)  # the row
    current_changed = Signal(object)  # the row, or None
    marked_changed = Signal()
    sort_wanted = Signal(str)  # what a pressed title sorts by

    def __init__(self, model: RowsModel[Any], *, name: str, says: str, many: bool = False) -> None:
        super().__init__()
        self._model = model
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if many else mode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)
        self._set_widths()
        self.doubleClicked.connect(self._open)
        self.horizontalHeader().sectionClicked.connect(self._title_pressed)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.selectionModel().selectionChanged.connect(self._marked_changed)

    @property
    def current_row(self) -> Any:  # noqa: ANN401 - the caller's own row type
        """Return the row the cursor is on, or None."""
        return self._model.row_at(self.currentIndex())

    @property
    def marked(self) -> tuple[Any, ...]:
        """Return the selected rows, from top to bottom."""
        positions = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._model.rows[position] for position in positions)

    def go_to(self, position: int) -> None:
        """Put the cursor on a row, if there is such a one."""
        if 0 <= position < self._model.rowCount():
            self.setCurrentIndex(self._model.index(position, 0))

    def go_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key; False when it is not loaded."""
        index = self._model.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
        return index.isValid()

    def show_sort(self, by: str, *, ascending: bool) -> None:
        """Mark the title the list is sorted by."""
        header = self.horizontalHeader()
        place = next((place for place, one in enumerate(self._model.columns) if one.sort == by), -1)
        header.setSortIndicatorShown(place >= 0)
        way = Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
        header.setSortIndicator(place, way)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Qt gives a table that is tabbed to a current cell, but selects nothing: nobody would see where they are.
        by_mouse = event.reason() is Qt.FocusReason.MouseFocusReason  # the click itself says which row
        if self._model.rowCount() and not by_mouse and not self.selectionModel().hasSelection():
            self.selectRow(max(self.currentIndex().row(), 0))

    def _set_widths(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(40)
        one = self.fontMetrics().averageCharWidth()
        for position, column in enumerate(self._model.columns):
            header.resizeSection(position, column.width * one + 2 * _PAD)
            if column.stretch:
                header.setSectionResizeMode(position, QHeaderView.ResizeMode.Stretch)

    def _title_pressed(self, section: int) -> None:
        if self._model.columns[section].sort:
            self.sort_wanted.emit(self._model.columns[section].sort)

    def _open(self, index: QModelIndex) -> None:
        row = self._model.row_at(index)
        if row is not None:
            self.opened.emit(row)

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.current_changed.emit(self._model.row_at(current))

    def _marked_changed(self, _on: QItemSelection, _off: QItemSelection) -> None:
        self.marked_changed.emit()


class RowDelegate(QStyledItemDelegate):
    """Draws a cell: ground, hairline, then a chip or words.

    It asks the model for the row once and its column for the rest: a full page is some hundred cells, and Qt's own way
    through ``data`` for each role would hold the loop for longer than a blink.
    """

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, RowsModel):
            super().paint(painter, option, index)
            return
        row = model.row_at(index)
        column = model.columns[index.column()]
        theme = Theme.active()
        room: QRect = option.rect
        self._ground(painter, room, option.state, theme)
        words = " ".join(column.text(row).split())
        if not words:
            return
        inner = room.adjusted(_PAD, 0, -_PAD, 0)
        colour = "muted" if column.muted else "text"
        if column.tone is not None:
            tone = column.tone(row)
            colour = tone.value
            picture = column.icon(row) if column.icon else tone.icon
            top = inner.top() + (inner.height() - _CHIP) // 2
            ratio = painter.device().devicePixelRatio()
            painter.drawPixmap(inner.left(), top, icons.pixmap(picture, _CHIP, colour, ratio))
            inner.setLeft(inner.left() + _CHIP + 6)
        painter.setFont(_tabular(option.font.key()) if column.amount else option.font)
        painter.setPen(theme.color(colour))
        cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _RIGHT if column.amount else _LEFT, cut)

    def _ground(self, painter: QPainter, room: QRect, state: QStyle.StateFlag, theme: Theme) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, theme.color("selection"))
        painter.setPen(theme.color("hairline"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color("accent"))
            painter.drawRect(room.adjusted(0, 0, -1, -1))


@lru_cache(maxsize=16)
def _tabular(key: str) -> QFont:
    font = QFont()
    font.fromString(key)
    return figures(font)
