"""A new price for a line, in place under the items: price, reason, and where it is needed a supervisor's approval."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from backoffice.domain.cart import Cart, CartLine
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import CallState, PriceState
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.fields import EnterGoesOn, EscapeGoesBack, Field
from ui.widgets.labels import Label
from ui.words import tr

_LONGEST_PRICE = 16


class PricePanel(QFrame):
    """Enter takes the price, Esc leaves it as it is."""

    wanted = Signal(str, str, str, str)  # price as typed, reason code, login, password
    usual_wanted = Signal()
    went_back = Signal()

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.setObjectName("pricePanel")
        self.setProperty("surface", "card")
        self._text = text
        self._shown = PriceState()
        self._back = EscapeGoesBack(self)
        self._enter = EnterGoesOn(self)
        self._title = Label(size="heading")
        self._title.setObjectName("priceTitle")
        self.price = self._edit("overridePrice")
        self.price.setMaxLength(_LONGEST_PRICE)
        self.reason = QComboBox()
        self.reason.setObjectName("overrideReason")
        self.reason.setPlaceholderText(tr("Choose why"))
        self.login = self._edit("approvalLogin")
        self.password = self._edit("approvalPassword")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._fields = {
            "price": Field(tr("One piece costs"), self.price),
            "reason": Field(tr("Because"), self.reason),
            "login": Field(tr("Supervisor's name"), self.login),
            "password": Field(tr("Supervisor's password"), self.password),
        }
        self._sentence = Sentence("priceError")
        self._take = QPushButton()
        self._take.setObjectName("takePriceButton")
        self._usual = QPushButton(tr("Usual price again"))
        self._usual.setObjectName("usualPriceButton")
        self._leave = QPushButton(tr("Leave it   Esc"))
        self._leave.setObjectName("leavePriceButton")
        self._connect()
        self._arrange()
        self.hide()

    def show_state(self, state: CallState) -> None:
        """Show what is asked for; what was typed stays while it is."""
        price, before, self._shown = state.price, self._shown, state.price
        line = _line(state.cart, price)
        if line is None:
            self.hide()
            self.password.clear()
            return
        opened = price.line_id != before.line_id or self.isHidden()
        if opened:
            self._begin(line, price)
        for name, field in self._fields.items():
            about = price.wrong == name and price.problem is not None
            field.show_wrong(price.problem.text if about and price.problem else "")
        for name in ("login", "password"):
            self._fields[name].setVisible(price.asking)
        tone = Tone.WARN if price.asking and not price.wrong else Tone.BAD
        self._sentence.say(price.problem if not price.wrong else None, tone)
        self._take.setText(tr("Approve   Enter") if price.asking else tr("Set the price   Enter"))
        self._take.setEnabled(not price.saving)
        self._usual.setVisible(line.override is not None)
        self.show()
        if opened:
            self.price.setFocus()
            self.price.selectAll()
        elif price.asking and not before.asking:
            self.login.setFocus()
        elif price.wrong and price.problem != before.problem:
            self._fields[price.wrong].edit.setFocus()

    def _begin(self, line: CartLine, price: PriceState) -> None:
        self._title.setText(tr("Price of {name}", name=line.name))
        self.setAccessibleName(self._title.text())
        self.price.setText(self._text.plain_amount(line.unit_price))
        self.reason.clear()
        for code, words in price.reasons:
            self.reason.addItem(words, code)
        self.reason.setCurrentIndex(self.reason.findData(line.override.reason_code) if line.override else -1)
        self.login.clear()
        self.password.clear()

    def _want(self) -> None:
        self.wanted.emit(
            self.price.text(),
            str(self.reason.currentData() or ""),
            self.login.text() if self._shown.asking else "",
            self.password.text() if self._shown.asking else "",
        )

    def _edit(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.returnPressed.connect(self._want)
        return edit

    def _connect(self) -> None:
        self._back.escaped.connect(self.went_back)
        self._enter.entered.connect(self._want)
        self._take.clicked.connect(self._want)
        self._usual.clicked.connect(self.usual_wanted)
        self._leave.clicked.connect(self.went_back)
        for part in (
            self.price, self.reason, self.login, self.password, self._take, self._usual, self._leave
        ):  # fmt: skip
            part.installEventFilter(self._back)
        self.reason.installEventFilter(self._enter)

    def _arrange(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(Space.L)
        for field, share in zip(self._fields.values(), (2, 4, 3, 3), strict=True):
            fields.addWidget(field, share, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for button in (self._take, self._usual, self._leave):
            row.addWidget(button)
        row.addStretch(1)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column_of.setSpacing(Space.M)
        column_of.addWidget(self._title)
        column_of.addLayout(fields)
        column_of.addWidget(self._sentence)
        column_of.addLayout(row)


def _line(cart: Cart | None, price: PriceState) -> CartLine | None:
    return next((one for one in cart.lines if one.line_id == price.line_id), None) if cart else None
