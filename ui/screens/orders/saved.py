"""Searches somebody keeps: choose one with Enter, forget one with Delete, keep the one on screen under a name."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from backoffice.domain.history import SavedSearch
from backoffice.domain.order_query import OrderQuery
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import Label
from ui.words import tr


class SavedPanel(QFrame):
    """Stands above the list; says what is wanted."""

    chosen = Signal(str)  # the line
    save_wanted = Signal(str)  # a name for the search on screen
    removed = Signal(str)  # name

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("savedSearches")
        self._saved: tuple[SavedSearch, ...] | None = None
        self._list = _Names()
        self._list.setObjectName("savedList")
        self._list.setAccessibleName(tr("Saved searches"))
        self._list.itemActivated.connect(self._activated)
        self._list.itemClicked.connect(self._activated)
        self._list.delete_pressed.connect(self._forget)
        none = tr("Nothing is kept yet. Search for something, then give it a name here.")
        self._none = Label(none, tone=Tone.NEUTRAL)
        self._name = QLineEdit()
        self._name.setObjectName("savedName")
        self._name.setPlaceholderText(tr("Name for the search on screen"))
        self._name.setAccessibleName(tr("Name for the search on screen"))
        self._name.returnPressed.connect(self._keep)
        self._save = QPushButton(tr("Keep it"))
        self._save.setObjectName("keepSearchButton")
        self._save.clicked.connect(self._keep)
        self._hint = Label(tr("Enter searches, Delete forgets."), size="small", tone=Tone.NEUTRAL)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._name, 1)
        row.addWidget(self._save)
        row.addWidget(self._hint)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, 0, Space.L, Space.M)
        column.setSpacing(Space.M)
        column.addWidget(self._none)
        column.addWidget(self._list)
        column.addLayout(row)
        self.hide()

    def show_saved(self, saved: tuple[SavedSearch, ...], query: OrderQuery) -> None:
        """Show what is kept; the button says why the search on screen can not be."""
        self._save.setEnabled(bool(query.line))
        self._save.setToolTip(
            tr("Keeps “{line}”", line=query.line) if query.line else tr("Search for something first.")
        )
        if saved == self._saved:
            return
        current = self._list.currentRow()
        self._saved = saved
        self._list.clear()
        for one in saved:
            item = QListWidgetItem(f"{one.name}   {one.line}")
            item.setData(Qt.ItemDataRole.UserRole, one)
            self._list.addItem(item)
        self._list.setCurrentRow(min(max(current, 0), len(saved) - 1))
        self._none.setVisible(not saved)
        self._list.setVisible(bool(saved))
        self._hint.setVisible(bool(saved))
        rows = min(max(len(saved), 1), 6)
        self._list.setFixedHeight(self._list.sizeHintForRow(0) * rows + 2 * self._list.frameWidth() + 2)
        self._name.clear()

    def focus_first(self) -> None:
        """Put the focus on the list, or where the first one gets its name."""
        (self._list if self._saved else self._name).setFocus()

    def _activated(self, item: QListWidgetItem) -> None:
        one: SavedSearch = item.data(Qt.ItemDataRole.UserRole)
        self.chosen.emit(one.line)

    def _keep(self) -> None:
        if self._save.isEnabled():
            self.save_wanted.emit(self._name.text())

    def _forget(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            one: SavedSearch = item.data(Qt.ItemDataRole.UserRole)
            self.removed.emit(one.name)


class _Names(QListWidget):
    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem())
        else:
            super().keyPressEvent(event)
