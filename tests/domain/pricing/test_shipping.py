from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.domain.errors import InvalidInput
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    BuyGet,
    ByWeight,
    Combination,
    Destination,
    OddCents,
    PercentOf,
    PercentOff,
    PercentOfGoods,
    PerItem,
    PerOrder,
    PerShipment,
    PriceBands,
    PricingRules,
    Shipment,
    ShippingOff,
    ShippingTariff,
    ThresholdsMeasure,
    WeightBands,
)
from backoffice.domain.pricing.shipping import Charge
from tests.domain.pricing.carts import SEATTLE, TO_SEATTLE, cart, line, offer, priced, tariff, usd

GOODS = (line("1", "20.00", 2, grams="750"), line("2", "10.00", grams="100.5"), line("3", "5.00"))
BANDS_BY_WEIGHT = WeightBands(
    bands=((Decimal(0), usd("3")), (Decimal(1600), usd("6")), (Decimal(5000), usd("9")))
)
BANDS_BY_PRICE = PriceBands(bands=((usd("10"), usd("8")), (usd("55"), usd("4")), (usd("100"), usd("0"))))


@pytest.mark.parametrize(
    "charge, cost, derivation",
    [
        pytest.param(PerOrder(amount=usd("5")), "5.00", "once per order", id="per order"),
        pytest.param(PerShipment(amount=usd("5")), "5.00", "per shipment", id="per shipment"),
        # Adventure Works' CARGO TRANSPORT 5: 8.99 + 1.6005 kg x 1.49 = 8.99 + 2.38
        pytest.param(
            ByWeight(base=usd("8.99"), per_kg=usd("1.49")), "11.37", "8.99 + 1.6005 kg x 1.49", id="by weight"
        ),
        pytest.param(
            ByWeight(base=usd("8.99"), per_kg=usd("1.49"), step_grams=Decimal(500)),
            "11.97",
            "8.99 + 2 kg x 1.49",
            id="by weight in steps",
        ),
        pytest.param(BANDS_BY_WEIGHT, "6.00", "1.6005 kg", id="weight bands"),
        pytest.param(
            WeightBands(bands=((Decimal(5000), usd("9")),)), "0.00", "1.6005 kg", id="below the bands"
        ),
        pytest.param(BANDS_BY_PRICE, "4.00", "goods for 55.00", id="price bands"),
        pytest.param(
            PerItem(each=usd("1"), first=usd("3")),
            "6.00",
            "4 pieces: 1 x 3.00, the others 1.00",
            id="per item",
        ),
        pytest.param(PerItem(each=usd("1")), "4.00", "4 pieces: 1 x 1.00, the others 1.00", id="each item"),
        pytest.param(PercentOfGoods(percent=Decimal(10)), "5.50", "10 % of 55.00", id="percent of goods"),
        pytest.param(
            PercentOfGoods(percent=Decimal(10), at_least=usd("7")), "7.00", "10 % of 55.00", id="at least"
        ),
        pytest.param(
            PercentOfGoods(percent=Decimal(10), at_most=usd("5")), "5.00", "10 % of 55.00", id="at most"
        ),
    ],
)
def test_a_shipment_costs_what_its_tariff_says(charge: Charge, cost: str, derivation: str) -> None:
    shipment = priced(cart(*GOODS, tariffs=(tariff(charge),))).shipments[0]

    assert (shipment.cost, shipment.derivation) == (usd(cost), derivation)


def test_goods_of_unknown_weight_weigh_what_the_store_says() -> None:
    rules = PricingRules(grams_when_unknown=Decimal(1000))
    by_weight = tariff(ByWeight(base=usd("0"), per_kg=usd("1")))

    assert priced(cart(line("1", "5", 2), tariffs=(by_weight,), rules=rules)).totals.shipping == usd("2.00")


@pytest.mark.parametrize(
    "free_over, measure, cost",
    [
        ("55", ThresholdsMeasure.AFTER_DISCOUNTS, "5.00"),
        ("50", ThresholdsMeasure.AFTER_DISCOUNTS, "0.00"),
        ("55", ThresholdsMeasure.BEFORE_DISCOUNTS, "0.00"),
    ],
)
def test_shipping_is_free_over_a_threshold(free_over: str, measure: ThresholdsMeasure, cost: str) -> None:
    result = priced(
        cart(
            *GOODS,
            promotions=(offer("5 off", AmountOff(amount=usd("5"))),),
            tariffs=(tariff(PerShipment(amount=usd("5")), free_over=free_over),),
            rules=PricingRules(thresholds=measure),
        )
    )

    assert result.totals.shipping == usd(cost)
    if cost == "0.00":
        assert result.shipments[0].derivation == f"free over {free_over}.00"


HOME = Shipment(shipment_id="home", destination=SEATTLE, method_code="GROUND")
OFFICE = Shipment(shipment_id="office", destination=Destination(country="CA"), method_code="GROUND")
TWO_PLACES = (
    line("1", "30.00", shipment_id="home"),
    line("2", "10.00", shipment_id="office"),
    line("3", "10.00", shipment_id="office"),
)


def shipping_of(*tariffs: ShippingTariff, offer_of: ShippingOff | None = None) -> list[str]:
    promotions = () if offer_of is None else (offer("offer", offer_of),)
    result = priced(cart(*TWO_PLACES, promotions=promotions, tariffs=tariffs, shipments=(OFFICE, HOME)))
    assert [one.shipment_id for one in result.shipments] == ["office", "home"]
    return [str(one.discounted.to_decimal()) for one in result.shipments]


FIVE_EACH = tariff(PerShipment(amount=usd("5")))
FIVE_IN_ALL = tariff(PerOrder(amount=usd("5")))
DEARER_ABROAD = replace(tariff(PerShipment(amount=usd("9"))), area=Area(country="CA"))


@pytest.mark.parametrize(
    "tariffs, costs",
    [
        pytest.param((FIVE_EACH,), ["5.00", "5.00"], id="per shipment"),
        pytest.param((FIVE_IN_ALL,), ["2.00", "3.00"], id="once, prorated by value"),
        pytest.param((FIVE_EACH, DEARER_ABROAD), ["9.00", "5.00"], id="narrowest area"),
        pytest.param((replace(FIVE_EACH, free_over=usd("50")),), ["0.00", "0.00"], id="free by the order"),
        pytest.param(
            (replace(FIVE_EACH, free_over=usd("30"), free_over_counts_order=False),),
            ["5.00", "0.00"],
            id="free by the shipment",
        ),
    ],
)
def test_several_shipments_are_charged_each_to_its_address(
    tariffs: tuple[ShippingTariff, ...], costs: list[str]
) -> None:
    assert shipping_of(*tariffs) == costs


@pytest.mark.parametrize(
    "benefit, left",
    [
        pytest.param(ShippingOff(), ["0.00", "0.00"], id="free"),
        pytest.param(ShippingOff(percent=Decimal(25)), ["6.75", "3.75"], id="percent"),
        pytest.param(ShippingOff(percent=Decimal(100), at_most=usd("6")), ["3.00", "0.00"], id="capped"),
        pytest.param(ShippingOff(amount=usd("7")), ["4.50", "2.50"], id="amount, prorated"),
        pytest.param(ShippingOff(amount=usd("70")), ["0.00", "0.00"], id="more than there is"),
        pytest.param(ShippingOff(price=usd("6")), ["6.00", "5.00"], id="Oscar's fixed price"),
        pytest.param(ShippingOff(methods=frozenset({"AIR"})), ["9.00", "5.00"], id="another method"),
        pytest.param(ShippingOff(methods=frozenset({"GROUND"})), ["0.00", "0.00"], id="this method"),
    ],
)
def test_an_offer_makes_shipping_cheaper(benefit: ShippingOff, left: list[str]) -> None:
    assert shipping_of(FIVE_EACH, DEARER_ABROAD, offer_of=benefit) == left


@pytest.mark.parametrize("percent_of, left", [(PercentOf.REMAINDER, "2.50"), (PercentOf.ORIGINAL, "0.00")])
def test_two_offers_on_shipping_follow_each_other(percent_of: PercentOf, left: str) -> None:
    half = ShippingOff(percent=Decimal(50))

    result = priced(
        cart(
            *GOODS,
            promotions=(offer("first", half), offer("second", half)),
            tariffs=(tariff(PerShipment(amount=usd("10"))),),
            rules=PricingRules(percent_of=percent_of),
        )
    )

    assert result.shipments[0].discounted == usd(left)
    assert [share.promotion_id for share in result.shipments[0].discounts] == ["first", "second"]


def test_the_same_offer_twice_on_a_shipment_is_one_share() -> None:
    twice = offer(
        "twice", ShippingOff(amount=usd("1")), ShippingOff(amount=usd("2")), PercentOff(percent=Decimal(0))
    )

    result = priced(cart(*GOODS, promotions=(twice,), tariffs=(FIVE_EACH,)))

    assert [share.amount for share in result.shipments[0].discounts] == [usd("3")]


def test_before_a_ship_method_is_chosen_nothing_is_charged() -> None:
    shipment = priced(cart(*GOODS)).shipments[0]

    assert (shipment.method_code, shipment.cost, shipment.derivation) == (
        "",
        usd("0"),
        "no ship method chosen yet",
    )


def test_goods_that_do_not_travel_cost_no_shipping() -> None:
    download = replace(line("1", "20.00"), is_physical=False)

    shipment = priced(cart(download, tariffs=(FIVE_EACH,))).shipments[0]

    assert (shipment.cost, shipment.derivation) == (usd("0"), "nothing to carry")


@pytest.mark.parametrize(
    "destination, code, sentence",
    [
        (SEATTLE, "GROUND", "The ship method GROUND does not go to US."),
        (Destination(country=""), "GROUND", "The ship method GROUND does not go to a place not known yet."),
        (SEATTLE, "AIR", "The ship method AIR is no longer offered."),
    ],
)
def test_a_method_that_does_not_go_there_is_refused(
    destination: Destination, code: str, sentence: str
) -> None:
    shipment = Shipment(shipment_id="s1", destination=destination, method_code=code)

    with pytest.raises(InvalidInput) as refusal:
        priced(cart(*GOODS, tariffs=(DEARER_ABROAD,), shipments=(shipment,)))

    assert (refusal.value.sentence, refusal.value.field) == (sentence, "ship_method")
    assert refusal.value.advice == "Choose another ship method."


def test_an_exclusive_offer_that_finds_no_shipping_keeps_nobody_from_a_turn() -> None:
    free = replace(offer("free", ShippingOff(), priority=1), combination=Combination.EXCLUSIVE)
    tenth = offer("tenth", PercentOff(percent=Decimal(10)), priority=2)

    result = priced(cart(*GOODS, promotions=(free, tenth)))

    assert [one.promotion_id for one in result.promotions] == ["tenth"]
    assert [one.sentence for one in result.promotions_not_applied] == [
        "free finds no shipping cost to make cheaper."
    ]


def test_an_offer_that_gives_nothing_anywhere_leaves_no_trace() -> None:
    """Found by hypothesis: a share of nothing stayed on the line when the offer was taken back."""
    nothing = offer("nothing", BuyGet(buy_quantity=1, get_quantity=1, percent=Decimal(0)), ShippingOff())

    result = priced(cart(*GOODS, promotions=(nothing,)))

    assert not result.promotions
    assert not [share for one in result.lines for share in one.discounts]


def test_shares_of_a_charge_follow_the_stores_odd_cents() -> None:
    shipments = tuple(replace(TO_SEATTLE, shipment_id=name, method_code="GROUND") for name in ("a", "b", "c"))
    lines = tuple(line(name, "1.00", shipment_id=name) for name in ("a", "b", "c"))
    once = tariff(PerOrder(amount=usd("1")))

    result = priced(
        cart(*lines, tariffs=(once,), shipments=shipments, rules=PricingRules(odd_cents=OddCents.LAST))
    )

    assert [str(one.cost.to_decimal()) for one in result.shipments] == ["0.33", "0.33", "0.34"]
