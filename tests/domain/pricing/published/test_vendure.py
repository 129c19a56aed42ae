"""Vendure's own figures: packages/core/src/service/helpers/order-calculator/order-calculator.spec.ts (2.x).

There prices are rounded per piece, a discount's half cent stays with the customer's price (the price is
rounded half-up, so the discount half-down), and an order's minimum sees what offers before left.
Standard rate 20 %, reduced 10 %, zero 0 %. A surcharge is a line.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.domain.money import Rounding
from backoffice.domain.pricing import (
    AmountOff,
    CartLine,
    FixedPrice,
    Minimum,
    Per,
    PercentOff,
    PerShipment,
    PricesHold,
    PricingRules,
    Promotion,
    Selection,
    ShippingOff,
    ShippingTaxed,
    TaxesRounded,
    TaxRate,
    TaxRoundedPer,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

RATES = (
    tax("standard", "20", "standard", "shipping"),
    tax("reduced", "10", "reduced"),
    tax("zero", "0", "zero"),
)
WITHOUT = PricingRules(
    rounding=Rounding.HALF_DOWN,
    tax_rounded_per=TaxRoundedPer.UNIT,
    shipping_taxed=ShippingTaxed.BY_ITS_CLASS,
)
PER_LINE = replace(WITHOUT, tax_rounded_per=TaxRoundedPer.LINE)  # as prorated orders come out there
WITH = replace(WITHOUT, prices_hold=PricesHold.LOCAL_TAX)

HALF_OFF_EACH = offer("50% off each item", PercentOff(percent=Decimal(50), per=Per.UNIT))
ORDER_AT_420 = offer("order at 4.20", FixedPrice(price=usd("4.20"), per=Per.SELECTION))
FIVE_OFF = offer("$5 off order", AmountOff(amount=usd("5.00")), priority=200)
HALF_OFF_ORDER = offer("50% off order", PercentOff(percent=Decimal(50)))
ITEM_10 = offer("10% off item", PercentOff(percent=Decimal(10), per=Per.UNIT), priority=1)
ORDER_10 = offer("10% off order", PercentOff(percent=Decimal(10)), priority=2)
TENS_15 = offer(
    "15% off $10 items",
    PercentOff(
        percent=Decimal(15),
        per=Per.UNIT,
        on=Selection(lowest_price=usd("10.00"), highest_price=usd("10.00")),
    ),
    priority=1,
)
BUY_3 = Promotion(
    promotion_id="buy 3",
    name="Buy 3 get 50% off order",
    benefits=(PercentOff(percent=Decimal(50)),),
    minimums=(Minimum(quantity=3),),
    priority=1,
)
SPEND_10 = Promotion(
    promotion_id="spend 10",
    name="Spend $10 get 10% off order",
    benefits=(PercentOff(percent=Decimal(10)),),
    minimums=(Minimum(amount=usd("10.00")),),
    priority=2,
)
ORDER_AT_420_FROM_10 = replace(ORDER_AT_420, minimums=(Minimum(amount=usd("10.00")),))
MIXED = (line("1", "10.00", 2), line("2", "34.99", tax_class="reduced"))
FINAL = (*MIXED, line("3", "2.55", 4, tax_class="reduced"))


@pytest.mark.parametrize(
    "lines, promotions, rules, without_tax, with_tax",
    [
        pytest.param((line("1", "1.23"),), (), WITHOUT, "1.23", "1.48", id="single line"),
        pytest.param((line("1", "1.23", 3),), (), WITHOUT, "3.69", "4.44", id="single line, 3 pieces"),
        pytest.param((), (), WITHOUT, "0.00", "0.00", id="no lines"),
        pytest.param((line("1", "83.33"),), (HALF_OFF_EACH,), WITHOUT, "41.67", "50.00", id="half off each"),
        pytest.param(
            (line("1", "14.00"), line("2", "6.50", 2, tax_class="reduced")),
            (HALF_OFF_EACH,),
            WITH,
            "11.73",
            "13.50",
            id="half off each, with tax",
        ),
        pytest.param((line("1", "12.30"),), (ORDER_AT_420,), WITHOUT, "4.20", "5.04", id="fixed order price"),
        pytest.param(
            (line("1", "12.30"),), (ORDER_AT_420,), WITH, "3.50", "4.20", id="fixed order price, with tax"
        ),
        pytest.param((line("1", "12.30"),), (FIVE_OFF,), WITHOUT, "7.30", "8.76", id="$5 off"),
        pytest.param(
            (line("1", "20.00"), line("2", "10.00", 2, tax_class="reduced")),
            (FIVE_OFF,),
            WITH,
            None,
            "35.00",
            id="$5 off, with tax, two rates",
        ),
        pytest.param(
            (line("1", "5.00"),), (ORDER_AT_420_FROM_10,), WITHOUT, "5.00", "6.00", id="below minimum"
        ),
        pytest.param(
            (line("1", "5.00", 2),), (ORDER_AT_420_FROM_10,), WITHOUT, "4.20", "5.04", id="minimum reached"
        ),
        pytest.param(
            (line("1", "5.00", 2),), (ORDER_AT_420_FROM_10,), WITH, "3.50", "4.20", id="reached, with tax"
        ),
        pytest.param((line("1", "1.00"),), (HALF_OFF_ORDER,), WITHOUT, "0.50", "0.60", id="half off order"),
        pytest.param(
            (line("1", "1.00"),), (HALF_OFF_ORDER,), WITH, "0.42", "0.50", id="half off order, with tax"
        ),
        pytest.param(
            (line("1", "1.00", tax_class="zero"),), (HALF_OFF_ORDER,), WITH, "0.50", "0.50", id="at 0 %"
        ),
        pytest.param(
            (line("1", "5.00", 2),), (BUY_3, SPEND_10), WITHOUT, "9.00", "10.80", id="only the second applies"
        ),
        pytest.param(
            (line("1", "5.00", 3),), (BUY_3, SPEND_10), WITHOUT, "7.50", "9.00", id="first undoes second"
        ),
        pytest.param((line("1", "8.00", 2),), (BUY_3, SPEND_10), WITHOUT, "14.40", "17.28", id="two pieces"),
        pytest.param((line("1", "8.00", 3),), (BUY_3, SPEND_10), WITHOUT, "10.80", "12.96", id="both apply"),
        pytest.param(
            (line("1", "8.00", 3),), (BUY_3, SPEND_10), WITH, "9.00", "10.80", id="both apply, with tax"
        ),
        pytest.param((line("1", "1558.80"),), (ITEM_10,), WITHOUT, "1402.92", "1683.50", id="item 10%"),
        pytest.param(
            (line("1", "1558.80"),),
            (ITEM_10, ORDER_10),
            WITHOUT,
            "1262.63",
            "1515.16",
            id="both 10%",
        ),
        pytest.param((line("1", "1558.80"),), (ITEM_10,), WITH, "1169.10", "1402.92", id="item 10%, with"),
        pytest.param(
            (line("1", "1558.80"),), (ITEM_10, ORDER_10), WITH, "1052.19", "1262.63", id="both, with tax"
        ),
        pytest.param(FINAL, (FIVE_OFF, TENS_15), PER_LINE, "57.19", "64.48", id="mixed, several rates"),
        pytest.param(FINAL, (FIVE_OFF, TENS_15), WITH, None, "57.19", id="mixed, several rates, with tax"),
        pytest.param(
            (*MIXED, line("surcharge", "2.40", tax_class="zero")),
            (),
            WITHOUT,
            "57.39",
            "64.89",
            id="surcharge without tax",
        ),
        pytest.param(
            (*MIXED, line("surcharge", "2.40", tax_class="zero")),
            (),
            WITH,
            "50.87",
            "57.39",
            id="surcharge without tax, prices with",
        ),
        pytest.param(
            (line("1", "10.00"), line("surcharge", "2.40")), (), WITHOUT, "12.40", "14.88", id="surcharge"
        ),
        pytest.param(
            (line("1", "10.00"), line("surcharge", "2.40")), (), WITH, "10.33", "12.40", id="surcharge, with"
        ),
    ],
)
def test_goods_cost_what_vendure_says(
    lines: tuple[CartLine, ...],
    promotions: tuple[Promotion, ...],
    rules: PricingRules,
    without_tax: str | None,
    with_tax: str,
) -> None:
    result = priced(cart(*lines, promotions=promotions, taxes=RATES, rules=rules))

    assert result.totals.total == usd(with_tax)
    if without_tax is not None:  # there the spec's figure rests on Vendure's own way to share odd cents
        assert result.totals.total - result.totals.tax == usd(without_tax)


@pytest.mark.parametrize(
    "rules, promotions, shipping, total",
    [
        pytest.param(WITHOUT, (), "6.00", "7.20", id="without tax"),
        pytest.param(WITH, (), "5.00", "6.00", id="with tax"),
        pytest.param(WITHOUT, (offer("free", ShippingOff()),), "0.00", "1.20", id="free, without tax"),
        pytest.param(WITH, (offer("free", ShippingOff()),), "0.00", "1.00", id="free, with tax"),
    ],
)
def test_shipping_costs_what_vendure_says(
    rules: PricingRules, promotions: tuple[Promotion, ...], shipping: str, total: str
) -> None:
    result = priced(
        cart(
            line("1", "1.00"),
            promotions=promotions,
            taxes=RATES,
            rules=rules,
            tariffs=(tariff(PerShipment(amount=usd("5.00"))),),
        )
    )

    assert result.shipments[0].total == usd(shipping)
    assert result.totals.total == usd(total)


def test_discount_is_prorated_over_two_rates_as_vendure_does() -> None:
    result = priced(
        cart(
            line("1", "5.00"),
            line("2", "5.00", tax_class="zero"),
            promotions=(FIVE_OFF,),
            taxes=RATES,
            rules=WITH,
        )
    )

    assert [one.total for one in result.lines] == [usd("2.50"), usd("2.50")]


@pytest.mark.parametrize(
    "rates, with_tax, taxes",
    [
        pytest.param((), "54.99", (), id="no rates"),
        pytest.param((tax("NY", "4"),), "57.19", ("2.20",), id="state"),
        pytest.param((tax("NY", "4"), tax("NYC", "4.5")), "59.66", None, id="state and city"),
    ],
)
def test_state_and_city_are_rounded_together_as_vendure_does(
    rates: tuple[TaxRate, ...], with_tax: str, taxes: tuple[str, ...] | None
) -> None:
    rules = replace(WITHOUT, taxes_rounded=TaxesRounded.TOGETHER)

    result = priced(cart(*MIXED, taxes=rates, rules=rules))

    assert result.totals.total == usd(with_tax)
    if taxes is not None:
        assert tuple(rate.amount for rate in result.taxes) == tuple(usd(amount) for amount in taxes)
