"""The numbers on top, and beside the list the chart and the failures by cause."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.statuses import TransferStatus
from backoffice.services.transfers import TransferSummary
from ui.screens.transfers.chart import TransfersChart
from ui.screens.transfers.columns import cause_columns
from ui.screens.transfers.state import Filters
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.figure import Figure
from ui.widgets.labels import Label
from ui.widgets.rows import RowsModel
from ui.widgets.tables import LazyTable
from ui.words import tr

_S = TransferStatus


class Numbers(QWidget):
    """A row of numbers; a press says which status to list, a second one to list all."""

    chosen = Signal(object)  # TransferStatus, or None for all

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._figures = {
            _S.QUEUED: Figure(
                "waitingFigure", tr("Waiting"), tr("Go out by themselves"), tone=Tone.INFO, icon="waiting"
            ),
            _S.SENT: Figure("sentFigure", tr("Being sent"), tr("A try is under way"), tone=Tone.INFO, icon="sync"),
            _S.UNKNOWN: Figure(
                "unknownFigure",
                tr("Not known yet"),
                tr("Sent, no answer: being asked for"),
                tone=Tone.WARN,
                icon="unknown",
            ),
            _S.FAILED: Figure("failedFigure", tr("Failed"), tr("Wait for you"), tone=Tone.BAD),
            _S.HELD: Figure("heldFigure", tr("Held"), tr("Stopped until released"), tone=Tone.WARN, icon="hold"),
            _S.TRANSFERRED: Figure("transferredFigure", tr("At the DOM"), tr("Done"), tone=Tone.GOOD),
        }  # fmt: skip
        self._oldest = Figure(
            "oldestFigure", tr("Oldest waits"), tr("Since when the oldest one is on its way"), tone=Tone.WARN,
            icon="clock", pressable=False,
        )  # fmt: skip
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        for status, figure in self._figures.items():
            figure.setProperty("status", status.value)
            figure.clicked.connect(self._pressed)
            row.addWidget(figure)
        row.addWidget(self._oldest)
        row.addStretch()

    def show_summary(self, summary: TransferSummary, filters: Filters) -> None:
        """Show the numbers and which of them is listed."""
        counts = {
            _S.QUEUED: summary.waiting,
            _S.SENT: summary.sent,
            _S.UNKNOWN: summary.unknown,
            _S.FAILED: summary.failed,
            _S.HELD: summary.held,
            _S.TRANSFERRED: summary.transferred,
        }
        for status, figure in self._figures.items():
            figure.show_number(
                self._text.number(counts[status]), loud=bool(counts[status]) and status in _LOUD
            )
            figure.setChecked(status in filters.statuses)
        oldest = summary.oldest_waiting_at
        if oldest is None:
            self._oldest.show_number(tr("none"))
        else:
            self._oldest.show_number(self._text.duration(self._text.clock() - oldest))
            self._oldest.setToolTip(self._text.moment(oldest))

    def _pressed(self) -> None:
        figure = self.sender()
        if isinstance(figure, Figure):
            status = TransferStatus(figure.property("status"))
            self.chosen.emit(status if figure.isChecked() else None)


class Side(QWidget):
    """The chart, and failures by cause: choosing one lists its transfers."""

    cause_chosen = Signal(str)  # "" for all
    group_wanted = Signal(str)  # retry all of this cause

    def __init__(self) -> None:
        super().__init__()
        self._chart = TransfersChart()
        self._causes = RowsModel(cause_columns(), lambda row: row[0])
        self._table = LazyTable(self._causes, name="causesTable", says=tr("Failures by cause"))
        self._table.opened.connect(self._open)
        self._table.clicked.connect(self._clicked)
        self._none = Label(tr("Nothing failed."), tone=Tone.NEUTRAL, wrap=True)
        self._retry = QPushButton(tr("Retry all of this cause"))
        self._retry.setObjectName("retryCauseButton")
        self._retry.clicked.connect(self._want_group)
        self._retry.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.M)
        column.addWidget(Label(tr("Where they are"), size="heading"))
        column.addWidget(self._chart)
        column.addSpacing(Space.M)
        column.addWidget(self._none)
        column.addWidget(self._table)
        column.addWidget(self._retry)
        column.addStretch()

    def show_summary(self, summary: TransferSummary, filters: Filters) -> None:
        """Show the chart and the causes, the listed one marked."""
        self._chart.show_summary(summary)
        self._causes.show_rows(summary.causes)
        rows = min(len(summary.causes), _MOST_CAUSES) + 1
        self._table.setFixedHeight(rows * self._table.verticalHeader().defaultSectionSize() + Space.S)
        self._none.setVisible(not summary.causes)
        self._table.setVisible(bool(summary.causes))
        self._retry.setVisible(bool(filters.cause))
        if not filters.cause:
            self._table.clearSelection()

    def _clicked(self) -> None:
        self._open(self._table.current_row)

    def _open(self, row: tuple[str, str, int] | None) -> None:
        if row is not None:
            self.cause_chosen.emit(row[0])

    def _want_group(self) -> None:
        row = self._table.current_row
        if row is not None:
            self.group_wanted.emit(row[0])


_MOST_CAUSES = 10  # in view before the list scrolls
_LOUD = frozenset({_S.FAILED, _S.UNKNOWN, _S.HELD})
