"""How much a benefit takes off each line. Pure: reads a basket, answers amounts by position.

Each function looks at `left`, what the lines still cost, so an offer of several benefits, and the trial
of several offers against each other, need not touch the basket.
"""

from collections.abc import Sequence
from decimal import Decimal

from backoffice.domain.money import Money, round_ratio, round_ratios
from backoffice.domain.pricing.basket import Amounts, Basket
from backoffice.domain.pricing.promotions.benefits import (
    AmountOff,
    BundlePrice,
    BuyGet,
    FixedPrice,
    LineBenefit,
    Measured,
    Per,
    PercentOff,
    Spread,
    Tier,
    Tiers,
)
from backoffice.domain.pricing.promotions.sets import bundle_price, buy_get, pieces_meant
from backoffice.domain.pricing.proration import round_fraction, share_out, share_out_within
from backoffice.domain.pricing.rules import PercentOf


def discounts(benefit: LineBenefit, basket: Basket, left: Sequence[int]) -> Amounts:
    """The amounts above zero a benefit gives, by position; none is above what the line has left."""
    match benefit:
        case BuyGet():
            return buy_get(benefit, basket, left)
        case BundlePrice():
            return bundle_price(benefit, basket, left)
        case Tiers():
            return _tiers(benefit, basket, left)
    positions = basket.discountable(benefit.on, left)
    match benefit:
        case PercentOff():
            return _percent_off(benefit, positions, basket, left)
        case AmountOff():
            return _amount_off(benefit, positions, basket, left)
        case _:
            return _fixed_price(benefit, positions, basket, left)


def _percent_off(
    benefit: PercentOff, positions: Sequence[int], basket: Basket, left: Sequence[int]
) -> Amounts:
    bases = _percent_bases(positions, basket, left)
    quantities = basket.quantity
    if benefit.max_units is not None or benefit.max_units_per_line is not None:
        pieces = pieces_meant(benefit, positions, basket, left)
        bases = [
            base * pieces.get(position, 0) // quantities[position]
            for position, base in zip(positions, bases, strict=True)
        ]
    parts = _percent_of(benefit.percent, benefit.per, positions, bases, basket)
    if benefit.at_most is not None and sum(parts) > benefit.at_most.minor:
        parts = share_out(benefit.at_most.minor, parts, basket.rules.odd_cents)
    return _within(positions, parts, left)


def _percent_of(
    percent: Decimal, per: Per, positions: Sequence[int], bases: Sequence[int], basket: Basket
) -> list[int]:
    numerator, denominator = percent.as_integer_ratio()
    denominator *= 100
    rounding = basket.rules.rounding
    if per is Per.SELECTION:
        total = round_ratio(sum(bases) * numerator, denominator, rounding)
        return share_out(total, bases, basket.rules.odd_cents)
    if per is Per.LINE:
        return round_ratios([base * numerator for base in bases], denominator, rounding)
    quantities = [basket.quantity[position] for position in positions]
    return [
        round_ratio(base * numerator, denominator * quantity, rounding) * quantity
        for base, quantity in zip(bases, quantities, strict=True)
    ]


def _percent_bases(positions: Sequence[int], basket: Basket, left: Sequence[int]) -> list[int]:
    of_what = left if basket.rules.percent_of is PercentOf.REMAINDER else basket.gross
    factors = basket.percent_factors
    if factors is None:
        return [of_what[position] for position in positions]
    rounding = basket.rules.rounding
    return [round_fraction(of_what[position] * factors[position], rounding) for position in positions]


def _amount_off(benefit: AmountOff, positions: Sequence[int], basket: Basket, left: Sequence[int]) -> Amounts:
    amount = benefit.amount.minor
    pieces = pieces_meant(benefit, positions, basket, left)
    quantities = [pieces.get(position, 0) for position in positions]
    caps = [
        left[position] * quantity // basket.quantity[position]
        for position, quantity in zip(positions, quantities, strict=True)
    ]
    if benefit.per is Per.LINE:
        parts = [min(amount, cap) for cap in caps]
    elif benefit.per is Per.UNIT:
        parts = [min(amount * quantity, cap) for cap, quantity in zip(caps, quantities, strict=True)]
    elif benefit.spread is Spread.BY_AMOUNT:
        parts = share_out(min(amount, sum(caps)), caps, basket.rules.odd_cents)
    else:
        weights = quantities if benefit.spread is Spread.BY_QUANTITY else [1] * len(positions)
        parts = share_out_within(amount, weights, caps, basket.rules.odd_cents)
    return _within(positions, parts, left)


def _fixed_price(
    benefit: FixedPrice, positions: Sequence[int], basket: Basket, left: Sequence[int]
) -> Amounts:
    price = benefit.price.minor
    caps = [left[position] for position in positions]
    if benefit.per is Per.SELECTION:
        parts = share_out(max(0, sum(caps) - price), caps, basket.rules.odd_cents)
    elif benefit.per is Per.LINE:
        parts = [cap - price for cap in caps]
    else:
        parts = [left[position] - price * basket.quantity[position] for position in positions]
    return _within(positions, parts, left)


def _tiers(benefit: Tiers, basket: Basket, left: Sequence[int]) -> Amounts:
    positions = basket.discountable(benefit.on, left)
    match benefit.measured:
        case Measured.SET_QUANTITY:
            together = basket.measured_quantity(basket.selected(benefit.on))
            return _reached_tier(benefit, together, positions, basket, left)
        case Measured.SET_AMOUNT:
            together = basket.measured_amount(basket.selected(benefit.on))
            return _reached_tier(benefit, together, positions, basket, left)
    amounts: Amounts = {}
    by_quantity = benefit.measured is Measured.LINE_QUANTITY
    for position in positions:
        value = basket.quantity[position] if by_quantity else basket.measured_amount([position])
        amounts |= _reached_tier(benefit, value, [position], basket, left)
    return amounts


def _reached_tier(
    benefit: Tiers, value: int, positions: Sequence[int], basket: Basket, left: Sequence[int]
) -> Amounts:
    reached = [tier for tier in benefit.tiers if _in_tier(tier, value, basket)]
    if not reached:
        return {}
    tier = max(reached, key=lambda one: _bound(one.minimum))
    if tier.percent is not None:
        off = PercentOff(percent=tier.percent)
        return _percent_off(off, positions, basket, left)
    if tier.unit_price is not None:
        return _fixed_price(FixedPrice(price=tier.unit_price), positions, basket, left)
    if tier.unit_amount_off is not None:
        each = AmountOff(amount=tier.unit_amount_off, per=Per.UNIT)
        return _amount_off(each, positions, basket, left)
    assert tier.amount_off is not None  # noqa: S101 - Tier holds exactly one of the four
    return _amount_off(AmountOff(amount=tier.amount_off), positions, basket, left)


def _in_tier(tier: Tier, value: int, basket: Basket) -> bool:
    low = _bound(tier.minimum)
    reached = basket.reaches(value, low) if isinstance(tier.minimum, Money) else value >= low
    return reached and (tier.maximum is None or value <= _bound(tier.maximum))


def _bound(bound: int | Money) -> int:
    return bound.minor if isinstance(bound, Money) else bound


def _within(positions: Sequence[int], parts: Sequence[int], left: Sequence[int]) -> Amounts:
    return {
        position: min(part, left[position])  # min() costs more
        for position, part in zip(positions, parts, strict=True)
        if part > 0
    }
