"""What the customer asks for: lines, shipments, the customer, gift certificates."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum

from backoffice.domain.money import Money
from backoffice.domain.pricing.areas import Destination

STANDARD_TAX_CLASS = "standard"
UNTAXED_TAX_CLASS = "untaxed"  # money and the like: no rate applies, not even one for all goods
CATEGORY_SEPARATOR = " / "


class PriceRank(IntEnum):
    """Where a price comes from; the lower number wins."""

    CUSTOMER = 0
    GROUP = 1
    LIST = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPrice:
    """What one piece costs from `minimum_quantity` pieces on, in [starts_at, ends_at)."""

    price_list_id: str
    rank: PriceRank
    amount: Money
    minimum_quantity: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceOverride:
    """What staff set by hand for one piece, and why."""

    unit_price: Money
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CartLine:
    """One line of a cart. `category` is a path: "Bikes / Road Bikes".

    `prices` are those that could apply to this customer; the engine picks by date and quantity.
    Weight is of one piece. `shipment_id` "" is for goods that do not travel: taxed where the customer is.
    No offer makes a line cheaper that is not discountable (a gift certificate is money).
    """

    line_id: str
    sku: str
    quantity: int
    list_price: Money
    category: str = ""
    prices: tuple[ListedPrice, ...] = ()
    override: PriceOverride | None = None
    weight_grams: Decimal | None = None
    tax_class: str = STANDARD_TAX_CLASS
    shipment_id: str = ""
    is_physical: bool = True
    is_discountable: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipment:
    """Goods that travel together. `method_code` "" while no ship method is chosen: nothing is charged yet."""

    shipment_id: str
    destination: Destination
    method_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """Who buys. `order_count` is how many orders came before, None when not known."""

    customer_id: str = ""
    groups: frozenset[str] = frozenset()
    tax_group: str = "retail"
    tax_exempt: bool = False
    order_count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftCertificate:
    """A certificate the customer pays with, and what is left on it."""

    code: str
    balance: Money
