"""The product: photo, name, what it is, since when and until when it is sold."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from backoffice.domain.catalog import Product
from ui.screens.stock.state import Shown
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import IconLabel, Label, StatusChip
from ui.words import tr

_PHOTO = 200


class ProductCard(QWidget):
    """Shows the chosen product."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._photo = Label()
        self._photo.setObjectName("stockPhoto")
        self._photo.setAccessibleName(tr("Photo of the product"))
        self._photo.setFixedHeight(_PHOTO)
        self._photo.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none = IconLabel("image", size=32, says=tr("No photo"))
        self._name = Label(size="title", wrap=True)
        self._name.setObjectName("stockName")
        self._sku = Label(tone=Tone.NEUTRAL)
        self._sku.setObjectName("stockSku")
        self._sku.setAccessibleName(tr("SKU"))
        self._sku.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sale = StatusChip()
        self._sale.setObjectName("stockOnSale")
        self._about = Label(wrap=True, tone=Tone.NEUTRAL)
        self._facts = QWidget()
        self._facts.setObjectName("stockFacts")
        self._form = QFormLayout(self._facts)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(Space.XL)
        self._form.setVerticalSpacing(Space.S)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self._photo)
        column.addWidget(self._none, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (self._name, self._sku, self._sale, self._facts, self._about):
            column.addWidget(widget)
        column.addStretch()

    def show_product(self, shown: Shown) -> None:
        """Show the chosen SKU as far as it is known."""
        product = shown.product
        picture = QPixmap(str(shown.photo)) if shown.photo is not None else QPixmap()
        self._photo.setVisible(not picture.isNull())
        self._none.setVisible(picture.isNull())
        if not picture.isNull():
            self._photo.setPixmap(_fitting(picture, self.devicePixelRatioF()))
        self._name.setText(product.name if product else shown.sku)
        self._sku.setText(shown.sku)
        self._sale.setVisible(product is not None)
        self._facts.setVisible(product is not None)
        self._about.setText(product.description if product else "")
        while self._form.rowCount():
            self._form.removeRow(0)
        if product is None:
            return
        today = self._text.clock().date()
        if product.on_sale(today):
            self._sale.show_status(tr("On sale"), Tone.GOOD)
        else:
            self._sale.show_status(_not_on_sale(product, today), Tone.WARN)
        for word, value in self._said(product):
            label = Label(value, wrap=True)
            self._form.addRow(Label(word, tone=Tone.NEUTRAL), label)

    def _said(self, product: Product) -> list[tuple[str, str]]:
        weight = "" if product.weight_grams is None else f"{self._text.number(product.weight_grams)} g"
        least = self._text.number(product.minimum_quantity) if product.minimum_quantity > 1 else ""
        facts = [
            (tr("Price"), self._text.money(product.list_price)),
            (tr("Category"), product.category),
            (tr("Colour"), product.color),
            (tr("Size"), product.size),
            (tr("Weight"), weight),
            (tr("At least"), least),
        ]
        return [(word, value) for word, value in facts if value]


def _not_on_sale(product: Product, today: date) -> str:
    if product.sell_until is not None and product.sell_until < today:
        return tr("Not sold since {day}", day=product.sell_until.isoformat())
    return tr("On sale from {day}", day=product.sell_from.isoformat() if product.sell_from else "")


def _fitting(picture: QPixmap, ratio: float) -> QPixmap:
    height = min(_PHOTO, picture.height())  # enlarging a small photo shows only its grain
    scaled = picture.scaledToHeight(round(height * ratio), Qt.TransformationMode.SmoothTransformation)
    scaled.setDevicePixelRatio(ratio)
    return scaled
