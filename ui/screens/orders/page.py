"""The first page of an opened order: lines and sums, shipments, payments, addresses."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.screens.orders import columns
from ui.screens.orders.shown import ShownOrder
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import AmountLabel, Label
from ui.widgets.rows import RowsModel
from ui.widgets.tables import LazyTable
from ui.words import tr

_LONGEST = 9  # rows a table inside the page shows before it scrolls by itself


class OrderPage(QScrollArea):
    """Everything about the order itself, on one page that scrolls."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lines = RowsModel(columns.line_columns(text), lambda row: row.line_id)
        self._parcels = RowsModel(columns.parcel_columns(text), lambda row: row.shipment_id)
        self._payments = RowsModel(columns.payment_columns(text), lambda row: row.payment_id)
        self._lines_table = LazyTable(self._lines, name="orderLinesTable", says=tr("Lines of the order"))
        self._parcels_table = LazyTable(self._parcels, name="orderShipmentsTable", says=tr("Shipments"))
        self._payments_table = LazyTable(self._payments, name="orderPaymentsTable", says=tr("Payments"))
        self._no_parcels = Label(tr("Nothing shipped yet."), tone=Tone.NEUTRAL)
        self._no_payments = Label(tr("The DOM does not tell how an order was paid."), tone=Tone.NEUTRAL)
        self._sums = QGridLayout()
        self._sums.setHorizontalSpacing(Space.XL)
        self._sums.setVerticalSpacing(2)
        self._sum_labels = [(Label(tone=Tone.NEUTRAL), AmountLabel()) for _ in range(4)]
        self._total = (Label(tr("Total"), bold=True), AmountLabel(bold=True))
        self._ship_to, self._bill_to = Label(wrap=True), Label(wrap=True)
        self._contact, self._notes = Label(wrap=True), Label(wrap=True)
        for label in (self._ship_to, self._bill_to, self._contact, self._notes):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()

    def show_order(self, order: ShownOrder) -> None:
        """Show the order."""
        _fill(self._lines_table, self._lines, order.lines)
        _fill(self._parcels_table, self._parcels, order.parcels)
        _fill(self._payments_table, self._payments, order.payments)
        self._no_parcels.setVisible(not order.parcels)
        self._parcels_table.setVisible(bool(order.parcels))
        self._no_payments.setVisible(not order.payments)
        self._payments_table.setVisible(bool(order.payments))
        for (word, amount), (said, money) in zip(self._sum_labels, order.sums, strict=True):
            word.setText(tr(said))
            amount.setText(self._text.money(money))
        self._total[1].setText(self._text.money(order.total))
        method = f"\n{order.ship_method}" if order.ship_method else ""
        self._ship_to.setText("\n".join(order.ship_to) + method or tr("not known"))
        self._bill_to.setText("\n".join(order.bill_to) or tr("not known"))
        contact = [part for part in (order.customer_name, order.company, order.phone, order.email) if part]
        self._contact.setText("\n".join(contact))
        self._notes.setText(order.notes or tr("none"))

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(self._lines_table)
        for place, (word, amount) in enumerate((*self._sum_labels, self._total)):
            self._sums.addWidget(word, place, 1)
            self._sums.addWidget(amount, place, 2)
        self._sums.setColumnStretch(0, 1)
        column.addLayout(self._sums)
        for title, table, none in (
            (tr("Shipments"), self._parcels_table, self._no_parcels),
            (tr("Payments, every try"), self._payments_table, self._no_payments),
        ):
            column.addSpacing(Space.L)
            column.addWidget(Label(title, size="heading"))
            column.addWidget(table)
            column.addWidget(none)
        column.addSpacing(Space.L)
        column.addLayout(self._people())
        column.addStretch()
        self.setWidget(body)

    def _people(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.XL)
        said = (
            (tr("Ships to"), self._ship_to),
            (tr("Bill to"), self._bill_to),
            (tr("Customer"), self._contact),
            (tr("Notes of the call"), self._notes),
        )
        for title, words in said:
            part = QVBoxLayout()
            part.setSpacing(Space.S)
            words.setAccessibleName(title)
            part.addWidget(Label(title, size="heading"))
            part.addWidget(words)
            part.addStretch()
            row.addLayout(part, 1)
        return row


def _fill(table: LazyTable, model: RowsModel[Any], rows: tuple[Any, ...]) -> None:
    """Show the rows in a table just high enough for them."""
    model.show_rows(rows)
    shown = min(max(len(rows), 1), _LONGEST)
    height = (
        table.verticalHeader().defaultSectionSize() * shown + table.horizontalHeader().sizeHint().height()
    )
    table.setFixedHeight(height + 4)
