"""The demo store's rules, as its dataset has them (special_offers, ship_methods, tax_rates)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    Area,
    ByWeight,
    Customer,
    Destination,
    Promotion,
    Selection,
    Shipment,
    ShippingTariff,
    TaxRate,
    Tier,
    Tiers,
)
from tests.domain.pricing.carts import cart, line, priced, usd

HELMET = line("1", "34.99", sku="HL-U509-R", category="Accessories / Helmets", grams="1000")


def special_offer(offer_id: int, percent: str, minimum: int, maximum: int | None, *skus: str) -> Promotion:
    tier = Tier(minimum=minimum, maximum=maximum, percent=Decimal(percent))
    return Promotion(
        promotion_id=f"offer-{offer_id}",
        name=f"Volume Discount {minimum}",
        customer_groups=frozenset({"reseller"}),
        benefits=(Tiers(tiers=(tier,), on=Selection(skus=frozenset(skus))),),
    )


OFFERS = tuple(
    special_offer(offer_id, percent, minimum, maximum, "HL-U509-R")
    for offer_id, percent, minimum, maximum in (
        (2, "2", 11, 14),
        (3, "5", 15, 24),
        (4, "10", 25, 40),
        (5, "15", 41, 60),
        (6, "20", 61, None),
    )
)
METHODS = tuple(
    ShippingTariff(code=code, name=code, charge=ByWeight(base=usd(base), per_kg=usd(per_kg)))
    for code, base, per_kg in (
        ("XRQ - TRUCK GROUND", "3.95", "0.99"),
        ("OVERNIGHT J-FAST", "21.95", "1.29"),
        ("CARGO TRANSPORT 5", "8.99", "1.49"),
    )
)


def state_tax(country: str, state: str, group: str, percent: str) -> TaxRate:
    return TaxRate(
        rate_id=f"{country}-{state}-{group}",
        name=f"{state} {group}",
        percent=Decimal(percent),
        area=Area(country=country, region=state),
        tax_group=group,
    )


RATES = (
    state_tax("CA", "AB", "retail", "14"),
    state_tax("CA", "AB", "wholesale", "7"),
    state_tax("CA", "BC", "all", "7"),
    state_tax("US", "WA", "retail", "8.8"),
)
RESELLER = Customer(groups=frozenset({"reseller"}))


@pytest.mark.parametrize(
    "quantity, customer, discount",
    [
        (10, RESELLER, "0.00"),
        (11, RESELLER, "7.70"),
        (14, RESELLER, "9.80"),
        (15, RESELLER, "26.24"),
        (25, RESELLER, "87.48"),
        (60, RESELLER, "314.91"),
        (61, RESELLER, "426.88"),
        (61, Customer(), "0.00"),
    ],
)
def test_resellers_get_the_volume_discount_of_the_line(
    quantity: int, customer: Customer, discount: str
) -> None:
    request = cart(replace(HELMET, quantity=quantity), promotions=OFFERS)

    assert priced(replace(request, customer=customer)).totals.discounts == usd(discount)


@pytest.mark.parametrize(
    "method, cost",
    [("XRQ - TRUCK GROUND", "15.83"), ("OVERNIGHT J-FAST", "37.43"), ("CARGO TRANSPORT 5", "26.87")],
)
def test_freight_is_a_base_and_so_much_a_kilogram(method: str, cost: str) -> None:
    shipment = Shipment(
        shipment_id="s1", destination=Destination(country="US", region="WA"), method_code=method
    )

    result = priced(cart(replace(HELMET, quantity=12), tariffs=METHODS, shipments=(shipment,)))

    assert result.totals.shipping == usd(cost)


@pytest.mark.parametrize(
    "country, state, group, taxes",
    [
        ("US", "WA", "retail", "36.95"),
        ("US", "WA", "wholesale", "0.00"),
        ("US", "OR", "retail", "0.00"),
        ("CA", "AB", "retail", "58.78"),
        ("CA", "AB", "wholesale", "29.39"),
        ("CA", "BC", "retail", "29.39"),
        ("CA", "BC", "wholesale", "29.39"),
    ],
)
def test_tax_is_the_states_for_the_customers_group(country: str, state: str, group: str, taxes: str) -> None:
    shipment = Shipment(shipment_id="s1", destination=Destination(country=country, region=state))
    request = cart(replace(HELMET, quantity=12), taxes=RATES, shipments=(shipment,))

    assert priced(replace(request, customer=Customer(tax_group=group))).totals.tax == usd(taxes)
