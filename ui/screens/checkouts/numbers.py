"""The numbers on top, and beside the list where checkouts failed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from backoffice.domain.failed_checkout import FailedStanding, FailedSummary
from ui.screens.checkouts.columns import Cause, cause_columns, standing
from ui.screens.checkouts.state import Filters
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.figure import Figure
from ui.widgets.labels import Label
from ui.widgets.rows import RowsModel
from ui.widgets.tables import LazyTable
from ui.words import tr

_F = FailedStanding
_LOUD = frozenset({_F.STUCK, _F.CHECKING, _F.OPEN})
_NAMES = {
    _F.STUCK: "stuckFigure",
    _F.CHECKING: "checkingFigure",
    _F.OPEN: "openFigure",
    _F.UNDONE: "undoneFigure",
    _F.REFUSED: "refusedFigure",
}
_MOST_CAUSES = 12  # in view before the list scrolls


class Numbers(QWidget):
    """A row of numbers; a press says which ones to list, a second one to list all."""

    chosen = Signal(object)  # FailedStanding, or None for all

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._figures: dict[FailedStanding, Figure] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        for value, name in _NAMES.items():
            said = standing(value)
            figure = Figure(name, said.word, said.tip, tone=said.tone, icon=said.icon)
            figure.setProperty("standing", value.value)
            figure.clicked.connect(self._pressed)
            self._figures[value] = figure
            row.addWidget(figure)
        tip = tr("Since when the oldest one is not settled")
        self._oldest = Figure(
            "oldestFigure", tr("Oldest open"), tip, tone=Tone.WARN, icon="clock", pressable=False
        )
        row.addWidget(self._oldest)
        row.addStretch()

    def show_summary(self, summary: FailedSummary, filters: Filters) -> None:
        """Show the numbers and which of them is listed."""
        counts = {
            _F.STUCK: summary.stuck,
            _F.CHECKING: summary.checking,
            _F.OPEN: summary.open,
            _F.UNDONE: summary.undone,
            _F.REFUSED: summary.refused,
        }
        for value, figure in self._figures.items():
            figure.show_number(self._text.number(counts[value]), loud=bool(counts[value]) and value in _LOUD)
            figure.setChecked(value is filters.standing)
        oldest = summary.oldest_open_at
        if oldest is None:
            self._oldest.show_number(tr("none"))
        else:
            self._oldest.show_number(self._text.duration(self._text.clock() - oldest), loud=True)
            self._oldest.setToolTip(self._text.moment(oldest))

    def _pressed(self) -> None:
        figure = self.sender()
        if isinstance(figure, Figure):
            value = FailedStanding(figure.property("standing"))
            self.chosen.emit(value if figure.isChecked() else None)


class Side(QWidget):
    """Failures by action: choosing one lists its checkouts, choosing it again lists all."""

    action_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._causes = RowsModel(cause_columns(), lambda row: row[0])
        self._table = LazyTable(self._causes, name="failedActionsTable", says=tr("Failures by action"))
        self._table.opened.connect(self._open)
        self._table.clicked.connect(self._clicked)
        self._none = Label(tr("None took a number and failed."), tone=Tone.NEUTRAL, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.M)
        column.addWidget(self._none)
        column.addWidget(self._table)
        column.addStretch()

    def show_summary(self, summary: FailedSummary, filters: Filters) -> None:
        """Show the actions, the listed one marked."""
        self._causes.show_rows(summary.causes)
        rows = min(len(summary.causes), _MOST_CAUSES) + 1
        self._table.setFixedHeight(rows * self._table.verticalHeader().defaultSectionSize() + Space.S)
        self._none.setVisible(not summary.causes)
        self._table.setVisible(bool(summary.causes))
        if not filters.action:
            self._table.clearSelection()

    def _clicked(self) -> None:
        self._open(self._table.current_row)

    def _open(self, row: Cause | None) -> None:
        if row is not None:
            self.action_chosen.emit(row[0])
