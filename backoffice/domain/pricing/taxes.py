"""Tax rates: which apply to goods of a class, for a customer's tax group, in a place; and how they add up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from backoffice.domain.pricing.areas import Area, Destination
from backoffice.domain.pricing.prices import in_force

ANY_TAX_GROUP = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxRate:
    """A jurisdiction's percentage. Raises ValueError for a negative one.

    `tax_classes` empty means all goods. `tax_group` "all" or the customers it is for ("retail",
    "wholesale"). Rates that apply together add up; a `compound` one is taken of the price and the taxes
    with a lower `priority` number. One that `replaces_broader` takes the place of all that apply to a
    wider area. `on_shipping`: whether it taxes shipping too. In force in [starts_at, ends_at).
    """

    rate_id: str
    name: str
    percent: Decimal
    area: Area
    tax_classes: frozenset[str] = frozenset()
    tax_group: str = ANY_TAX_GROUP
    priority: int = 0
    compound: bool = False
    replaces_broader: bool = False
    on_shipping: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.percent < 0:
            message = f"A tax rate can not be negative ({self.percent})."
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class RateSet:
    """The rates that apply to one amount, and what each is of the price without tax (`shares`)."""

    rates: tuple[TaxRate, ...]
    shares: tuple[Fraction, ...]
    total: Fraction


class RateTable:
    """Looks up the rates for one customer's tax group; remembers what it found."""

    def __init__(self, rates: Sequence[TaxRate], at: datetime) -> None:
        current = [rate for rate in rates if in_force(at, rate.starts_at, rate.ends_at)]
        self._rates = sorted(current, key=lambda rate: (rate.priority, rate.rate_id))
        self._found: dict[tuple[str, str, bool, Destination], RateSet] = {}

    def applicable(
        self, *, tax_class: str, tax_group: str, place: Destination, for_shipping: bool = False
    ) -> RateSet:
        """The rates for goods (or shipping) of a tax class; none is an empty set."""
        key = (tax_class, tax_group, for_shipping, place)
        found = self._found.get(key)
        if found is None:
            fitting = [
                rate
                for rate in self._rates
                if (not rate.tax_classes or tax_class in rate.tax_classes)
                and rate.tax_group in (ANY_TAX_GROUP, tax_group)
                and (rate.on_shipping or not for_shipping)
                and rate.area.covers(place)
            ]
            found = self._found[key] = rate_set(fitting)
        return found


def rate_set(rates: Iterable[TaxRate]) -> RateSet:
    """Rates that apply together, lowest priority number first, with their compounded shares."""
    chosen = list(rates)
    narrowest = max((rate.area.precision for rate in chosen if rate.replaces_broader), default=0)
    chosen = [rate for rate in chosen if rate.area.precision >= narrowest]
    shares: list[Fraction] = []
    for rate in chosen:
        before = sum(
            (share for other, share in zip(chosen, shares, strict=False) if other.priority < rate.priority),
            Fraction(0),
        )
        own = Fraction(rate.percent) / 100
        shares.append(own * (1 + before) if rate.compound else own)
    return RateSet(rates=tuple(chosen), shares=tuple(shares), total=sum(shares, Fraction(0)))


NO_RATES = rate_set(())
