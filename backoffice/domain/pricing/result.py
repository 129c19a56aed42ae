"""A priced cart: every amount with the rule it comes from. All amounts in the cart's currency.

For each line and each shipment `net + tax == total`, and the cart's total is the sum of theirs.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from backoffice.domain.money import Money


class DiscountShare(NamedTuple):
    """What one offer takes off one line or shipment; above zero.

    A tuple and not a dataclass: a large cart has ten thousand, and they cost half.
    """

    promotion_id: str
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxShare:
    """What one rate takes of one line or shipment; `included` when the price already held it."""

    rate_id: str
    name: str
    jurisdiction: str
    percent: Decimal
    amount: Money
    included: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedLine:
    """A line's way from unit price to total. `discounted` = gross - discounts, as prices are kept."""

    line_id: str
    sku: str
    quantity: int
    list_price: Money
    unit_price: Money
    price_source: str  # "list price", "price list X", "customer price X", "override: REASON"
    override_reason: str
    gross: Money
    discounts: tuple[DiscountShare, ...]
    discounted: Money
    taxes: tuple[TaxShare, ...]
    tax: Money
    net: Money
    total: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedShipment:
    """What a shipment costs; `derivation` tells how the cost came about."""

    shipment_id: str
    method_code: str
    cost: Money
    derivation: str
    discounts: tuple[DiscountShare, ...]
    discounted: Money
    taxes: tuple[TaxShare, ...]
    tax: Money
    net: Money
    total: Money


class NotAppliedBecause(Enum):
    """Why an offer or coupon gives nothing."""

    UNKNOWN_CODE = "unknown code"
    NOT_STARTED = "not started"
    ENDED = "ended"
    USED_UP = "used up"
    USED_UP_BY_CUSTOMER = "used up by this customer"
    OTHER_CUSTOMER = "for another customer"
    OTHER_GROUP = "for another customer group"
    OTHER_DESTINATION = "for another destination"
    OTHER_ORDER_NUMBER = "for another order of the customer"
    NEEDS_COUPON = "needs a coupon"
    TOO_FEW_ITEMS = "too few items"
    TOO_SMALL = "too small an amount"
    NOT_COMBINABLE = "not combinable with what is applied"
    BETTER_OFFER = "another offer gives more"
    NOTHING_TO_DISCOUNT = "nothing to discount"


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedPromotion:
    """An offer that gave something: its amount over all lines, and over all shipments."""

    promotion_id: str
    name: str
    coupon_code: str
    amount: Money
    shipping_amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class NotApplied:
    """An offer or coupon that gave nothing; `sentence` says why to a person. `coupon_code` "" without one."""

    promotion_id: str
    coupon_code: str
    because: NotAppliedBecause
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedGiftCertificate:
    """What a gift certificate pays of this order, and what stays on it."""

    code: str
    amount: Money
    left: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxTotal:
    """One rate over the whole order."""

    rate_id: str
    name: str
    jurisdiction: str
    percent: Decimal
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class CartTotals:
    """total = items - discounts + shipping - shipping_discounts + tax - tax_included.

    `to_pay` = total - gift_certificates.
    """

    items: Money
    discounts: Money
    shipping: Money
    shipping_discounts: Money
    tax: Money
    tax_included: Money
    total: Money
    gift_certificates: Money
    to_pay: Money


class Kind(Enum):
    """What an explained amount is."""

    GOODS = "goods"
    DISCOUNT = "discount"
    SHIPPING = "shipping"
    TAX = "tax"
    TAX_INCLUDED = "tax included"  # told, but adds nothing: the price holds it


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Cents of the total and the rule they come from. `amount` is signed; all add up to the total.

    `part_id` is a line or shipment id; `rule_id` a promotion, tax rate, ship method or price source.
    """

    kind: Kind
    part_id: str
    rule_id: str
    amount: Money
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedCart:
    """The answer of `price`. Lines and shipments stand in the order they were asked in."""

    currency: str
    lines: tuple[PricedLine, ...]
    shipments: tuple[PricedShipment, ...]
    totals: CartTotals
    taxes: tuple[TaxTotal, ...]
    promotions: tuple[AppliedPromotion, ...]
    coupons_not_applied: tuple[NotApplied, ...]
    promotions_not_applied: tuple[NotApplied, ...]
    gift_certificates: tuple[UsedGiftCertificate, ...]

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """Each cent of the total with its rule."""
        from backoffice.domain.pricing.explain import explain  # noqa: PLC0415 - it reads this very module

        return explain(self)
