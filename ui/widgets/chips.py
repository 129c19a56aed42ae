"""Chips that can be taken away: one button each, in as many rows as they need."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from ui import icons
from ui.theme import Space
from ui.words import tr


class Chip(QPushButton):
    """One of them. A press, Delete or Backspace takes it away."""

    removed = Signal()

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setProperty("kind", "chip")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands after the words
        icons.attach(self, "close", "muted")
        self.setIconSize(QSize(12, 12))
        self.setToolTip(tr("Take “{words}” away", words=words))
        self.setAccessibleName(tr("{words}, press to take away", words=words))
        self.clicked.connect(self.removed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class Chips(QWidget):
    """A row of chips; out of the way when there is none."""

    removed = Signal(int)  # its place

    def __init__(self, *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self._flow = Flow(self)
        self._words: tuple[str, ...] = ()
        self._chips: list[Chip] = []
        self.hide()

    @property
    def words(self) -> tuple[str, ...]:
        """Return what the chips say."""
        return self._words

    def show_chips(self, words: Sequence[str]) -> None:
        """Show one chip for each; those that stay as they are keep the focus."""
        if tuple(words) == self._words:
            return
        focused = next((place for place, chip in enumerate(self._chips) if chip.hasFocus()), None)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._words = tuple(words)
        self._chips = []
        for place, said in enumerate(self._words):
            chip = Chip(said)
            chip.setObjectName(f"{self.objectName()}{place}")
            chip.removed.connect(partial(self.removed.emit, place))
            self._flow.addWidget(chip)
            chip.show()  # now, for it may get the focus
            self._chips.append(chip)
        self.setVisible(bool(self._chips))
        if focused is not None and self._chips:
            self._chips[min(focused, len(self._chips) - 1)].setFocus()
        self.updateGeometry()


class Flow(QLayout):
    """Lays its widgets out like words: side by side, in the next row where there is no room."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setContentsMargins(0, 0, 0, Space.M)
        self._items: list[QLayoutItem] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        owner.setSizePolicy(policy)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, room: QRect) -> None:
        super().setGeometry(room)
        self._arrange(room, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size + QSize(0, self.contentsMargins().bottom())

    def _arrange(self, room: QRect, *, move: bool) -> int:
        x, y, row = room.x(), room.y(), 0
        rightward = QApplication.layoutDirection() is not Qt.LayoutDirection.RightToLeft
        for item in self._items:
            size = item.sizeHint()
            if x > room.x() and x + size.width() > room.right() + 1:
                x, y, row = room.x(), y + row + Space.S, 0
            if move:
                left = x if rightward else room.right() - (x - room.x()) - size.width() + 1
                item.setGeometry(QRect(QPoint(left, y), size))
            x += size.width() + Space.S
            row = max(row, size.height())
        return y + row - room.y() + self.contentsMargins().bottom()
