"""The trace: each cent of a priced cart's total with the rule it comes from."""

from collections.abc import Iterator, Mapping

from backoffice.domain.money import Money
from backoffice.domain.pricing.result import (
    Explanation,
    Kind,
    PricedCart,
    PricedLine,
    PricedShipment,
)


def explain(cart: PricedCart) -> tuple[Explanation, ...]:
    """Line by line, then shipment by shipment; the amounts add up to the cart's total."""
    names = {promotion.promotion_id: promotion.name for promotion in cart.promotions}
    return tuple(_all(cart, names))


def _all(cart: PricedCart, names: Mapping[str, str]) -> Iterator[Explanation]:
    for line in cart.lines:
        yield Explanation(
            kind=Kind.GOODS,
            part_id=line.line_id,
            rule_id=line.price_source,
            amount=line.gross,
            sentence=f"{line.quantity} x {line.unit_price.to_decimal()} {line.sku}, {line.price_source}",
        )
        yield from _discounts_and_taxes(line, line.line_id, names)
    for shipment in cart.shipments:
        yield Explanation(
            kind=Kind.SHIPPING,
            part_id=shipment.shipment_id,
            rule_id=shipment.method_code,
            amount=shipment.cost,
            sentence=f"{shipment.method_code}: {shipment.derivation}"
            if shipment.method_code
            else shipment.derivation,
        )
        yield from _discounts_and_taxes(shipment, shipment.shipment_id, names)


def _discounts_and_taxes(
    part: PricedLine | PricedShipment, part_id: str, names: Mapping[str, str]
) -> Iterator[Explanation]:
    for share in part.discounts:
        yield Explanation(
            kind=Kind.DISCOUNT,
            part_id=part_id,
            rule_id=share.promotion_id,
            amount=-share.amount,
            sentence=f"{share.amount.to_decimal()} off: {names[share.promotion_id]}",
        )
    for tax in part.taxes:
        name = f"{tax.percent.normalize():f} % {tax.name} ({tax.jurisdiction})"
        if tax.included:
            yield Explanation(
                kind=Kind.TAX_INCLUDED,
                part_id=part_id,
                rule_id=tax.rate_id,
                amount=Money.zero(tax.amount.currency),
                sentence=f"holds {tax.amount.to_decimal()} {name}",
            )
        else:
            yield Explanation(
                kind=Kind.TAX, part_id=part_id, rule_id=tax.rate_id, amount=tax.amount, sentence=name
            )
