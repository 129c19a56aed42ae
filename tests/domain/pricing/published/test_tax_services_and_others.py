"""Figures of tax and billing services, and of Medusa and Spree, each with its document.

Avalara: "What is the difference between Document and Line level rounding?" and "How does Rounding with SalesTaxII
work?". Stax Bill: "Why did the taxes appear to be off by a few cents on an invoice". Zuora: "Rounding rule for
inclusive tax mode". commercetools: release note of 21 September 2026, taxRoundingTarget. kasseneck_api:
netCentsFromGross. Microsoft Dynamics GP: "TaxRounding". Medusa: packages/core/utils/src/totals/__tests__/totals.ts.
Spree: core/spec/models/spree/calculator/{tiered_flat_rate, shipping/price_sack, shipping/flat_percent_item_total}.

To round the price without tax half up is to round the tax in it half down: both are one setting.
"""

from decimal import Decimal

import pytest

from backoffice.domain.money import Money, Rounding
from backoffice.domain.pricing import (
    AmountOff,
    Measured,
    PercentOfGoods,
    PerOrder,
    PriceBands,
    PricesHold,
    PricingRules,
    ShippingOff,
    ShippingTaxed,
    TaxesRounded,
    TaxRoundedPer,
    Tier,
    Tiers,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

BOOKS = (line("book", "40.80"), line("bookmark", "1.98"), line("light", "14.99"))
STATE_AND_CITY = (tax("state", "6.5"), tax("city", "2.5"))


@pytest.mark.parametrize(
    "rules, taxes",
    [
        (PricingRules(), "5.19"),
        (PricingRules(tax_rounded_per=TaxRoundedPer.ORDER, taxes_rounded=TaxesRounded.TOGETHER), "5.20"),
        (PricingRules(tax_rounded_per=TaxRoundedPer.ORDER), "5.20"),
    ],
    ids=["line level", "document level", "document level, each jurisdiction"],
)
def test_avalara_rounds_by_line_or_by_document(rules: PricingRules, taxes: str) -> None:
    assert priced(cart(*BOOKS, taxes=STATE_AND_CITY, rules=rules)).totals.tax == usd(taxes)


def test_avalara_says_what_each_line_is_taxed() -> None:
    result = priced(cart(*BOOKS, taxes=STATE_AND_CITY))

    assert [str(one.tax.to_decimal()) for one in result.lines] == ["3.67", "0.18", "1.34"]
    assert [[str(share.amount.to_decimal()) for share in one.taxes] for one in result.lines] == [
        ["1.02", "2.65"],
        ["0.05", "0.13"],
        ["0.37", "0.97"],
    ]


@pytest.mark.parametrize(
    "rules, taxes",
    [
        (PricingRules(taxes_rounded=TaxesRounded.TOGETHER), "122.27"),
        (PricingRules(), "122.28"),
        (PricingRules(tax_rounding=Rounding.DOWN), "122.26"),
    ],
    ids=["combined", "both rounded", "always down"],
)
def test_two_jurisdictions_a_penny_over_or_under(rules: PricingRules, taxes: str) -> None:
    rates = (tax("state", "4"), tax("county", "4"))

    assert priced(cart(line("1", "1528.42"), taxes=rates, rules=rules)).totals.tax == usd(taxes)


@pytest.mark.parametrize(
    "rules, taxes", [(PricingRules(), "0.40"), (PricingRules(taxes_rounded=TaxesRounded.TOGETHER), "0.41")]
)
def test_four_taxes_of_san_antonio(rules: PricingRules, taxes: str) -> None:
    rates = (tax("state", "6.25"), tax("city", "1.25"), tax("transit", "0.5"), tax("district", "0.25"))

    assert priced(cart(line("1", "4.99"), taxes=rates, rules=rules)).totals.tax == usd(taxes)


NET = PricingRules(prices_hold=PricesHold.LOCAL_TAX, tax_rounding=Rounding.HALF_DOWN)
TAX = PricingRules(prices_hold=PricesHold.LOCAL_TAX)


@pytest.mark.parametrize(
    "price, percent, rules, net, taxes",
    [
        ("2.99", "4", NET, "2.88", "0.11"),
        ("2.99", "4", TAX, "2.87", "0.12"),
        ("0.99", "20", NET, "0.83", "0.16"),
        ("0.99", "20", TAX, "0.82", "0.17"),
    ],
    ids=["Zuora, net amount", "Zuora, tax amount", "a till, net", "a till, tax"],
)
def test_the_net_price_is_rounded_or_the_tax_in_it(
    price: str, percent: str, rules: PricingRules, net: str, taxes: str
) -> None:
    result = priced(cart(line("1", price), taxes=(tax("VAT", percent),), rules=rules))

    assert (result.lines[0].net, result.lines[0].tax) == (usd(net), usd(taxes))


@pytest.mark.parametrize(
    "rounding, cents", [(Rounding.UP, 157), (Rounding.HALF_UP, 156), (Rounding.DOWN, 156)]
)
def test_dynamics_gp_rounds_a_tax_up_to_the_nearest_or_down(rounding: Rounding, cents: int) -> None:
    """1.563 of tax."""
    rules = PricingRules(tax_rounding=rounding)

    result = priced(cart(line("1", "15.63"), taxes=(tax("GST", "10"),), rules=rules))

    assert result.totals.tax == Money(cents, "USD")


TENTH = (tax("ten", "10", "standard", "shipping"),)


def test_medusa_adds_up_items_of_different_rates() -> None:
    rates = (tax("ten", "10", "standard"), tax("fifty", "50", "dear"))

    result = priced(cart(line("1", "30", 2), line("2", "5", tax_class="dear"), taxes=rates))

    assert [one.total for one in result.lines] == [usd("66"), usd("7.50")]
    assert (result.totals.total, result.totals.tax) == (usd("73.50"), usd("8.50"))


def test_medusa_taxes_what_the_adjustment_leaves() -> None:
    ten_off = offer("10 off", AmountOff(amount=usd("10")))

    result = priced(cart(line("1", "50", 2), promotions=(ten_off,), taxes=TENTH))

    assert (result.totals.total, result.totals.tax) == (usd("99"), usd("9"))


def test_medusa_adjusts_items_and_shipping_each() -> None:
    off = offer("off", AmountOff(amount=usd("20")), ShippingOff(amount=usd("2")))

    result = priced(
        cart(
            line("1", "50", 2),
            promotions=(off,),
            taxes=TENTH,
            tariffs=(tariff(PerOrder(amount=usd("25"))),),
            rules=PricingRules(shipping_taxed=ShippingTaxed.BY_ITS_CLASS),
        )
    )

    assert result.lines[0].total == usd("88")
    assert result.shipments[0].total == usd("25.30")
    assert result.totals.tax == usd("10.30")


def test_medusa_takes_the_tax_out_of_a_price_that_holds_it() -> None:
    result = priced(cart(line("1", "50", 2), taxes=TENTH, rules=TAX))

    assert (result.totals.total, result.totals.tax, result.lines[0].net) == (
        usd("100"),
        usd("9.09"),
        usd("90.91"),
    )


@pytest.mark.parametrize("amount, off", [("50", "10"), ("150", "15"), ("200", "20")])
def test_spree_tiers_of_flat_rates(amount: str, off: str) -> None:
    """A base amount of 10, 15 from 100 and 20 from 200."""
    tiers = Tiers(
        tiers=tuple(
            Tier(minimum=usd(minimum), amount_off=usd(given))
            for minimum, given in (("0", "10"), ("100", "15"), ("200", "20"))
        ),
        measured=Measured.SET_AMOUNT,
    )

    assert priced(cart(line("1", amount), promotions=(offer("tiers", tiers),))).totals.discounts == usd(off)


@pytest.mark.parametrize("amount, cost", [("4", "10"), ("12", "1")])
def test_spree_price_sack(amount: str, cost: str) -> None:
    """10 below 5, then 1."""
    sack = tariff(PriceBands(bands=((usd("0"), usd("10")), (usd("5"), usd("1")))))

    assert priced(cart(line("1", amount), tariffs=(sack,))).totals.shipping == usd(cost)


def test_spree_percentage_of_the_goods() -> None:
    """A tenth of 10.11 x 2 + 20.22 is 4.04."""
    lines = (line("1", "10.11", 2), line("2", "20.22"))

    result = priced(cart(*lines, tariffs=(tariff(PercentOfGoods(percent=Decimal(10))),)))

    assert result.totals.shipping == usd("4.04")
