"""Offers that look at single pieces of several lines: "buy x get y" and "any n for a price".

A line of 1,000 equal pieces is one run, so quantities do not matter for the time taken. Which pieces come
first is decided by price, then SKU, then line id, never by the order of lines.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backoffice.domain.pricing.basket import Amounts, Basket
from backoffice.domain.pricing.promotions.benefits import (
    AmountOff,
    BundlePrice,
    BuyGet,
    Cheapest,
    PercentOff,
)
from backoffice.domain.pricing.proration import round_fraction, share_out_within


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """Equal pieces of one line; `each` is what one still costs, in minor units."""

    position: int
    count: int
    each: Fraction


def buy_get(benefit: BuyGet, basket: Basket, left: Sequence[int]) -> Amounts:
    """The discounts of `benefit.get` pieces."""
    buy = set(basket.selected(benefit.buy))
    get = set(basket.discountable(benefit.get, left))
    if not benefit.each_line:
        return _buy_get(benefit, buy, get, basket, left)
    amounts: Amounts = {}
    for position in buy & get:
        amounts |= _buy_get(benefit, {position}, {position}, basket, left)
    return amounts


def _buy_get(benefit: BuyGet, buy: set[int], get: set[int], basket: Basket, left: Sequence[int]) -> Amounts:
    """Among these lines.

    1. Pieces only bought, only got, or either are told apart.
    2. It is found how often the offer fits: bought pieces come from those only bought, then from either.
    3. Of the either-pieces the dearest are the bought ones; the cheapest of the rest are discounted.
    """
    only_buy = sum(basket.quantity[position] for position in buy - get)
    only_get = _runs(get - buy, basket, left)
    either = _runs(get & buy, basket, left)
    available = _count(only_get) + _count(either)

    def fits(times: int) -> bool:
        from_either = max(0, times * benefit.buy_quantity - only_buy)
        return available - from_either > (times - 1) * benefit.get_quantity

    most = (only_buy + _count(either)) // benefit.buy_quantity
    times = _largest(fits, most if benefit.max_times is None else min(most, benefit.max_times))
    bought = max(0, times * benefit.buy_quantity - only_buy)
    if benefit.cheapest is Cheapest.FIRST:
        candidates = [*only_get, *_all_but_dearest(either, bought)]
        candidates.sort(key=lambda run: _rank(run, basket))
    else:
        candidates = [*only_get, *_all_but_cheapest(either, bought)]
        candidates.sort(key=lambda run: _rank(run, basket), reverse=True)
    percent, hundred = benefit.percent.as_integer_ratio()
    amounts = {
        run.position: round_fraction(run.each * run.count * percent / (100 * hundred), basket.rules.rounding)
        for run in _first(candidates, times * benefit.get_quantity)
    }
    return {position: amount for position, amount in amounts.items() if amount}


def pieces_meant(
    benefit: PercentOff | AmountOff, positions: Sequence[int], basket: Basket, left: Sequence[int]
) -> dict[int, int]:
    """How many pieces of each line a benefit with a limit on pieces means."""
    per_line = benefit.max_units_per_line
    counts = {
        position: basket.quantity[position] if per_line is None else min(per_line, basket.quantity[position])
        for position in positions
    }
    if benefit.max_units is None:
        return counts
    runs = [
        _Run(position=run.position, count=counts[run.position], each=run.each)
        for run in _runs(positions, basket, left)
    ]
    if benefit.cheapest is Cheapest.LAST:
        runs.reverse()
    return {run.position: run.count for run in _first(runs, benefit.max_units)}


def bundle_price(benefit: BundlePrice, basket: Basket, left: Sequence[int]) -> Amounts:
    """The discounts that make bundles of the dearest pieces cost their price, while that is less."""
    runs = _runs(basket.discountable(benefit.on, left), basket, left)
    runs.sort(key=lambda run: _rank(run, basket), reverse=True)

    def value(times: int) -> Fraction:
        chosen = _first(runs, times * benefit.quantity)
        return sum((run.each * run.count for run in chosen), Fraction(0))

    def pays(times: int) -> bool:
        return value(times) - value(times - 1) > benefit.price.minor

    most = _count(runs) // benefit.quantity
    times = _largest(pays, most if benefit.max_times is None else min(most, benefit.max_times))
    chosen = _first(runs, times * benefit.quantity)
    off = round_fraction(value(times) - times * benefit.price.minor, basket.rules.rounding)
    # A piece may cost a fraction of a cent by now, so shares are weighed and capped in whole cents.
    weights = [round_fraction(run.each * run.count, basket.rules.rounding) for run in chosen]
    caps = [left[run.position] for run in chosen]
    parts = share_out_within(off, weights, caps, basket.rules.odd_cents)
    return {run.position: part for run, part in zip(chosen, parts, strict=True) if part}


def _runs(positions: Iterable[int], basket: Basket, left: Sequence[int]) -> list[_Run]:
    runs = [
        _Run(
            position=position,
            count=basket.quantity[position],
            each=Fraction(left[position], basket.quantity[position]),
        )
        for position in positions
    ]
    runs.sort(key=lambda run: _rank(run, basket))
    return runs


def _rank(run: _Run, basket: Basket) -> tuple[Fraction, str, int]:
    return run.each, basket.lines[run.position].sku, run.position


def _count(runs: Iterable[_Run]) -> int:
    return sum(run.count for run in runs)


def _first(runs: Iterable[_Run], count: int) -> list[_Run]:
    chosen = []
    for run in runs:
        if count <= 0:
            break
        taken = min(run.count, count)
        chosen.append(_Run(position=run.position, count=taken, each=run.each))
        count -= taken
    return chosen


def _all_but_dearest(runs: Sequence[_Run], count: int) -> list[_Run]:
    return _first(runs, _count(runs) - count)


def _all_but_cheapest(runs: Sequence[_Run], count: int) -> list[_Run]:
    return _first(reversed(runs), _count(runs) - count)


def _largest(holds: Callable[[int], bool], most: int) -> int:
    """The largest number up to `most` for which it holds; it holds up to some number and not beyond."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
