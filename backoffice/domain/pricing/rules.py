"""The store's settings for pricing: every choice on which stores rightly differ, with its default."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from backoffice.domain.money import Rounding
from backoffice.domain.pricing.areas import Destination


class TaxRoundedPer(Enum):
    """Where a fraction of a cent of tax is settled."""

    UNIT = "unit"  # the tax of one piece is rounded, then multiplied
    LINE = "line"  # the tax of each line (and shipment) is rounded
    ORDER = "order"  # taxes are added up exactly and rounded once, then shared out to the lines


class TaxesRounded(Enum):
    """What is rounded where several rates meet on one amount."""

    EACH_RATE = "each rate"  # each jurisdiction's own amount
    TOGETHER = "together"  # their sum, then shared out to the jurisdictions


class PricesHold(Enum):
    """What a price in the catalogue contains."""

    NO_TAX = "no tax"  # tax is added
    LOCAL_TAX = "local tax"  # the tax of wherever it is sold: the customer pays the same everywhere
    TAX_OF_ORIGIN = "tax of origin"  # the tax at `origin`: taken out, and the destination's put in


class ShippingTaxed(Enum):
    """Whether and at which rates shipping is taxed."""

    NO = "no"
    BY_ITS_CLASS = "by its class"  # the tariff's own tax class
    AT_HIGHEST_OF_GOODS = "at the highest rate of its goods"
    PRORATED_BY_GOODS = "prorated by its goods"  # split by value over the tax classes in the shipment


class PercentOf(Enum):
    """What several percentages are taken of."""

    REMAINDER = "remainder"  # what the offers before left
    ORIGINAL = "original"  # the price before any offer, as far as something is left


class PercentBasis(Enum):
    """Which price a percentage is taken of; the result comes off the price as it is kept."""

    PRICE_AS_KEPT = "price as kept"
    PRICE_WITH_TAX = "price with tax"
    PRICE_WITHOUT_TAX = "price without tax"


class ThresholdsMeasure(Enum):
    """What an offer's minimum, a tariff's bands and "free over" look at."""

    BEFORE_DISCOUNTS = "before discounts"  # so a better offer never takes another one away
    AFTER_DISCOUNTS = "after discounts"  # what the offers before left


class ExclusiveOffers(Enum):
    """When an offer that tolerates no other has its turn."""

    BY_PRIORITY = "by priority"  # in its turn, if nothing was applied before it
    FIRST = "first"  # before all that can be combined, whatever their priority


class OddCents(Enum):
    """Who gets the cents that do not divide."""

    LARGEST_REMAINDER = "largest remainder"  # ties to the lower line id
    FIRST = "first"  # one each, from the lowest line id on
    LAST = "last"  # all to the last line that takes part
    CARRIED = "carried"  # each line's fraction is carried to the next, by line id


class BestOf(Enum):
    """What alternatives (`Promotion.best_of`) compete for."""

    CART = "cart"  # the one that gives most over all lines is applied
    LINE = "line"  # on each line the one that gives most there


class Prices(Enum):
    """Which of several prices counts."""

    BY_RANK = "by rank"  # the customer's own, else the group's, else the list's; within one, the lowest
    LOWEST = "lowest"  # the lowest of all that apply


@dataclass(frozen=True, kw_only=True, slots=True)
class PricingRules:
    """A store's settings. Raises ValueError for TAX_OF_ORIGIN without an `origin`."""

    rounding: Rounding = Rounding.HALF_UP
    tax_rounding: Rounding = Rounding.HALF_UP  # of a tax in a price, HALF_DOWN rounds the rest half up
    tax_rounded_per: TaxRoundedPer = TaxRoundedPer.LINE
    taxes_rounded: TaxesRounded = TaxesRounded.EACH_RATE
    shipping_tax_rounded_apart: bool = False  # where tax is rounded per order: goods and shipping, each once
    prices_hold: PricesHold = PricesHold.NO_TAX
    origin: Destination | None = None
    origin_tax_group: str = ""  # whose rates are in the prices; "" the customer's own group
    discounts_reduce_tax_base: bool = True
    shipping_taxed: ShippingTaxed = ShippingTaxed.NO
    shipping_holds_tax: bool | None = None  # None: as the prices do
    percent_of: PercentOf = PercentOf.REMAINDER
    percent_basis: PercentBasis = PercentBasis.PRICE_AS_KEPT
    thresholds: ThresholdsMeasure = ThresholdsMeasure.AFTER_DISCOUNTS
    threshold_met_when_reached: bool = True  # False: only above it
    exclusive_offers: ExclusiveOffers = ExclusiveOffers.BY_PRIORITY
    best_of: BestOf = BestOf.CART
    odd_cents: OddCents = OddCents.LARGEST_REMAINDER
    prices: Prices = Prices.BY_RANK
    discount_overridden_prices: bool = True
    grams_when_unknown: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.prices_hold is PricesHold.TAX_OF_ORIGIN and self.origin is None:
            message = "Prices that hold the tax of origin need the origin's address."
            raise ValueError(message)

    @property
    def prices_include_tax(self) -> bool:
        """Whether a line's price as it is kept contains its tax."""
        return self.prices_hold is not PricesHold.NO_TAX

    @property
    def shipping_includes_tax(self) -> bool:
        """Whether a tariff's charge contains its tax."""
        return self.prices_include_tax if self.shipping_holds_tax is None else self.shipping_holds_tax
