"""A cart as one JSON document, and what it costs as another."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backoffice.domain.money import Money
from backoffice.domain.pricing import Destination, price
from backoffice.domain.pricing.as_json import JsonProblem
from backoffice.domain.pricing.document import read_request, to_document

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LINE = {"sku": "A", "quantity": 2, "list_price": "10.00"}


def written(**said: object) -> str:
    return json.dumps({"currency": "USD", "lines": [LINE], **said})


def costs(**said: object) -> dict[str, Any]:
    return to_document(price(read_request(written(**said), NOW)))


def test_the_shortest_cart() -> None:
    request = read_request(written(), NOW)

    assert (request.at, request.lines[0].line_id, request.lines[0].shipment_id) == (NOW, "1", "")
    assert costs()["totals"]["total"] == "20.00"


def test_one_address_for_all_lines_is_one_shipment() -> None:
    digital = {**LINE, "is_physical": False, "sku": "B"}

    request = read_request(written(lines=[LINE, digital], ship_to={"country": "US"}), NOW)

    [shipment] = request.shipments
    assert (shipment.destination, shipment.method_code) == (Destination(country="US"), "")
    assert [line.shipment_id for line in request.lines] == ["1", ""]


def test_numbers_are_exact() -> None:
    text = '{"currency": "KWD", "lines": [{"sku": "A", "quantity": 1, "list_price": 0.125}]}'

    assert read_request(text, NOW).lines[0].list_price == Money(125, "KWD")


def test_every_cent_is_told_and_adds_up() -> None:
    document = costs(
        promotions=[
            {"promotion_id": "p", "name": "P", "benefits": [{"is": "PercentOff", "percent": "33"}]},
            {
                "promotion_id": "q",
                "name": "Q",
                "needs_coupon": True,
                "benefits": [{"is": "AmountOff", "amount": "1"}],
            },
        ],
        tax_rates=[{"rate_id": "r", "name": "R", "percent": "7.25", "area": {"country": "US"}}],
        ship_to={"country": "US"},
        coupon_codes=["NOPE"],
        gift_certificates=[{"code": "G", "balance": "5"}],
    )

    assert sum(float(entry["amount"]) for entry in document["explanations"]) == pytest.approx(
        float(document["totals"]["total"])
    )
    assert [entry["kind"] for entry in document["explanations"]] == ["goods", "discount", "tax", "shipping"]
    assert document["lines"][0]["discounts"] == [{"promotion_id": "p", "amount": "6.60"}]
    assert document["lines"][0]["taxes"][0]["percent"] == "7.25"
    assert document["coupons_not_applied"][0]["because"] == "unknown code"
    assert document["promotions_not_applied"][0]["because"] == "needs a coupon"
    assert document["gift_certificates"] == [{"code": "G", "amount": "5.00", "left": "0.00"}]
    json.dumps(document)


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "line 1: This is not JSON: Expecting value."),
        ("{\n,}", "line 2: This is not JSON: Expecting property name enclosed in double quotes."),
        ("[]", "The document is an object: {...}."),
        ("[" * 100_000, "It is nested too deeply."),
        ("{}", "currency: Say the cart's currency, such as USD."),
        ('{"currency": "usd"}', "currency: 'usd' is not a currency code: three capitals, such as USD."),
        ('{"currency": "USD", "currency": "EUR"}', "currency: It is there twice."),
        ('{"currency": "USD"}', "PricingRequest lacks lines."),
        (written(lines=3), "lines: 3 is not a list."),
        (written(lines=[3]), "lines[0]: 3 is not an object."),
        (
            written(lines=[{**LINE, "quantity": 0}]),
            "Line 1: the quantity 0 is not a whole number above zero.",
        ),
        (written(lines=[{**LINE, "quantity": "2"}]), "lines[0].quantity: '2' is not a whole number."),
        (
            written(lines=[{**LINE, "prize": 1}]),
            "lines[0].prize: CartLine has no such field; it has line_id,",
        ),
        (written().replace('"10.00"', "NaN"), "NaN is not a number."),
        (written(ship_method="A"), "ship_method: Say where it goes too: ship_to."),
        (
            written(ship_to={"country": "US"}, shipments=[]),
            "ship_to: Either ship_to, or shipments of their own.",
        ),
        (written(at="2026-11-22"), "at: '2026-11-22' has no time zone"),
        (
            written(
                gift_certificates=[{"code": "G", "balance": {"is": "Money", "minor": 1, "currency": "EUR"}}]
            ),
            "The cart is in USD; 0.01 EUR can not be in it.",
        ),
    ],
)
def test_what_is_wrong_says_where(text: str, said: str) -> None:
    with pytest.raises(JsonProblem) as caught:
        read_request(text, NOW)

    assert str(caught.value).startswith(said)
