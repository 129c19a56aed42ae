"""Who is calling: the search, the form for somebody new, and what is known of whom was found."""

from dataclasses import asdict

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from backoffice.domain.customer import CustomerDraft
from ui.screens.calls.caller_card import CallerCard
from ui.screens.calls.caller_search import CallerSearch
from ui.screens.calls.forms import FieldPlan, Form
from ui.screens.calls.state import CallerState
from ui.screens.calls.state import Form as Shown
from ui.text import Text
from ui.widgets.card_guard import Numbers
from ui.words import tr

_DRAFT = tuple(CustomerDraft.__dataclass_fields__)


class CallerPanel(QStackedWidget):
    """One of three: search, form, card."""

    searched = Signal(str)
    picked = Signal(str)  # customer id
    form_wanted = Signal(object)  # Shown.NEW or Shown.CHANGE
    saved = Signal(object)  # CustomerDraft
    went_back = Signal()
    look_again = Signal()
    order_wanted = Signal(str)  # order number
    known = Signal()  # the card has come: the talk goes on

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("callerColumn")
        self.search = CallerSearch()
        self.card = CallerCard(text)
        self.form = Form(
            "newCallerForm",
            tr("New caller"),
            _plan(),
            prefix="caller",
            save=tr("Save   Enter"),
            hint=tr("A name or a company is enough."),
        )
        self._state = CallerState()
        for page in (self.search, _scrolled(self.form), self.card):
            self.addWidget(page)
        self.search.searched.connect(self.searched)
        self.search.picked.connect(self.picked)
        self.search.new_wanted.connect(self._new)
        self.search.went_back.connect(self.went_back)
        self.form.saved.connect(self._save)
        self.form.cancelled.connect(self.went_back)
        self.card.change_wanted.connect(self._change)
        self.card.other_wanted.connect(self.look_again)
        self.card.order_wanted.connect(self.order_wanted)

    def show_state(self, state: CallerState, why_not: str) -> None:
        """Show the part that is in place, and put the cursor into it when it has just come."""
        before, self._state = self._state, state
        self.search.show_state(state, why_not)
        self.card.show_state(state, why_not)
        self.form.show_errors(state.errors, state.problem, saving=state.saving)
        if state.form is not Shown.NONE:
            if before.form is not state.form:
                self._fill(state)
            self.setCurrentIndex(1)
            if before.form is not state.form:
                self.form.start()
        elif state.customer is None or state.asked_again:
            came = self.currentIndex() != 0
            self.setCurrentIndex(0)
            if came:
                self.search.edit.setFocus()
        elif self.currentIndex() != 2:
            self.setCurrentIndex(2)
            self.known.emit()

    def _fill(self, state: CallerState) -> None:
        if state.form is Shown.CHANGE and state.customer is not None:
            self.form.rename(tr("Change the caller"))
            known = asdict(state.customer)
            self.form.fill({name: str(known[name]) for name in _DRAFT})
            return
        self.form.rename(tr("New caller"))
        self.form.fill(_guess(state.query))

    def _new(self) -> None:
        self.form_wanted.emit(Shown.NEW)

    def _change(self) -> None:
        self.form_wanted.emit(Shown.CHANGE)

    def _save(self) -> None:
        kept = {}
        if self._state.form is Shown.CHANGE and self._state.customer is not None:
            known = asdict(self._state.customer)
            kept = {name: str(known[name]) for name in _DRAFT}
        self.saved.emit(CustomerDraft(**{**kept, **self.form.typed}))


def _plan() -> tuple[FieldPlan, ...]:
    return (
        FieldPlan(name="first_name", caption=tr("First name"), row=0),
        FieldPlan(name="last_name", caption=tr("Last name"), row=0, column=1),
        FieldPlan(name="company", caption=tr("Company"), row=1, span=2),
        FieldPlan(name="phone", caption=tr("Phone"), row=2, span=2, numbers=Numbers.PHONES),
        FieldPlan(name="email", caption=tr("E-mail, if there is one"), row=3, span=2),
        FieldPlan(name="notes", caption=tr("Notes"), row=4, span=2),
    )


def _guess(query: str) -> dict[str, str]:
    """Put what was searched for into the field it looks like, so that nothing is typed twice."""
    words = query.strip()
    if "@" in words:
        return {"email": words}
    if sum(letter.isdigit() for letter in words) > len(words) // 2:
        return {"phone": words}
    first, _, last = words.partition(" ")
    return {"first_name": first, "last_name": last.strip()} if last else {"last_name": words}


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area
