"""Turns, thresholds and limits: which offers are applied, and what the others are told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    AmountOff,
    Area,
    BestOf,
    Combination,
    Customer,
    ExclusiveOffers,
    Limits,
    Minimum,
    NotAppliedBecause,
    PercentOff,
    PerShipment,
    PricingRequest,
    PricingRules,
    Promotion,
    Selection,
    ShippingOff,
    ThresholdsMeasure,
)
from tests.domain.pricing.carts import NOW, cart, line, offer, priced, tariff, usd

TENTH = offer("Tenth off", PercentOff(percent=Decimal(10)), priority=1)
FIVE = offer("Five off", AmountOff(amount=usd("5.00")), priority=2)
CART = (line("1", "42.10"),)


def applied(request: PricingRequest) -> list[str]:
    return [one.promotion_id for one in priced(request).promotions]


def test_each_offer_sees_what_the_one_before_left() -> None:
    result = priced(cart(line("1", "100.00"), promotions=(FIVE, TENTH)))

    assert [(one.name, str(one.amount.to_decimal())) for one in result.promotions] == [
        ("Tenth off", "10.00"),
        ("Five off", "5.00"),
    ]
    result = priced(cart(line("1", "100.00"), promotions=(replace(FIVE, priority=0), TENTH)))
    assert [str(one.amount.to_decimal()) for one in result.promotions] == ["5.00", "9.50"]


def test_of_equal_priority_items_come_before_the_whole_order() -> None:
    on_order = offer("a", AmountOff(amount=usd("50.00")))
    on_item = offer("b", PercentOff(percent=Decimal(50), on=Selection(skus=frozenset({"1"}))))

    assert priced(cart(line("1", "100.00"), promotions=(on_order, on_item))).totals.total == usd("0.00")


EXCLUSIVE = replace(FIVE, combination=Combination.EXCLUSIVE)
LAST = replace(TENTH, combination=Combination.LAST)


@pytest.mark.parametrize(
    "promotions, rules, names",
    [
        pytest.param((TENTH, FIVE), PricingRules(), ["Tenth off", "Five off"], id="combinable"),
        pytest.param((TENTH, EXCLUSIVE), PricingRules(), ["Tenth off"], id="exclusive came second"),
        pytest.param(
            (TENTH, replace(EXCLUSIVE, priority=0)), PricingRules(), ["Five off"], id="exclusive came first"
        ),
        pytest.param(
            (TENTH, EXCLUSIVE),
            PricingRules(exclusive_offers=ExclusiveOffers.FIRST),
            ["Five off"],
            id="exclusive goes first",
        ),
        pytest.param((LAST, FIVE), PricingRules(), ["Tenth off"], id="nothing after the last"),
        pytest.param(
            (replace(TENTH, best_of="x"), replace(FIVE, best_of="x")),
            PricingRules(),
            ["Five off"],
            id="best of",
        ),
        pytest.param(
            (replace(TENTH, best_of="x"), replace(FIVE, best_of="x")),
            PricingRules(best_of=BestOf.LINE),
            ["Five off"],
            id="best of each line",
        ),
        pytest.param(
            (replace(TENTH, best_of="x", priority=3), replace(FIVE, best_of="x")),
            PricingRules(best_of=BestOf.LINE),
            ["Five off"],
            id="best of each line came first",
        ),
        pytest.param(
            (replace(TENTH, best_of="x", needs_coupon=True), replace(FIVE, best_of="x", needs_coupon=True)),
            PricingRules(),
            [],
            id="best of none",
        ),
    ],
)
def test_offers_get_on_as_they_say(
    promotions: tuple[Promotion, ...], rules: PricingRules, names: list[str]
) -> None:
    assert applied(cart(*CART, promotions=promotions, rules=rules)) == names


def test_a_beaten_offer_is_told_so() -> None:
    promotions = (replace(TENTH, best_of="x"), replace(FIVE, best_of="x"))

    refused = priced(cart(*CART, promotions=promotions)).promotions_not_applied

    assert [(one.because, one.sentence) for one in refused] == [
        (NotAppliedBecause.BETTER_OFFER, "Tenth off gives less than another offer.")
    ]


FIFTY = Minimum(amount=usd("50.00"))
HELMETS = Selection(skus=frozenset({"helmet"}))
LIMITED = Limits(max_uses=100, max_uses_per_customer=1)
OTHER_PLACE = (Area(country="US", region="OR"), Area(country="CA"))


@pytest.mark.parametrize(
    "promotion",
    [
        pytest.param(replace(TENTH, customer_groups=frozenset({"reseller"})), id="group"),
        pytest.param(replace(TENTH, order_number=3), id="third order"),
        pytest.param(replace(TENTH, ship_to=(Area(country="US", region="WA"),)), id="destination"),
        pytest.param(replace(TENTH, minimums=(Minimum(amount=usd("42.10"), quantity=1),)), id="reached"),
        pytest.param(replace(TENTH, limits=Limits(starts_at=NOW, ends_at=NOW + timedelta(1))), id="in time"),
        pytest.param(replace(TENTH, limits=LIMITED), id="not used up"),
    ],
)
def test_an_offer_applies_when_everything_it_asks_is_given(promotion: Promotion) -> None:
    customer = Customer(groups=frozenset({"reseller", "club"}), order_count=2)

    assert applied(replace(cart(*CART, promotions=(promotion,)), customer=customer)) == ["Tenth off"]


def test_an_offer_for_a_destination_needs_one() -> None:
    request = replace(cart(promotions=(replace(TENTH, ship_to=OTHER_PLACE),)), shipments=())

    assert applied(request) == []


@pytest.mark.parametrize(
    "measure, when_reached, names",
    [
        (ThresholdsMeasure.AFTER_DISCOUNTS, True, ["Tenth off"]),
        (ThresholdsMeasure.BEFORE_DISCOUNTS, True, ["Tenth off", "Five off"]),
        (ThresholdsMeasure.BEFORE_DISCOUNTS, False, ["Tenth off"]),
    ],
)
def test_a_threshold_is_measured_and_met_as_the_store_says(
    measure: ThresholdsMeasure,
    when_reached: bool,
    names: list[str],
) -> None:
    rules = PricingRules(thresholds=measure, threshold_met_when_reached=when_reached)
    five_from_fifty = replace(FIVE, minimums=(FIFTY,))

    result = priced(cart(line("1", "50.00"), promotions=(TENTH, five_from_fifty), rules=rules))

    assert [one.promotion_id for one in result.promotions] == names
    if not when_reached:
        assert "needs items for more than 50.00;" in result.promotions_not_applied[0].sentence


def test_only_what_no_offer_touched_is_made_cheaper() -> None:
    first = offer("first", PercentOff(percent=Decimal(50), on=HELMETS), priority=1)
    rest = offer("rest", PercentOff(percent=Decimal(10), on=Selection(only_undiscounted=True)), priority=2)

    result = priced(cart(line("1", "10.00"), line("helmet", "20.00"), promotions=(rest, first)))

    assert [str(one.discounted.to_decimal()) for one in result.lines] == ["9.00", "10.00"]


def test_two_benefits_of_one_offer_are_one_share_of_a_line() -> None:
    both = offer(
        "both",
        PercentOff(percent=Decimal(10)),
        AmountOff(amount=usd("5"), on=HELMETS),
        ShippingOff(percent=Decimal(50)),
    )

    result = priced(
        cart(
            line("1", "10.00"),
            line("helmet", "20.00"),
            promotions=(both,),
            tariffs=(tariff(PerShipment(amount=usd("8"))),),
        )
    )

    assert [str(share.amount.to_decimal()) for one in result.lines for share in one.discounts] == [
        "1.00",
        "7.00",
    ]
    assert (result.promotions[0].amount, result.promotions[0].shipping_amount) == (usd("8"), usd("4"))


def test_a_free_shipping_alternative_that_loses_is_not_applied() -> None:
    free = replace(offer("free", ShippingOff(), priority=2), best_of="x")

    result = priced(
        cart(
            *CART,
            promotions=(replace(TENTH, best_of="x"), free),
            tariffs=(tariff(PerShipment(amount=usd("8"))),),
        )
    )

    assert [one.promotion_id for one in result.promotions] == ["Tenth off"]
    assert result.totals.shipping_discounts == usd("0")
    assert [one.because for one in result.promotions_not_applied] == [NotAppliedBecause.BETTER_OFFER]
