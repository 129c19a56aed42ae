"""Carts as PrestaShop's behaviour tests publish them.

tests/Integration/Behaviour/Features/Scenario/Cart/Calculation: CartRule/{amount_multiple, mixed, mixed_specific,
cheapest_product}, SpecificPriceRule/mixed, RoundingType/round_item, Taxes/tax and Carrier/carrier.feature.

Its prices have three digits, so most carts are kept in a currency that has three, too: every cent is PrestaShop's own.
Where its total has more digits (taxes), it is compared after rounding each line. Shipping is 7, or as a carrier says.
"""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    Cheapest,
    Destination,
    ListedPrice,
    Measured,
    PercentOff,
    PerOrder,
    PriceBands,
    PriceRank,
    PricingRequest,
    PricingRules,
    Promotion,
    Selection,
    Shipment,
    ShippingTariff,
    TaxRate,
    TaxRoundedPer,
    Tier,
    Tiers,
)
from backoffice.domain.pricing import CartLine as Line
from tests.domain.pricing.carts import NOW, offer, priced

PRICES = {"product1": "19.812", "product2": "32.388", "product3": "31.188"}
ONE = (("product1", 1),)
THREE = (("product1", 3),)
SEVERAL = (("product2", 2), ("product1", 3), ("product3", 1))
FRANCE = Destination(country="FR")


def kwd(amount: str) -> Money:
    return Money.of(amount, "KWD")


SEVEN = ShippingTariff(code="C", name="C", charge=PerOrder(amount=kwd("7")))


def total(
    products: Sequence[tuple[str, int]],
    *promotions: Promotion,
    prices: tuple[ListedPrice, ...] = (),
    rate: str = "0",
    tariffs: tuple[ShippingTariff, ...] = (SEVEN,),
    to: Destination = FRANCE,
) -> str:
    """What a cart of these products costs, in KWD."""
    result = priced(
        PricingRequest(
            at=NOW,
            currency="KWD",
            lines=tuple(
                Line(
                    line_id=str(place),
                    sku=sku,
                    quantity=quantity,
                    list_price=kwd(PRICES.get(sku, sku)),
                    prices=prices,
                    shipment_id="s",
                )
                for place, (sku, quantity) in enumerate(products)
            ),
            shipments=(Shipment(shipment_id="s", destination=to, method_code="C"),),
            promotions=promotions,
            tariffs=tariffs,
            tax_rates=(TaxRate(rate_id="t", name="t", percent=Decimal(rate), area=Area()),),
        )
    )
    return str(result.totals.total.to_decimal())


def percent(amount: int, *, priority: int, on: str = "") -> Promotion:
    selection = Selection(skus=frozenset({on})) if on else Selection()
    return offer(f"{amount}%", PercentOff(percent=Decimal(amount), on=selection), priority=priority)


def amount_off(amount: str, *, priority: int, on: str = "") -> Promotion:
    selection = Selection(skus=frozenset({on})) if on else Selection()
    return offer(f"{amount} off", AmountOff(amount=kwd(amount), on=selection), priority=priority)


FIVE, TEN, FIVE_HUNDRED = (
    amount_off("5", priority=4),
    amount_off("10", priority=6),
    amount_off("500", priority=5),
)
HALF_FIRST, HALF_LAST = percent(50, priority=2), percent(50, priority=7)


@pytest.mark.parametrize(
    "products, rules, costs",
    [
        pytest.param(ONE, (FIVE, TEN), "11.812", id="5 and 10 off one"),
        pytest.param(THREE, (FIVE, TEN), "51.436", id="5 and 10 off three"),
        pytest.param(SEVERAL, (FIVE, TEN), "147.400", id="5 and 10 off several"),
        pytest.param(ONE, (HALF_FIRST, FIVE), "11.906", id="half, then 5 off"),
        pytest.param(THREE, (HALF_FIRST, FIVE_HUNDRED), "7.000", id="half, then more than there is"),
        pytest.param(THREE, (FIVE, HALF_LAST), "34.218", id="5 off, then half"),
        pytest.param(THREE, (FIVE_HUNDRED, HALF_LAST), "7.000", id="more than there is, then half"),
    ],
)
def test_cart_rules_follow_one_another_by_priority(
    products: Sequence[tuple[str, int]], rules: tuple[Promotion, ...], costs: str
) -> None:
    assert total(products, *rules) == costs


HALF_OF_2, FIVE_OFF_2 = percent(50, priority=10, on="product2"), amount_off("5", priority=8, on="product2")


@pytest.mark.parametrize(
    "products, costs",
    [
        (ONE, "26.812"),
        (THREE, "66.436"),
        ((("product2", 3),), "53.082"),
        ((("product1", 3), ("product2", 2), ("product3", 1)), "127.512"),
    ],
)
def test_cart_rules_for_one_product_look_at_nothing_else(
    products: Sequence[tuple[str, int]], costs: str
) -> None:
    assert total(products, HALF_OF_2, FIVE_OFF_2) == costs


HALF_OF_CHEAPEST = PercentOff(percent=Decimal(50), max_units=1, cheapest=Cheapest.FIRST)
HALF_OF_CHEAPEST_AT_FULL_PRICE = PercentOff(
    percent=Decimal(50), max_units=1, cheapest=Cheapest.FIRST, on=Selection(only_undiscounted=True)
)
THREE_OFF_EACH_1 = offer(
    "specific",
    Tiers(
        tiers=(Tier(minimum=1, unit_amount_off=kwd("3")),),
        on=Selection(skus=frozenset({"product1"})),
    ),
    priority=1,
)


def test_one_piece_of_the_cheapest_product_is_made_cheaper() -> None:
    assert total(ONE, offer("cheapest", HALF_OF_CHEAPEST)) == "16.906"
    assert total(SEVERAL, offer("cheapest", HALF_OF_CHEAPEST)) == "152.494"
    assert total(SEVERAL, offer("cheapest", HALF_OF_CHEAPEST_AT_FULL_PRICE)) == "152.494"


def test_the_cheapest_product_is_one_that_is_not_cheaper_already() -> None:
    cheapest = offer("cheapest", HALF_OF_CHEAPEST_AT_FULL_PRICE)

    assert total(SEVERAL, THREE_OFF_EACH_1, cheapest) == "137.806"


@pytest.mark.parametrize(
    "off, minimum, costs",
    [
        (Tier(minimum=1, percent=Decimal(10)), 1, "17.800"),
        (Tier(minimum=1, unit_amount_off=kwd("3")), 1, "7.000"),
        (Tier(minimum=2, percent=Decimal(10)), 2, "47.188"),
        (Tier(minimum=2, unit_amount_off=kwd("3")), 2, "38.188"),
    ],
    ids=["10 % from one", "3 off from one", "10 % from two", "3 off from two"],
)
def test_a_price_rule_sets_a_price_and_lowers_it(off: Tier, minimum: int, costs: str) -> None:
    two = ListedPrice(price_list_id="rule", rank=PriceRank.LIST, amount=kwd("2"), minimum_quantity=minimum)
    lowered = offer("rule", Tiers(tiers=(off,), measured=Measured.LINE_QUANTITY))

    assert total(SEVERAL, lowered, prices=(two,)) == costs


@pytest.mark.parametrize(
    "products, rate, costs",
    [
        (ONE, "4", "27.604"),
        (ONE, "6", "28.001"),
        (ONE, "0", "26.812"),
        (THREE, "4", "68.813"),
        (THREE, "6", "70.002"),
        (SEVERAL, "4", "168.616"),
        (SEVERAL, "6", "171.724"),
    ],
)
def test_products_are_taxed_and_shipping_is_not(
    products: Sequence[tuple[str, int]], rate: str, costs: str
) -> None:
    assert total(products, rate=rate) == costs


def carrier(in_france: str, in_america: str) -> tuple[ShippingTariff, ...]:
    """Fees by zone; each with the 2 of handling that PrestaShop adds."""
    return tuple(
        ShippingTariff(
            code="C", name="C", charge=PriceBands(bands=((kwd("0"), kwd(fee)),)), area=Area(country=country)
        )
        for country, fee in (("FR", in_france), ("US", in_america))
    )


@pytest.mark.parametrize(
    "products, fees, costs",
    [
        (ONE, ("5.1", "6.3"), "24.912"),
        (THREE, ("5.1", "6.3"), "64.536"),
        (SEVERAL, ("5.1", "6.3"), "160.500"),
        (ONE, ("7.7", "8.2"), "27.512"),
        (THREE, ("7.7", "8.2"), "67.136"),
        (SEVERAL, ("7.7", "8.2"), "163.100"),
    ],
)
def test_carriers_charge_by_zone(
    products: Sequence[tuple[str, int]], fees: tuple[str, str], costs: str
) -> None:
    assert total(products, tariffs=carrier(*fees)) == costs


def test_a_carrier_is_free_in_a_range_of_prices() -> None:
    bands = ((kwd("0"), kwd("7")), (kwd("150"), kwd("2")))
    free = ShippingTariff(code="C", name="C", charge=PriceBands(bands=bands))

    assert total((("151", 1),), tariffs=(free,)) == "153.000"


@pytest.mark.parametrize(
    "products, rules, costs",
    [
        ((("19.81", 1),), (), "26.81"),
        ((("19.81", 3),), (), "66.43"),
        ((("32.39", 2), ("19.81", 3), ("31.19", 1)), (), "162.40"),
        ((("35.33", 2),), (), "77.66"),
        ((("19.81", 3),), (("percent", "15"),), "57.52"),
        ((("19.81", 3),), (("amount", "5.00"),), "61.43"),
    ],
)
def test_prices_rounded_for_each_article(
    products: Sequence[tuple[str, int]], rules: tuple[tuple[str, str], ...], costs: str
) -> None:
    """ROUND_ITEM: what is sold has a price of whole cents before anything else happens to it."""

    def eur(amount: str) -> Money:
        return Money.of(amount, "EUR")

    made = tuple(
        offer(
            "rule",
            PercentOff(percent=Decimal(amount)) if kind == "percent" else AmountOff(amount=eur(amount)),
        )
        for kind, amount in rules
    )
    result = priced(
        PricingRequest(
            at=NOW,
            currency="EUR",
            lines=tuple(
                Line(line_id=str(place), sku=price, quantity=quantity, list_price=eur(price), shipment_id="s")
                for place, (price, quantity) in enumerate(products)
            ),
            shipments=(Shipment(shipment_id="s", destination=FRANCE, method_code="C"),),
            promotions=made,
            tariffs=(ShippingTariff(code="C", name="C", charge=PerOrder(amount=eur("7"))),),
            rules=PricingRules(tax_rounded_per=TaxRoundedPer.UNIT),
        )
    )

    assert result.totals.total == eur(costs)
