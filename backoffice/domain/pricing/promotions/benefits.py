"""What an offer gives. Each benefit is a value; `discounts.py` works out the amounts.

Amounts come off prices as they are kept (with or without tax, see `PricingRules`), never below zero.
Constructors raise ValueError for a percentage outside 0 to 100 and for counts and amounts that make no sense.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from backoffice.domain.money import Money
from backoffice.domain.pricing.selection import ALL_LINES, Selection

HUNDRED = Decimal(100)


class Per(Enum):
    """What an amount is meant for, and where a percentage is rounded."""

    SELECTION = "selection"  # once over all selected lines, then prorated to them
    LINE = "line"  # each selected line
    UNIT = "unit"  # each piece


class Spread(Enum):
    """How an amount for several lines is prorated."""

    BY_AMOUNT = "by amount"
    BY_QUANTITY = "by quantity"
    EVENLY = "evenly"  # the same for each line


class Measured(Enum):
    """What decides which tier is reached."""

    LINE_QUANTITY = "pieces of each line"
    SET_QUANTITY = "pieces of all selected lines"
    LINE_AMOUNT = "amount of each line"
    SET_AMOUNT = "amount of all selected lines"


class Cheapest(Enum):
    """Which pieces are made cheaper where not all are."""

    FIRST = "first"  # the cheapest of all
    LAST = "last"  # the dearest


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentOff:
    """A percentage of the selected lines; `at_most` caps it over the whole cart.

    `max_units` limits it to that many pieces of the selection (the cheapest, or the dearest),
    `max_units_per_line` to that many of each line.
    """

    percent: Decimal
    on: Selection = ALL_LINES
    per: Per = Per.SELECTION
    at_most: Money | None = None
    max_units: int | None = None
    max_units_per_line: int | None = None
    cheapest: Cheapest = Cheapest.FIRST

    def __post_init__(self) -> None:
        _check_percent(self.percent)
        _check_amount(self.at_most)
        _check_count(self.max_units)
        _check_count(self.max_units_per_line)


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountOff:
    """An amount, as far as the lines (or the pieces meant, as with `PercentOff`) have it."""

    amount: Money
    on: Selection = ALL_LINES
    per: Per = Per.SELECTION
    spread: Spread = Spread.BY_AMOUNT
    max_units: int | None = None
    max_units_per_line: int | None = None
    cheapest: Cheapest = Cheapest.FIRST

    def __post_init__(self) -> None:
        _check_amount(self.amount)
        _check_count(self.max_units)
        _check_count(self.max_units_per_line)


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedPrice:
    """What each piece (UNIT), line or the whole selection costs, where that is less than now."""

    price: Money
    on: Selection = ALL_LINES
    per: Per = Per.UNIT

    def __post_init__(self) -> None:
        _check_amount(self.price)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """A step from `minimum` to `maximum`, both included: pieces (int) or an amount (Money).

    It gives exactly one of: a percentage, an amount off each piece, a price for each piece,
    an amount off once.
    """

    minimum: int | Money
    maximum: int | Money | None = None
    percent: Decimal | None = None
    unit_amount_off: Money | None = None
    unit_price: Money | None = None
    amount_off: Money | None = None

    def __post_init__(self) -> None:
        amounts = (self.unit_amount_off, self.unit_price, self.amount_off)
        if sum(value is not None for value in (self.percent, *amounts)) != 1:
            message = "A tier gives one of percent, unit_amount_off, unit_price and amount_off."
            raise ValueError(message)
        if self.percent is not None:
            _check_percent(self.percent)
        for amount in amounts:
            _check_amount(amount)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tiers:
    """Volume steps; of those reached the one with the highest minimum counts."""

    tiers: tuple[Tier, ...]
    on: Selection = ALL_LINES
    measured: Measured = Measured.LINE_QUANTITY

    def __post_init__(self) -> None:
        amounts = self.measured in (Measured.LINE_AMOUNT, Measured.SET_AMOUNT)
        bounds = [bound for tier in self.tiers for bound in (tier.minimum, tier.maximum) if bound is not None]
        if any(isinstance(bound, Money) is not amounts for bound in bounds):
            message = f"Tiers by {self.measured.value} have bounds of that kind."
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class BuyGet:
    """Who buys `buy_quantity` of `buy` gets up to `get_quantity` of `get` at `percent` off (100: free).

    Pieces that count as bought are not discounted, and no piece counts twice. `max_times` limits how
    often it repeats. "3 for 2" is buy 2, get 1 of the same selection; with `each_line` the pieces
    must be of one line.
    """

    buy_quantity: int
    get_quantity: int
    buy: Selection = ALL_LINES
    get: Selection = ALL_LINES
    percent: Decimal = HUNDRED
    cheapest: Cheapest = Cheapest.FIRST
    max_times: int | None = None
    each_line: bool = False

    def __post_init__(self) -> None:
        _check_percent(self.percent)
        for count in (self.buy_quantity, self.get_quantity, self.max_times):
            _check_count(count)


@dataclass(frozen=True, kw_only=True, slots=True)
class BundlePrice:
    """Any `quantity` pieces of the selection for `price`: the dearest pieces first, `max_times` often."""

    quantity: int
    price: Money
    on: Selection = ALL_LINES
    max_times: int | None = None

    def __post_init__(self) -> None:
        _check_amount(self.price)
        for count in (self.quantity, self.max_times):
            _check_count(count)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippingOff:
    """A percentage (100: free) of each shipment's cost; or an amount off all of them together; or a price.

    With `price` each shipment costs no more than that. `methods` limits it to those ship methods,
    `at_most` caps each shipment's discount.
    """

    percent: Decimal = HUNDRED
    amount: Money | None = None
    price: Money | None = None
    methods: frozenset[str] = frozenset()
    at_most: Money | None = None

    def __post_init__(self) -> None:
        _check_percent(self.percent)
        _check_amount(self.amount)
        _check_amount(self.price)
        _check_amount(self.at_most)


LineBenefit = PercentOff | AmountOff | FixedPrice | Tiers | BuyGet | BundlePrice
Benefit = LineBenefit | ShippingOff


def _check_percent(percent: Decimal) -> None:
    if not 0 <= percent <= HUNDRED:
        message = f"{percent} is not a percentage between 0 and 100."
        raise ValueError(message)


def _check_amount(amount: Money | None) -> None:
    if amount is not None and amount.minor < 0:
        message = f"An offer can not have a negative amount ({amount})."
        raise ValueError(message)


def _check_count(count: int | None) -> None:
    if count is not None and count < 1:
        message = f"An offer can not count {count} pieces or times."
        raise ValueError(message)
