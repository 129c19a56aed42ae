from dataclasses import replace
from decimal import Decimal

from backoffice.domain.pricing import (
    ByWeight,
    Kind,
    PercentOff,
    PricesHold,
    PricingRules,
    Selection,
    ShippingOff,
    ShippingTaxed,
    explain,
)
from tests.domain.pricing.carts import cart, line, offer, priced, tariff, tax, usd

HELMETS = Selection(skus=frozenset({"HL-U509-R"}))
REQUEST = cart(
    line("1", "34.99", 12, sku="HL-U509-R", grams="300"),
    line("2", "3578.27", sku="BK-R93R-62", grams="6803.85"),
    promotions=(
        offer("Volume Discount 11 to 14", PercentOff(percent=Decimal(2), on=HELMETS)),
        offer("Half the freight", ShippingOff(percent=Decimal(50))),
    ),
    taxes=(tax("Washington State Sales Tax", "8.80"),),
    tariffs=(tariff(ByWeight(base=usd("3.95"), per_kg=usd("0.99"))),),
    rules=PricingRules(shipping_taxed=ShippingTaxed.BY_ITS_CLASS),
)


def test_each_cent_of_the_total_is_traced_to_its_rule() -> None:
    trace = [
        (one.part_id, one.kind, str(one.amount.to_decimal()), one.sentence)
        for one in priced(REQUEST).explanations
    ]

    assert trace == [
        ("1", Kind.GOODS, "419.88", "12 x 34.99 HL-U509-R, list price"),
        ("1", Kind.DISCOUNT, "-8.40", "8.40 off: Volume Discount 11 to 14"),
        ("1", Kind.TAX, "36.21", "8.8 % Washington State Sales Tax (*)"),
        ("2", Kind.GOODS, "3578.27", "1 x 3578.27 BK-R93R-62, list price"),
        ("2", Kind.TAX, "314.89", "8.8 % Washington State Sales Tax (*)"),
        ("s1", Kind.SHIPPING, "14.25", "GROUND: 3.95 + 10.40385 kg x 0.99"),
        ("s1", Kind.DISCOUNT, "-7.13", "7.13 off: Half the freight"),
        ("s1", Kind.TAX, "0.63", "8.8 % Washington State Sales Tax (*)"),
    ]


def test_a_tax_the_price_holds_is_told_and_adds_nothing() -> None:
    rules = PricingRules(prices_hold=PricesHold.LOCAL_TAX)

    result = priced(replace(REQUEST, rules=rules, promotions=(), tariffs=(), shipments=cart().shipments))

    told = [one for one in explain(result) if one.kind is Kind.TAX_INCLUDED]
    assert [(one.amount, one.sentence) for one in told] == [
        (usd("0"), "holds 33.96 8.8 % Washington State Sales Tax (*)"),
        (usd("0"), "holds 289.42 8.8 % Washington State Sales Tax (*)"),
    ]
    assert explain(result)[-1].sentence == "no ship method chosen yet"
