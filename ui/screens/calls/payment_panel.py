"""How it is paid: what is chosen, then the ways there are. There is no field for a card number.

The cursor starts on the order number: Enter there pays all of it on account. An amount typed above it (Shift+Tab) makes
the way chosen next pay only that; the panel then stays for the rest.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.cart import Cart
from backoffice.domain.money import Money
from backoffice.domain.payment import CardChoice, PaymentMethod
from ui.screens.calls.code_list import Code, CodeList
from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.split import Share, Split
from ui.screens.calls.state import Busy, OrderState
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.fields import EscapeGoesBack, Field
from ui.widgets.labels import Label
from ui.words import tr

_MOST_CARDS = 4
_ICONS = {
    PaymentMethod.ON_ACCOUNT: "note",
    PaymentMethod.CARD: "card",
    PaymentMethod.LINK: "mail",
    PaymentMethod.GIFT_CERTIFICATE: "gift",
}


class PaymentPanel(QFrame):
    """What is chosen, an amount, a purchase order number, the saved cards, a link."""

    on_account = Signal(str, str)  # order number, amount as typed
    by_card = Signal(object, str)  # CardChoice, amount as typed
    by_link = Signal(str)  # amount as typed
    removed = Signal(int)  # place among the chosen ways
    went_back = Signal()

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("paymentPanel")
        self.setProperty("surface", "card")
        self._text = text
        self._cards: tuple[CardChoice, ...] = ()
        self._chosen_before = 0
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.went_back)
        self._chosen = CodeList("chosenWays", tr("Ways to pay chosen"))
        self._left = Sentence("leftToPay", Tone.INFO)
        self.amount = self._edit("paymentAmount", 20)
        self.number = self._edit("purchaseOrderNumber", 60)
        self._amount_field = Field(tr("Amount, empty for the rest"), self.amount)
        self._number_field = Field(tr("On account: order number (PO)"), self.number)
        self._take = self._button(tr("Pay on account   Enter"), "payOnAccountButton")
        self._caption = Label(tr("Or a saved card"), size="small", tone=Tone.NEUTRAL)
        self._hint = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._list = EntryList("savedCards", tr("Saved cards"), lines=1)
        self._list.installEventFilter(self._back)
        self._charge = self._button(tr("Pay by this card   Enter"), "payByCardButton")
        self._link = self._button(tr("Pay by link   Enter"), "payByLinkButton")
        self._sentence = Sentence("cardsError", Tone.WARN)
        self._connect()
        self._arrange()
        self.hide()

    def show_state(self, order: OrderState, cart: Cart | None, split: Split) -> None:
        """Show the ways to pay; the cursor goes to the order number when the panel opens."""
        if cart is None:
            return
        opened = order.paying and self.isHidden()
        self._amount_field.show_wrong(order.amount_problem.text if order.amount_problem else "")
        self._number_field.show_wrong(order.payment_problem.text if order.payment_problem else "")
        self._show_chosen(cart, split)
        self._show_cards(order)
        for button in (self._take, self._charge):
            button.setEnabled(order.busy is Busy.NO)
        self._link.setEnabled(order.busy is Busy.NO and not order.link_trouble)
        self._link.setToolTip(order.link_trouble or tr("The customer pays on a page; the order waits"))
        self._link.setAccessibleDescription(order.link_trouble)
        self.setVisible(order.paying)
        if opened:
            self.number.setText(_purchase_order(cart))
            self.number.setFocus()
            self.amount.clear()
        elif len(split.shares) > self._chosen_before:
            self._next_way()
        self._chosen_before = len(split.shares)

    def _show_chosen(self, cart: Cart, split: Split) -> None:
        paid = cart.prepared.certificates if split.to_pay is not None and cart.prepared else ()
        certificates = tuple(
            Code(
                key=f"certificate {one.code}",
                title=one.code,
                says=tr("gift certificate, pays {amount}", amount=self._text.money(one.amount)),
                icon="gift",
                removable=False,
            )
            for one in paid
        )
        ways = tuple(self._way(place, share) for place, share in enumerate(split.shares))
        self._chosen.show_codes(certificates + ways)
        rest = split.missing if split.missing is not None else split.to_pay
        self.amount.setPlaceholderText(self._text.money(rest))
        self._left.say(self._left_words(split), Tone.WARN if split.over is not None else Tone.INFO)

    def _way(self, place: int, share: Share) -> Code:
        return Code(
            key=str(place),
            title=share.plan.label[:1].upper() + share.plan.label[1:],
            says=self._pays(share),
            icon=_ICONS[share.plan.method],
        )

    def _pays(self, share: Share) -> str:
        if share.amount is None:
            return tr("pays the rest")
        amount = self._text.money(share.amount)
        return (
            tr("pays the rest: {amount}", amount=amount)
            if share.is_rest
            else tr("pays {amount}", amount=amount)
        )

    def _left_words(self, split: Split) -> str:
        if split.over is not None:
            return tr("{amount} more than there is to pay: take one out.", amount=self._money(split.over))
        if split.missing is not None:
            return tr("{amount} is left: choose what pays it.", amount=self._money(split.missing))
        if split.is_paid:
            return tr("Nothing is left to pay.")
        return ""

    def _money(self, amount: Money) -> str:
        return self._text.money(amount)

    def _show_cards(self, order: OrderState) -> None:
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

    def _next_way(self) -> None:
        """A way was taken and something is left: the cursor goes to the way most likely next."""
        self.amount.clear()
        (self._list if self._cards else self._link).setFocus()

    def _pay_on_account(self) -> None:
        self.on_account.emit(self.number.text(), self.amount.text())

    def _pay_by_current(self) -> None:
        self._pay_by_card(self._list.current_key)

    def _pay_by_card(self, token: str) -> None:
        card = next((one for one in self._cards if one.token == token), None)
        if card is not None:
            self.by_card.emit(card, self.amount.text())

    def _pay_by_link(self) -> None:
        self.by_link.emit(self.amount.text())

    def _remove(self, key: str) -> None:
        self.removed.emit(int(key))

    def _to_number(self) -> None:
        self.number.setFocus()

    def _edit(self, name: str, longest: int) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setMaxLength(longest)
        edit.installEventFilter(self._back)
        return edit

    def _button(self, words: str, name: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.installEventFilter(self._back)
        return button

    def _connect(self) -> None:
        self.amount.returnPressed.connect(self._to_number)
        self.number.returnPressed.connect(self._pay_on_account)
        self._take.clicked.connect(self._pay_on_account)
        self._list.chosen.connect(self._pay_by_card)
        self._charge.clicked.connect(self._pay_by_current)
        self._link.clicked.connect(self._pay_by_link)
        self._chosen.removed.connect(self._remove)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.M)
        parts: tuple[QWidget, ...] = (
            self._chosen, self._left, self._amount_field, self._number_field, self._take, self._caption, self._hint,
            self._list, self._charge, self._sentence, self._link,
        )  # fmt: skip
        for part in parts:
            column.addWidget(part)


def _purchase_order(cart: Cart) -> str:
    plans = cart.payments
    return next((plan.reference for plan in plans if plan.method is PaymentMethod.ON_ACCOUNT), "")
