"""What is known of the caller, to be seen while talking."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.customer import Customer
from backoffice.domain.order import OrderRow
from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import CallerState, Form
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import ElidedLabel, Hairline, Label
from ui.widgets.statuses import order_status
from ui.words import tr

_LONGEST_NOTE_SHOWN = 400


class CallerCard(QWidget):
    """Name, company, phone, e-mail, where it ships to, notes, last orders."""

    change_wanted = Signal()
    other_wanted = Signal()
    order_wanted = Signal(str)

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("callerPanel")
        self._text = text
        self._name = _named(Label(size="title", wrap=True), "callerName")
        self._company = _named(ElidedLabel(), "callerCompanyLabel")
        self._phone = _named(Label(), "callerPhoneLabel")
        self._email = _named(ElidedLabel(), "callerEmailLabel")
        self._group = Label(size="small", tone=Tone.NEUTRAL)
        self._place = _named(Label(wrap=True), "callerPlace")
        self._notes = _named(Label(wrap=True), "callerNotesLabel")
        self._notes_caption = _caption(tr("Notes"))
        self._sentence = Sentence("callerCardError")
        self._orders = EntryList("lastOrders", tr("Last orders"))
        self._orders.chosen.connect(self.order_wanted)
        self._no_orders = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._change = _button(
            tr("Change"), "changeCallerButton", tr("Change the caller's name, phone or e-mail")
        )
        self._other = _button(tr("Other caller"), "otherCallerButton", tr("This is somebody else (Ctrl+U)"))
        self._change.clicked.connect(self.change_wanted)
        self._other.clicked.connect(self.other_wanted)
        self._phone.setAccessibleName(tr("Phone"))
        self._email.setAccessibleName(tr("E-mail"))
        for label in (self._phone, self._email):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()

    def show_state(self, state: CallerState, why_not: str) -> None:
        """Show the caller, if there is one."""
        customer = state.customer
        if customer is None:
            return
        self._show_customer(customer)
        self._show_orders(state.orders)
        self._sentence.say(state.problem if state.form is Form.NONE else None)
        self._other.setEnabled(not why_not)
        self._other.setToolTip(why_not or tr("This is somebody else (Ctrl+U)"))

    def _show_customer(self, customer: Customer) -> None:
        self._name.setText(customer.name or customer.company)
        _fill(self._company, customer.company if customer.name else "")
        _fill(self._phone, customer.phone)
        _fill(self._email, customer.email)
        self._group.setText(tr("Reseller") if customer.group == "reseller" else tr("Private customer"))
        place = customer.addresses[0].one_line() if customer.addresses else tr("no address yet")
        self._place.setText(place)
        notes = customer.notes
        if len(notes) > _LONGEST_NOTE_SHOWN:
            notes = notes[:_LONGEST_NOTE_SHOWN] + "…"
        _fill(self._notes, notes)
        self._notes_caption.setVisible(bool(notes))

    def _show_orders(self, orders: tuple[OrderRow, ...] | None) -> None:
        self._orders.show_entries([self._entry(row) for row in orders or ()])
        self._orders.setVisible(bool(orders))
        if orders is None:
            self._no_orders.setText(tr("Looking for the last orders…"))
        elif not orders:
            self._no_orders.setText(tr("No orders known at this desk yet."))
        self._no_orders.setVisible(not orders)

    def _entry(self, row: OrderRow) -> Entry:
        status = order_status(row.status).word
        return Entry(
            key=row.order_number,
            title=row.order_number,
            right=self._text.money(row.total),
            below=status,
            below_right=self._text.ago_short(row.placed_at),
            tip=tr("{number}, {status}, {when}: Enter shows it", number=row.order_number, status=status,
                   when=self._text.moment(row.placed_at)),
        )  # fmt: skip

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        for part in (self._name, self._company, self._phone, self._email, self._group):
            column.addWidget(part)
        column.addSpacing(Space.S)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.M)
        buttons.addWidget(self._change)
        buttons.addWidget(self._other)
        buttons.addStretch()
        column.addLayout(buttons)
        column.addWidget(self._sentence)
        column.addSpacing(Space.S)
        column.addWidget(Hairline())
        column.addSpacing(Space.S)
        for part in (_caption(tr("Ships to")), self._place, self._notes_caption, self._notes):
            column.addWidget(part)
        column.addSpacing(Space.S)
        column.addWidget(Hairline())
        column.addSpacing(Space.S)
        column.addWidget(_caption(tr("Last orders")))
        column.addWidget(self._no_orders)
        column.addWidget(self._orders, 1)
        column.addStretch()


def _named(label: Label, name: str) -> Label:
    label.setObjectName(name)
    return label


def _caption(words: str) -> Label:
    return Label(words, size="small", tone=Tone.NEUTRAL)


def _fill(label: Label, words: str) -> None:
    label.setText(words)
    label.setVisible(bool(words))


def _button(words: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.setToolTip(tip)
    return button
