from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    Area,
    Customer,
    Destination,
    OddCents,
    PercentOff,
    PerShipment,
    PriceOverride,
    PricesHold,
    PricingRules,
    Shipment,
    ShippingOff,
    ShippingTaxed,
    TaxRate,
    TaxRoundedPer,
)
from tests.domain.pricing.carts import NOW, SEATTLE, TO_SEATTLE, cart, line, offer, priced, tariff, tax, usd

WA = Area(country="US", region="WA")
KING_COUNTY = Area(country="US", region="WA", postcodes=("98000-98199", "981*"))
US = Area(country="US")


@pytest.mark.parametrize(
    "area, place, covered",
    [
        (Area(), Destination(country="DE"), True),
        (US, SEATTLE, True),
        (US, Destination(country="CA"), False),
        (WA, SEATTLE, True),
        (WA, Destination(country="US", region="OR"), False),
        (WA, Destination(country="US"), False),
        (KING_COUNTY, SEATTLE, True),
        (KING_COUNTY, Destination(country="US", region="WA", postcode="98101-2345"), True),
        (KING_COUNTY, Destination(country="US", region="WA", postcode="98201"), False),
        (KING_COUNTY, Destination(country="US", region="WA"), False),
        (Area(country="ES", postcodes=("35*", "38*")), Destination(country="ES", postcode="38001"), True),
        (Area(country="GB", postcodes=("sw1a 1aa",)), Destination(country="GB", postcode="SW1A1AA"), True),
        (Area(country="US", postcodes=("98101",)), Destination(country="US", postcode="98101-9999"), True),
        (Area(country="US", postcodes=("98101",)), Destination(country="US", postcode="981011"), False),
    ],
)
def test_an_area_covers_a_place(*, area: Area, place: Destination, covered: bool) -> None:
    assert area.covers(place) is covered


@pytest.mark.parametrize(
    "area, precision, name",
    [(Area(), 0, "*"), (US, 1, "US"), (WA, 2, "US/WA"), (KING_COUNTY, 3, "US/WA 98000-98199, 981*")],
)
def test_an_area_has_a_precision_and_a_name(area: Area, precision: int, name: str) -> None:
    assert (area.precision, str(area)) == (precision, name)


STATE = tax("state", "6.5", area=WA)
COUNTY = tax("county", "2.25", area=KING_COUNTY)
FOOD = tax("food", "1", "food", area=WA)
WHOLESALE = replace(tax("wholesale", "3", area=WA), tax_group="wholesale")
CANARIES = replace(tax("none", "0", area=KING_COUNTY), replaces_broader=True)
EXPIRED = replace(tax("expired", "9", area=WA), ends_at=NOW)
CURRENT = replace(tax("current", "9", area=WA), starts_at=NOW, ends_at=NOW + timedelta(1))


@pytest.mark.parametrize(
    "rates, customer, taxes",
    [
        pytest.param((), Customer(), {}, id="no rates"),
        pytest.param((STATE, COUNTY), Customer(), {"state": "6.50", "county": "2.25"}, id="state and county"),
        pytest.param((STATE, FOOD), Customer(), {"state": "6.50"}, id="other goods"),
        pytest.param((STATE, WHOLESALE), Customer(), {"state": "6.50"}, id="retail customer"),
        pytest.param(
            (STATE, WHOLESALE),
            Customer(tax_group="wholesale"),
            {"state": "6.50", "wholesale": "3.00"},
            id="wholesale customer",
        ),
        pytest.param((STATE, CANARIES), Customer(), {"none": "0.00"}, id="narrower one replaces"),
        pytest.param((EXPIRED, CURRENT), Customer(), {"current": "9.00"}, id="dated"),
        pytest.param((STATE,), Customer(tax_exempt=True), {}, id="exempt customer"),
    ],
)
def test_the_rates_of_the_place_goods_and_customer_apply(
    rates: tuple[TaxRate, ...], customer: Customer, taxes: dict[str, str]
) -> None:
    result = priced(replace(cart(line("1", "100.00"), taxes=rates), customer=customer))

    assert {one.rate_id: str(one.amount.to_decimal()) for one in result.taxes} == taxes


def test_a_share_of_tax_names_its_jurisdiction() -> None:
    share = priced(cart(line("1", "100.00"), taxes=(COUNTY,))).lines[0].taxes[0]

    assert (share.name, share.jurisdiction, share.percent) == ("county", str(KING_COUNTY), Decimal("2.25"))


def test_each_shipment_is_taxed_where_it_goes() -> None:
    oregon = Shipment(shipment_id="s2", destination=Destination(country="US", region="OR"))
    lines = (line("1", "100.00"), line("2", "100.00", shipment_id="s2"))

    result = priced(cart(*lines, taxes=(STATE,), shipments=(TO_SEATTLE, oregon)))

    assert [str(one.tax.to_decimal()) for one in result.lines] == ["6.50", "0.00"]


@pytest.mark.parametrize("home, taxes", [(SEATTLE, "6.50"), (None, "0.00")])
def test_goods_that_do_not_travel_are_taxed_at_home(home: Destination | None, taxes: str) -> None:
    request = cart(line("1", "100.00", shipment_id=""), taxes=(STATE,))

    assert priced(replace(request, home=home)).totals.tax == usd(taxes)


def test_a_compound_tax_is_taken_of_price_and_tax() -> None:
    """Quebec until 2012: GST 5 %, then QST 9.5 % of the price with GST."""
    gst = replace(tax("GST", "5"), priority=1)
    qst = replace(tax("QST", "9.5"), priority=2, compound=True)

    result = priced(cart(line("1", "100.00"), taxes=(qst, gst)))

    assert [(one.rate_id, str(one.amount.to_decimal())) for one in result.taxes] == [
        ("GST", "5.00"),
        ("QST", "9.98"),
    ]


LINES = (line("1", "0.07"), line("2", "0.07"), line("3", "0.07"))


@pytest.mark.parametrize(
    "per, odd_cents, taxes",
    [
        pytest.param(TaxRoundedPer.LINE, OddCents.LARGEST_REMAINDER, ["0.01", "0.01", "0.01"], id="line"),
        pytest.param(TaxRoundedPer.ORDER, OddCents.LARGEST_REMAINDER, ["0.01", "0.01", "0.00"], id="order"),
        pytest.param(TaxRoundedPer.ORDER, OddCents.FIRST, ["0.01", "0.01", "0.00"], id="order, first"),
        pytest.param(TaxRoundedPer.ORDER, OddCents.LAST, ["0.00", "0.00", "0.02"], id="order, last"),
        pytest.param(TaxRoundedPer.ORDER, OddCents.CARRIED, ["0.01", "0.00", "0.01"], id="order, carried"),
    ],
)
def test_cents_of_tax_are_rounded_where_the_store_says(
    per: TaxRoundedPer, odd_cents: OddCents, taxes: list[str]
) -> None:
    rules = PricingRules(tax_rounded_per=per, odd_cents=odd_cents)

    result = priced(cart(*LINES, taxes=(tax("10%", "10"),), rules=rules))

    assert [str(one.tax.to_decimal()) for one in result.lines] == taxes


@pytest.mark.parametrize("apart, taxes", [(False, "0.01"), (True, "0.02")])
def test_taxes_of_goods_and_of_shipping_may_be_rounded_apart(*, apart: bool, taxes: str) -> None:
    """WooCommerce's "round at subtotal level" rounds them apart: half a cent each, or one cent together."""
    rules = PricingRules(
        tax_rounded_per=TaxRoundedPer.ORDER,
        shipping_taxed=ShippingTaxed.BY_ITS_CLASS,
        shipping_tax_rounded_apart=apart,
    )
    ground = tariff(PerShipment(amount=usd("0.05")))

    result = priced(cart(line("1", "0.05"), taxes=(tax("10%", "10"),), tariffs=(ground,), rules=rules))

    assert result.totals.tax == usd(taxes)


VAT = (tax("VAT", "20", "standard", "shipping"), tax("Reduced", "5", "books"))
GROUND = tariff(PerShipment(amount=usd("10")))
BASKET = (line("1", "30.00"), line("2", "10.00", tax_class="books"))


@pytest.mark.parametrize(
    "taxed, taxes",
    [
        pytest.param(ShippingTaxed.NO, "0.00", id="not"),
        pytest.param(ShippingTaxed.BY_ITS_CLASS, "2.00", id="own class"),
        pytest.param(ShippingTaxed.AT_HIGHEST_OF_GOODS, "2.00", id="highest"),
        pytest.param(ShippingTaxed.PRORATED_BY_GOODS, "1.63", id="prorated: 7.50 at 20 %, 2.50 at 5 %"),
    ],
)
def test_shipping_is_taxed_as_the_store_says(taxed: ShippingTaxed, taxes: str) -> None:
    rules = PricingRules(shipping_taxed=taxed)

    result = priced(cart(*BASKET, taxes=VAT, tariffs=(GROUND,), rules=rules))

    assert result.shipments[0].tax == usd(taxes)


@pytest.mark.parametrize("taxed", [ShippingTaxed.AT_HIGHEST_OF_GOODS, ShippingTaxed.PRORATED_BY_GOODS])
def test_two_classes_at_one_rate_are_one_tax_of_a_shipment(taxed: ShippingTaxed) -> None:
    lines = (line("1", "30.00", tax_class="a"), line("2", "10.00", tax_class="b"))
    rules = PricingRules(shipping_taxed=taxed)

    result = priced(cart(*lines, taxes=(tax("VAT", "20"),), tariffs=(GROUND,), rules=rules))

    assert [share.amount for share in result.shipments[0].taxes] == [usd("2.00")]


def test_a_jurisdiction_may_leave_shipping_alone() -> None:
    rules = PricingRules(shipping_taxed=ShippingTaxed.BY_ITS_CLASS)
    goods_only = replace(tax("VAT", "20"), on_shipping=False)

    result = priced(cart(*BASKET, taxes=(goods_only,), tariffs=(GROUND,), rules=rules))

    assert result.shipments[0].tax == usd("0.00")
    assert result.totals.tax == usd("8.00")


@pytest.mark.parametrize("reduces, taxes", [(True, "1.00"), (False, "2.00")])
def test_a_discount_reduces_the_tax_base_if_the_store_says(*, reduces: bool, taxes: str) -> None:
    rules = PricingRules(shipping_taxed=ShippingTaxed.BY_ITS_CLASS, discounts_reduce_tax_base=reduces)
    half = offer("half", ShippingOff(percent=Decimal(50)))

    result = priced(cart(*BASKET, promotions=(half,), taxes=VAT, tariffs=(GROUND,), rules=rules))

    assert result.shipments[0].tax == usd(taxes)


def test_an_included_tax_is_never_more_than_the_price() -> None:
    rules = PricingRules(prices_hold=PricesHold.LOCAL_TAX, discounts_reduce_tax_base=False)
    nearly_all = offer("95% off", PercentOff(percent=Decimal(95)))
    rates = (tax("A", "10"), tax("B", "10"))

    result = priced(cart(line("1", "12.00"), promotions=(nearly_all,), taxes=rates, rules=rules))

    assert result.totals.total == usd("0.60")
    assert [str(share.amount.to_decimal()) for share in result.lines[0].taxes] == ["0.60", "0.00"]
    assert result.lines[0].net == usd("0.00")


INCLUSIVE = PricingRules(prices_hold=PricesHold.LOCAL_TAX, shipping_taxed=ShippingTaxed.BY_ITS_CLASS)


def test_prices_with_tax_hold_it() -> None:
    result = priced(
        cart(
            line("1", "120.00"), taxes=VAT, tariffs=(tariff(PerShipment(amount=usd("12"))),), rules=INCLUSIVE
        )
    )

    assert result.totals.total == usd("132.00")
    assert result.totals.tax == result.totals.tax_included == usd("22.00")
    assert all(share.included for share in (*result.lines[0].taxes, *result.shipments[0].taxes))


def test_shipping_may_come_without_tax_where_prices_hold_it() -> None:
    rules = replace(INCLUSIVE, shipping_holds_tax=False)

    result = priced(cart(line("1", "120.00"), taxes=VAT, tariffs=(GROUND,), rules=rules))

    assert result.shipments[0].total == usd("12.00")
    assert result.totals.tax_included == usd("20.00")


@pytest.mark.parametrize("hold", [PricesHold.LOCAL_TAX, PricesHold.TAX_OF_ORIGIN])
def test_an_exempt_customer_pays_the_price_without_its_tax(hold: PricesHold) -> None:
    rules = replace(INCLUSIVE, prices_hold=hold, origin=SEATTLE)
    request = cart(line("1", "120.00"), taxes=VAT, tariffs=(GROUND,), rules=rules)

    result = priced(replace(request, customer=Customer(tax_exempt=True)))

    assert result.lines[0].total == usd("100.00")
    assert result.shipments[0].total == usd("8.33")
    assert result.totals.tax == usd("0.00")


def test_an_override_is_what_the_customer_pays_wherever_it_goes() -> None:
    rules = replace(INCLUSIVE, prices_hold=PricesHold.TAX_OF_ORIGIN, origin=Destination(country="DE"))
    agreed = replace(
        line("1", "120.00"), override=PriceOverride(unit_price=usd("99.00"), reason_code="DAMAGED")
    )

    assert priced(
        cart(agreed, taxes=(tax("DE", "19", area=Area(country="DE")),), rules=rules)
    ).totals.total == usd("99")


@pytest.mark.parametrize("group, total", [("", "130.00"), ("wholesale", "120.00")])
def test_shipping_swaps_the_tax_of_origin_for_the_destinations(group: str, total: str) -> None:
    """German prices with 20 % for retail (wholesale pays 30 %), shipped to where the tax is 30 %."""
    de, here = Area(country="DE"), Area(country="US")
    rates = (
        tax("DE", "20", area=de),
        replace(tax("DE wholesale", "10", area=de), tax_group="wholesale"),
        tax("US", "30", area=here),
    )
    rules = replace(
        INCLUSIVE,
        prices_hold=PricesHold.TAX_OF_ORIGIN,
        origin=Destination(country="DE"),
        origin_tax_group=group,
    )
    ground = tariff(PerShipment(amount=usd("12")))

    result = priced(cart(line("1", "108.00"), taxes=rates, tariffs=(ground,), rules=rules))

    holds = Decimal("1.2") if not group else Decimal("1.3")
    assert result.lines[0].total == usd(
        str((Decimal(108) / holds * Decimal("1.3")).quantize(Decimal("0.01")))
    )
    assert result.shipments[0].total == usd(
        str((Decimal(12) / holds * Decimal("1.3")).quantize(Decimal("0.01")))
    )
    assert result.totals.total == usd(total)


def test_shipping_that_is_not_taxed_keeps_its_price_everywhere() -> None:
    rules = PricingRules(prices_hold=PricesHold.TAX_OF_ORIGIN, origin=Destination(country="DE"))
    german = tax("DE", "20", area=Area(country="DE"))

    result = priced(cart(line("1", "120.00"), taxes=(german,), tariffs=(GROUND,), rules=rules))

    assert (result.lines[0].total, result.shipments[0].total) == (usd("100.00"), usd("10.00"))


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="can not be negative"):
        tax("minus", "-1")


def test_tax_of_origin_needs_an_origin() -> None:
    with pytest.raises(ValueError, match="need the origin"):
        PricingRules(prices_hold=PricesHold.TAX_OF_ORIGIN)


def test_goods_of_the_untaxed_class_are_not_taxed_even_by_a_rate_for_all_goods() -> None:
    result = priced(cart(line("gift", "50", tax_class="untaxed"), line("2", "10"), taxes=(tax("all", "10"),)))

    assert [one.tax for one in result.lines] == [usd("0"), usd("1")]
