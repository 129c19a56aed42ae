"""Finding the caller: any spelling of a phone number, e-mail, name, company, order number."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.customer import CustomerHit
from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import CallerState
from ui.screens.calls.words import hit_words
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.labels import Label, plain_tip
from ui.words import tr

_MOST = 8


class CallerSearch(QWidget):
    """A field, what it found, and the way out when it found nobody."""

    searched = Signal(str)
    picked = Signal(str)
    new_wanted = Signal()
    went_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._nobody = False
        self.edit = _Edit()
        may_hold(self.edit, Numbers.PHONES)
        self._hint = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._hits = EntryList("callerHits", tr("Callers found"))
        self._hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sentence = Sentence("callerError")
        self._new = QPushButton(tr("New caller   F3"))
        self._new.setObjectName("newCallerButton")
        self._new.setToolTip(
            tr("Write down somebody who is not known yet: a name or a company is enough (F3)")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(Label(tr("Who is calling?"), size="heading"))
        column.addWidget(self.edit)
        column.addWidget(self._hint)
        column.addWidget(self._sentence)
        column.addWidget(self._hits)
        column.addWidget(self._new)
        column.addStretch()
        self.edit.textEdited.connect(self.searched)
        self.edit.stepped.connect(self._hits.step)
        self.edit.entered.connect(self._enter)
        self.edit.escaped.connect(self._escape)
        self._hits.chosen.connect(self.picked)
        self._new.clicked.connect(self.new_wanted)

    def show_state(self, state: CallerState, why_not: str) -> None:
        """Show what was found and why it matched."""
        self._nobody = state.nobody
        self.edit.setEnabled(not why_not)
        self.edit.setToolTip(plain_tip(why_not))
        self._new.setEnabled(not why_not)
        if self.edit.text() and not state.query:
            self.edit.clear()
        self._hits.show_entries([_entry(hit) for hit in state.hits])
        if state.hits and not self._hits.current_key:
            self._hits.go_to(0)
        self._hits.setVisible(bool(state.hits))
        self._hits.setFixedHeight(self._hits.height_for(_MOST))
        self._hint.setText(_hint(state))
        self._sentence.say(state.problem)

    def _enter(self) -> None:
        if self._hits.current_key:
            self.picked.emit(self._hits.current_key)
        elif self._nobody:
            self.new_wanted.emit()

    def _escape(self) -> None:
        if self.edit.text():
            self.edit.clear()
            self.searched.emit("")
        else:
            self.went_back.emit()


class _Edit(QLineEdit):
    stepped = Signal(int)
    entered = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("callerSearch")
        self.setAccessibleName(tr("Find the caller: phone, e-mail, name, company or order number"))
        self.setPlaceholderText(tr("Phone, e-mail, name, order…"))
        self.setMaxLength(200)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self.stepped.emit(1)
            case Qt.Key.Key_Up:
                self.stepped.emit(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit()
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case _:
                super().keyPressEvent(event)


def _hint(state: CallerState) -> str:
    if state.nobody:
        return tr(
            "Nobody found for “{query}”. Enter writes down a new caller.", query=state.query.strip()[:60]
        )
    if state.hits:
        return tr("↑ ↓ to choose, Enter takes")
    if state.searching:
        return tr("Searching…")
    return tr("Any spelling of a phone number, an e-mail address, a name, a company or an order number.")


def _entry(hit: CustomerHit) -> Entry:
    title, more = hit_words(hit)
    return Entry(key=hit.customer_id, title=title, right=hit.matched_by, below=more)
