"""Things to choose from under headings, for search and palette: moved through without leaving the field."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import icons
from ui.theme import Theme, scaled

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
CHOICE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One line. A heading has no ``key``; ``side`` stands at the right; ``why_not``: it can not be chosen."""

    title: str
    key: str = ""
    detail: str = ""
    side: str = ""
    icon: str = ""
    why_not: str = ""

    @property
    def is_heading(self) -> bool:
        """Tell whether it only heads others."""
        return not self.key


class ChoiceModel(QAbstractListModel):
    """The lines shown."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: tuple[Choice, ...] = ()

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.choices = tuple(choices)
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.choices)

    def flags(self, index: Index) -> Qt.ItemFlag:
        choice = self.choices[index.row()]
        if choice.is_heading or choice.why_not:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = 0) -> object:
        choice = self.choices[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return " ".join(part for part in (choice.title, choice.detail, choice.side) if part)
        return choice if role == CHOICE else None


class ChoiceList(QListView):
    """The list; arrows arrive from the field above through ``move``."""

    chosen = Signal(object)  # Choice

    def __init__(self, *, name: str, says: str) -> None:
        super().__init__()
        self.choices = ChoiceModel()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setModel(self.choices)
        self.setItemDelegate(_ChoiceDelegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(False)
        self.setMouseTracking(True)
        self.clicked.connect(self._choose)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show these, keeping the cursor on the same thing, else on the first that can be chosen."""
        before = self.current
        self.choices.show_choices(choices)
        keys = [choice.key for choice in choices]
        position = keys.index(before.key) if before is not None and before.key in keys else -1
        self._go_to(position if position >= 0 else self._next(-1, 1))

    @property
    def current(self) -> Choice | None:
        """Return what the cursor is on."""
        index = self.currentIndex()
        return self.choices.choices[index.row()] if index.isValid() else None

    def move_down(self) -> None:
        """Go to the next line that can be chosen."""
        self._go_to(self._next(self.currentIndex().row(), 1))

    def move_up(self) -> None:
        """Go to the line before that can be chosen."""
        self._go_to(self._next(self.currentIndex().row(), -1))

    def choose_current(self) -> None:
        """Choose what the cursor is on."""
        if (choice := self.current) is not None:
            self.chosen.emit(choice)

    def height_of_all(self, most: int) -> int:
        """Return the height that shows all lines, at most ``most`` pixels."""
        option = QStyleOptionViewItem()
        option.font = self.font()
        delegate = self.itemDelegate()
        heights = (
            delegate.sizeHint(option, self.choices.index(row)).height()
            for row in range(len(self.choices.choices))
        )
        return min(most, sum(heights) + 2)

    def _choose(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.choose_current()

    def _next(self, position: int, step: int) -> int:
        choices = self.choices.choices
        position += step
        while 0 <= position < len(choices):
            if choices[position].key and not choices[position].why_not:
                return position
            position += step
        return -1

    def _go_to(self, position: int) -> None:
        if position >= 0:
            self.setCurrentIndex(self.choices.index(position))


class _ChoiceDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        choice: Choice = index.data(CHOICE)
        return QSize(100, option.fontMetrics.height() + (12 if choice.is_heading else 14))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice: Choice = index.data(CHOICE)
        theme = Theme.active()
        room: QRect = option.rect.adjusted(12, 0, -12, 0)
        painter.save()
        if choice.is_heading:
            painter.setFont(scaled(option.font, 0.88, bold=True))
            painter.setPen(theme.color("muted"))
            painter.drawText(room.adjusted(0, 4, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), choice.title)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme.color("selection"))
        if choice.icon:
            top = room.top() + (room.height() - 16) // 2
            ratio = painter.device().devicePixelRatio()
            painter.drawPixmap(room.left(), top, icons.pixmap(choice.icon, 16, "muted", ratio))
        room.adjust(26, 0, 0, 0)
        self._words(painter, room, choice)
        painter.restore()

    def _words(self, painter: QPainter, room: QRect, choice: Choice) -> None:
        theme = Theme.active()
        measure = painter.fontMetrics()
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        side = choice.why_not or choice.side
        painter.setPen(theme.color("muted"))
        painter.drawText(room, middle | int(Qt.AlignmentFlag.AlignRight), side)
        room.adjust(0, 0, -measure.horizontalAdvance(side) - 16, 0)
        painter.setPen(theme.color("muted" if choice.why_not else "text"))
        title = measure.elidedText(choice.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle, title)
        room.adjust(measure.horizontalAdvance(title) + 12, 0, 0, 0)
        painter.setPen(theme.color("muted"))
        painter.drawText(
            room, middle, measure.elidedText(choice.detail, Qt.TextElideMode.ElideRight, room.width())
        )
