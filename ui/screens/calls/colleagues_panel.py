"""The calls of colleagues, under the tabs: choose one, say why, take it over."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.lock_words import work_words
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import ColleaguesState
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.fields import EscapeGoesBack, Field
from ui.widgets.labels import Label
from ui.words import tr

_MOST = 6


class ColleaguesPanel(QFrame):
    """Enter in the list goes to the reason, Enter there takes over, Esc goes back."""

    take_wanted = Signal(str, str)  # cart id, reason
    went_back = Signal()

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("colleaguesPanel")
        self.setProperty("surface", "plain")
        self._text = text
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.went_back)
        self._title = Label(tr("Calls of colleagues"), size="heading")
        self._hint = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._list = EntryList("colleaguesList", tr("Calls of colleagues"))
        self.reason = QLineEdit()
        self.reason.setObjectName("takeOverReason")
        self._field = Field(tr("Taken over because"), self.reason)
        self._take = QPushButton(tr("Take over   Enter"))
        self._take.setObjectName("takeOverButton")
        self._leave = QPushButton(tr("Leave it   Esc"))
        self._leave.setObjectName("leaveColleaguesButton")
        self._sentence = Sentence("colleaguesError")
        self._list.chosen.connect(self._to_reason)
        self.reason.returnPressed.connect(self._want)
        self._take.clicked.connect(self._want)
        self._leave.clicked.connect(self.went_back)
        for part in (self._list, self.reason, self._take, self._leave):
            part.installEventFilter(self._back)
        self._arrange()
        self.hide()

    def show_state(self, state: ColleaguesState) -> None:
        """Show the calls of others while asked for."""
        if not state.open:
            self.hide()
            return
        opened = self.isHidden()
        work = state.work or ()
        entries = []
        for one in work:
            title, held = work_words(one, self._text)
            entries.append(Entry(key=one.subject.name, title=title, below=held))
        self._list.show_entries(entries)
        if entries and not self._list.current_key:
            self._list.go_to(0)
        self._list.setVisible(bool(entries))
        self._list.setFixedHeight(self._list.height_for(_MOST) + 2)
        for part in (self._field, self._take):
            part.setVisible(bool(entries))
        self._hint.setText(
            tr("Looking for calls…") if state.work is None else tr("No colleague has an unfinished call.")
        )
        self._hint.setVisible(not entries)
        self._sentence.say(state.problem)
        self._take.setEnabled(not state.saving)
        self.show()
        if opened:
            self.reason.clear()
        if opened or (entries and self._leave.hasFocus()):
            (self._list if entries else self._leave).setFocus()

    def _to_reason(self, _cart_id: str) -> None:
        self.reason.setFocus()

    def _want(self) -> None:
        self.take_wanted.emit(self._list.current_key, self.reason.text())

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._field, 1)
        row.addWidget(self._take, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._leave, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column.setSpacing(Space.M)
        for part in (self._title, self._hint, self._list):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self._sentence)
