"""Whole carts as WooCommerce publishes them, each with its ticket.

plugins/woocommerce/tests/legacy/unit-tests/cart/cart.php and the issues it names. Where prices hold their tax,
WooCommerce rounds a half down, discounts and taxes alike: that is how a price keeps its cents.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.domain.money import Rounding
from backoffice.domain.pricing import (
    AmountOff,
    Customer,
    PercentOff,
    PerOrder,
    PricesHold,
    PricingRequest,
    PricingRules,
    ShippingTaxed,
    TaxRoundedPer,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

INCLUDED = PricingRules(
    prices_hold=PricesHold.LOCAL_TAX, rounding=Rounding.HALF_DOWN, tax_rounding=Rounding.HALF_DOWN
)
HALF = offer("50%", PercentOff(percent=Decimal(50)))
EIGHT = ("5.17", "3.32", "1.25", "3.50", "5.01", "3.34", "5.99", "5.51")


def exempt(request: PricingRequest) -> PricingRequest:
    return replace(request, customer=Customer(tax_exempt=True))


def test_a_fixed_coupon_and_taxes_in_the_price() -> None:
    """test_cart_total_with_discount_and_taxes: 13.58 with 0.66 of tax, though 0.665 are in it."""
    rules = replace(INCLUDED, tax_rounded_per=TaxRoundedPer.ORDER)
    off5 = offer("off5", AmountOff(amount=usd("5")))

    result = priced(
        cart(
            line("1", "8.99"),
            promotions=(off5,),
            taxes=(tax("TAX20", "20"),),
            tariffs=(tariff(PerOrder(amount=usd("9.59"))),),
            rules=rules,
        )
    )

    assert (result.totals.total, result.totals.tax) == (usd("13.58"), usd("0.66"))


def test_four_rates_on_one_price() -> None:
    """#21871: each rate's amount is rounded: 85.92."""
    rates = tuple(
        tax(name, percent) for name, percent in (("a", "0.25"), ("b", "6"), ("c", "1.5"), ("d", "1"))
    )

    assert priced(cart(line("1", "79"), taxes=rates)).totals.total == usd("85.92")


def test_shipping_is_taxed_as_the_goods_that_say_so() -> None:
    """#21021: 27.05 while nothing in the cart has its shipping taxed, 87.90 when something at 23 % comes along."""
    rules = replace(
        INCLUDED,
        tax_rounded_per=TaxRoundedPer.ORDER,
        shipping_taxed=ShippingTaxed.AT_HIGHEST_OF_GOODS,
        shipping_holds_tax=False,
    )
    rates = (tax("TAX23", "23", "23percent"), replace(tax("TAX5", "5", "5percent"), on_shipping=False))
    lines = (line("1", "19", tax_class="5percent"), line("2", "59", tax_class="23percent"))
    freight = (tariff(PerOrder(amount=usd("8.05"))),)

    one = priced(cart(*lines[:1], taxes=rates, tariffs=freight, rules=rules))
    both = priced(cart(*lines, taxes=rates, tariffs=freight, rules=rules))

    assert (one.totals.total, both.totals.total) == (usd("27.05"), usd("87.90"))


def test_rates_of_other_goods_change_nothing() -> None:
    """#23917: 599 with rates for goods that are not in the cart."""
    rates = (tax("CGST", "24", "tax_1"), tax("SGST", "24", "tax_2"))

    assert priced(cart(line("1", "599"), taxes=rates, rules=INCLUDED)).totals.total == usd("599")


@pytest.mark.parametrize("quantity, total", [(1, "9.00"), (2, "19.00"), (3, "29.00")])
def test_a_dollar_off_the_cart_is_a_dollar_off(quantity: int, total: str) -> None:
    """#10963: whatever it is shared out to."""
    dollar = offer("1 off", AmountOff(amount=usd("1")))

    assert priced(cart(line("1", "10", quantity), promotions=(dollar,))).totals.total == usd(total)


def test_half_of_many_prices_with_tax() -> None:
    """#11626: 33.09 halved is 16.55 to pay; 13.90 for whoever pays no tax."""
    lines = (line(str(place), amount) for place, amount in enumerate(EIGHT))
    request = cart(*lines, promotions=(HALF,), taxes=(tax("TAX", "19"),), rules=INCLUDED)

    assert priced(request).totals.total == usd("16.55")
    assert priced(exempt(request)).totals.total == usd("13.90")


def test_a_percentage_of_a_price_with_tax() -> None:
    """#10573: ten percent off 29.95 leaves 24.51 without its tenth of tax."""
    ten = offer("10%", PercentOff(percent=Decimal(10)))

    result = priced(cart(line("1", "29.95"), promotions=(ten,), taxes=(tax("TAX", "10"),), rules=INCLUDED))

    assert result.lines[0].net == usd("24.51")


def test_a_discount_is_rounded_once_with_tax_and_without() -> None:
    """#16305: 51.86 less 40 % is 31.12; with 8.25 % tax 33.69."""
    forty = offer("40%", PercentOff(percent=Decimal(40)))
    request = cart(line("1", "51.86"), promotions=(forty,), taxes=(tax("TAX", "8.25"),))

    assert priced(request).totals.total == usd("33.69")
    assert priced(exempt(request)).totals.total == usd("31.12")


@pytest.mark.parametrize(
    "quantities, per, taxes",
    [
        ((1, 1), TaxRoundedPer.LINE, "4.50"),
        ((2,), TaxRoundedPer.LINE, "4.49"),
        ((2,), TaxRoundedPer.UNIT, "4.50"),
    ],
)
def test_two_of_one_are_not_one_of_two(quantities: tuple[int, ...], per: TaxRoundedPer, taxes: str) -> None:
    """#18710: what one user wants is a store's choice."""
    lines = (line(str(place), "10.70", quantity) for place, quantity in enumerate(quantities))

    result = priced(cart(*lines, taxes=(tax("TAX", "21"),), rules=PricingRules(tax_rounded_per=per)))

    assert result.totals.tax == usd(taxes)


@pytest.mark.parametrize("percent, off", [(50, "4.99"), (100, "9.99")])
def test_half_a_cent_stays_with_the_price(percent: int, off: str) -> None:
    """Pull request 17536."""
    made = offer("off", PercentOff(percent=Decimal(percent)))

    result = priced(cart(line("1", "9.99"), promotions=(made,), taxes=(tax("TAX", "20"),), rules=INCLUDED))

    assert result.totals.discounts == usd(off)
