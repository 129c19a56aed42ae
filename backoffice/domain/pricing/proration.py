"""Sharing cents: amounts split to lines, exact fractions settled to whole cents, as the store says."""

from collections.abc import Sequence
from fractions import Fraction

from backoffice.domain.money import Rounding, apportion, round_ratio
from backoffice.domain.pricing.rules import OddCents


def share_out(total: int, weights: Sequence[int], odd_cents: OddCents) -> list[int]:
    """Split `total` (not negative, not above the sum of the weights where they are caps) by weight."""
    if odd_cents is OddCents.LARGEST_REMAINDER:
        return apportion(total, weights)
    everything = sum(weights)
    if not everything:
        return apportion(total, weights)
    if odd_cents is OddCents.CARRIED:
        return _carried([Fraction(total * weight, everything) for weight in weights], Rounding.HALF_UP)
    shares = [total * weight // everything for weight in weights]
    odd = total - sum(shares)
    takers = [position for position, weight in enumerate(weights) if weight]
    if odd_cents is OddCents.FIRST:
        _hand_out(odd, takers, shares, odd_cents)
        return shares
    for position in reversed(takers):
        room = weights[position] - shares[position] if total <= everything else odd
        shares[position] += min(odd, room)
        odd -= min(odd, room)
    return shares


def share_out_within(
    total: int, weights: Sequence[int], caps: Sequence[int], odd_cents: OddCents
) -> list[int]:
    """Split by weight, none above its cap; what a cap keeps back goes to the others."""
    shares = [0] * len(weights)
    open_positions = [position for position, cap in enumerate(caps) if cap]
    rest = min(total, sum(caps))
    while rest:
        parts = share_out(rest, [weights[position] for position in open_positions], odd_cents)
        for position, part in zip(open_positions, parts, strict=True):
            taken = min(part, caps[position] - shares[position])
            shares[position] += taken
            rest -= taken
        open_positions = [position for position in open_positions if shares[position] < caps[position]]
    return shares


def settle(exact: Sequence[Fraction], rounding: Rounding, odd_cents: OddCents) -> list[int]:
    """Whole cents for exact amounts (none negative) whose sum is rounded once."""
    if odd_cents is OddCents.CARRIED:
        return _carried(exact, rounding)
    total = round_fraction(sum(exact, Fraction(0)), rounding)
    cents = [amount.numerator // amount.denominator for amount in exact]
    odd = total - sum(cents)
    uneven = [position for position, amount in enumerate(exact) if amount.denominator > 1]
    if odd_cents is OddCents.LARGEST_REMAINDER:
        uneven.sort(key=lambda position: cents[position] - exact[position])
    _hand_out(odd, uneven, cents, odd_cents)
    return cents


def round_fraction(amount: Fraction, rounding: Rounding) -> int:
    """The amount as a whole number."""
    return round_ratio(amount.numerator, amount.denominator, rounding)


def _hand_out(odd: int, takers: Sequence[int], cents: list[int], odd_cents: OddCents) -> None:
    """Give the odd cents: one each to the first takers, or all to the last."""
    if odd_cents is OddCents.LAST:
        takers = [*takers[-1:]] * odd
    for position in takers[:odd]:
        cents[position] += 1


def _carried(exact: Sequence[Fraction], rounding: Rounding) -> list[int]:
    cents = []
    so_far = Fraction(0)
    given = 0
    for amount in exact:
        so_far += amount
        up_to_here = round_fraction(so_far, rounding)
        cents.append(up_to_here - given)
        given = up_to_here
    return cents
