"""What each shipment costs, and what offers take off it. Minor units; shipments sorted by their id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from backoffice.domain.errors import InvalidInput
from backoffice.domain.money import Money, round_ratio
from backoffice.domain.pricing.areas import Destination
from backoffice.domain.pricing.basket import Basket
from backoffice.domain.pricing.lines import Shipment
from backoffice.domain.pricing.promotions.benefits import ShippingOff
from backoffice.domain.pricing.promotions.turns import Taken, Turns
from backoffice.domain.pricing.proration import share_out
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.rules import PercentOf, PricesHold, PricingRules, ShippingTaxed
from backoffice.domain.pricing.shipping import PerOrder, ShippedGoods, ShippingTariff, cost_of
from backoffice.domain.pricing.tax_amounts import converted
from backoffice.domain.pricing.taxes import NO_RATES, RateSet, RateTable

NO_METHOD = "no ship method chosen yet"


@dataclass(kw_only=True, slots=True)
class Freight:
    """One shipment while its offers take their turns."""

    shipment: Shipment
    positions: tuple[int, ...]  # of its lines in the basket
    tariff: ShippingTariff | None = None
    cost: int = 0
    derivation: str = NO_METHOD
    left: int = 0
    shares: dict[str, int] = field(default_factory=dict)


def freights(request: PricingRequest, basket: Basket, table: RateTable) -> list[Freight]:
    """The shipments with their costs, before offers on shipping."""
    by_shipment: dict[str, list[int]] = {}
    for position, line in enumerate(basket.lines):
        by_shipment.setdefault(line.shipment_id, []).append(position)
    parts = [
        Freight(shipment=shipment, positions=tuple(by_shipment.get(shipment.shipment_id, ())))
        for shipment in sorted(request.shipments, key=lambda one: one.shipment_id)
    ]
    goods = {part.shipment.shipment_id: _goods(part.positions, basket, request.currency) for part in parts}
    order_amount = basket.measured_amount(range(len(basket.lines)))
    for part in parts:
        part.tariff = _tariff(part.shipment, request) if part.shipment.method_code else None
        _charge(part, goods[part.shipment.shipment_id], order_amount, basket)
    _share_order_charges(parts, goods, request.rules)
    for part in parts:
        part.cost = _with_local_tax(part, request, table)
        part.left = part.cost
    return parts


def apply_shipping_offers(parts: Sequence[Freight], turns: Turns, rules: PricingRules) -> list[Taken]:
    """Let the offers that were applied take their shipping benefits, in their order; who found nothing."""
    for taken in turns.taken:
        benefits = [one for one in taken.promotion.benefits if isinstance(one, ShippingOff)]
        for benefit in benefits:
            for part, amount in zip(parts, _off(benefit, parts, rules), strict=True):
                if amount:
                    part.left -= amount
                    promotion_id = taken.promotion.promotion_id
                    part.shares[promotion_id] = part.shares.get(promotion_id, 0) + amount
                    taken.on_shipping += amount
    return [taken for taken in turns.taken if not taken.on_lines and not taken.on_shipping]


def _off(benefit: ShippingOff, parts: Sequence[Freight], rules: PricingRules) -> list[int]:
    meant = [
        bool(part.cost) and (not benefit.methods or part.shipment.method_code in benefit.methods)
        for part in parts
    ]
    left = [part.left if one else 0 for part, one in zip(parts, meant, strict=True)]
    if benefit.amount is not None:
        return share_out(min(benefit.amount.minor, sum(left)), left, rules.odd_cents)
    numerator, denominator = benefit.percent.as_integer_ratio()
    amounts = []
    for part, rest in zip(parts, left, strict=True):
        if benefit.price is not None:
            amounts.append(max(0, rest - benefit.price.minor))
            continue
        base = part.cost if rest and rules.percent_of is PercentOf.ORIGINAL else rest
        amount = round_ratio(base * numerator, denominator * 100, rules.rounding)
        if benefit.at_most is not None:
            amount = min(amount, benefit.at_most.minor)
        amounts.append(min(amount, rest))
    return amounts


def _goods(positions: Sequence[int], basket: Basket, currency: str) -> ShippedGoods:
    physical = [position for position in positions if basket.lines[position].is_physical]
    grams = Decimal(0)
    for position in physical:
        line = basket.lines[position]
        each = basket.rules.grams_when_unknown if line.weight_grams is None else line.weight_grams
        grams += each * line.quantity
    return ShippedGoods(
        quantity=basket.measured_quantity(physical),
        grams=grams,
        amount=Money(basket.measured_amount(physical), currency),
    )


def _tariff(shipment: Shipment, request: PricingRequest) -> ShippingTariff:
    fitting = [
        tariff
        for tariff in request.tariffs
        if tariff.code == shipment.method_code and tariff.area.covers(shipment.destination)
    ]
    if not fitting:
        known = any(tariff.code == shipment.method_code for tariff in request.tariffs)
        country = shipment.destination.country or "a place not known yet"
        lacking = f"does not go to {country}" if known else "is no longer offered"
        sentence = f"The ship method {shipment.method_code} {lacking}."
        raise InvalidInput(sentence, field="ship_method", advice="Choose another ship method.")
    return max(fitting, key=lambda tariff: tariff.area.precision)


def _charge(part: Freight, goods: ShippedGoods, order_amount: int, basket: Basket) -> None:
    if part.tariff is None:
        return
    if not goods.quantity:
        part.derivation = "nothing to carry"
        return
    free_over = part.tariff.free_over
    if free_over is not None:
        counted = order_amount if part.tariff.free_over_counts_order else goods.amount.minor
        if basket.reaches(counted, free_over.minor):
            part.derivation = f"free over {free_over.to_decimal()}"
            return
    cost, derivation = cost_of(part.tariff.charge, goods, basket.rules.rounding)
    part.cost = cost.minor
    part.derivation = derivation


def _share_order_charges(
    parts: Sequence[Freight], goods: Mapping[str, ShippedGoods], rules: PricingRules
) -> None:
    groups: dict[str, list[Freight]] = {}
    for part in parts:
        if part.cost and part.tariff is not None and isinstance(part.tariff.charge, PerOrder):
            groups.setdefault(part.tariff.code, []).append(part)
    for group in groups.values():
        weights = [goods[part.shipment.shipment_id].amount.minor for part in group]
        highest = max(part.cost for part in group)
        for part, share in zip(group, share_out(highest, weights, rules.odd_cents), strict=True):
            part.cost = share


def _with_local_tax(part: Freight, request: PricingRequest, table: RateTable) -> int:
    """The cost with the tax this customer pays, where a cost of its own tax class holds tax."""
    rules, customer = request.rules, request.customer
    holds_tax = rules.shipping_includes_tax and rules.shipping_taxed is ShippingTaxed.BY_ITS_CLASS
    if part.tariff is None or not holds_tax:
        return part.cost
    tax_class = part.tariff.tax_class

    def rates(place: Destination, tax_group: str) -> RateSet:
        return table.applicable(tax_class=tax_class, tax_group=tax_group, place=place, for_shipping=True)

    holds = local = rates(part.shipment.destination, customer.tax_group)
    if rules.prices_hold is PricesHold.TAX_OF_ORIGIN and rules.origin is not None:
        holds = rates(rules.origin, rules.origin_tax_group or customer.tax_group)
    return converted(part.cost, holds, NO_RATES if customer.tax_exempt else local, rules)
