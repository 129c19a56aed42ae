"""The columns of the lines of a cart, and the model that takes what is typed into the quantity."""

from functools import partial

from PySide6.QtCore import Qt, Signal

from ui.screens.calls.line_rows import LineRow
from ui.screens.calls.words import line_total_words
from ui.text import Text
from ui.widgets.rows import Column, Index, RowsModel
from ui.words import tr

PHOTO, SKU, NAME, QUANTITY, AVAILABILITY, PRICE, TOTAL = range(7)


class LinesModel(RowsModel[LineRow]):
    """Only the quantity of a line can be typed into."""

    quantity_typed = Signal(str, str)

    def __init__(self, text: Text) -> None:
        super().__init__(
            (
                Column(title="", text=_nothing, width=6),
                Column(title=tr("SKU"), text=_sku, width=13),
                Column(title=tr("Item"), text=_name, tip=_name_tip, width=20, stretch=True),
                Column(title=tr("Qty"), text=_quantity, tip=_quantity_tip, amount=True, width=6),
                Column(
                    title=tr("Availability"),
                    text=_availability,
                    tip=partial(_availability_tip, text),
                    width=21,
                ),
                Column(title=tr("Price"), text=_price, tip=_price_tip, amount=True, width=11),
                Column(title=tr("Total"), text=_total, tip=partial(_total_tip, text), amount=True, width=11),
            ),
            key=_key,
        )
        self.locked = False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        row = self.row_at(index)
        editable = index.column() == QUANTITY and not self.locked and row is not None and not row.heading
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def data(self, index: Index, role: int = 0) -> object:
        if role == Qt.ItemDataRole.EditRole:
            role = Qt.ItemDataRole.DisplayRole
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row_at(index)
        if row is None or role != Qt.ItemDataRole.EditRole:
            return False
        if str(value) != row.quantity or row.wrong:
            self.quantity_typed.emit(row.line_id, str(value))
        return True


def _key(row: LineRow) -> str:
    return row.line_id


def _nothing(_row: LineRow) -> str:
    return ""


def _sku(row: LineRow) -> str:
    return row.sku


def _name(row: LineRow) -> str:
    return row.heading or row.name


def _name_tip(row: LineRow) -> str:
    return row.heading or "\n".join(part for part in (row.name, row.by_hand) if part)


def _quantity(row: LineRow) -> str:
    return row.quantity


def _quantity_tip(row: LineRow) -> str:
    if row.heading:
        return ""
    return row.wrong or tr("Type a number to change it; Delete takes the line out.")


def _availability(row: LineRow) -> str:
    return "" if row.heading else f"{row.promise}, {row.source}"


def _availability_tip(text: Text, row: LineRow) -> str:
    return "\n".join(part for part in (_availability(row), text.moment(row.known_at)) if part)


def _price(row: LineRow) -> str:
    return row.price


def _price_tip(row: LineRow) -> str:
    usual = tr("usually {price}", price=row.usual) if row.usual else ""
    return "\n".join(part for part in (row.price, usual, row.by_hand) if part)


def _total(row: LineRow) -> str:
    return row.total


def _total_tip(text: Text, row: LineRow) -> str:
    if row.line is None:
        return tr("Shipping of these lines") if row.total else ""
    return line_total_words(row.line, row.line_total, text)
