"""The calls side by side: who, since when, parked since when; and what can be done with the one on top."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QWidget

from backoffice.domain.cart import Call
from backoffice.domain.ids import CallId
from ui.screens.calls.actions import CallActions
from ui.text import Text
from ui.theme import Space, figures
from ui.widgets.buttons import KeyHintButton
from ui.widgets.labels import plain_tip
from ui.words import tr

_LONGEST_NAME = 28


class CallTabs(QWidget):
    """Tabs with running clocks."""

    chosen = Signal(str)  # call id

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self._text = text
        self._calls: tuple[Call, ...] = ()
        self._bar = QTabBar()
        self._bar.setObjectName("callTabs")
        self._bar.setAccessibleName(tr("Calls"))
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setUsesScrollButtons(True)
        self._bar.setFont(figures(self._bar.font()))
        self._bar.currentChanged.connect(self._changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.L, Space.S)
        row.setSpacing(Space.S)
        row.addWidget(self._bar, 1)
        for action in (actions.new_call, actions.park, actions.end_call):
            row.addWidget(KeyHintButton(action, kind="flat"))

    def show_calls(self, calls: tuple[Call, ...], current: CallId | None) -> None:
        """Show a tab per call, the current one on top."""
        self._bar.blockSignals(True)  # putting the tabs right is not a choice of the person's
        while self._bar.count() > len(calls):
            self._bar.removeTab(self._bar.count() - 1)
        while self._bar.count() < len(calls):
            self._bar.addTab("")
        self._calls = calls
        self.tick()
        place = next((row for row, call in enumerate(calls) if call.call_id == current), -1)
        self._bar.setCurrentIndex(place)
        self._bar.blockSignals(False)

    def tick(self) -> None:
        """Let the clocks go on."""
        for row, call in enumerate(self._calls):
            words = self._words(row, call)
            if self._bar.tabText(row) != words:
                self._bar.setTabText(row, words)
                self._bar.setTabToolTip(row, plain_tip(_tip(call, self._text)))

    def _words(self, row: int, call: Call) -> str:
        now = self._text.clock()
        who = call.customer_name or tr("new")
        who = who if len(who) <= _LONGEST_NAME else who[: _LONGEST_NAME - 1] + "…"
        title = tr("Call {n}: {who}", n=row + 1, who=who).replace("&", "&&")
        if call.parked_since is not None:
            return tr(
                "{title}   parked {time}", title=title, time=self._text.duration(now - call.parked_since)
            )
        return f"{title}   {self._text.duration(now - call.opened_at)}"

    def _changed(self, row: int) -> None:
        if 0 <= row < len(self._calls):
            self.chosen.emit(self._calls[row].call_id)


def _tip(call: Call, text: Text) -> str:
    words = tr("Opened {time}", time=text.moment(call.opened_at))
    if call.parked_since is None:
        return words
    return f"{words}\n" + tr("Parked since {time}", time=text.moment(call.parked_since))
