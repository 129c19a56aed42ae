"""Taxes and shipping as other systems publish them, each with its system and document.

commercetools: TaxCalculationMode. Solidus: core/spec/models/spree/calculator/default_tax_spec.rb,
shipping/flexi_rate_spec.rb and core/spec/models/spree/tax/taxation_integration_spec.rb.
Dynamics 365 Finance: "Sales tax calculation and rounding" and "Tax calculation rounding rules".
SCAYLE: "Price calculator v1".
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
    PerShipment,
    PricesHold,
    PricingRules,
    Shipment,
    ShippingTaxed,
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


GERMANY, ROMANIA, WORLD = (Destination(country=code) for code in ("DE", "RO", "US"))
IN_GERMANY, IN_ROMANIA = Area(country="DE"), Area(country="RO")
EU_RATES = (
    tax("DE books", "7", "books", area=IN_GERMANY),
    tax("RO books", "7", "books", area=IN_ROMANIA),
    tax("DE normal", "19", "normal", area=IN_GERMANY),
    tax("RO normal", "19", "normal", area=IN_ROMANIA),
    tax("DE digital", "19", "digital", area=IN_GERMANY),
    tax("RO digital", "24", "digital", area=IN_ROMANIA),
)
FROM_GERMANY = PricingRules(
    prices_hold=PricesHold.TAX_OF_ORIGIN, origin=GERMANY, shipping_taxed=ShippingTaxed.BY_ITS_CLASS
)
FREIGHT = {"books": "8.00", "normal": "16.00", "digital": "2.00"}
PRICES = {"books": "20.00", "normal": "30.00", "digital": "10.00"}


@pytest.mark.parametrize(
    "goods, place, total, taxes, freight, freight_taxes",
    [
        ("books", GERMANY, "20.00", "1.31", "8.00", "0.52"),
        ("normal", GERMANY, "30.00", "4.79", "16.00", "2.55"),
        ("digital", GERMANY, "10.00", "1.60", "2.00", "0.32"),
        ("books", ROMANIA, "20.00", "1.31", "8.00", "0.52"),
        ("normal", ROMANIA, "30.00", "4.79", "16.00", "2.55"),
        ("digital", ROMANIA, "10.42", "2.02", "2.08", "0.40"),
        ("books", WORLD, "18.69", "0.00", "7.48", "0.00"),
        ("normal", WORLD, "25.21", "0.00", "13.45", "0.00"),
        ("digital", WORLD, "8.40", "0.00", "1.68", "0.00"),
    ],
)
def test_solidus_sells_from_germany(  # noqa: PLR0917 - the columns of the table
    goods: str, place: Destination, total: str, taxes: str, freight: str, freight_taxes: str
) -> None:
    result = priced(
        cart(
            line("1", PRICES[goods], tax_class=goods),
            taxes=EU_RATES,
            tariffs=(tariff(PerShipment(amount=usd(FREIGHT[goods])), tax_class=goods),),
            shipments=(Shipment(shipment_id="s1", destination=place, method_code="GROUND"),),
            rules=FROM_GERMANY,
        )
    )

    [goods_line], [shipment] = result.lines, result.shipments
    assert (goods_line.total, goods_line.tax) == (usd(total), usd(taxes))
    assert (shipment.total, shipment.tax) == (usd(freight), usd(freight_taxes))


@pytest.mark.parametrize(
    "goods, total, freight_taxes",
    [("books", "23.00", "1.20"), ("normal", "30.00", "0.00"), ("digital", "12.00", "0.40")],
)
def test_solidus_sells_from_new_york(goods: str, total: str, freight_taxes: str) -> None:
    rates = (
        tax("New York", "5", "books", area=Area(country="US", region="NY")),
        tax("Federal", "10", "books", area=Area(country="US")),
        tax("Federal digital", "20", "digital", area=Area(country="US")),
    )
    new_york = Destination(country="US", region="NY")

    result = priced(
        cart(
            line("1", PRICES[goods], tax_class=goods),
            taxes=rates,
            tariffs=(tariff(PerShipment(amount=usd(FREIGHT[goods])), tax_class=goods),),
            shipments=(Shipment(shipment_id="s1", destination=new_york, method_code="GROUND"),),
            rules=PricingRules(shipping_taxed=ShippingTaxed.BY_ITS_CLASS),
        )
    )

    assert result.lines[0].total == usd(total)
    assert result.shipments[0].tax == usd(freight_taxes)


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
