"""What shipping costs: tariffs and their ways to charge. Weights in grams, amounts as prices are kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from backoffice.domain.money import Money, Rounding
from backoffice.domain.pricing.areas import EVERYWHERE, Area
from backoffice.domain.pricing.currencies import amounts_in

SHIPPING_TAX_CLASS = "shipping"
GRAMS_PER_KG = 1000
Bound = TypeVar("Bound", Decimal, Money)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedGoods:
    """What a charge looks at: pieces, weight in grams and value of the physical goods of one shipment."""

    quantity: int
    grams: Decimal
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class PerOrder:
    """An amount once for all shipments that go by this tariff, prorated to them by value."""

    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class PerShipment:
    """The same for each shipment."""

    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class ByWeight:
    """A base and so much per kilogram; weight counts in steps of `step_grams` begun, where given."""

    base: Money
    per_kg: Money
    step_grams: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WeightBands:
    """Pairs of (from grams, amount), ascending; the last reached counts, below the first it is free."""

    bands: tuple[tuple[Decimal, Money], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceBands:
    """Pairs of (from value of goods, amount), ascending; the last reached counts, below the first: free."""

    bands: tuple[tuple[Money, Money], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PerItem:
    """So much for each piece; the first may differ, and every `max_items` pieces it starts again."""

    each: Money
    first: Money | None = None
    max_items: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentOfGoods:
    """A percentage of the value of the goods, between `at_least` and `at_most`."""

    percent: Decimal
    at_least: Money | None = None
    at_most: Money | None = None


Charge = PerOrder | PerShipment | ByWeight | WeightBands | PriceBands | PerItem | PercentOfGoods


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippingTariff:
    """A ship method's price in an area. Of several with one code the narrowest area counts.

    `free_over`: shipments whose goods (of the whole order, with `free_over_counts_order`) reach it cost
    nothing.
    """

    code: str
    name: str
    charge: Charge
    area: Area = EVERYWHERE
    free_over: Money | None = None
    free_over_counts_order: bool = True
    tax_class: str = SHIPPING_TAX_CLASS
    amounts: tuple[Money, ...] = field(init=False, repr=False, compare=False)  # each that it names

    def __post_init__(self) -> None:
        object.__setattr__(self, "amounts", tuple(amounts_in((self.charge, self.free_over))))


def cost_of(charge: Charge, goods: ShippedGoods, rounding: Rounding) -> tuple[Money, str]:
    """The cost of one shipment and how it came about. PerOrder is told in full: who calls prorates it."""
    currency = goods.amount.currency
    match charge:
        case PerOrder(amount=amount) | PerShipment(amount=amount):
            return amount, "once per order" if isinstance(charge, PerOrder) else "per shipment"
        case ByWeight():
            return _by_weight(charge, goods.grams, rounding)
        case WeightBands(bands=weights):
            amount = _band(weights, goods.grams) or Money.zero(currency)
            return amount, f"{_kg(goods.grams)} kg"
        case PriceBands(bands=prices):
            amount = _band(prices, goods.amount) or Money.zero(currency)
            return amount, f"goods for {goods.amount.to_decimal()}"
        case PerItem():
            return _per_item(charge, goods.quantity)
        case _:
            return _percent_of_goods(charge, goods.amount, rounding)


def _by_weight(charge: ByWeight, grams: Decimal, rounding: Rounding) -> tuple[Money, str]:
    if charge.step_grams is not None:
        steps = math.ceil(Fraction(grams) / Fraction(charge.step_grams))
        grams = steps * charge.step_grams
    cost = charge.base + charge.per_kg.times(Fraction(grams) / GRAMS_PER_KG, rounding)
    return cost, f"{charge.base.to_decimal()} + {_kg(grams)} kg x {charge.per_kg.to_decimal()}"


def _per_item(charge: PerItem, quantity: int) -> tuple[Money, str]:
    first = charge.each if charge.first is None else charge.first
    rounds = 1 if charge.max_items is None else -(-quantity // charge.max_items)
    rounds = min(rounds, quantity)
    amount = first * rounds + charge.each * (quantity - rounds)
    return (
        amount,
        f"{quantity} pieces: {rounds} x {first.to_decimal()}, the others {charge.each.to_decimal()}",
    )


def _percent_of_goods(charge: PercentOfGoods, value: Money, rounding: Rounding) -> tuple[Money, str]:
    amount = value.times(Fraction(charge.percent) / 100, rounding)
    if charge.at_least is not None:
        amount = max(amount, charge.at_least)
    if charge.at_most is not None:
        amount = min(amount, charge.at_most)
    return amount, f"{charge.percent:f} % of {value.to_decimal()}"


def _band(bands: Sequence[tuple[Bound, Money]], value: Bound) -> Money | None:
    reached = [amount for start, amount in bands if start <= value]
    return reached[-1] if reached else None


def _kg(grams: Decimal) -> str:
    return f"{(grams / GRAMS_PER_KG).normalize():f}"
