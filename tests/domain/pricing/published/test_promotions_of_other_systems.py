"""Promotions as other systems publish them, each with its system and document.

django-oscar: tests/integration/offer/test_{multibuy,absolute,fixed_price,percentage}_benefit.py.
Solidus: core/spec/models/spree/distributed_amounts_handler_spec.rb and
legacy_promotions/spec/models/spree/calculator/tiered_percent_spec.rb.
Broadleaf: integration/.../core/offer/service/OfferTest.java.
WooCommerce: tests/unit-tests/discounts/discounts.php.
Salesforce B2C Commerce: help article "Promotion Proration Logic". VTEX: help articles "How does promotion
proration work" and "Promotions microrounding divergence".
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    AmountOff,
    BestOf,
    BundlePrice,
    BuyGet,
    CartLine,
    Combination,
    Measured,
    Minimum,
    OddCents,
    Per,
    PercentOf,
    PercentOff,
    PricingRules,
    Promotion,
    Selection,
    Tier,
    Tiers,
)
from tests.domain.pricing.carts import cart, line, line_discounts, offer, priced, usd

FROM_TWO = (Minimum(quantity=2),)
FROM_TEN_DOLLARS = (Minimum(amount=usd("10.00")),)
THREE_FOR_TWO = offer("3 for 2", BuyGet(buy_quantity=2, get_quantity=1, max_times=1))
THREE_FOR_20 = offer("3 for 20", BundlePrice(quantity=3, price=usd("20.00"), max_times=1))
THREE_OFF = replace(offer("3 off", AmountOff(amount=usd("3.00"))), minimums=FROM_TWO)
THREE_OFF_ONE = replace(offer("3 off one", AmountOff(amount=usd("3.00"), max_units=1)), minimums=FROM_TWO)
PERCENT_20 = replace(offer("20%", PercentOff(percent=Decimal(20))), minimums=FROM_TWO)
PERCENT_20_ONE = replace(offer("20% one", PercentOff(percent=Decimal(20), max_units=1)), minimums=FROM_TWO)
PERCENT_20_FROM_10 = replace(PERCENT_20, minimums=FROM_TEN_DOLLARS)


def lines(*amounts: tuple[str, int]) -> tuple[CartLine, ...]:
    return tuple(line(str(number), amount, quantity) for number, (amount, quantity) in enumerate(amounts, 1))


@pytest.mark.parametrize(
    "prices, promotion, discount",
    [
        pytest.param((("12.00", 3),), THREE_FOR_TWO, "12.00", id="multibuy matches"),
        pytest.param((("4.00", 4), ("2.00", 4)), THREE_FOR_TWO, "2.00", id="multibuy exceeds"),
        pytest.param((("6.00", 3),), THREE_FOR_20, "0.00", id="bundle worth less"),
        pytest.param((("5.00", 4),), THREE_FOR_20, "0.00", id="bundle worth the same"),
        pytest.param((("8.00", 4),), THREE_FOR_20, "4.00", id="bundle worth more"),
        pytest.param((("7.00", 1), ("7.00", 1), ("7.00", 1)), THREE_FOR_20, "1.00", id="bundle, odd cents"),
        pytest.param((("12.00", 2),), THREE_OFF, "3.00", id="absolute, one line"),
        pytest.param((("1.00", 1), ("1.50", 1)), THREE_OFF, "2.50", id="absolute, more than there is"),
        pytest.param((("2.00", 2), ("4.00", 2)), THREE_OFF, "3.00", id="absolute, small prices"),
        pytest.param((("12.00", 2),), THREE_OFF_ONE, "3.00", id="absolute, one piece"),
        pytest.param(
            (("12.00", 2), ("10.00", 2)), THREE_OFF_ONE, "3.00", id="absolute, one piece of two lines"
        ),
        pytest.param((("2.00", 2), ("1.00", 2)), THREE_OFF_ONE, "1.00", id="absolute, one cheap piece"),
        pytest.param((("2.00", 6),), THREE_OFF_ONE, "2.00", id="absolute, above the price"),
        pytest.param((("12.00", 2),), PERCENT_20, "4.80", id="percentage"),
        pytest.param((("12.00", 3),), PERCENT_20, "7.20", id="percentage, exceeds"),
        pytest.param((("12.00", 2), ("20.00", 2)), PERCENT_20_ONE, "2.40", id="percentage, one piece"),
        pytest.param((("5.00", 2),), PERCENT_20_FROM_10, "2.00", id="percentage from an amount"),
        pytest.param((("4.00", 3),), PERCENT_20_FROM_10, "2.40", id="percentage above an amount"),
    ],
)
def test_oscar_offers_give_what_oscar_says(
    prices: tuple[tuple[str, int], ...], promotion: Promotion, discount: str
) -> None:
    assert priced(cart(*lines(*prices), promotions=(promotion,))).totals.discounts == usd(discount)


@pytest.mark.parametrize(
    "prices, amount, odd_cents, shares",
    [
        pytest.param((("12.00", 1), ("12.00", 1)), "3", OddCents.LAST, ["1.50", "1.50"], id="Oscar, equal"),
        pytest.param(
            (("2", 1), ("2", 1), ("2", 1)), "4", OddCents.LAST, ["1.33", "1.33", "1.34"], id="Oscar"
        ),
        pytest.param((("50", 1),) * 3, "15", OddCents.FIRST, ["5.00", "5.00", "5.00"], id="Solidus, equal"),
        pytest.param((("50", 1),) * 3, "10", OddCents.FIRST, ["3.34", "3.33", "3.33"], id="Solidus, odd"),
        pytest.param(
            (("50", 3), ("50", 1), ("50", 2)), "15", OddCents.FIRST, ["7.50", "2.50", "5.00"], id="by value"
        ),
        pytest.param(
            (("100", 2), ("300", 2)), "400", OddCents.LARGEST_REMAINDER, ["100.00", "300.00"], id="Medusa"
        ),
        pytest.param(
            (("190", 1), ("190", 1), ("250", 1), ("150", 1)),
            "156",
            OddCents.LARGEST_REMAINDER,
            ["38.00", "38.00", "50.00", "30.00"],
            id="VTEX",
        ),
    ],
)
def test_an_amount_is_shared_out_as_published(
    prices: tuple[tuple[str, int], ...], amount: str, odd_cents: OddCents, shares: list[str]
) -> None:
    promotions = (offer("off", AmountOff(amount=usd(amount))),)

    result = priced(cart(*lines(*prices), promotions=promotions, rules=PricingRules(odd_cents=odd_cents)))

    assert line_discounts(result) == shares


def test_medusa_gives_the_larger_amount_first_and_shares_both_out() -> None:
    """packages/modules/promotion/integration-tests/.../compute-actions.spec.ts, "across"."""
    promotions = (
        offer("50", AmountOff(amount=usd("50")), priority=1),
        offer("30", AmountOff(amount=usd("30")), priority=2),
    )

    result = priced(cart(*lines(("50", 1), ("150", 1)), promotions=promotions))

    assert [[str(share.amount.to_decimal()) for share in one.discounts] for one in result.lines] == [
        ["12.50", "7.50"],
        ["37.50", "22.50"],
    ]


def test_vtex_takes_the_amount_first_and_the_percentage_of_the_rest() -> None:
    promotions = (
        offer("A", AmountOff(amount=usd("15")), priority=1),
        offer("B", PercentOff(percent=Decimal(10)), priority=2),
    )

    result = priced(cart(*lines(("10", 1), ("20", 1), ("32", 1)), promotions=promotions))

    assert result.totals.total == usd("42.30")


TIERED = Tiers(
    tiers=(
        Tier(minimum=usd("0"), percent=Decimal(10)),
        Tier(minimum=usd("20"), percent=Decimal(15)),
        Tier(minimum=usd("30"), percent=Decimal(20)),
    ),
    measured=Measured.SET_AMOUNT,
)


@pytest.mark.parametrize(
    "prices, discount",
    [
        pytest.param((("10", 1),), "1.00", id="first tier"),
        pytest.param((("10", 1), ("10", 1)), "3.00", id="second tier, two lines"),
        pytest.param((("10", 1), ("10", 1), ("10", 1)), "6.00", id="third tier, three lines"),
        pytest.param((("20", 1),), "3.00", id="second tier, one line"),
        pytest.param((("30", 1),), "6.00", id="third tier, one line"),
    ],
)
def test_solidus_tiers_give_what_solidus_says(prices: tuple[tuple[str, int], ...], discount: str) -> None:
    promotions = (offer("tiers", TIERED),)

    assert priced(cart(*lines(*prices), promotions=promotions)).totals.discounts == usd(discount)


def percent(amount: str, *skus: str, name: str = "") -> Promotion:
    benefit = PercentOff(percent=Decimal(amount), on=Selection(skus=frozenset(skus)), per=Per.LINE)
    return replace(offer(name or f"{amount}% {skus}", benefit), best_of="item")


def off_each(amount: str, *skus: str) -> Promotion:
    benefit = AmountOff(amount=usd(amount), on=Selection(skus=frozenset(skus)), per=Per.UNIT)
    return replace(offer(f"{amount} off {skus}", benefit), best_of="item")


SECOND_AT_30 = replace(
    offer(
        "30% off the second",
        BuyGet(
            buy_quantity=1,
            get_quantity=1,
            buy=Selection(skus=frozenset({"2"})),
            get=Selection(skus=frozenset({"2"})),
            percent=Decimal(30),
        ),
        priority=1,
    )
)
TEN_OF_THE_REST = offer(
    "10% off items without offer",
    PercentOff(percent=Decimal(10), on=Selection(only_undiscounted=True)),
    priority=2,
)
FORTY_FIVE = (off_each("25"), off_each("35"), off_each("45"), offer("30 off", AmountOff(amount=usd("30"))))


@pytest.mark.parametrize(
    "prices, promotions, total",
    [
        pytest.param(
            (("4.99", 1), ("9.99", 1)),
            (percent("60", "1"), percent("60", "2"), percent("40")),
            "6.00",
            id="testThreePercentOffOffers",
        ),
        pytest.param(
            (("1000", 1), ("100", 1)),
            (percent("10"), percent("15", "2")),
            "985.00",
            id="testTwoPercentOffOffers",
        ),
        pytest.param(
            (("1000", 1), ("100", 2)), (TEN_OF_THE_REST, SECOND_AT_30), "1070.00", id="testBOGOCombination"
        ),
        pytest.param(
            (("100", 2), ("100", 1)),
            (percent("20.5"),),
            "238.50",
            id="testPercentOffOfferWithScaleGreaterThanTwo",
        ),
        pytest.param(
            (("10", 2), ("20", 1)),
            (percent("20", "1"), off_each("3", "2"), offer("1.20 off", AmountOff(amount=usd("1.20")))),
            "31.80",
            id="testOfferUsedForPricing",
        ),
        pytest.param(
            (("50", 2), ("100", 2)),
            (percent("20"), off_each("30")),
            "180.00",
            id="testOfferLowerSalePriceWithNotCombinableOffer",
        ),
        pytest.param(
            (("50", 2), ("50", 2)), FORTY_FIVE, "0.00", id="testOfferLowerSalePriceWithNotCombinableOffer2"
        ),
    ],
)
def test_broadleaf_offers_give_what_broadleaf_says(
    prices: tuple[tuple[str, int], ...], promotions: tuple[Promotion, ...], total: str
) -> None:
    rules = PricingRules(best_of=BestOf.LINE)

    assert priced(cart(*lines(*prices), promotions=promotions, rules=rules)).totals.total == usd(total)


HALF = offer("half", PercentOff(percent=Decimal(50)))
HALF_AGAIN = offer("half again", PercentOff(percent=Decimal(50)), priority=200)
TEN_OFF = offer("10 off", AmountOff(amount=usd("10")))
TEN_PERCENT_OF_ONE = offer("10% of one", PercentOff(percent=Decimal(10), max_units=1))


@pytest.mark.parametrize(
    "prices, promotions, discount",
    [
        pytest.param((("10", 1),), (offer("20%", PercentOff(percent=Decimal(20))),), "2.00", id="percent"),
        pytest.param((("10", 2),), (TEN_OFF,), "10.00", id="fixed cart"),
        pytest.param((("10", 1),) * 3, (TEN_OFF,), "10.00", id="fixed cart, 3 lines"),
        pytest.param((("10", 2), ("10", 3), ("10", 2)), (TEN_OFF,), "10.00", id="fixed cart, 7 pieces"),
        pytest.param((("10", 1),) * 11, (TEN_OFF,), "10.00", id="fixed cart, 11 lines"),
        pytest.param(
            (("1", 1),) * 3, (offer("1 off", AmountOff(amount=usd("1"))),), "1.00", id="a third each"
        ),
        pytest.param((("10", 2),), (TEN_PERCENT_OF_ONE,), "1.00", id="limited to one piece"),
        pytest.param((("10", 2), ("10", 2)), (TEN_PERCENT_OF_ONE,), "1.00", id="limited, two lines"),
        pytest.param((("10", 1),), (HALF, HALF_AGAIN), "7.50", id="one after the other"),
        pytest.param(
            (("10", 2),),
            (offer("2 each", AmountOff(amount=usd("2"), per=Per.UNIT)),),
            "4.00",
            id="fixed product",
        ),
    ],
)
def test_woocommerce_coupons_give_what_woocommerce_says(
    prices: tuple[tuple[str, int], ...], promotions: tuple[Promotion, ...], discount: str
) -> None:
    assert priced(cart(*lines(*prices), promotions=promotions)).totals.discounts == usd(discount)


def test_percentages_can_all_be_taken_of_the_original_price() -> None:
    """WooCommerce with "calculate discounts sequentially" off."""
    rules = PricingRules(percent_of=PercentOf.ORIGINAL)
    thirty = offer("30%", PercentOff(percent=Decimal(30)), priority=1)

    result = priced(cart(*lines(("10", 1)), promotions=(thirty, HALF_AGAIN), rules=rules))

    assert [str(one.amount.to_decimal()) for one in result.promotions] == ["3.00", "5.00"]


FIFTEEN_OVER_100 = replace(
    offer("15% over 100", PercentOff(percent=Decimal(15))), minimums=(Minimum(amount=usd("100")),)
)
NOT_SKU3 = Selection(except_skus=frozenset({"3"}))


@pytest.mark.parametrize(
    "prices, promotions, shares, total",
    [
        pytest.param(
            (("60", 1), ("50", 1)), (FIFTEEN_OVER_100,), ["9.00", "7.50"], "93.50", id="order discount"
        ),
        pytest.param(
            (("60", 1), ("50", 1)),
            (
                offer("10 off", AmountOff(amount=usd("10"), on=Selection(skus=frozenset({"1"}))), priority=1),
                FIFTEEN_OVER_100,
            ),
            ["17.50", "7.50"],
            "85.00",
            id="product and order discount",
        ),
        pytest.param(
            (("60", 1), ("50", 1), ("40", 1)),
            (
                replace(
                    offer("15% but", PercentOff(percent=Decimal(15), on=NOT_SKU3)),
                    minimums=(Minimum(on=NOT_SKU3, amount=usd("100")),),
                ),
            ),
            ["9.00", "7.50", "0.00"],
            "133.50",
            id="order discount without a product",
        ),
    ],
)
def test_salesforce_promotions_are_prorated_as_salesforce_says(
    prices: tuple[tuple[str, int], ...], promotions: tuple[Promotion, ...], shares: list[str], total: str
) -> None:
    result = priced(cart(*lines(*prices), promotions=promotions))

    assert line_discounts(result) == shares
    assert result.totals.total == usd(total)


def test_an_offer_that_comes_last_lets_nobody_after_it() -> None:
    """commercetools: stackingMode StopAfterThisDiscount; Magento: "discard subsequent rules"."""
    last = replace(offer("last", PercentOff(percent=Decimal(10)), priority=1), combination=Combination.LAST)

    result = priced(cart(*lines(("100", 1)), promotions=(last, HALF_AGAIN)))

    assert [one.promotion_id for one in result.promotions] == ["last"]
    assert result.promotions_not_applied[0].sentence == "half again can not be combined with 'last'."
