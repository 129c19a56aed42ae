"""``Listing``: what every screen with a list does alike.

1. Rows are shown as they come, page by page; what is selected and scrolled to stays.
2. In their place stands why there are none: being read, failed and how to ask again, none that fit, none at all.
3. Trouble while rows are on screen is a sentence above them.
4. Changes elsewhere come in bursts: the list asks to be read again once they settle, and only while it is looked at.
5. A list that gave way to a sentence takes the focus with it: keys must still reach the screen.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QVBoxLayout, QWidget

from ui.answers import Phase, Trouble
from ui.tone import Tone
from ui.widgets.notice import Notice
from ui.widgets.rows import Column, RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """What is said where there are no rows: what would be there, how to get it, and the action that helps."""

    title: str
    hint: str
    action: QAction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a list is called and how lively it is: ``settle`` and ``ages`` are milliseconds."""

    table: str  # object names
    notice: str
    state: str
    says: str
    reading: str  # what is said while it is read
    settle: int  # after a change elsewhere until it is read again
    ages: int  # between two repaints of "5 min ago"
    many: bool = False
    narrow: tuple[int, ...] = ()  # columns that give way to an opened row


class Listing(QWidget):
    """A table, the sentence above it, and the page in its place."""

    refresh_wanted = Signal()
    aged = Signal()

    def __init__(
        self, columns: Sequence[Column[Any]], key: Callable[[Any], Hashable], look: Look, *, again: QAction
    ) -> None:
        super().__init__()
        self._look = look
        self._again = again
        self._rows: tuple[Any, ...] | None = None
        self.model = RowsModel(columns, key)
        self.table = LazyTable(self.model, name=look.table, says=look.says, many=look.many)
        self.state = StateView(self.table, name=look.state)
        self.notice = Notice(name=look.notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.state, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self.refresh_wanted)
        self._ages = QTimer(self)
        self._ages.setInterval(look.ages)
        self._ages.timeout.connect(self._repaint_ages)

    @property
    def ever_shown(self) -> bool:
        """Tell whether rows have come yet, be it none."""
        return self._rows is not None

    def show_rows(self, rows: tuple[Any, ...], *, phase: Phase, more: bool, more_asked: bool) -> None:
        """Show the rows as far as they have come."""
        if rows is not self._rows and (phase is Phase.READY or rows):
            self._rows = rows
            self.model.show_rows(rows, more=more)
        if not more_asked:
            self.model.page_failed()  # or came: either way the next scroll may ask

    def show_why(self, *, phase: Phase, trouble: Trouble | None, nothing: Nothing) -> None:
        """Show the rows, or in their place why there are none."""
        rows = self.model.rowCount() if self._rows is None else len(self._rows)
        if trouble is not None and not rows:
            self.state.show_failed(trouble.sentence, trouble.advice, self._again)
        elif rows:
            self.state.show_content()
        elif phase is Phase.ASKING:
            self.state.show_loading(self._look.reading)
        else:
            self.state.show_empty(nothing.title, nothing.hint, nothing.action)

    def say_trouble(self, trouble: Trouble | None) -> None:
        """Say above the rows what went wrong; None takes it back."""
        if trouble is None or not self._rows:
            self.notice.say("")
        else:
            self.notice.say(trouble.sentence, Tone.BAD, advice=trouble.advice)

    def make_room(self, *, opened: bool) -> None:
        """Let columns give way to an opened row, or come back."""
        for column in self._look.narrow:
            self.table.setColumnHidden(column, opened)

    def keep_focus(self, screen: QWidget, otherwise: QWidget) -> None:
        """Give the focus to ``otherwise`` when nothing has it."""
        if screen.isVisible() and screen.isActiveWindow() and QApplication.focusWidget() is None:
            otherwise.setFocus()

    def entered(self) -> None:
        """Somebody looks at it."""
        self._ages.start()

    def left(self) -> None:
        """Nobody looks at it."""
        self._ages.stop()
        self._settle.stop()

    def changed(self) -> None:
        """Something was committed."""
        if self.isVisible() and not self._settle.isActive():
            self._settle.start(self._look.settle)

    def look_again(self) -> None:
        """Read it again with the next turn of the loop."""
        self._settle.start(0)

    def _repaint_ages(self) -> None:
        self.table.viewport().update()
        self.aged.emit()


def choice(name: str, says: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
    """Return a box of (words, value); the first one restricts nothing."""
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(says)
    box.setToolTip(says)
    for words, value in choices:
        box.addItem(words, value)
    return box


def show_choice(box: QComboBox, value: str) -> None:
    """Show a value without telling anybody; one that is no choice shows none."""
    place = box.findData(value)
    if place != box.currentIndex():
        box.blockSignals(True)
        box.setCurrentIndex(place)
        box.blockSignals(False)
