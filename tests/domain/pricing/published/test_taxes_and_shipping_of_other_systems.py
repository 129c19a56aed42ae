"""Taxes and shipping as other systems publish them, each with its system and document.

commercetools: TaxCalculationMode. Solidus: core/spec/models/spree/calculator/default_tax_spec.rb and
shipping/flexi_rate_spec.rb. Dynamics 365 Finance: "Sales tax calculation and rounding" and "Tax calculation
rounding rules". SCAYLE: "Price calculator v1".
"""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backoffice.domain.money import Rounding
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    CartLine,
    Destination,
    PerItem,
    PricesHold,
    PricingRules,
    TaxesRounded,
    TaxRate,
    TaxRoundedPer,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

INCLUDED = PricingRules(prices_hold=PricesHold.LOCAL_TAX)


@pytest.mark.parametrize(
    "per, total",
    [(TaxRoundedPer.LINE, "3.86"), (TaxRoundedPer.UNIT, "3.87")],
    ids=["LineItemLevel", "UnitPriceLevel"],
)
def test_commercetools_tax_calculation_modes(per: TaxRoundedPer, total: str) -> None:
    rules = PricingRules(tax_rounded_per=per, tax_rounding=Rounding.HALF_EVEN)

    result = priced(cart(line("1", "1.08", 3), taxes=(tax("VAT", "19"),), rules=rules))

    assert result.totals.total == usd(total)


@pytest.mark.parametrize(
    "rounding, taxes",
    [(Rounding.HALF_EVEN, "0.12"), (Rounding.HALF_UP, "0.13"), (Rounding.HALF_DOWN, "0.12")],
)
def test_commercetools_tax_rounding_modes(rounding: Rounding, taxes: str) -> None:
    """A tax of 12.5 cents."""
    rules = PricingRules(tax_rounding=rounding)

    result = priced(cart(line("1", "1.25"), taxes=(tax("VAT", "10"),), rules=rules))

    assert result.totals.tax == usd(taxes)


@pytest.mark.parametrize(
    "lines, rules, discount, taxes",
    [
        pytest.param((line("1", "10", 3), line("2", "10", 3)), PricingRules(), "0", "3.00", id="all taxed"),
        pytest.param(
            (line("1", "10", 3), line("2", "10", 3, tax_class="other")), PricingRules(), "0", "1.50", id="one"
        ),
        pytest.param((line("1", "10", 3),), PricingRules(), "1", "1.45", id="discounted"),
        pytest.param((line("1", "10", 3),), INCLUDED, "0", "1.43", id="included"),
        pytest.param((line("1", "10", 3),), INCLUDED, "1", "1.38", id="included, discounted"),
        pytest.param((line("1", "10", 3), line("2", "10", 3)), INCLUDED, "0", "2.86", id="incl., two lines"),
    ],
)
def test_solidus_default_tax(
    lines: tuple[CartLine, ...], rules: PricingRules, discount: str, taxes: str
) -> None:
    promotions = (offer("off", AmountOff(amount=usd(discount))),)

    result = priced(cart(*lines, promotions=promotions, taxes=(tax("5%", "5", "standard"),), rules=rules))

    assert result.totals.tax == usd(taxes)


def test_solidus_rate_outside_its_validity_period_is_not_charged() -> None:
    later = replace(tax("5%", "5"), starts_at=datetime(2026, 11, 23, tzinfo=UTC))

    assert priced(cart(line("1", "10", 3), taxes=(later,))).totals.tax == usd("0")


def test_solidus_takes_the_vat_of_the_default_zone_out_of_the_price_elsewhere() -> None:
    rules = replace(
        INCLUDED,
        prices_hold=PricesHold.TAX_OF_ORIGIN,
        origin=Destination(country="DE"),
        rounding=Rounding.HALF_UP,
    )
    german = tax("DE VAT", "19", area=Area(country="DE"))

    result = priced(cart(line("1", "19.00"), taxes=(german,), rules=rules))

    assert result.totals.total == usd("15.97")
    assert result.lines[0].price_source == "list price, with the tax of the destination"


TWO_CODES = (tax("VAT1", "10"), replace(tax("VAT2", "10"), tax_classes=frozenset({"both"})))
FOUR_LINES = (
    line("1", "11.11"),
    line("2", "22.22", tax_class="both"),
    line("3", "33.33"),
    line("4", "44.44", tax_class="both"),
)


def test_dynamics_rounds_each_tax_code_of_each_line_up() -> None:
    rules = PricingRules(tax_rounding=Rounding.UP)

    result = priced(cart(*FOUR_LINES, taxes=TWO_CODES, rules=rules))

    rounded = [[str(share.amount.to_decimal()) for share in one.taxes] for one in result.lines]
    assert rounded == [["1.12"], ["2.23", "2.23"], ["3.34"], ["4.45", "4.45"]]


@pytest.mark.parametrize(
    "per, together, taxes",
    [
        pytest.param(TaxRoundedPer.LINE, TaxesRounded.EACH_RATE, "17.00", id="by code and line"),
        pytest.param(TaxRoundedPer.LINE, TaxesRounded.TOGETHER, "16.98", id="by combination and line"),
        pytest.param(TaxRoundedPer.ORDER, TaxesRounded.EACH_RATE, "16.98", id="by code and total"),
        pytest.param(TaxRoundedPer.ORDER, TaxesRounded.TOGETHER, "16.97", id="by combination and total"),
    ],
)
def test_dynamics_rounds_by_code_or_combination_by_line_or_total(
    per: TaxRoundedPer, together: TaxesRounded, taxes: str
) -> None:
    """Two lines of 42.42, two codes of 10 %, rounding up; the first row is published, the others its rule."""
    rules = PricingRules(tax_rounding=Rounding.UP, tax_rounded_per=per, taxes_rounded=together)
    codes = (tax("Code 1", "10"), tax("Code 2", "10"))

    result = priced(cart(line("1", "42.42"), line("2", "42.42"), taxes=codes, rules=rules))

    assert result.totals.tax == usd(taxes)


def test_scayle_adds_up_rounded_line_taxes() -> None:
    rates: tuple[TaxRate, ...] = (tax("10%", "10"),)

    result = priced(cart(line("A", "5.13"), line("B", "4.14"), line("C", "2.94"), taxes=rates))

    assert result.totals.tax == usd("1.21")


@pytest.mark.parametrize(
    "charge, cost",
    [
        pytest.param(PerItem(each=usd("0"), first=usd("0")), "0.00", id="nothing"),
        pytest.param(PerItem(each=usd("0"), first=usd("1")), "1.00", id="first item"),
        pytest.param(PerItem(each=usd("1"), first=usd("0")), "9.00", id="additional items"),
        pytest.param(PerItem(each=usd("1"), first=usd("5")), "14.00", id="both"),
        pytest.param(PerItem(each=usd("1"), first=usd("5"), max_items=3), "26.00", id="both, max items"),
    ],
)
def test_solidus_flexi_rate(charge: PerItem, cost: str) -> None:
    result = priced(cart(line("1", "10", 4), line("2", "20", 6), tariffs=(tariff(charge),)))

    assert result.shipments[0].cost == usd(cost)
    assert result.totals.total == usd("160") + usd(cost)


def test_half_a_percent_point_is_kept() -> None:
    """Avalara and Stripe rates have up to five decimals."""
    result = priced(cart(line("1", "100.00"), taxes=(tax("NY", "8.875"),)))

    assert result.totals.tax == usd("8.88")
    assert result.taxes[0].percent == Decimal("8.875")
