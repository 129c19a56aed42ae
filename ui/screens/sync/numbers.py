"""The numbers on top of the Sync screen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from backoffice.domain.sync import InboxState, SyncSummary
from ui.screens.sync.state import Filters
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.figure import Figure
from ui.words import tr

_NAMES = {
    InboxState.APPLIED: "appliedFigure",
    InboxState.IGNORED: "ignoredFigure",
    InboxState.PARKED: "parkedFigure",
    InboxState.SET_ASIDE: "setAsideFigure",
}
_LOUD = frozenset({InboxState.PARKED, InboxState.SET_ASIDE})


class Numbers(QWidget):
    """A row of numbers; a press says which state to list, a second one to list all."""

    chosen = Signal(object)  # InboxState, or None for all

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._received = Figure(
            "receivedFigure", tr("Received"), tr("All messages"), tone=Tone.INFO, icon="download"
        )
        self._received.clicked.connect(self._all_pressed)
        self._figures: dict[InboxState, Figure] = {}
        for state, name in _NAMES.items():
            said = statuses.message_state(state.value)
            figure = Figure(name, said.word, said.tip, tone=said.tone, icon=said.icon)
            figure.setProperty("state", state.value)
            figure.clicked.connect(self._pressed)
            self._figures[state] = figure
        self._lag = Figure(
            "lagFigure", tr("Lag"), tr("From sent to received, of the newest"), tone=Tone.INFO, icon="clock",
            pressable=False,
        )  # fmt: skip
        self._last = Figure(
            "lastFigure",
            tr("Newest"),
            tr("When the newest came"),
            tone=Tone.INFO,
            icon="live",
            pressable=False,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        for figure in (self._received, *self._figures.values(), self._lag, self._last):
            row.addWidget(figure)
        row.addStretch()

    def show_summary(self, summary: SyncSummary, filters: Filters) -> None:
        """Show the numbers and which of them is listed."""
        counts = {
            InboxState.APPLIED: summary.applied,
            InboxState.IGNORED: summary.ignored,
            InboxState.PARKED: summary.parked,
            InboxState.SET_ASIDE: summary.set_aside,
        }
        self._received.show_number(self._text.number(summary.received))
        self._received.setChecked(filters.state is None)
        for state, figure in self._figures.items():
            figure.show_number(self._text.number(counts[state]), loud=bool(counts[state]) and state in _LOUD)
            figure.setChecked(filters.state is state)
        lag = summary.lag
        seconds = "" if lag is None else f"{max(lag.total_seconds(), 0):.1f}"
        self._lag.show_number(tr("{count} s", count=seconds) if seconds else "–")
        self._last.show_number(self._text.ago_short(summary.last_received_at) or "–")
        self._last.setToolTip(self._text.moment(summary.last_received_at))

    def _pressed(self) -> None:
        figure = self.sender()
        if isinstance(figure, Figure):
            self.chosen.emit(InboxState(figure.property("state")) if figure.isChecked() else None)

    def _all_pressed(self) -> None:
        self.chosen.emit(None)
