"""Where it goes, how, and what else should be known: addresses, ship methods, notes, e-mails."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backoffice.domain.cart import LONGEST_NOTE, Cart
from backoffice.domain.customer import Address, AddressDraft, Customer
from ui.screens.calls.current_sized import CurrentSized
from ui.screens.calls.forms import FieldPlan, Form
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import CallState, DeliveryState, same_place
from ui.screens.calls.state import Form as Shown
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.card_guard import Numbers
from ui.widgets.labels import Label, plain_tip
from ui.words import tr

_PAUSE = 600  # ms after the last key before the notes are saved


class DeliveryPanel(CurrentSized):
    """The choices, or in their place the form for a new address."""

    address_chosen = Signal(object)  # Address
    method_chosen = Signal(str)
    form_wanted = Signal()
    form_saved = Signal(object)  # AddressDraft
    went_back = Signal()
    notes_typed = Signal(str)
    tell_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._addresses: tuple[Address, ...] = ()
        self._shown = DeliveryState()
        self.ship_to = _combo("shipToChooser", tr("Ships to"))
        self.method = _combo("shipMethodChooser", tr("Sent by"))
        self._ships_to = _caption("", self.ship_to)
        self._new = QPushButton(tr("New address   Ctrl+D"))
        self._new.setObjectName("newAddressButton")
        self._sentence = Sentence("deliveryError")
        self.notes = _Notes()
        self._notes_sentence = Sentence("notesError")
        self.tell = QCheckBox(tr("Tell the customer by e-mail"))
        self.tell.setObjectName("tellCustomer")
        self.form = Form("addressForm", tr("New address"), _plan(), prefix="address", save=tr("Save   Enter"))
        self.addWidget(self._choices())
        self.addWidget(self.form)
        self.ship_to.activated.connect(self._choose_address)
        self.method.activated.connect(self._choose_method)
        self._new.clicked.connect(self.form_wanted)
        self.form.saved.connect(self._save)
        self.form.cancelled.connect(self.went_back)
        self.notes.settled.connect(self.notes_typed)
        self.tell.clicked.connect(self.tell_changed)

    def show_state(self, state: CallState, why_not: str) -> None:
        """Show what was chosen and what can be."""
        cart, customer = state.cart, state.caller.customer
        several = cart is not None and bool(cart.more_shipments)
        self._ships_to.setText(tr("Shipment 1 goes to") if several else tr("Ships to"))
        self._show_addresses(cart, customer, why_not)
        self._show_methods(cart, state.delivery, why_not)
        self._show_notes(state, why_not)
        self._sentence.say(state.delivery.problem if state.delivery.form is Shown.NONE else None)
        self._show_form(state.delivery, customer)

    def flush(self) -> None:
        """Save notes still being typed."""
        self.notes.flush()

    def _show_addresses(self, cart: Cart | None, customer: Customer | None, why_not: str) -> None:
        known = customer.addresses if customer else ()
        chosen = cart.ship_to if cart else None
        if chosen is not None and not any(same_place(one, chosen) for one in known):
            known = (chosen, *known)
        if known != self._addresses:
            self._addresses = known
            self.ship_to.clear()
            for one in known:
                self.ship_to.addItem(_address_words(one))
                tip = plain_tip(_address_words(one))
                self.ship_to.setItemData(self.ship_to.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        place = next((row for row, one in enumerate(known) if same_place(one, chosen)), -1)
        self.ship_to.setCurrentIndex(place)
        reason = why_not or ("" if customer else tr("First find or add the caller."))
        self.ship_to.setPlaceholderText(tr("No address yet") if not known else tr("Choose an address"))
        _explain(
            self.ship_to, reason or ("" if known else tr("The caller has no address yet: add one (Ctrl+D)."))
        )
        _explain(self._new, reason, tr("Write a new address into the caller's book (Ctrl+D)"))

    def _show_methods(self, cart: Cart | None, delivery: DeliveryState, why_not: str) -> None:
        if self.method.count() != len(delivery.methods):
            self.method.clear()
            for code, name in delivery.methods:
                self.method.addItem(name, code)
        self.method.setCurrentIndex(self.method.findData(cart.ship_method) if cart else -1)
        self.method.setPlaceholderText(tr("Choose how it is sent"))
        _explain(self.method, why_not)

    def _show_notes(self, state: CallState, why_not: str) -> None:
        cart = state.cart
        if cart is not None:
            self.notes.show_saved(cart.notes)
            self.tell.setChecked(cart.tell_customer)
        self._notes_sentence.say(state.notes.problem)
        self.notes.setReadOnly(bool(why_not) and state.locked)
        customer = state.caller.customer
        no_address = tr("The caller has no e-mail address.") if customer and not customer.email else ""
        _explain(self.tell, why_not or no_address)

    def _show_form(self, delivery: DeliveryState, customer: Customer | None) -> None:
        before, self._shown = self._shown, delivery
        self.form.show_errors(delivery.errors, delivery.problem, saving=delivery.saving)
        opened = delivery.form is not Shown.NONE
        if opened and before.form is Shown.NONE:
            self.form.offer("country", delivery.countries)
            self.form.fill(_first_guess(customer))
        self.setCurrentIndex(1 if opened else 0)
        if opened and before.form is Shown.NONE:
            self.form.start("line1")

    def _choose_address(self, row: int) -> None:
        self.address_chosen.emit(self._addresses[row])

    def _choose_method(self, row: int) -> None:
        self.method_chosen.emit(str(self.method.itemData(row)))

    def _save(self) -> None:
        self.form_saved.emit(AddressDraft(**self.form.typed))

    def _choices(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.addWidget(self._ships_to, 0, 0)
        grid.addWidget(_caption(tr("Sent by"), self.method), 0, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self.ship_to, 1)
        row.addWidget(self._new)
        grid.addLayout(row, 1, 0)
        grid.addWidget(self.method, 1, 1)
        grid.addWidget(self._sentence, 2, 0, 1, 2)
        grid.addWidget(_caption(tr("Notes for this order"), self.notes), 3, 0)
        grid.addWidget(self.notes, 4, 0)
        grid.addWidget(self.tell, 4, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._notes_sentence, 5, 0, 1, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        return page


class _Notes(QPlainTextEdit):
    """Saved when the typing pauses or the focus goes; never overwritten while it is typed into."""

    settled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notesField")
        self.setAccessibleName(tr("Notes for this order"))
        self.setPlaceholderText(tr("What the warehouse or a colleague should know"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 2 + 18)
        self.setToolTip(tr("At most {n} characters, saved as you type", n=LONGEST_NOTE))
        self._saved = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self.flush)
        self.textChanged.connect(self._wait)

    def show_saved(self, text: str) -> None:
        before, self._saved = self._saved, text
        if self.toPlainText() == before and text != before:
            self.setPlainText(text)
            self._pause.stop()

    def flush(self) -> None:
        self._pause.stop()
        if self.toPlainText() != self._saved:
            self.settled.emit(self.toPlainText())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.flush()

    def _wait(self) -> None:
        if self.toPlainText() != self._saved:
            self._pause.start()


def _plan() -> tuple[FieldPlan, ...]:
    return (
        FieldPlan(name="line1", caption=tr("Street and number"), row=0, span=2),
        FieldPlan(name="line2", caption=tr("More (floor, c/o)"), row=0, column=2),
        FieldPlan(name="postal_code", caption=tr("Postcode"), row=1),
        FieldPlan(name="city", caption=tr("City"), row=1, column=1),
        FieldPlan(name="region", caption=tr("State or region"), row=1, column=2),
        FieldPlan(name="country", caption=tr("Country"), row=2, choices=True),
        FieldPlan(name="name", caption=tr("Name, if another"), row=2, column=1),
        FieldPlan(name="company", caption=tr("Company, if another"), row=2, column=2),
        FieldPlan(name="phone", caption=tr("Phone there"), row=3, numbers=Numbers.PHONES),
    )


def _first_guess(customer: Customer | None) -> dict[str, str]:
    if customer is None:
        return {"country": "US"}
    known = customer.addresses[0].country if customer.addresses else "US"
    return {"country": known, "name": customer.name, "company": customer.company}


def _address_words(address: Address) -> str:
    return " · ".join(part for part in (address.kind, address.one_line()) if part)


def _combo(name: str, says: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(says)
    combo.setMinimumContentsLength(12)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


def _caption(words: str, buddy: QWidget) -> Label:
    label = Label(words, size="small", tone=Tone.NEUTRAL)
    label.setBuddy(buddy)
    return label


def _explain(widget: QWidget, why_not: str, tip: str = "") -> None:
    widget.setEnabled(not why_not)
    widget.setToolTip(plain_tip(why_not or tip))
    widget.setAccessibleDescription(why_not)
