"""How it is paid: by purchase order, or by a card the gateway keeps. There is no field for a card number."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout

from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import Busy, CardChoice, OrderState
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.fields import EscapeGoesBack, Field
from ui.widgets.labels import Label
from ui.words import tr

_MOST_CARDS = 4


class PaymentPanel(QFrame):
    """A purchase order number, or one of the saved cards."""

    on_account = Signal(str)
    by_card = Signal(object)  # CardChoice
    went_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paymentPanel")
        self.setProperty("surface", "card")
        self._cards: tuple[CardChoice, ...] = ()
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.went_back)
        self.number = QLineEdit()
        self.number.setObjectName("purchaseOrderNumber")
        self.number.setMaxLength(60)
        self._field = Field(tr("On account: order number (PO)"), self.number)
        self._take = QPushButton(tr("Pay on account   Enter"))
        self._take.setObjectName("payOnAccountButton")
        self._caption = Label(tr("Or a saved card"), size="small", tone=Tone.NEUTRAL)
        self._hint = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._list = EntryList("savedCards", tr("Saved cards"), lines=1)
        self._charge = QPushButton(tr("Pay by this card   Enter"))
        self._charge.setObjectName("payByCardButton")
        self._sentence = Sentence("cardsError", Tone.WARN)
        for part in (self.number, self._take, self._list, self._charge):
            part.installEventFilter(self._back)
        self.number.returnPressed.connect(self._pay_on_account)
        self._take.clicked.connect(self._pay_on_account)
        self._list.chosen.connect(self._pay_by_card)
        self._charge.clicked.connect(self._pay_by_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.M)
        for widget in (
            self._field, self._take, self._caption, self._hint, self._list, self._charge, self._sentence
        ):  # fmt: skip
            column.addWidget(widget)
        self.hide()

    def show_state(self, order: OrderState, purchase_order: str) -> None:
        """Show the ways to pay; the cursor goes to the order number when the panel opens."""
        opened = order.paying and self.isHidden()
        self._field.show_wrong(order.payment_problem.text if order.payment_problem else "")
        self._cards = order.cards or ()
        self._list.show_entries([Entry(key=card.token, title=card.label) for card in self._cards])
        if self._cards and not self._list.current_key:
            self._list.go_to(0)
        self._list.setVisible(bool(self._cards))
        self._list.setFixedHeight(self._list.height_for(_MOST_CARDS) + 2)
        self._charge.setVisible(bool(self._cards))
        self._hint.setText(
            tr("Asking the gateway for saved cards…")
            if order.cards is None
            else tr("No card is saved for this caller.")
        )
        self._hint.setVisible(not self._cards and not order.cards_problem)
        self._sentence.say(order.cards_problem)
        for button in (self._take, self._charge):
            button.setEnabled(order.busy is Busy.NO)
        self.setVisible(order.paying)
        if opened:
            self.number.setText(purchase_order)
            self.number.setFocus()

    def _pay_on_account(self) -> None:
        self.on_account.emit(self.number.text())

    def _pay_by_current(self) -> None:
        self._pay_by_card(self._list.current_key)

    def _pay_by_card(self, token: str) -> None:
        card = next((one for one in self._cards if one.token == token), None)
        if card is not None:
            self.by_card.emit(card)
