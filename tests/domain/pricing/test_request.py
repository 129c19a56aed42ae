from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from backoffice.domain.money import CurrencyMismatch, Money
from backoffice.domain.pricing import (
    AmountOff,
    GiftCertificate,
    ListedPrice,
    Minimum,
    PerShipment,
    PriceOverride,
    PriceRank,
    PricingRequest,
    Tier,
    Tiers,
)
from tests.domain.pricing.carts import NOW, TO_SEATTLE, cart, line, offer, priced, tariff, tax, usd

EUR = Money(100, "EUR")
GOOD = cart(line("1", "10.00"))
LINE = GOOD.lines[0]
CARD = GiftCertificate(code="G1", balance=usd("5"))
IN_EURO = ListedPrice(price_list_id="p", rank=PriceRank.LIST, amount=EUR)
OFF = offer("off", AmountOff(amount=usd("1")))
VAT = tax("VAT", "20")

NONSENSE: dict[str, tuple[Callable[[], PricingRequest], str]] = {
    "zero": (lambda: replace(GOOD, lines=(replace(LINE, quantity=0),)), "quantity 0 is not a whole number"),
    "negative": (lambda: replace(GOOD, lines=(replace(LINE, quantity=-1),)), "quantity -1 is not"),
    "truth": (lambda: replace(GOOD, lines=(replace(LINE, quantity=True),)), "quantity True is not"),
    "weight": (lambda: replace(GOOD, lines=(replace(LINE, weight_grams=Decimal(-1)),)), "-1 g is negative"),
    "price": (lambda: replace(GOOD, lines=(replace(LINE, list_price=-usd("1")),)), "can not be negative"),
    "balance": (lambda: replace(GOOD, gift_certificates=(replace(CARD, balance=-usd("1")),)), "negative"),
    "no shipment": (lambda: replace(GOOD, shipments=()), "Line 1: there is no shipment s1"),
    "line twice": (lambda: replace(GOOD, lines=(LINE, LINE)), "two of line 1"),
    "shipment twice": (lambda: replace(GOOD, shipments=(TO_SEATTLE, TO_SEATTLE)), "two of shipment s1"),
    "offer twice": (lambda: replace(GOOD, promotions=(OFF, OFF)), "two of promotion off"),
    "rate twice": (lambda: replace(GOOD, tax_rates=(VAT, VAT)), "two of tax rate VAT"),
    "card twice": (lambda: replace(GOOD, gift_certificates=(CARD, CARD)), "two of gift certificate G1"),
    "no zone": (lambda: replace(GOOD, at=datetime(2026, 11, 22)), "needs its zone"),  # noqa: DTZ001 - the point
    "currency": (lambda: replace(GOOD, currency="dollar"), "not a currency code"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_cart_that_makes_no_sense_is_refused(name: str) -> None:
    build, sentence = NONSENSE[name]

    with pytest.raises(ValueError, match=sentence):
        build()


TWO_CURRENCIES: dict[str, Callable[[], PricingRequest]] = {
    "cart": lambda: replace(GOOD, currency="EUR"),
    "price list": lambda: replace(GOOD, lines=(replace(LINE, prices=(IN_EURO,)),)),
    "override": lambda: replace(
        GOOD, lines=(replace(LINE, override=PriceOverride(unit_price=EUR, reason_code="R")),)
    ),
    "gift certificate": lambda: replace(GOOD, gift_certificates=(replace(CARD, balance=EUR),)),
    "offer": lambda: replace(GOOD, promotions=(offer("off", AmountOff(amount=EUR)),)),
    "tier": lambda: replace(
        GOOD, promotions=(offer("off", Tiers(tiers=(Tier(minimum=1, unit_price=EUR),))),)
    ),
    "minimum": lambda: replace(GOOD, promotions=(replace(OFF, minimums=(Minimum(amount=EUR),)),)),
    "tariff": lambda: replace(GOOD, tariffs=(tariff(PerShipment(amount=EUR)),)),
}


@pytest.mark.parametrize("name", TWO_CURRENCIES)
def test_two_currencies_in_one_cart_are_refused(name: str) -> None:
    with pytest.raises(CurrencyMismatch, match="can not be in it"):
        TWO_CURRENCIES[name]()


def test_an_empty_cart_costs_nothing() -> None:
    totals = priced(cart()).totals

    assert totals.total == totals.to_pay == usd("0.00")


def test_gift_certificates_pay_but_do_not_change_the_total() -> None:
    second = GiftCertificate(code="G2", balance=usd("20.00"))
    third = GiftCertificate(code="G3", balance=usd("1.00"))

    result = priced(replace(GOOD, gift_certificates=(CARD, second, third)))

    assert [
        (one.code, str(one.amount.to_decimal()), str(one.left.to_decimal()))
        for one in result.gift_certificates
    ] == [
        ("G1", "5.00", "0.00"),
        ("G2", "5.00", "15.00"),
        ("G3", "0.00", "1.00"),
    ]
    assert (result.totals.total, result.totals.gift_certificates, result.totals.to_pay) == (
        usd("10.00"),
        usd("10.00"),
        usd("0.00"),
    )


@pytest.mark.parametrize("currency, total", [("JPY", "1100 JPY"), ("KWD", "1.100 KWD")])
def test_currencies_with_other_digits_are_priced_in_their_own(currency: str, total: str) -> None:
    request = PricingRequest(
        at=NOW,
        currency=currency,
        lines=(replace(LINE, list_price=Money(999, currency)),),
        shipments=(TO_SEATTLE,),
        tax_rates=(tax("VAT", "10.1"),),
    )

    assert str(priced(request).totals.total) == total
