"""Coupons and gift certificates: two fields when asked for (F4), and the codes entered, always."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from ui.screens.calls.actions import CallActions
from ui.screens.calls.code_list import CodeList
from ui.screens.calls.offer_codes import certificate_codes, coupon_codes
from ui.screens.calls.state import CallState, Promise
from ui.text import Text
from ui.theme import Space
from ui.widgets.buttons import KeyHintButton
from ui.widgets.fields import EscapeGoesBack, Field
from ui.words import tr

_LONGEST = 40


class OffersPanel(QWidget):
    """The button, the fields, the codes."""

    coupon_typed = Signal(str)
    coupon_removed = Signal(str)
    certificate_typed = Signal(str)
    certificate_removed = Signal(str)
    went_back = Signal()

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self.setObjectName("offersPanel")
        self._text = text
        self._button = KeyHintButton(actions.offers)
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.went_back)
        self.coupon = self._edit("couponField")
        self.certificate = self._edit("certificateField")
        self._coupon_field = Field(tr("Coupon code, Enter adds it"), self.coupon)
        self._certificate_field = Field(tr("Gift certificate, Enter adds it"), self.certificate)
        self._coupons = CodeList("couponCodes", tr("Coupons entered"))
        self._certificates = CodeList("certificateCodes", tr("Gift certificates entered"))
        self._fields = QFrame()
        self._fields.setObjectName("offersFields")
        self._arrange()
        self.coupon.returnPressed.connect(self._add_coupon)
        self.certificate.returnPressed.connect(self._add_certificate)
        self._coupons.removed.connect(self.coupon_removed)
        self._certificates.removed.connect(self.certificate_removed)

    def show_state(self, state: CallState, promise: Promise, why_not: str) -> None:
        """Show the codes, and the fields while they are asked for."""
        offers, cart = state.offers, state.cart
        if cart is None:
            return
        self.setVisible(not state.order.paying)
        shown = offers.open and not why_not
        opened = shown and self._fields.isHidden()
        self._fields.setVisible(shown)
        self._button.setVisible(not shown and not state.is_over)
        self._coupon_field.show_wrong(offers.coupon_problem.text if offers.coupon_problem else "")
        self._certificate_field.show_wrong(
            offers.certificate_problem.text if offers.certificate_problem else ""
        )
        prepared = cart.prepared if promise is Promise.HOLDS or state.is_over else None
        self._coupons.show_codes(coupon_codes(cart, prepared, self._text), locked=bool(why_not))
        self._certificates.show_codes(certificate_codes(cart, prepared, self._text), locked=bool(why_not))
        if opened:
            self.coupon.setFocus()

    def took_coupon(self) -> None:
        """Make room for the next code: this one is in the cart."""
        self.coupon.clear()

    def took_certificate(self) -> None:
        """Make room for the next code."""
        self.certificate.clear()

    def _add_coupon(self) -> None:
        if self.coupon.text().strip():
            self.coupon_typed.emit(self.coupon.text())
        else:
            self.certificate.setFocus()

    def _add_certificate(self) -> None:
        if self.certificate.text().strip():
            self.certificate_typed.emit(self.certificate.text())
        else:
            self.went_back.emit()

    def _edit(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setMaxLength(_LONGEST)
        edit.installEventFilter(self._back)
        return edit

    def _arrange(self) -> None:
        inside = QVBoxLayout(self._fields)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(Space.M)
        inside.addWidget(self._coupon_field)
        inside.addWidget(self._certificate_field)
        self._fields.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for part in (self._button, self._fields, self._coupons, self._certificates):
            column.addWidget(part)
