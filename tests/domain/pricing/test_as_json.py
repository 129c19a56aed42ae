"""Rules as JSON and back; what is wrong says where it stands."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    BuyGet,
    Cheapest,
    Combination,
    Destination,
    Limits,
    ListedPrice,
    Measured,
    Minimum,
    PercentOff,
    PriceBands,
    PricesHold,
    PricingRules,
    Promotion,
    Selection,
    ShippingOff,
    ShippingTariff,
    Spread,
    TaxRate,
    Tier,
    Tiers,
    UseCount,
    Uses,
    WeightBands,
)
from backoffice.domain.pricing.as_json import JsonProblem, from_json, to_json

HELMETS = Selection(skus=frozenset({"HL-U509-R", "HL-U509"}), lowest_price=Money(100, "USD"))
OFFER = Promotion(
    promotion_id="all",
    name="All of it",
    benefits=(
        Tiers(
            tiers=(
                Tier(minimum=11, maximum=14, percent=Decimal("2.5")),
                Tier(minimum=15, unit_price=Money(500, "USD")),
            ),
            on=HELMETS,
        ),
        Tiers(
            tiers=(Tier(minimum=Money(1000, "USD"), amount_off=Money(1, "USD")),),
            measured=Measured.SET_AMOUNT,
        ),
        AmountOff(amount=Money(300, "USD"), spread=Spread.EVENLY),
        BuyGet(buy_quantity=2, get_quantity=1, cheapest=Cheapest.LAST, each_line=True),
        PercentOff(percent=Decimal(10), max_units=3),
        ShippingOff(),
    ),
    priority=7,
    combination=Combination.LAST,
    limits=Limits(
        starts_at=datetime(2011, 5, 31, tzinfo=UTC), ends_at=datetime(2014, 5, 31, tzinfo=UTC), max_uses=5
    ),
    needs_coupon=True,
    customer_groups=frozenset({"reseller", "consumer"}),
    ship_to=(Area(country="US", region="CA", postcodes=("90*",)),),
    minimums=(Minimum(quantity=2, amount=Money(1, "USD")),),
    order_number=1,
    best_of="summer",
)


VALUES = [
    OFFER,
    PricingRules(),
    PricingRules(
        prices_hold=PricesHold.TAX_OF_ORIGIN, origin=Destination(country="DE"), grams_when_unknown=Decimal(5)
    ),
    ShippingTariff(code="A", name="A", charge=WeightBands(bands=((Decimal(1000), Money(500, "USD")),))),
    ShippingTariff(
        code="B",
        name="B",
        charge=PriceBands(
            bands=((Money(0, "USD"), Money(500, "USD")), (Money(5000, "USD"), Money(0, "USD")))
        ),
        free_over=Money(9900, "USD"),
    ),
    TaxRate(
        rate_id="r",
        name="R",
        percent=Decimal("8.875"),
        area=Area(country="US"),
        tax_classes=frozenset({"food"}),
    ),
    Uses(promotions={"offer": UseCount(total=3)}),
]


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_what_is_written_is_read_back_the_same(place: int) -> None:
    value = VALUES[place]
    stored = json.loads(json.dumps(to_json(value)))

    assert from_json(stored, type(value)) == value


def test_amounts_are_texts_or_numbers_in_the_currency_at_hand() -> None:
    written = json.loads('{"amount": 2.50, "per": "unit", "on": {"skus": ["A"]}}', parse_float=Decimal)

    read = from_json(written, AmountOff, currency="USD")

    assert read.amount == Money(250, "USD")
    assert from_json({"amount": "250"}, AmountOff, currency="JPY").amount == Money(250, "JPY")


def test_nothing_is_null_where_nothing_may_stand() -> None:
    assert from_json({"percent": "5", "at_most": None}, PercentOff).at_most is None
    with pytest.raises(JsonProblem, match="percent: None is not a number"):
        from_json({"percent": None}, PercentOff)


def test_choices_are_named_by_value_or_name() -> None:
    price = {"price_list_id": "vip", "amount": "1.00"}

    assert from_json({**price, "rank": "customer"}, ListedPrice, currency="USD").rank == 0
    assert from_json({**price, "rank": 2}, ListedPrice, currency="USD").rank.name == "LIST"


@pytest.mark.parametrize(
    "data, path, reason",
    [
        ({}, "", "Promotion lacks promotion_id, name, benefits."),
        ({"is": "Row"}, "is", "'Row' is none of Promotion."),
        ([], "", "A list can not stand here; an object can."),
        (3, "", "3 is not an object."),
        ({"x": 1}, "x", "Promotion has no such field; it has promotion_id, name,"),
        ({"benefits": 3}, "benefits", "3 is not a list."),
        ({"benefits": [{"percent": "5"}]}, "benefits[0].is", "'' is none of AmountOff, BundlePrice,"),
        (
            {"benefits": [{"is": "PercentOff", "percent": "5 %"}]},
            "benefits[0].percent",
            "'5 %' is not a number.",
        ),
        (
            {"benefits": [{"is": "PercentOff", "percent": 5.5}]},
            "benefits[0].percent",
            "5.5 is not a number (as",
        ),
        (
            {"benefits": [{"is": "PercentOff", "percent": True}]},
            "benefits[0].percent",
            "True is not a number (as",
        ),
        (
            {"benefits": [{"is": "PercentOff", "percent": "120"}]},
            "benefits[0]",
            "120 is not a percentage between",
        ),
        (
            {"benefits": [{"is": "AmountOff", "amount": "1.234"}]},
            "benefits[0].amount",
            "1.234 has more digits",
        ),
        ({"benefits": [], "combination": "never"}, "combination", "'never' is none of 'combinable',"),
        (
            {"benefits": [], "limits": {"starts_at": "soon"}},
            "limits.starts_at",
            "'soon' is not a moment like",
        ),
        (
            {"benefits": [], "limits": {"starts_at": "2026-01-01"}},
            "limits.starts_at",
            "'2026-01-01' has no time zone",
        ),
        (
            {"benefits": [], "limits": {"max_uses": "5"}},
            "limits.max_uses",
            "'5' is not a whole number or null.",
        ),
        ({"benefits": [], "limits": [1]}, "limits", "A list can not stand here; an object can."),
        ({"benefits": [], "name": {}}, "name", "An object can not stand here; a text can."),
    ],
)
def test_what_is_wrong_says_where_it_stands(data: object, path: str, reason: str) -> None:
    if isinstance(data, dict) and "benefits" in data:
        data = {"promotion_id": "p", "name": "P", **data}

    with pytest.raises(JsonProblem) as caught:
        from_json(data, Promotion, currency="USD")

    assert caught.value.path == path
    assert caught.value.reason.startswith(reason)
    assert str(caught.value).startswith(path)


def test_an_amount_without_a_currency_at_hand_names_its_own() -> None:
    with pytest.raises(JsonProblem, match="An amount without its currency"):
        from_json({"amount": "5"}, AmountOff)


def test_a_pair_is_a_list_of_two() -> None:
    tariff = {"code": "A", "name": "A", "charge": {"is": "PriceBands", "bands": [["1"]]}}

    with pytest.raises(JsonProblem, match=r"charge.bands\[0\]: 2 values stand here, not 1"):
        from_json(tariff, ShippingTariff, currency="USD")


def test_long_nonsense_is_shortened() -> None:
    with pytest.raises(JsonProblem) as caught:
        from_json({"percent": "x" * 500}, PercentOff)

    assert len(str(caught.value)) < 100
