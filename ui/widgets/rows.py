"""``RowsModel``: rows of frozen values, fetched page by page, updated without disturbing who is looking.

1. a page of rows is shown with ``show_rows``; ``more`` says that there are further ones;
2. scrolled to the end, the model asks for them once through ``more_wanted``; the presenter answers with
   ``add_rows``;
3. shown again after a change, rows that are still there keep their place in selection and scroll: what is
   gone is removed, what is new inserted, what moved is moved, what differs repainted.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from ui.tone import Tone
from ui.widgets.labels import plain_tip

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
CHIP_ROLE = Qt.ItemDataRole.UserRole + 2
MUTED_ROLE = Qt.ItemDataRole.UserRole + 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Column(Generic[Row]):
    """One column: what it says of a row. ``width`` is in characters; ``stretch`` takes what is left."""

    title: str
    text: Callable[[Row], str]
    tip: Callable[[Row], str] | None = None
    tone: Callable[[Row], Tone] | None = None  # given: drawn as a status chip, icon and word
    icon: Callable[[Row], str] | None = None  # the chip's icon when not the tone's own
    amount: bool = False  # right-aligned, figures of equal width
    muted: bool = False
    width: int = 12
    stretch: bool = False
    sort: str = ""  # what the list is sorted by when the title is pressed; "" is nothing


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Rows known by a key."""

    more_wanted = Signal()

    def __init__(self, columns: Sequence[Column[Row]], key: Callable[[Row], Hashable]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._key = key
        self._rows: list[Row] = []
        self._more = False
        self._asked = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return what is loaded."""
        return tuple(self._rows)

    def row_at(self, index: Index) -> Row | None:
        """Return the row under an index, None when it is nowhere."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, key: Hashable) -> QModelIndex:
        """Return the first cell of the row with this key, or an invalid index."""
        for position, row in enumerate(self._rows):
            if self._key(row) == key:
                return self.index(position, 0)
        return QModelIndex()

    def show_rows(self, rows: Sequence[Row], *, more: bool = False) -> None:
        """Show these rows from the first on."""
        self._more, self._asked = more, False
        new = {self._key(row): row for row in rows}
        self._remove(new)
        self._reorder(new)
        self._insert(rows)
        self._repaint(rows)

    def add_rows(self, rows: Sequence[Row], *, more: bool = False) -> None:
        """Show a further page below."""
        self._more, self._asked = more, False
        known = {self._key(row) for row in self._rows}
        fresh = [row for row in rows if self._key(row) not in known]
        if fresh:
            self.beginInsertRows(NOWHERE, len(self._rows), len(self._rows) + len(fresh) - 1)
            self._rows.extend(fresh)
            self.endInsertRows()

    def page_failed(self) -> None:
        """Let the next scroll ask again: the page asked for did not come."""
        self._asked = False

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asked

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._asked = True
            self.more_wanted.emit()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_alignment(self.columns[section]))
        return None

    def data(self, index: Index, role: int = 0) -> object:
        row = self.row_at(index)
        if row is None:
            return None
        column = self.columns[index.column()]
        answer = _ANSWERS.get(role)
        return answer(column, row) if answer else None

    def _remove(self, new: dict[Hashable, Row]) -> None:
        for position in reversed(range(len(self._rows))):
            if self._key(self._rows[position]) not in new:
                self.beginRemoveRows(NOWHERE, position, position)
                del self._rows[position]
                self.endRemoveRows()

    def _reorder(self, new: dict[Hashable, Row]) -> None:
        before = [self._key(row) for row in self._rows]
        held = set(before)
        after = [key for key in new if key in held]
        if before == after:
            return
        self.layoutAboutToBeChanged.emit()
        place = {key: position for position, key in enumerate(after)}
        old = self.persistentIndexList()
        moved = [self.createIndex(place[before[index.row()]], index.column()) for index in old]
        self._rows.sort(key=lambda row: place[self._key(row)])
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()

    def _insert(self, rows: Sequence[Row]) -> None:
        position = 0
        while position < len(rows):
            at_end = position >= len(self._rows)
            if not at_end and self._key(self._rows[position]) == self._key(rows[position]):
                position += 1
                continue
            until = position + 1
            here = None if at_end else self._key(self._rows[position])
            while until < len(rows) and self._key(rows[until]) != here:
                until += 1
            self.beginInsertRows(NOWHERE, position, until - 1)
            self._rows[position:position] = rows[position:until]
            self.endInsertRows()
            position = until

    def _repaint(self, rows: Sequence[Row]) -> None:
        for position, row in enumerate(rows):
            if self._rows[position] != row:
                self._rows[position] = row
                self.dataChanged.emit(self.index(position, 0), self.index(position, len(self.columns) - 1))


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.amount else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tip(column: Column[Any], row: object) -> str:
    return plain_tip(column.tip(row) if column.tip else column.text(row))


def _chip(column: Column[Any], row: object) -> tuple[str, str] | None:
    if column.tone is None:
        return None
    tone = column.tone(row)
    return (column.icon(row) if column.icon else tone.icon, tone.value)


def _text(column: Column[Any], row: object) -> str:
    return column.text(row)


def _spoken(column: Column[Any], row: object) -> str:
    return f"{column.title}: {column.text(row)}"


def _align(column: Column[Any], _row: object) -> int:
    return int(_alignment(column))


def _row(_column: Column[Any], row: object) -> object:
    return row


def _muted(column: Column[Any], _row: object) -> bool:
    return column.muted


_ANSWERS: dict[int, Callable[[Column[Any], Any], object]] = {
    int(Qt.ItemDataRole.DisplayRole): _text,
    int(Qt.ItemDataRole.AccessibleTextRole): _spoken,
    int(Qt.ItemDataRole.ToolTipRole): _tip,
    int(Qt.ItemDataRole.TextAlignmentRole): _align,
    int(ROW_ROLE): _row,
    int(CHIP_ROLE): _chip,
    int(MUTED_ROLE): _muted,
}
