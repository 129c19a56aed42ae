"""A list of small entries: a photo or icon, a title, a figure on the right, and a second line under both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import icons
from ui.screens.calls.photos import SIZE, photo
from ui.theme import Theme, figures, scaled
from ui.tone import Tone
from ui.widgets.labels import plain_tip

_PAD = 8
_ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry; ``key`` is what choosing it means."""

    key: str
    title: str
    right: str = ""
    below: str = ""
    below_right: str = ""
    photo: str = ""
    tone: Tone | None = None  # of the second line's right side, with its icon
    muted: bool = False
    tip: str = ""

    @property
    def spoken(self) -> str:
        """Return all of it, for assistive technology."""
        return ", ".join(part for part in (self.title, self.below, self.right, self.below_right) if part)


class EntryList(QListView):
    """Entries to look at, or to choose one of with the arrows and Enter."""

    chosen = Signal(str)  # key

    def __init__(self, name: str, says: str, *, folder: Path | None = None, lines: int = 2) -> None:
        super().__init__()
        if lines == 1 and folder is None:
            self.setFont(scaled(self.font(), 0.9))
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._model = _Entries()
        self.setModel(self._model)
        self._delegate = _EntryDelegate(self, folder, lines)
        self.setItemDelegate(self._delegate)
        self.clicked.connect(self._choose)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return what is shown."""
        return self._model.entries

    @property
    def current_key(self) -> str:
        """Return the key of the entry the cursor is on, "" when it is on none."""
        index = self.currentIndex()
        return self._model.entries[index.row()].key if index.isValid() else ""

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; the cursor stays on its entry where that is still there."""
        if tuple(entries) == self._model.entries:
            return
        key = self.current_key
        self._model.show(tuple(entries))
        keys = [entry.key for entry in entries]
        self.go_to(keys.index(key) if key in keys else -1)

    def go_to(self, row: int) -> None:
        """Put the cursor on a row; -1 on none."""
        self.setCurrentIndex(self._model.index(row, 0) if row >= 0 else _NOWHERE)

    def step(self, by: int) -> None:
        """Move the cursor, around the ends."""
        count = len(self._model.entries)
        if count:
            row = self.currentIndex().row()
            self.go_to((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))

    def height_for(self, most: int) -> int:
        """Return the height that shows all entries, or ``most`` of them."""
        return self._delegate.height * min(len(self._model.entries), most) + 2 * self.frameWidth()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.entries[index.row()].key)


class _Entries(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Entry, ...] = ()

    def show(self, entries: tuple[Entry, ...]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = 0) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return entry.spoken
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(entry.tip or entry.spoken)
            case _:
                return entry if role == _ENTRY_ROLE else None


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, view: QListView, folder: Path | None, lines: int) -> None:
        super().__init__(view)
        self._folder = folder
        self._lines = lines
        self._view = view

    @property
    def height(self) -> int:
        text = self._view.fontMetrics().height() * (1.9 if self._lines > 1 else 1) + 10
        return max(round(text), SIZE + 6 if self._folder else 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(_ENTRY_ROLE)
        theme, room = Theme.active(), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, theme.color("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(room, theme.color("hover"))
        inner = room.adjusted(_PAD, 4, 0 if self._view.property("quiet") else -_PAD, -4)
        if self._folder is not None:
            draw_photo(painter, inner, self._folder, entry.photo)
            inner.adjust(SIZE + _PAD, 0, 0, 0)
        half = (
            inner.height() // 2 if self._lines > 1 and (entry.below or entry.below_right) else inner.height()
        )
        top = QRect(inner.left(), inner.top(), inner.width(), half)
        strong = theme.color("muted" if entry.muted else "text")
        faint = theme.color("muted")
        painter.setFont(option.font)
        _pair(painter, top, entry.title, entry.right, strong, strong)
        if half != inner.height():
            below = QRect(inner.left(), inner.top() + half, inner.width(), inner.height() - half)
            painter.setFont(scaled(option.font, 0.9))
            self._second(painter, below, entry, faint)
        painter.restore()

    def _second(self, painter: QPainter, room: QRect, entry: Entry, faint: QColor) -> None:
        colour = Theme.active().color(entry.tone.value) if entry.tone else faint
        if entry.tone is not None and entry.below_right:
            width = painter.fontMetrics().horizontalAdvance(entry.below_right)
            ratio = painter.device().devicePixelRatio()
            picture = icons.pixmap(entry.tone.icon, 12, entry.tone.value, ratio)
            painter.drawPixmap(room.right() - width - 17, room.center().y() - 6, picture)
            left = room.adjusted(0, 0, -18, 0)
            _pair(painter, left, entry.below, "", faint, faint, reserved=width)
            _pair(painter, room, "", entry.below_right, colour, colour)
            return
        _pair(painter, room, entry.below, entry.below_right, faint, colour)


def draw_photo(painter: QPainter, room: QRect, folder: Path, name: str) -> None:
    """Draw a photo, or the sign for none, centred in a square at the left of a room."""
    ratio = painter.device().devicePixelRatio()
    square = QRect(room.left(), room.center().y() - SIZE // 2, SIZE, SIZE)
    picture = photo(folder, name, ratio)
    if picture is None:
        sign = icons.pixmap("image", 18, "border", ratio)
        painter.drawPixmap(square.center().x() - 9, square.center().y() - 9, sign)
        return
    size = picture.deviceIndependentSize()
    left = square.left() + (square.width() - size.width()) / 2
    top = square.top() + (square.height() - size.height()) / 2
    painter.drawPixmap(round(left), round(top), picture)


def _pair(  # noqa: PLR0917 - two words and their colours, side by side
    painter: QPainter, room: QRect, left: str, right: str, colour: QColor, other: QColor, *, reserved: int = 0
) -> None:
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(right) + 2 if right else reserved
    free = room.width() - width - (_PAD if width else 0)
    painter.setPen(colour)
    cut = metrics.elidedText(" ".join(left.split()), Qt.TextElideMode.ElideRight, free)
    painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)
    if right:
        painter.setPen(other)
        painter.setFont(figures(painter.font()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), right)
