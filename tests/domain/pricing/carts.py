"""Short ways to write a cart down: what a test does not say has a plain default."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    EVERYWHERE,
    Area,
    CartLine,
    Coupon,
    Destination,
    PricedCart,
    PricedLine,
    PricedShipment,
    PricingRequest,
    PricingRules,
    Promotion,
    Shipment,
    ShippingTariff,
    TaxRate,
    price,
)
from backoffice.domain.pricing.promotions.benefits import Benefit
from backoffice.domain.pricing.shipping import Charge

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEATTLE = Destination(country="US", region="WA", postcode="98101")
TO_SEATTLE = Shipment(shipment_id="s1", destination=SEATTLE)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def line(
    line_id: str,
    amount: str,
    quantity: int = 1,
    *,
    sku: str = "",
    category: str = "",
    tax_class: str = "standard",
    shipment_id: str = "s1",
    grams: str | None = None,
) -> CartLine:
    return CartLine(
        line_id=line_id,
        sku=sku or line_id,
        quantity=quantity,
        list_price=usd(amount),
        category=category,
        tax_class=tax_class,
        shipment_id=shipment_id,
        weight_grams=None if grams is None else Decimal(grams),
    )


def tax(rate_id: str, percent: str, *tax_classes: str, area: Area = EVERYWHERE) -> TaxRate:
    return TaxRate(
        rate_id=rate_id,
        name=rate_id,
        percent=Decimal(percent),
        area=area,
        tax_classes=frozenset(tax_classes),
    )


def offer(promotion_id: str, *benefits: Benefit, priority: int = 100) -> Promotion:
    return Promotion(promotion_id=promotion_id, name=promotion_id, benefits=benefits, priority=priority)


def tariff(charge: Charge, *, free_over: str | None = None, tax_class: str = "shipping") -> ShippingTariff:
    return ShippingTariff(
        code="GROUND",
        name="Ground",
        charge=charge,
        free_over=None if free_over is None else usd(free_over),
        tax_class=tax_class,
    )


def cart(
    *lines: CartLine,
    promotions: Sequence[Promotion] = (),
    taxes: Sequence[TaxRate] = (),
    tariffs: Sequence[ShippingTariff] = (),
    coupon_codes: Sequence[str] = (),
    coupons: Sequence[Coupon] = (),
    shipments: Sequence[Shipment] = (),
    rules: PricingRules | None = None,
) -> PricingRequest:
    """If nothing else is said, one shipment to Seattle, by GROUND where there is a tariff."""
    to_seattle = replace(TO_SEATTLE, method_code="GROUND") if tariffs else TO_SEATTLE
    return PricingRequest(
        at=NOW,
        currency="USD",
        lines=lines,
        shipments=tuple(shipments) or (to_seattle,),
        promotions=tuple(promotions),
        tax_rates=tuple(taxes),
        tariffs=tuple(tariffs),
        coupon_codes=tuple(coupon_codes),
        coupons=tuple(coupons),
        rules=rules or PricingRules(),
    )


def priced(request: PricingRequest) -> PricedCart:
    """Priced, and added up as every cart must be."""
    result = price(request)
    totals = result.totals
    parts: list[PricedLine | PricedShipment] = [*result.lines, *result.shipments]
    assert totals.total == Money.total((part.total for part in parts), result.currency)
    assert totals.total == (
        totals.items
        - totals.discounts
        + totals.shipping
        - totals.shipping_discounts
        + totals.tax
        - totals.tax_included
    )
    assert totals.to_pay == totals.total - totals.gift_certificates
    assert sum(entry.amount.minor for entry in result.explanations) == totals.total.minor
    assert totals.tax == Money.total((rate.amount for rate in result.taxes), result.currency)
    for part in parts:
        assert part.net + part.tax == part.total
        off = Money.total((share.amount for share in part.discounts), result.currency)
        before = part.gross if isinstance(part, PricedLine) else part.cost
        assert before - off == part.discounted
        assert part.total.minor >= 0
        assert part.discounted.minor >= 0
    return result


def line_discounts(result: PricedCart) -> list[str]:
    """What came off each line, in major units."""
    return [str((one.gross - one.discounted).to_decimal()) for one in result.lines]
