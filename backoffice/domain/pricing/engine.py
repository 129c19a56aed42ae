"""`price`: from a question to a priced cart, pure and repeatable.

1. Each line gets its unit price: override, price list or list price; with the customer's own tax in it
   where prices hold tax.
2. Offers take their turns on the lines.
3. Shipments are charged, and offers on shipping take their turns.
4. Goods and shipping are taxed.
5. Everything is added up, and gift certificates pay what they can.
"""

from collections.abc import Sequence
from fractions import Fraction

from backoffice.domain.pricing.assembly import assemble
from backoffice.domain.pricing.basket import Basket
from backoffice.domain.pricing.freight import apply_shipping_offers, freights
from backoffice.domain.pricing.lines import CartLine
from backoffice.domain.pricing.prices import UnitPrice, unit_price
from backoffice.domain.pricing.promotions.turns import retire, take_turns
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.result import PricedCart
from backoffice.domain.pricing.rules import PercentBasis
from backoffice.domain.pricing.taxation import Taxation
from backoffice.domain.pricing.taxes import RateTable


def price(request: PricingRequest) -> PricedCart:
    """The priced cart. Raises InvalidInput for a ship method that is not there or does not go there."""
    table = RateTable(request.tax_rates, request.at)
    taxation = Taxation(request, table)
    lines = sorted(request.lines, key=lambda line: line.line_id)
    prices = [_local_price(line, request, taxation) for line in lines]

    factors = _percent_factors(lines, request, taxation)
    idle: set[str] = set()
    while True:
        basket = Basket(lines, prices, factors, request.rules)
        turns = take_turns(request, basket, idle)
        shipments = freights(request, basket, table)
        found_nothing = apply_shipping_offers(shipments, turns, request.rules)
        # An offer that found no shipping to make cheaper must not have kept another from its turn.
        if not any(taken.promotion.keeps_others_away for taken in found_nothing):
            retire(found_nothing, turns)
            break
        idle.update(taken.promotion.promotion_id for taken in found_nothing)

    line_taxes, shipment_taxes = taxation.taxes(basket, shipments)
    return assemble(
        request=request,
        basket=basket,
        prices=prices,
        freights=shipments,
        turns=turns,
        line_taxes=line_taxes,
        shipment_taxes=shipment_taxes,
    )


def _local_price(line: CartLine, request: PricingRequest, taxation: Taxation) -> UnitPrice:
    found = unit_price(line, request.at, request.rules.prices)
    minor = found.minor if found.override_reason else taxation.local_price(found.minor, line)
    if minor == found.minor:
        return found
    return UnitPrice(minor=minor, source=f"{found.source}, with the tax of the destination")


def _percent_factors(
    lines: Sequence[CartLine], request: PricingRequest, taxation: Taxation
) -> list[Fraction] | None:
    """What makes a price as it is kept the price percentages are taken of; None where that is the same."""
    include = request.rules.prices_include_tax
    match request.rules.percent_basis:
        case PercentBasis.PRICE_WITH_TAX if not include:
            return [1 + taxation.of_line(line).total for line in lines]
        case PercentBasis.PRICE_WITHOUT_TAX if include:
            return [1 / (1 + taxation.of_line(line).total) for line in lines]
        case _:
            return None
