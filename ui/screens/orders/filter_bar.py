"""Everything above the list: the line, its chips, the panel of fields, the searches kept; one query in all of them."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.history import SavedSearch
from backoffice.domain.order_query import OrderQuery, Term
from ui.screens.orders.fields import FieldsPanel
from ui.screens.orders.query_line import QueryLine
from ui.screens.orders.saved import SavedPanel
from ui.screens.orders.words import chip_words
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.chips import Chips
from ui.widgets.labels import Label
from ui.words import tr


class FilterBar(QWidget):
    """Says what is looked for."""

    changed = Signal(object)  # OrderQuery
    entered = Signal()  # Enter in the line: on to the list
    cleared = Signal()

    def __init__(
        self,
        known: Callable[[], Mapping[str, Sequence[str]]],
        *,
        show_fields: QAction,
        show_saved: QAction,
    ) -> None:
        super().__init__()
        self._query = OrderQuery()
        self.line = QueryLine(known)
        may_hold(self.line, Numbers.PHONES)
        self.line.changed.connect(self._asked)
        self.line.entered.connect(self.entered)
        self.line.refused.connect(self._say)
        self.fields = FieldsPanel()
        self.fields.changed.connect(self._asked)
        self.saved = SavedPanel()
        self._chips = Chips(name="orderChips", says=tr("What restricts the list"))
        self._chips.removed.connect(self._remove)
        self._wrong = Label(size="small", tone=Tone.BAD, wrap=True)
        self._wrong.setObjectName("orderSearchWrong")
        self._wrong.hide()
        self._clear = QPushButton(tr("Clear"))
        self._clear.setObjectName("clearFiltersButton")
        self._clear.setProperty("kind", "flat")
        self._clear.clicked.connect(self.cleared)
        show_fields.triggered.connect(self.toggle_fields)
        show_saved.triggered.connect(self.toggle_saved)
        self._arrange(KeyHintButton(show_fields, kind="flat"), KeyHintButton(show_saved, kind="flat"))
        self.show_query(self._query)

    def show_query(self, query: OrderQuery) -> None:
        """Show what is asked for, everywhere."""
        self._query = query
        self.line.show_query(query)
        self.fields.show_query(query)
        self._chips.show_chips([chip_words(term) for term in _chipped(query)])
        self._clear.setVisible(bool(query.line))
        if not query.line and not self.line.text():
            self._say("", "")

    def show_saved(self, saved: tuple[SavedSearch, ...]) -> None:
        """Show the searches kept."""
        self.saved.show_saved(saved, self._query)

    def focus_line(self) -> None:
        """Go to the line, ready to type over what is there."""
        self.line.setFocus()
        self.line.selectAll()

    def toggle_fields(self) -> None:
        """Show the panel of fields, or put it away."""
        self._toggle(self.fields, self.saved)
        if self.fields.isVisible():
            self.fields.focus_first()

    def toggle_saved(self) -> None:
        """Show the searches kept, or put them away."""
        self._toggle(self.saved, self.fields)
        if self.saved.isVisible():
            self.saved.focus_first()

    def put_away(self) -> bool:
        """Put an open panel away; tell whether there was one."""
        opened = self.fields.isVisible() or self.saved.isVisible()
        self.fields.hide()
        self.saved.hide()
        return opened

    def _toggle(self, panel: QWidget, other: QWidget) -> None:
        other.hide()
        panel.setVisible(not panel.isVisible())
        if not panel.isVisible():
            self.line.setFocus()

    def _asked(self, query: OrderQuery) -> None:
        self.show_query(query)
        self.changed.emit(query)

    def _remove(self, place: int) -> None:
        self._asked(self._query.without(_chipped(self._query)[place]))
        if not self._chips.words:
            self.line.setFocus()

    def _say(self, sentence: str, advice: str) -> None:
        self._wrong.setText(f"{sentence} {advice}".strip())
        self._wrong.setVisible(bool(sentence))
        self.line.setAccessibleDescription(sentence)

    def _arrange(self, fields: QWidget, saved: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(self.line, 1)
        for widget in (fields, saved, self._clear):
            row.addWidget(widget)
        below = QVBoxLayout()
        below.setContentsMargins(Space.L, 0, Space.L, 0)
        below.setSpacing(0)
        self._wrong.setContentsMargins(0, 0, 0, Space.M)
        below.addWidget(self._wrong)
        below.addWidget(self._chips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(below)
        column.addWidget(self.fields)
        column.addWidget(self.saved)


def _chipped(query: OrderQuery) -> list[Term]:
    """Return the restrictions; what the list is sorted by is marked in its titles."""
    return [term for term in query.terms if term.key != "sort"]
