"""An offer: what it gives, to whom, when, how often, and how it gets on with others."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from backoffice.domain.money import Money
from backoffice.domain.pricing.areas import Area
from backoffice.domain.pricing.currencies import amounts_in
from backoffice.domain.pricing.promotions.benefits import (
    AmountOff,
    Benefit,
    FixedPrice,
    Measured,
    Per,
    PercentOff,
    Tiers,
)
from backoffice.domain.pricing.selection import ALL_LINES, Selection

DEFAULT_PRIORITY = 100


class Combination(Enum):
    """How an offer gets on with others."""

    COMBINABLE = "combinable"  # with what comes before and after
    EXCLUSIVE = "exclusive"  # with no other
    LAST = "last"  # with what comes before; nothing comes after it


@dataclass(frozen=True, kw_only=True, slots=True)
class Minimum:
    """What the selected lines must come to: so many pieces, so much money, or both."""

    on: Selection = ALL_LINES
    quantity: int = 0
    amount: Money | None = None

    def __post_init__(self) -> None:
        if self.quantity < 0 or (self.amount is not None and self.amount.minor < 0):
            message = "A minimum can not be negative."
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """When, and how often in all and for one customer. In force in [starts_at, ends_at)."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    max_uses: int | None = None
    max_uses_per_customer: int | None = None


UNLIMITED = Limits()


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """An offer, whose turn comes by `priority`, the lower number first.

    Of equals what is on items comes before what is on the whole order, then the lower id. `benefits` are
    given one after the other. With `needs_coupon` one of the coupons of the request must belong to it.
    `customer_groups` and `ship_to` empty mean anybody and anywhere. `order_number` is which of the
    customer's orders it is for (1: the first). Of all offers with the same `best_of` only the one that
    gives most is applied, in the turn of the first of them.
    """

    promotion_id: str
    name: str
    benefits: tuple[Benefit, ...]
    priority: int = DEFAULT_PRIORITY
    combination: Combination = Combination.COMBINABLE
    limits: Limits = UNLIMITED
    needs_coupon: bool = False
    customer_groups: frozenset[str] = frozenset()
    ship_to: tuple[Area, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    order_number: int | None = None
    best_of: str = ""
    amounts: tuple[Money, ...] = field(init=False, repr=False, compare=False)  # each that it names

    def __post_init__(self) -> None:
        if not self.benefits:
            message = f"The offer {self.name!r} gives nothing."
            raise ValueError(message)
        object.__setattr__(self, "amounts", tuple(amounts_in((self.benefits, self.minimums))))

    @property
    def keeps_others_away(self) -> bool:
        """Whether another offer may lose its turn because of this one."""
        return bool(self.best_of) or self.combination is not Combination.COMBINABLE

    @property
    def is_on_whole_order(self) -> bool:
        """Whether it makes the order as a whole cheaper, and not certain items or each of them."""
        return any(_is_on_whole_order(benefit) for benefit in self.benefits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Coupon:
    """A code that opens an offer, with limits of its own; `customer_id` when only one customer may use it."""

    code: str
    promotion_id: str
    limits: Limits = UNLIMITED
    customer_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UseCount:
    """How often something limited was used before this order: in all, and by this customer."""

    total: int = 0
    by_customer: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses:
    """The uses so far, by promotion id and by coupon code (as in `Coupon.code`); missing means none."""

    promotions: dict[str, UseCount] = field(default_factory=dict)
    coupons: dict[str, UseCount] = field(default_factory=dict)


def _is_on_whole_order(benefit: Benefit) -> bool:
    match benefit:
        case PercentOff(on=on, per=Per.SELECTION) | AmountOff(on=on, per=Per.SELECTION):
            return on.is_everything
        case FixedPrice(on=on, per=Per.SELECTION):
            return on.is_everything
        case Tiers(on=on, measured=Measured.SET_AMOUNT | Measured.SET_QUANTITY):
            return on.is_everything
        case _:
            return False


def same_code(code: str) -> str:
    """A coupon code as it is compared: capitals and outer spaces do not matter."""
    return code.strip().casefold()
