"""What is sold."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from backoffice.domain.ids import Sku
from backoffice.domain.money import Money


class ProductKind(Enum):
    """What becomes of a product that is ordered."""

    GOODS = "goods"
    GIFT_CERTIFICATE = "gift_certificate"  # money on a code; never discounted, for it is money
    SUBSCRIPTION = "subscription"  # paid for again and again


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A SKU of the catalogue. ``photo`` is a file name in the photo folder or "". ``weight_grams`` None: unknown."""

    sku: Sku
    name: str
    category: str
    color: str = ""
    size: str = ""
    weight_grams: Decimal | None = None
    list_price: Money
    sell_from: date | None = None
    sell_until: date | None = None
    photo: str = ""
    description: str = ""
    minimum_quantity: int = 1
    is_physical: bool = True
    kind: ProductKind = ProductKind.GOODS

    def on_sale(self, day: date) -> bool:
        """Tell whether the SKU may be sold on the day."""
        return (self.sell_from is None or self.sell_from <= day) and (
            self.sell_until is None or day <= self.sell_until
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductHit:
    """One line of the type-ahead."""

    product: Product
    on_sale: bool
