"""Cancelling the opened order: why it can not be, else a reason, then it is done and the customer is told."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from backoffice.domain.cancel import CancelOutcome, cancel_refusal, judge_cancel
from backoffice.domain.order import Order
from backoffice.domain.staff import Actor, Right
from ui.theme import Space
from ui.widgets.labels import Label
from ui.words import tr

LONGEST_REASON = 400


def why_not_cancel(actor: Actor, order: Order | None) -> str:
    """Return why this person can not cancel the order here, "" when they can; the service has the last word."""
    if not actor.may(Right.CANCEL_ORDERS):
        return tr("Only a supervisor may cancel an order.")
    if order is None:
        return tr("This desk does not hold the order: cancel it at the DOM.")
    shipped = sum(line.shipped for line in order.lines)
    outcome = judge_cancel(order.status, order.transfer_status, maybe_there=False, shipped=shipped)
    if outcome is CancelOutcome.HERE:
        return ""
    no = cancel_refusal(outcome, order.number, order.external_order_id)
    return f"{no.sentence} {no.advice}"


class CancelPanel(QFrame):
    """Stands below the head of the order while a reason is asked for; never a dialog."""

    confirmed = Signal(str)  # reason
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cancelOrderPanel")
        self.setProperty("banner", "bad")
        self._reason = QLineEdit()
        self._reason.setObjectName("cancelOrderReason")
        self._reason.setPlaceholderText(tr("Why it is cancelled"))
        self._reason.setAccessibleName(tr("Reason for cancelling"))
        self._reason.setMaxLength(LONGEST_REASON)
        self._reason.returnPressed.connect(self._confirm)
        self._yes = QPushButton(tr("Cancel the order"))
        self._yes.setObjectName("cancelOrderConfirmButton")
        self._yes.setProperty("kind", "danger")
        self._yes.clicked.connect(self._confirm)
        keep = QPushButton(tr("Keep it"))
        keep.setObjectName("cancelOrderKeepButton")
        keep.clicked.connect(self.left)
        said = Label(
            tr(
                "Nothing is sent to the DOM, its stock and its payment are let go, what was taken is given back,"
                " and the customer is told. This can not be undone."
            ),
            wrap=True,
        )
        row = QHBoxLayout()
        row.addWidget(self._reason, 1)
        row.addWidget(self._yes)
        row.addWidget(keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.addWidget(said)
        column.addLayout(row)
        self.hide()

    def ask(self, *, asking: bool, busy: bool) -> None:
        """Stand there or not; the reason is empty when it comes."""
        came = asking and self.isHidden()
        self.setVisible(asking)
        self._yes.setEnabled(not busy)
        self._yes.setToolTip(tr("Wait until the last act is done.") if busy else "")
        if came:
            self._reason.clear()
            self._reason.setFocus()

    def _confirm(self) -> None:
        self.confirmed.emit(self._reason.text())
