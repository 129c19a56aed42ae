"""Tax in whole cents: each rate's share of each taxable amount, rounded where the store says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from backoffice.domain.money import round_ratio
from backoffice.domain.pricing.proration import round_fraction, settle
from backoffice.domain.pricing.rules import PricingRules, TaxesRounded, TaxRoundedPer
from backoffice.domain.pricing.taxes import RateSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Taxable:
    """Minor units that are taxed, of `quantity` pieces; `included` when they hold their tax.

    `most` caps an included tax: no more can be in a price than the price.
    """

    base: int
    quantity: int
    rates: RateSet
    included: bool
    most: int
    is_shipping: bool = False


def tax_amounts(taxables: Sequence[Taxable], rules: PricingRules) -> list[list[int]]:
    """For each taxable, what each of its rates takes."""
    match rules.tax_rounded_per:
        case TaxRoundedPer.ORDER:
            amounts = _per_order(taxables, rules)
        case TaxRoundedPer.LINE:
            amounts = [_rounded(taxable, 1, rules) for taxable in taxables]
        case _:  # UNIT
            amounts = [_rounded(taxable, taxable.quantity, rules) for taxable in taxables]
    return [_capped(taxable, taxes) for taxable, taxes in zip(taxables, amounts, strict=True)]


def _rounded(taxable: Taxable, pieces: int, rules: PricingRules) -> list[int]:
    """Rounded for one of so many equal pieces, then multiplied."""
    if rules.taxes_rounded is TaxesRounded.TOGETHER:
        exact = [amount / pieces for amount in _exact(taxable)]
        return [cents * pieces for cents in settle(exact, rules.tax_rounding, rules.odd_cents)]
    divisor = 1 + taxable.rates.total if taxable.included else Fraction(1)
    amounts = []
    for share in taxable.rates.shares:
        of_base = share / divisor
        cents = round_ratio(
            taxable.base * of_base.numerator, of_base.denominator * pieces, rules.tax_rounding
        )
        amounts.append(cents * pieces)
    return amounts


def _per_order(taxables: Sequence[Taxable], rules: PricingRules) -> list[list[int]]:
    amounts = [[0] * len(taxable.rates.rates) for taxable in taxables]
    groups: dict[tuple[str, bool], list[tuple[int, int, Fraction]]] = {}
    together = rules.taxes_rounded is TaxesRounded.TOGETHER
    for item, taxable in enumerate(taxables):
        apart = rules.shipping_tax_rounded_apart and taxable.is_shipping
        for place, exact in enumerate(_exact(taxable)):
            rate_id = "" if together else taxable.rates.rates[place].rate_id
            groups.setdefault((rate_id, apart), []).append((item, place, exact))
    for entries in groups.values():
        cents = settle([exact for _, _, exact in entries], rules.tax_rounding, rules.odd_cents)
        for (item, place, _), amount in zip(entries, cents, strict=True):
            amounts[item][place] = amount
    return amounts


def _exact(taxable: Taxable) -> list[Fraction]:
    divisor = 1 + taxable.rates.total if taxable.included else Fraction(1)
    return [taxable.base * share / divisor for share in taxable.rates.shares]


def _capped(taxable: Taxable, taxes: list[int]) -> list[int]:
    if not taxable.included or sum(taxes) <= taxable.most:
        return taxes
    left = taxable.most
    capped = []
    for tax in taxes:
        capped.append(min(tax, left))
        left -= capped[-1]
    return capped


def converted(minor: int, holds: RateSet, shall_hold: RateSet, rules: PricingRules) -> int:
    """A price that holds one place's tax as it is with another's."""
    if holds.total == shall_hold.total:
        return minor
    return round_fraction(minor * (1 + shall_hold.total) / (1 + holds.total), rules.rounding)
