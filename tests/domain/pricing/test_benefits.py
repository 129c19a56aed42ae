"""What each benefit gives, in tables. Prices end in odd cents on purpose."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    AmountOff,
    BundlePrice,
    BuyGet,
    CartLine,
    Cheapest,
    FixedPrice,
    Measured,
    Minimum,
    OddCents,
    Per,
    PercentOff,
    PricingRules,
    Promotion,
    Selection,
    ShippingOff,
    Spread,
    Tier,
    Tiers,
)
from backoffice.domain.pricing.promotions.benefits import Benefit
from tests.domain.pricing.carts import cart, line, line_discounts, offer, priced, usd

HELMET = line("helmet", "34.99", 3, category="Accessories / Helmets")
TIRE = line("tire", "10.01", 2, category="Accessories / Tires and Tubes")
BIKE = line("bike", "999.99", category="Bikes / Road Bikes")
# In the order they are asked; the engine sorts by id: bike, helmet, tire.
LINES = (HELMET, TIRE, BIKE)
ACCESSORIES = Selection(categories=frozenset({"Accessories"}))
BIKES = Selection(categories=frozenset({"Bikes"}))
HELMETS = Selection(skus=frozenset({"helmet"}))
TIRES = Selection(skus=frozenset({"tire"}))


def given_off(benefit: Benefit, *lines: CartLine, rules: PricingRules | None = None) -> list[str]:
    return line_discounts(priced(cart(*(lines or LINES), promotions=(offer("offer", benefit),), rules=rules)))


@pytest.mark.parametrize(
    "benefit, discounts",
    [
        # 10 % of 104.97 + 20.02 + 999.99 = 112.498, so 112.50, shared out
        pytest.param(PercentOff(percent=Decimal(10)), ["10.50", "2.00", "100.00"], id="order"),
        pytest.param(PercentOff(percent=Decimal(10), per=Per.LINE), ["10.50", "2.00", "100.00"], id="line"),
        pytest.param(PercentOff(percent=Decimal(10), per=Per.UNIT), ["10.50", "2.00", "100.00"], id="unit"),
        pytest.param(PercentOff(percent=Decimal(15), on=HELMETS), ["15.75", "0.00", "0.00"], id="SKU"),
        pytest.param(
            PercentOff(percent=Decimal(15), on=HELMETS, per=Per.UNIT), ["15.75", "0.00", "0.00"], id="each"
        ),
        pytest.param(
            PercentOff(percent=Decimal(10), on=ACCESSORIES), ["10.50", "2.00", "0.00"], id="category"
        ),
        pytest.param(
            PercentOff(percent=Decimal(10), on=Selection(except_categories=frozenset({"Bikes"}))),
            ["10.50", "2.00", "0.00"],
            id="all but a category",
        ),
        pytest.param(
            PercentOff(
                percent=Decimal(10), on=Selection(lowest_price=usd("10.01"), highest_price=usd("34.99"))
            ),
            ["10.50", "2.00", "0.00"],
            id="price range",
        ),
        pytest.param(
            PercentOff(percent=Decimal(10), on=Selection(skus=frozenset({"none"}))),
            ["0.00", "0.00", "0.00"],
            id="nothing selected",
        ),
        pytest.param(
            PercentOff(percent=Decimal(10), at_most=usd("50")), ["4.67", "0.89", "44.44"], id="capped"
        ),
        pytest.param(PercentOff(percent=Decimal(100)), ["104.97", "20.02", "999.99"], id="all of it"),
        pytest.param(PercentOff(percent=Decimal(0)), ["0.00", "0.00", "0.00"], id="nothing"),
        pytest.param(
            PercentOff(percent=Decimal(50), max_units=3), ["17.50", "10.01", "0.00"], id="three cheapest"
        ),
        pytest.param(
            PercentOff(percent=Decimal(50), max_units=2, cheapest=Cheapest.LAST),
            ["17.49", "0.00", "500.00"],
            id="two dearest",
        ),
        pytest.param(
            PercentOff(percent=Decimal(50), max_units_per_line=1, per=Per.LINE),
            ["17.50", "5.01", "500.00"],
            id="one of each line",
        ),
    ],
)
def test_percent_off(benefit: PercentOff, discounts: list[str]) -> None:
    assert given_off(benefit) == discounts


@pytest.mark.parametrize(
    "benefit, discounts",
    [
        pytest.param(AmountOff(amount=usd("10")), ["0.93", "0.18", "8.89"], id="order"),
        pytest.param(AmountOff(amount=usd("5000")), ["104.97", "20.02", "999.99"], id="more than there is"),
        pytest.param(AmountOff(amount=usd("10"), on=ACCESSORIES), ["8.40", "1.60", "0.00"], id="category"),
        pytest.param(AmountOff(amount=usd("25"), per=Per.LINE), ["25.00", "20.02", "25.00"], id="each line"),
        pytest.param(AmountOff(amount=usd("11"), per=Per.UNIT), ["33.00", "20.02", "11.00"], id="each piece"),
        pytest.param(
            AmountOff(amount=usd("1"), per=Per.UNIT, max_units_per_line=2),
            ["2.00", "2.00", "1.00"],
            id="two each",
        ),
        pytest.param(
            AmountOff(amount=usd("10"), spread=Spread.BY_QUANTITY), ["5.00", "3.33", "1.67"], id="by pieces"
        ),
        pytest.param(
            AmountOff(amount=usd("10"), spread=Spread.EVENLY), ["3.33", "3.33", "3.34"], id="evenly"
        ),
        pytest.param(
            AmountOff(amount=usd("90"), spread=Spread.EVENLY),
            ["34.99", "20.02", "34.99"],
            id="evenly, as far as a line has it",
        ),
        pytest.param(
            AmountOff(amount=usd("25"), max_units=1), ["0.00", "10.01", "0.00"], id="cheapest piece"
        ),
    ],
)
def test_amount_off(benefit: AmountOff, discounts: list[str]) -> None:
    assert given_off(benefit) == discounts


@pytest.mark.parametrize(
    "benefit, discounts",
    [
        pytest.param(FixedPrice(price=usd("30"), on=HELMETS), ["14.97", "0.00", "0.00"], id="each piece"),
        pytest.param(FixedPrice(price=usd("40"), on=HELMETS), ["0.00", "0.00", "0.00"], id="dearer than now"),
        pytest.param(FixedPrice(price=usd("100"), per=Per.LINE), ["4.97", "0.00", "899.99"], id="each line"),
        pytest.param(
            FixedPrice(price=usd("100"), on=ACCESSORIES, per=Per.SELECTION),
            ["20.99", "4.00", "0.00"],
            id="together",
        ),
        pytest.param(
            FixedPrice(price=usd("200"), on=ACCESSORIES, per=Per.SELECTION),
            ["0.00", "0.00", "0.00"],
            id="not less",
        ),
    ],
)
def test_fixed_price(benefit: FixedPrice, discounts: list[str]) -> None:
    assert given_off(benefit) == discounts


def volume(*tiers: Tier, measured: Measured = Measured.LINE_QUANTITY, on: Selection = ACCESSORIES) -> Tiers:
    return Tiers(tiers=tiers, measured=measured, on=on)


@pytest.mark.parametrize(
    "benefit, discounts",
    [
        pytest.param(
            volume(Tier(minimum=2, percent=Decimal(2)), Tier(minimum=3, percent=Decimal(5))),
            ["5.25", "0.40", "0.00"],
            id="pieces of a line",
        ),
        pytest.param(
            volume(Tier(minimum=2, maximum=2, percent=Decimal(50))), ["0.00", "10.01", "0.00"], id="at most"
        ),
        pytest.param(
            volume(Tier(minimum=4, percent=Decimal(50))), ["0.00", "0.00", "0.00"], id="not reached"
        ),
        pytest.param(
            volume(Tier(minimum=5, percent=Decimal(10)), measured=Measured.SET_QUANTITY),
            ["10.50", "2.00", "0.00"],
            id="pieces of all",
        ),
        pytest.param(
            volume(Tier(minimum=usd("100"), percent=Decimal(10)), measured=Measured.LINE_AMOUNT),
            ["10.50", "0.00", "0.00"],
            id="amount of a line",
        ),
        pytest.param(
            volume(
                Tier(minimum=usd("100"), maximum=usd("124.99"), percent=Decimal(10)),
                Tier(minimum=usd("125"), percent=Decimal(20)),
                measured=Measured.SET_AMOUNT,
            ),
            ["10.50", "2.00", "0.00"],
            id="amount of all",
        ),
        pytest.param(
            volume(Tier(minimum=3, unit_price=usd("30"))), ["14.97", "0.00", "0.00"], id="unit price"
        ),
        pytest.param(
            volume(Tier(minimum=3, unit_amount_off=usd("2"))), ["6.00", "0.00", "0.00"], id="off each"
        ),
        pytest.param(volume(Tier(minimum=2, amount_off=usd("5"))), ["5.00", "5.00", "0.00"], id="off once"),
    ],
)
def test_volume_tiers(benefit: Tiers, discounts: list[str]) -> None:
    assert given_off(benefit) == discounts


@pytest.mark.parametrize(
    "benefit, discounts",
    [
        pytest.param(
            BuyGet(buy_quantity=2, get_quantity=1, buy=HELMETS, get=HELMETS),
            ["34.99", "0.00", "0.00"],
            id="3 for 2",
        ),
        pytest.param(
            BuyGet(buy_quantity=1, get_quantity=1, buy=HELMETS, get=HELMETS),
            ["34.99", "0.00", "0.00"],
            id="1 and 1, odd one left",
        ),
        pytest.param(
            BuyGet(buy_quantity=1, get_quantity=1, buy=BIKES, get=HELMETS),
            ["34.99", "0.00", "0.00"],
            id="other item",
        ),
        pytest.param(
            BuyGet(buy_quantity=1, get_quantity=2, buy=HELMETS, get=TIRES),
            ["0.00", "20.02", "0.00"],
            id="as many as there are",
        ),
        pytest.param(
            BuyGet(buy_quantity=1, get_quantity=1, buy=HELMETS, get=TIRES, max_times=1),
            ["0.00", "10.01", "0.00"],
            id="once",
        ),
        pytest.param(
            BuyGet(buy_quantity=2, get_quantity=1, percent=Decimal(50)),
            ["0.00", "10.01", "0.00"],
            id="cheapest of all at half",
        ),
        pytest.param(
            BuyGet(buy_quantity=2, get_quantity=1, cheapest=Cheapest.LAST, max_times=1),
            ["0.00", "0.00", "999.99"],
            id="dearest",
        ),
        pytest.param(
            BuyGet(buy_quantity=1, get_quantity=1, each_line=True),
            ["34.99", "10.01", "0.00"],
            id="of one line",
        ),
        pytest.param(
            BuyGet(buy_quantity=3, get_quantity=3, get=ACCESSORIES),
            ["34.99", "20.02", "0.00"],
            id="bought ones are the dear ones",
        ),
        pytest.param(BuyGet(buy_quantity=7, get_quantity=1), ["0.00", "0.00", "0.00"], id="too few"),
        pytest.param(
            BuyGet(buy_quantity=1, get_quantity=1, percent=Decimal(0)),
            ["0.00", "0.00", "0.00"],
            id="at nothing off",
        ),
    ],
)
def test_buy_x_get_y(benefit: BuyGet, discounts: list[str]) -> None:
    assert given_off(benefit) == discounts


@pytest.mark.parametrize(
    "benefit, discounts",
    [
        pytest.param(
            BundlePrice(quantity=2, price=usd("60"), on=HELMETS), ["9.98", "0.00", "0.00"], id="2 for 60"
        ),
        pytest.param(
            BundlePrice(quantity=2, price=usd("30"), on=ACCESSORIES),
            ["50.19", "4.79", "0.00"],
            id="dearest first",
        ),
        pytest.param(
            BundlePrice(quantity=2, price=usd("30"), on=ACCESSORIES, max_times=1),
            ["39.98", "0.00", "0.00"],
            id="once",
        ),
        pytest.param(
            BundlePrice(quantity=2, price=usd("80"), on=HELMETS), ["0.00", "0.00", "0.00"], id="not less"
        ),
    ],
)
def test_bundle_price(benefit: BundlePrice, discounts: list[str]) -> None:
    assert given_off(benefit) == discounts


def test_a_million_pieces_take_no_longer_than_two() -> None:
    many = line("1", "1.00", 1_000_000)

    assert given_off(BuyGet(buy_quantity=2, get_quantity=1), many) == ["333333.00"]
    assert given_off(BundlePrice(quantity=3, price=usd("2")), many) == ["333333.00"]


@pytest.mark.parametrize(
    "odd_cents, shares",
    [
        (OddCents.LARGEST_REMAINDER, ["0.34", "0.33", "0.33", "0.00"]),
        (OddCents.FIRST, ["0.34", "0.33", "0.33", "0.00"]),
        (OddCents.LAST, ["0.33", "0.33", "0.34", "0.00"]),
        (OddCents.CARRIED, ["0.33", "0.34", "0.33", "0.00"]),
    ],
)
def test_odd_cents_go_where_the_store_says(odd_cents: OddCents, shares: list[str]) -> None:
    lines = (line("1", "5"), line("2", "5"), line("3", "5"), line("4", "0"))

    assert given_off(AmountOff(amount=usd("1")), *lines, rules=PricingRules(odd_cents=odd_cents)) == shares


@pytest.mark.parametrize("odd_cents", OddCents)
def test_odd_cents_never_take_a_line_below_zero(odd_cents: OddCents) -> None:
    lines = (line("1", "0.50"), line("2", "0.50"), line("3", "0.01"))

    result = given_off(AmountOff(amount=usd("1")), *lines, rules=PricingRules(odd_cents=odd_cents))

    assert sum(Decimal(share) for share in result) == 1


@pytest.mark.parametrize("odd_cents", OddCents)
def test_an_offer_on_nothing_gives_nothing(odd_cents: OddCents) -> None:
    off = offer("off", AmountOff(amount=usd("1")))

    result = priced(cart(promotions=(off,), rules=PricingRules(odd_cents=odd_cents)))

    assert result.totals.total == usd("0")


NONSENSE: dict[str, Callable[[], object]] = {
    "more than all": lambda: PercentOff(percent=Decimal(101)),
    "less than nothing": lambda: PercentOff(percent=Decimal(-1)),
    "no pieces": lambda: PercentOff(percent=Decimal(1), max_units=0),
    "negative amount": lambda: AmountOff(amount=Money(-1, "USD")),
    "negative price": lambda: FixedPrice(price=Money(-1, "USD")),
    "nothing bought": lambda: BuyGet(buy_quantity=0, get_quantity=1),
    "empty bundle": lambda: BundlePrice(quantity=0, price=usd("1")),
    "more than free": lambda: ShippingOff(percent=Decimal(101)),
    "tier without gift": lambda: Tier(minimum=1),
    "tier with two gifts": lambda: Tier(minimum=1, percent=Decimal(1), amount_off=usd("1")),
    "tier of more than all": lambda: Tier(minimum=1, percent=Decimal(101)),
    "amount bound for pieces": lambda: Tiers(tiers=(Tier(minimum=usd("1"), percent=Decimal(1)),)),
    "piece bound for amounts": lambda: volume(
        Tier(minimum=1, percent=Decimal(1)), measured=Measured.SET_AMOUNT
    ),
    "offer of nothing": lambda: Promotion(promotion_id="p", name="p", benefits=()),
    "negative minimum": lambda: Minimum(quantity=-1),
    "negative minimum amount": lambda: Minimum(amount=Money(-1, "USD")),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_an_offer_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"percentage|negative|count|gives|bounds"):
        NONSENSE[name]()
