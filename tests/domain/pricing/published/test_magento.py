"""Magento 2's own figures: dev/tests/integration/testsuite/Magento/Tax/_files/scenarios/*.php, by file name,
and SalesRule/Model/Rule/Action/Discount/CartFixedTest.php.

Its "unit", "row" and "total" algorithms are our UNIT, LINE and ORDER; "total" carries each line's fraction
to the next. A second rate with `calculate_subtotal` off is compound. Flat-rate shipping costs 5.00 a piece.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    AmountOff,
    Area,
    CartLine,
    Destination,
    OddCents,
    PercentBasis,
    PercentOff,
    PerItem,
    PricesHold,
    PricingRules,
    Promotion,
    ShippingTaxed,
    TaxRate,
    TaxRoundedPer,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

UNIT = PricingRules(tax_rounded_per=TaxRoundedPer.UNIT, shipping_taxed=ShippingTaxed.BY_ITS_CLASS)
ROW = replace(UNIT, tax_rounded_per=TaxRoundedPer.LINE)
TOTAL = replace(UNIT, tax_rounded_per=TaxRoundedPer.ORDER, odd_cents=OddCents.CARRIED)
TEXAS_IS_HERE = Area(country="US", region="WA")
STORE = Destination(country="US", region="CA")
AT_CALIFORNIA = Area(country="US", region="CA")


def two(texas: str, austin: str, *, compound: bool = False) -> tuple[TaxRate, TaxRate]:
    first = replace(tax("TX", texas), priority=1)
    return first, replace(tax("AUSTIN", austin), priority=2, compound=compound)


def local(rules: PricingRules) -> PricingRules:
    return replace(rules, prices_hold=PricesHold.LOCAL_TAX)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    lines: tuple[CartLine, ...]
    rates: tuple[TaxRate, ...]
    rules: PricingRules
    total: str
    taxes: str
    line_taxes: tuple[str, ...] = ()
    offers: tuple[Promotion, ...] = ()
    shipped: bool = False


HALF = (offer("half", PercentOff(percent=Decimal(50))),)
TWO_TENS = (line("simple1", "10.00", 2),)
TEN_AND_ELEVEN = (line("simple1", "10.00"), line("simple2", "11.00"))
NEARLY_TEN = (line("simple1", "9.99", 2),)
TEN_ONES = (line("simple1", "1.00", 10),)
TWO_ROWS = (line("simple1", "10.05"), line("simple2", "10.45"))
GOODS_20 = (tax("TX", "20", "standard"), tax("SHIPPING", "7.5", "shipping"))
CROSS_BORDER = (tax("TX", "20", area=TEXAS_IS_HERE), tax("STORE", "10", area=AT_CALIFORNIA))
OF_ORIGIN = replace(UNIT, prices_hold=PricesHold.TAX_OF_ORIGIN, origin=STORE)

SCENARIOS = {
    "excluding_tax_unit": Scenario(
        lines=TWO_TENS, rates=(tax("TX", "8.25"),), rules=UNIT, total="21.66", taxes="1.66"
    ),
    "excluding_tax_row": Scenario(
        lines=TWO_TENS, rates=(tax("TX", "8.25"),), rules=ROW, total="21.65", taxes="1.65"
    ),
    "excluding_tax_total": Scenario(
        lines=TWO_TENS, rates=(tax("TX", "8.25"),), rules=TOTAL, total="21.65", taxes="1.65"
    ),
    "excluding_tax__multi_item_unit": Scenario(
        lines=TEN_AND_ELEVEN, rates=(tax("TX", "8.25"),), rules=UNIT, total="22.74", taxes="1.74"
    ),
    "excluding_tax__multi_item_row": Scenario(
        lines=TEN_AND_ELEVEN, rates=(tax("TX", "8.25"),), rules=ROW, total="22.74", taxes="1.74"
    ),
    "excluding_tax__multi_item_total": Scenario(
        lines=TEN_AND_ELEVEN,
        rates=(tax("TX", "8.25"),),
        rules=TOTAL,
        total="22.73",
        taxes="1.73",
        line_taxes=("0.83", "0.90"),
    ),
    "including_tax_unit": Scenario(
        lines=NEARLY_TEN, rates=(tax("TX", "20"),), rules=local(UNIT), total="19.98", taxes="3.34"
    ),
    "including_tax_row": Scenario(
        lines=NEARLY_TEN, rates=(tax("TX", "20"),), rules=local(ROW), total="19.98", taxes="3.33"
    ),
    "including_tax_total": Scenario(
        lines=NEARLY_TEN, rates=(tax("TX", "20"),), rules=local(TOTAL), total="19.98", taxes="3.33"
    ),
    "including_tax_cross_border_trade_enabled": Scenario(
        lines=NEARLY_TEN, rates=CROSS_BORDER, rules=local(UNIT), total="19.98", taxes="3.34"
    ),
    "including_tax_cross_border_trade_disabled": Scenario(
        lines=NEARLY_TEN, rates=CROSS_BORDER, rules=OF_ORIGIN, total="21.80", taxes="3.64"
    ),
    "multi_tax_rule_unit_calculate_subtotal_no": Scenario(
        lines=TEN_ONES, rates=two("7.5", "5.5", compound=True), rules=UNIT, total="11.40", taxes="1.40"
    ),
    "multi_tax_rule_total_calculate_subtotal_no": Scenario(
        lines=TEN_ONES, rates=two("7.5", "5.5", compound=True), rules=TOTAL, total="11.34", taxes="1.34"
    ),
    "multi_tax_rule_two_row_calculate_subtotal_yes_row": Scenario(
        lines=TWO_ROWS,
        rates=two("9", "5"),
        rules=ROW,
        total="23.36",
        taxes="2.86",
        line_taxes=("1.40", "1.46"),
    ),
    "multi_tax_rule_two_row_calculate_subtotal_yes_total": Scenario(
        lines=TWO_ROWS,
        rates=two("9", "5"),
        rules=TOTAL,
        total="23.38",
        taxes="2.88",
        line_taxes=("1.40", "1.48"),
    ),
    "excluding_tax_apply_tax_after_discount": Scenario(
        lines=TWO_TENS,
        rates=GOODS_20,
        rules=TOTAL,
        offers=HALF,
        shipped=True,
        total="22.75",
        taxes="2.75",
        line_taxes=("2.00",),
    ),
    "excluding_tax_apply_tax_before_discount": Scenario(
        lines=TWO_TENS,
        rates=(tax("TX", "20"),),
        rules=replace(TOTAL, discounts_reduce_tax_base=False),
        offers=HALF,
        shipped=True,
        total="26.00",
        taxes="6.00",
        line_taxes=("4.00",),
    ),
    "excluding_tax_apply_tax_after_discount_discount_tax": Scenario(
        lines=TWO_TENS,
        rates=GOODS_20,
        rules=replace(TOTAL, percent_basis=PercentBasis.PRICE_WITH_TAX),
        offers=HALF,
        shipped=True,
        total="20.35",
        taxes="2.35",
        line_taxes=("1.60",),
    ),
    # The file also halves shipping, to half a cent (2.275), which no money has: the goods alone.
    "including_tax_apply_tax_after_discount": Scenario(
        lines=(line("simple1", "29.00"),),
        rates=(tax("TX", "10"),),
        rules=replace(local(ROW), percent_basis=PercentBasis.PRICE_WITHOUT_TAX),
        offers=HALF,
        total="15.82",
        taxes="1.44",
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_cart_costs_what_magento_says(name: str) -> None:
    scenario = SCENARIOS[name]

    result = priced(
        cart(
            *scenario.lines,
            promotions=scenario.offers,
            taxes=scenario.rates,
            rules=scenario.rules,
            tariffs=(tariff(PerItem(each=usd("5.00"))),) if scenario.shipped else (),
        )
    )

    assert result.totals.total == usd(scenario.total)
    assert result.totals.tax == usd(scenario.taxes)
    if scenario.line_taxes:
        assert tuple(str(one.tax.to_decimal()) for one in result.lines) == scenario.line_taxes


@pytest.mark.parametrize("amounts", [("22", "14", "43", "7.50", "0"), ("47", "33", "9.50", "42", "0")])
def test_an_amount_off_the_cart_is_given_to_the_cent(amounts: tuple[str, ...]) -> None:
    lines = [line(str(number), amount) for number, amount in enumerate(amounts)]

    result = priced(cart(*lines, promotions=(offer("15 off", AmountOff(amount=usd("15"))),)))

    assert result.totals.discounts == usd("15.00")
