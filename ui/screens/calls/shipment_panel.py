"""Where pieces of a line go instead, or a whole shipment; in place under the items."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backoffice.domain.cart import Cart, CartLine, CartShipment
from backoffice.domain.customer import Address
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.shipment_words import number_of, place_words
from ui.screens.calls.state import CallState, ShipmentState
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.fields import EnterGoesOn, EscapeGoesBack, Field
from ui.widgets.labels import Label
from ui.words import tr

_NEW = ""


class ShipmentPanel(QFrame):
    """Enter sends, Esc leaves everything where it goes."""

    move_wanted = Signal(
        str, str, object, str
    )  # pieces as typed, shipment id or "", Address or None, ship method
    save_wanted = Signal(object, str)  # Address or None, ship method
    merge_wanted = Signal(str)  # shipment id
    went_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("shipmentPanel")
        self.setProperty("surface", "card")
        self._shown = ShipmentState()
        self._addresses: tuple[Address, ...] = ()
        self._back = EscapeGoesBack(self)
        self._enter = EnterGoesOn(self)
        self._title = Label(size="heading")
        self._title.setObjectName("shipmentTitle")
        self.pieces = QLineEdit()
        self.pieces.setObjectName("shipmentPieces")
        self.target = _combo("shipmentTarget")
        self.address = _combo("shipmentAddress")
        self.address.setPlaceholderText(tr("Choose an address"))
        self.method = _combo("shipmentMethod")
        self.method.setPlaceholderText(tr("Choose how it is sent"))
        self._fields = {
            "pieces": Field(tr("Pieces"), self.pieces),
            "target": Field(tr("Go with"), self.target),
            "address": Field(tr("To"), self.address),
            "method": Field(tr("Sent by"), self.method),
        }
        self._sentence = Sentence("shipmentError")
        self._take = QPushButton()
        self._take.setObjectName("takeShipmentButton")
        self._merge = QPushButton(tr("Merge into the first shipment"))
        self._merge.setObjectName("mergeShipmentButton")
        self._leave = QPushButton(tr("Leave it   Esc"))
        self._leave.setObjectName("leaveShipmentButton")
        self._hint = Label(tr("Ctrl+D writes a new address"), size="small", tone=Tone.NEUTRAL)
        self._connect()
        self._arrange()
        self.hide()

    def show_state(self, state: CallState) -> None:
        """Show what is asked for; what was chosen stays while it is."""
        shipment, before, self._shown = state.shipment, self._shown, state.shipment
        cart = state.cart
        if cart is None or not shipment.is_open:
            self.hide()
            return
        opened = self.isHidden() or (shipment.line_id, shipment.shipment_id) != (
            before.line_id,
            before.shipment_id,
        )
        if opened:
            self._begin(state, cart)
        elif shipment.chosen is not None and shipment.chosen != before.chosen:
            self._offer_addresses(state, shipment.chosen)
            self._follow_target()
        for name, field in self._fields.items():
            about = shipment.problem is not None and shipment.wrong == name
            field.show_wrong(shipment.problem.text if about and shipment.problem else "")
        self._sentence.say(shipment.problem if not shipment.wrong else None)
        self._take.setEnabled(not shipment.saving)
        self.show()
        if opened:
            (self.pieces if shipment.line_id is not None else self.address).setFocus()
            self.pieces.selectAll()
        elif shipment.wrong and shipment.problem != before.problem:
            self._fields[shipment.wrong].edit.setFocus()
        elif shipment.chosen is not None and shipment.chosen != before.chosen:
            self.method.setFocus()

    def _begin(self, state: CallState, cart: Cart) -> None:
        line = next((one for one in cart.lines if one.line_id == state.shipment.line_id), None)
        if self.method.count() != len(state.delivery.methods):
            self.method.clear()
            for code, name in state.delivery.methods:
                self.method.addItem(name, code)
        if line is not None:
            self._begin_line(state, cart, line)
        else:
            self._begin_shipment(state, cart)
        self.setAccessibleName(self._title.text())
        self._follow_target()

    def _begin_line(self, state: CallState, cart: Cart, line: CartLine) -> None:
        self._title.setText(tr("Send {name} elsewhere", name=line.name))
        self._take.setText(tr("Send there   Enter"))
        self.pieces.setText(str(line.quantity))
        self.target.clear()
        for one in cart.shipments:
            if one.shipment_id != line.shipment_id:
                self.target.addItem(_target_words(cart, one), one.shipment_id)
        self.target.addItem(tr("A shipment of its own"), _NEW)
        self.target.setCurrentIndex(0)
        own = next(one for one in cart.shipments if one.shipment_id == line.shipment_id)
        self._offer_addresses(state, _another(self._book(state), own.ship_to))
        self.method.setCurrentIndex(self.method.findData(own.ship_method))

    def _begin_shipment(self, state: CallState, cart: Cart) -> None:
        known = next((one for one in cart.shipments if one.shipment_id == state.shipment.shipment_id), None)
        self._title.setText(tr("Shipment {n}", n=number_of(cart, state.shipment.shipment_id)))
        self._take.setText(tr("Save   Enter"))
        self._offer_addresses(state, known.ship_to if known else None)
        self.method.setCurrentIndex(self.method.findData(known.ship_method) if known else -1)

    def _offer_addresses(self, state: CallState, chosen: Address | None) -> None:
        known = self._book(state)
        if chosen is not None and all(one.address_id != chosen.address_id for one in known):
            known = (chosen, *known)
        self._addresses = known
        self.address.clear()
        for one in known:
            self.address.addItem(" · ".join(part for part in (one.kind, one.one_line()) if part))
        ids = [one.address_id for one in known]
        self.address.setCurrentIndex(ids.index(chosen.address_id) if chosen is not None else -1)

    def _book(self, state: CallState) -> tuple[Address, ...]:
        return state.caller.customer.addresses if state.caller.customer else ()

    def _follow_target(self) -> None:
        """An address and a ship method are asked for only where there is no shipment yet."""
        moving = self._shown.line_id is not None
        new = not moving or self.target.currentData() == _NEW
        self._fields["pieces"].setVisible(moving)
        self._fields["target"].setVisible(moving and self.target.count() > 1)
        self._fields["address"].setVisible(new)
        self._fields["method"].setVisible(new)
        self._hint.setVisible(new)
        self._merge.setVisible(not moving)

    def _want(self) -> None:
        row = self.address.currentIndex()
        address = self._addresses[row] if row >= 0 else None
        method = str(self.method.currentData() or "")
        if self._shown.line_id is None:
            self.save_wanted.emit(address, method)
            return
        self.move_wanted.emit(self.pieces.text(), str(self.target.currentData() or _NEW), address, method)

    def _merge_back(self) -> None:
        self.merge_wanted.emit(self._shown.shipment_id)

    def _connect(self) -> None:
        self._back.escaped.connect(self.went_back)
        self._enter.entered.connect(self._want)
        self.pieces.returnPressed.connect(self._want)
        self.target.currentIndexChanged.connect(self._follow_target)
        self._take.clicked.connect(self._want)
        self._merge.clicked.connect(self._merge_back)
        self._leave.clicked.connect(self.went_back)
        parts: tuple[QWidget, ...] = (
            self.pieces, self.target, self.address, self.method, self._take, self._merge, self._leave
        )  # fmt: skip
        for part in parts:
            part.installEventFilter(self._back)
        for choice in (self.target, self.address, self.method):
            choice.installEventFilter(self._enter)

    def _arrange(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(Space.L)
        for field, share in zip(self._fields.values(), (1, 4, 5, 3), strict=True):
            fields.addWidget(field, share, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for button in (self._take, self._merge, self._leave):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._hint)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column_of.setSpacing(Space.M)
        column_of.addWidget(self._title)
        column_of.addLayout(fields)
        column_of.addWidget(self._sentence)
        column_of.addLayout(row)


def _target_words(cart: Cart, shipment: CartShipment) -> str:
    return tr("Shipment {n}: {place}", n=number_of(cart, shipment.shipment_id), place=place_words(shipment))


def _another(addresses: tuple[Address, ...], own: Address | None) -> Address | None:
    return next((one for one in addresses if own is None or one.address_id != own.address_id), None)


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setMinimumContentsLength(10)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo
