"""Sylius' own figures: features/shop/taxation and features/shop/promotion, by scenario.

Order promotions there are amounts off the whole order, prorated; `UNIT` is its "Order item units based"
strategy, LINE the order-items one. Its higher priority number goes first, ours the lower.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    AmountOff,
    CartLine,
    Combination,
    Customer,
    ExclusiveOffers,
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
    TaxRate,
    TaxRoundedPer,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

LINE = PricingRules(shipping_taxed=ShippingTaxed.BY_ITS_CLASS)
UNIT = replace(LINE, tax_rounded_per=TaxRoundedPer.UNIT)
LINE_WITH = replace(LINE, prices_hold=PricesHold.LOCAL_TAX)
UNIT_WITH = replace(UNIT, prices_hold=PricesHold.LOCAL_TAX)


def off_if_bought(amount: str, sku: str) -> Promotion:
    contains = Minimum(on=Selection(skus=frozenset({sku})), quantity=1)
    return replace(offer(f"{amount} off with {sku}", AmountOff(amount=usd(amount))), minimums=(contains,))


VAT_23_10 = (tax("VAT", "23", "clothes"), tax("Low VAT", "10", "mugs"))
VAT_23_5 = (tax("VAT", "23", "clothes"), tax("Low VAT", "5", "mugs"))
VAT_20 = (tax("VAT", "20"),)
SHIRT_10 = line("shirt", "10.00", tax_class="clothes")
MUG_5605 = line("symfony", "56.05", tax_class="mugs")
MUG_5604 = line("php", "56.04", tax_class="mugs")
MUG_5695 = line("symfony", "56.95", tax_class="mugs")
MUG_5690 = line("php", "56.90", tax_class="mugs")
MUG_OFFERS = (off_if_bought("10.10", "symfony"), off_if_bought("10.10", "php"))
MUG_OFFERS_WITH = (off_if_bought("10.00", "symfony"), off_if_bought("10.00", "php"))
SHIRT_OFFER = off_if_bought("5.00", "shirt")


@pytest.mark.parametrize(
    "lines, offers, rates, rules, total, taxes",
    [
        pytest.param(
            (line("1", "100.00", tax_class="clothes"), line("2", "50.00", tax_class="mugs")),
            (),
            VAT_23_5,
            LINE,
            "175.50",
            "25.50",
            id="different rates",
        ),
        pytest.param(
            (line("1", "100.00", 3, tax_class="clothes"), line("2", "50.00", 4, tax_class="mugs")),
            (),
            VAT_23_5,
            LINE,
            "579.00",
            "79.00",
            id="different rates, several pieces",
        ),
        pytest.param((line("1", "45.95", tax_class="mugs"),), (), VAT_23_10, LINE, "50.55", "4.60", id="up"),
        pytest.param(
            (line("1", "45.94", tax_class="mugs"),), (), VAT_23_10, LINE, "50.53", "4.59", id="down"
        ),
        pytest.param(
            (line("1", "10.10", 10, tax_class="clothes"),), (), VAT_23_10, LINE, "124.23", "23.23", id="ten"
        ),
        pytest.param((MUG_5605,), MUG_OFFERS, VAT_23_10, LINE, "50.55", "4.60", id="discount, up"),
        pytest.param((MUG_5604,), MUG_OFFERS, VAT_23_10, LINE, "50.53", "4.59", id="discount, down"),
        pytest.param(
            (replace(SHIRT_10, quantity=2), MUG_5604),
            MUG_OFFERS,
            VAT_23_10,
            LINE,
            "74.79",
            "8.85",
            id="discount over two rates",
        ),
        pytest.param(
            (replace(MUG_5605, quantity=2), MUG_5604),
            MUG_OFFERS,
            VAT_23_10,
            LINE,
            "162.73",
            "14.79",
            id="two discounts, same rate",
        ),
        pytest.param(
            (MUG_5605, SHIRT_10),
            (*MUG_OFFERS, SHIRT_OFFER),
            VAT_23_10,
            LINE,
            "57.04",
            "6.09",
            id="two discounts over two rates",
        ),
        pytest.param((MUG_5605,), MUG_OFFERS, VAT_23_10, UNIT, "50.55", "4.60", id="unit, up"),
        pytest.param((MUG_5604,), MUG_OFFERS, VAT_23_10, UNIT, "50.53", "4.59", id="unit, down"),
        pytest.param((MUG_5695,), MUG_OFFERS_WITH, VAT_23_10, LINE_WITH, "46.95", "4.27", id="included, up"),
        pytest.param((MUG_5690,), MUG_OFFERS_WITH, VAT_23_10, LINE_WITH, "46.90", "4.26", id="incl., down"),
        pytest.param(
            (replace(SHIRT_10, quantity=2), MUG_5690),
            MUG_OFFERS_WITH,
            VAT_23_10,
            LINE_WITH,
            "66.90",
            "7.75",
            id="included, two rates",
        ),
        pytest.param(
            (replace(MUG_5690, quantity=2), MUG_5695),
            MUG_OFFERS_WITH,
            VAT_23_10,
            LINE_WITH,
            "150.75",
            "13.70",
            id="included, two discounts",
        ),
        pytest.param(
            (MUG_5695, SHIRT_10),
            (*MUG_OFFERS_WITH, SHIRT_OFFER),
            VAT_23_10,
            LINE_WITH,
            "51.95",
            "5.47",
            id="included, two discounts over two rates",
        ),
        pytest.param((line("1", "19.70"),), (), VAT_20, UNIT_WITH, "19.70", "3.28", id="included, unit"),
        pytest.param((line("1", "19.70", 2),), (), VAT_20, UNIT_WITH, "39.40", "6.56", id="two units"),
        pytest.param((line("1", "19.70", 2),), (), VAT_20, LINE_WITH, "39.40", "6.57", id="decimal"),
        pytest.param(
            (line("1", "19.70"), line("2", "19.70")), (), VAT_20, LINE_WITH, "39.40", "6.56", id="two items"
        ),
    ],
)
def test_taxes_are_what_sylius_says(  # noqa: PLR0917 - the columns of the table
    lines: tuple[CartLine, ...],
    offers: tuple[Promotion, ...],
    rates: tuple[TaxRate, ...],
    rules: PricingRules,
    total: str,
    taxes: str,
) -> None:
    result = priced(cart(*lines, promotions=offers, taxes=rates, rules=rules))

    assert result.totals.total == usd(total)
    assert result.totals.tax == usd(taxes)


@pytest.mark.parametrize(
    "fee, mug_rates, total, taxes",
    [
        pytest.param("51.06", (), "60.55", "4.60", id="up"),
        pytest.param("51.04", (), "60.53", "4.59", id="low"),
        pytest.param("51.04", (tax("Standard VAT", "23", "standard"),), "62.83", "6.89", id="goods too"),
    ],
)
def test_taxes_on_discounted_shipping_are_what_sylius_says(
    fee: str, mug_rates: tuple[TaxRate, ...], total: str, taxes: str
) -> None:
    result = priced(
        cart(
            line("mug", "10.00"),
            promotions=(offer("holiday", ShippingOff(percent=Decimal(10))),),
            taxes=(tax("Low VAT", "10", "shipping"), *mug_rates),
            tariffs=(tariff(PerShipment(amount=usd(fee))),),
            rules=LINE,
        )
    )

    assert (result.totals.total, result.totals.tax) == (usd(total), usd(taxes))


JACKETS = Selection(categories=frozenset({"Jackets"}))
TROUSERS = Minimum(on=Selection(categories=frozenset({"Trousers", "Jackets"})), quantity=1)
FROM_500 = Minimum(amount=usd("500.00"))
JACKET = line("jacket", "100.00", category="Jackets")
PAIR_OF_TROUSERS = line("trousers", "80.00", category="Trousers")
DRESS = line("dress", "50.00", category="Dresses")
BOW_TIE = line("bow tie", "10.00", category="Formal attire")


@pytest.mark.parametrize(
    "lines, promotion, discounts, total",
    [
        pytest.param(
            (DRESS,),
            replace(offer("first order", PercentOff(percent=Decimal(20))), order_number=1),
            "10.00",
            "50.00",
            id="first order",
        ),
        pytest.param(
            (replace(JACKET, quantity=7),),
            replace(
                offer("jackets", AmountOff(amount=usd("10"), on=JACKETS, per=Per.UNIT), ShippingOff()),
                minimums=(FROM_500,),
            ),
            "70.00",
            "630.00",
            id="items and shipping",
        ),
        pytest.param(
            (PAIR_OF_TROUSERS, JACKET),
            replace(offer("pack", PercentOff(percent=Decimal(10), on=JACKETS)), minimums=(TROUSERS,)),
            "10.00",
            "180.00",
            id="another category bought",
        ),
        pytest.param(
            (replace(JACKET, quantity=7),),
            replace(
                offer(
                    "greatest",
                    PercentOff(percent=Decimal(20), on=JACKETS),
                    AmountOff(amount=usd("50")),
                ),
                minimums=(FROM_500,),
            ),
            "190.00",
            "520.00",
            id="items and order",
        ),
        pytest.param(
            (BOW_TIE, DRESS, PAIR_OF_TROUSERS),
            replace(
                offer(
                    "formal",
                    PercentOff(
                        percent=Decimal(10), on=Selection(categories=frozenset({"Formal attire", "Dresses"}))
                    ),
                ),
                minimums=(TROUSERS,),
            ),
            "6.00",
            "144.00",
            id="two categories",
        ),
        pytest.param(
            (PAIR_OF_TROUSERS, JACKET),
            offer("pack", PercentOff(percent=Decimal(10), on=JACKETS), AmountOff(amount=usd("20"))),
            "30.00",
            "160.00",
            id="category and order",
        ),
    ],
)
def test_complex_promotions_give_what_sylius_says(
    lines: tuple[CartLine, ...], promotion: Promotion, discounts: str, total: str
) -> None:
    """The feature's totals have no shipping where none was chosen; here it is 10.00 unless it is free."""
    request = cart(*lines, promotions=(promotion,), tariffs=(tariff(PerShipment(amount=usd("10.00"))),))

    result = priced(replace(request, customer=Customer(order_count=0)))

    assert result.totals.discounts == usd(discounts)
    assert result.totals.total == usd(total)


@pytest.mark.parametrize("quantity, total", [(1, "70.00"), (2, "120.00")])
def test_free_shipping_looks_at_what_the_discount_left(quantity: int, total: str) -> None:
    free = replace(
        offer("free shipping over", ShippingOff(), priority=2), minimums=(Minimum(amount=usd("100.00")),)
    )
    half = offer("holiday", PercentOff(percent=Decimal(50)), priority=1)

    result = priced(
        cart(
            line("shirt", "120.00", quantity),
            promotions=(free, half),
            tariffs=(tariff(PerShipment(amount=usd("10.00"))),),
        )
    )

    assert result.totals.total == usd(total)


def test_two_fixed_discounts_never_take_more_than_there_is() -> None:
    result = priced(
        cart(
            line("shirt", "10.56", 3),
            line("mug", "60.00"),
            promotions=(
                offer("small", AmountOff(amount=usd("20.00")), priority=2),
                offer("large", AmountOff(amount=usd("80.00")), priority=1),
            ),
            tariffs=(tariff(PerShipment(amount=usd("1.26"))),),
        )
    )

    assert result.totals.discounts == usd("91.68")
    assert result.totals.total == usd("1.26")


def test_an_exclusive_promotion_goes_first_and_alone() -> None:
    exclusive = replace(
        offer("exclusive", PercentOff(percent=Decimal(10)), priority=9), combination=Combination.EXCLUSIVE
    )
    other = offer("other", PercentOff(percent=Decimal(50)), priority=1)
    rules = PricingRules(exclusive_offers=ExclusiveOffers.FIRST)

    result = priced(cart(line("1", "100.00"), promotions=(other, exclusive), rules=rules))

    assert [one.promotion_id for one in result.promotions] == ["exclusive"]
