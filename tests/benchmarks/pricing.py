"""How long pricing takes, beside its floor: `python -m tests.benchmarks.pricing [--json FILE] [--rounds N]`.

The floor is a bare loop that multiplies and rounds the same number of times on plain integers: a percentage
of each line for each offer that reaches it, a tax for each line, and a sum. It proves nothing, prorates
nothing and explains nothing. The goal is 20 ms for 200 lines with 50 active promotions (issue 3).
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter_ns

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    BuyGet,
    ByWeight,
    CartLine,
    Customer,
    Destination,
    Minimum,
    Per,
    PercentOff,
    PricingRequest,
    Promotion,
    Selection,
    Shipment,
    ShippingTariff,
    TaxRate,
    Tier,
    Tiers,
    explain,
    price,
)
from backoffice.domain.pricing.promotions.benefits import Benefit

CATEGORIES = ("Bikes / Road Bikes", "Bikes / Mountain Bikes", "Accessories / Helmets", "Components / Wheels")
GOAL_MS = 20.0


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Milliseconds, medians: ours to price, ours to explain as well, and the floor."""

    cart: str
    lines: int
    promotions: int
    shares: int
    price_ms: float
    explain_ms: float
    floor_ms: float

    @property
    def ratio(self) -> float:
        return self.price_ms / self.floor_ms


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def cart_of(lines: int, promotions: tuple[Promotion, ...], random: Random) -> PricingRequest:
    return PricingRequest(
        at=datetime(2026, 11, 22, tzinfo=UTC),
        currency="USD",
        customer=Customer(groups=frozenset({"reseller"})),
        lines=tuple(
            CartLine(
                line_id=f"{number:04}",
                sku=f"SKU-{number % 120}",
                quantity=random.randint(1, 70),
                list_price=usd(random.randint(199, 357_827)),
                category=random.choice(CATEGORIES),
                weight_grams=Decimal(random.randint(10, 9000)),
                shipment_id="s1",
            )
            for number in range(lines)
        ),
        shipments=(
            Shipment(
                shipment_id="s1",
                destination=Destination(country="US", region="WA", postcode="98101"),
                method_code="GROUND",
            ),
        ),
        promotions=promotions,
        tariffs=(
            ShippingTariff(code="GROUND", name="Ground", charge=ByWeight(base=usd(395), per_kg=usd(99))),
        ),
        tax_rates=tuple(
            TaxRate(
                rate_id=f"US-{state}",
                name=state,
                percent=Decimal("8.8"),
                area=Area(country="US", region=state),
            )
            for state in ("WA", "OR", "CA", "AZ", "FL", "MA", "MI", "MN", "TN", "TX", "UT")
        ),
    )


def mixed_benefit(number: int, random: Random) -> Benefit:
    """What a store has: volume tiers, SKU sets, categories, buy x get y, and some on the whole order."""
    some = Selection(skus=frozenset(f"SKU-{random.randrange(120)}" for _ in range(20)))
    category = Selection(categories=frozenset({CATEGORIES[number % len(CATEGORIES)]}))
    tiers = tuple(
        Tier(minimum=minimum, maximum=maximum, percent=Decimal(percent))
        for minimum, maximum, percent in (
            (11, 14, 2),
            (15, 24, 5),
            (25, 40, 10),
            (41, 60, 15),
            (61, None, 20),
        )
    )
    choice: tuple[Benefit, ...] = (
        Tiers(tiers=tiers, on=some),
        PercentOff(percent=Decimal(5), on=some),
        AmountOff(amount=usd(500), on=category),
        BuyGet(buy_quantity=2, get_quantity=1, buy=some, get=some),
        PercentOff(percent=Decimal(1)),
    )
    return choice[number % len(choice)]


def offers(count: int, benefit: Callable[[int], Benefit]) -> tuple[Promotion, ...]:
    return tuple(
        Promotion(
            promotion_id=f"offer-{number:02}",
            name=f"Offer {number}",
            benefits=(benefit(number),),
            priority=number,
            customer_groups=frozenset({"reseller"}),
            minimums=(Minimum(amount=usd(1000)),),
        )
        for number in range(count)
    )


def floor(request: PricingRequest, shares: int) -> int:
    """As many roundings as the priced cart has shares, then one tax a line, on bare integers."""
    left = [line.list_price.minor * line.quantity for line in request.lines]
    for share in range(shares):
        position = share % len(left)
        left[position] -= (left[position] * 2 * 2 + 100) // 200
    return sum(amount + (amount * 88 * 2 + 1000) // 2000 for amount in left)


def median_ms(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = perf_counter_ns()
        work()
        times.append(perf_counter_ns() - start)
    return median(times) / 1_000_000


def measure(rounds: int) -> list[Figure]:
    """Each cart, after one unmeasured round."""
    random = Random(20261122)
    carts = {
        "3 lines, no promotion": cart_of(3, (), random),
        "20 lines, 10 mixed": cart_of(20, offers(10, lambda number: mixed_benefit(number, random)), random),
        "200 lines, no promotion": cart_of(200, (), random),
        "200 lines, 50 mixed": cart_of(200, offers(50, lambda number: mixed_benefit(number, random)), random),
        "200 lines, 50 on each line": cart_of(
            200, offers(50, lambda _: PercentOff(percent=Decimal(2), per=Per.LINE)), random
        ),
        "200 lines, 50 on the order": cart_of(
            200, offers(50, lambda _: PercentOff(percent=Decimal(2))), random
        ),
    }
    figures = []
    for name, request in carts.items():
        result = price(request)
        shares = sum(len(line.discounts) for line in result.lines)
        figures.append(
            Figure(
                cart=name,
                lines=len(request.lines),
                promotions=len(request.promotions),
                shares=shares,
                price_ms=median_ms(partial(price, request), rounds),
                explain_ms=median_ms(partial(explain, result), rounds),
                floor_ms=median_ms(partial(floor, request, shares), rounds),
            )
        )
    return figures


def show(figures: list[Figure]) -> None:
    """Print the table."""
    print(
        f"{'cart':<28}{'shares':>8}{'price':>10}{'explain':>10}{'floor':>10}{'ratio':>8}   goal {GOAL_MS} ms"
    )
    for one in figures:
        print(
            f"{one.cart:<28}{one.shares:>8}{one.price_ms:>8.2f}ms{one.explain_ms:>8.2f}ms"
            f"{one.floor_ms:>8.3f}ms{one.ratio:>8.1f}   {'met' if one.price_ms <= GOAL_MS else 'missed'}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="How long pricing takes, beside its floor.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=31, help="rounds per cart; the median counts")
    arguments = parser.parse_args()
    figures = measure(arguments.rounds)
    show(figures)
    rows = [
        {**{name: getattr(one, name) for name in one.__dataclass_fields__}, "ratio": one.ratio}
        for one in figures
    ]
    document = json.dumps({"benchmark": "pricing", "goal_ms": GOAL_MS, "figures": rows}, indent=2)
    if arguments.json:
        arguments.json.write_text(document + "\n")
    else:
        print(document)


if __name__ == "__main__":
    main()
