"""Which rates meet which amounts of a cart: goods where they go, shipping as the store's setting says."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.domain.money import apportion
from backoffice.domain.pricing.areas import Destination
from backoffice.domain.pricing.basket import Basket
from backoffice.domain.pricing.freight import Freight
from backoffice.domain.pricing.lines import UNTAXED_TAX_CLASS, CartLine
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.rules import PricesHold, ShippingTaxed
from backoffice.domain.pricing.tax_amounts import Taxable, converted, tax_amounts
from backoffice.domain.pricing.taxes import NO_RATES, RateSet, RateTable, TaxRate


@dataclass(frozen=True, kw_only=True, slots=True)
class RateAmount:
    """What one rate takes of one line or shipment, in minor units."""

    rate: TaxRate
    minor: int
    included: bool


class Taxation:
    """The rates of one cart."""

    def __init__(self, request: PricingRequest, table: RateTable) -> None:
        self._request = request
        self._table = table
        self._places = {shipment.shipment_id: shipment.destination for shipment in request.shipments}
        self._locals: dict[tuple[str, str], RateSet] = {}

    def of_line(self, line: CartLine) -> RateSet:
        """The rates on goods for this customer; none for an exempt one."""
        if self._request.customer.tax_exempt:
            return NO_RATES
        return self._local(line)

    def local_price(self, minor: int, line: CartLine) -> int:
        """The unit price as this customer sees it: with the tax of origin swapped, without tax if exempt."""
        rules = self._request.rules
        if rules.prices_hold is PricesHold.NO_TAX:
            return minor
        if rules.prices_hold is PricesHold.LOCAL_TAX:
            return converted(minor, self._local(line), self.of_line(line), rules)
        group = rules.origin_tax_group or self._request.customer.tax_group
        holds = self._rates(line.tax_class, rules.origin, group)
        return converted(minor, holds, self.of_line(line), rules)

    def taxes(
        self, basket: Basket, freights: Sequence[Freight]
    ) -> tuple[list[list[RateAmount]], list[list[RateAmount]]]:
        """The taxes of each line, by position, and of each shipment."""
        rules = self._request.rules
        taxables = []
        owners = []
        for position, line in enumerate(basket.lines):
            left = basket.left[position]
            base = left if rules.discounts_reduce_tax_base else basket.gross[position]
            taxables.append(
                Taxable(
                    base=base,
                    quantity=line.quantity,
                    rates=self.of_line(line),
                    included=rules.prices_include_tax,
                    most=left,
                )
            )
            owners.append(position)
        for place, freight in enumerate(freights, start=len(basket.lines)):
            parts = self._shipping_taxables(freight, basket)
            taxables.extend(parts)
            owners.extend([place] * len(parts))
        found: list[dict[str, RateAmount]] = [{} for _ in range(len(basket.lines) + len(freights))]
        for owner, taxable, amounts in zip(owners, taxables, tax_amounts(taxables, rules), strict=True):
            for rate, minor in zip(taxable.rates.rates, amounts, strict=True):
                before = found[owner].get(rate.rate_id)
                total = minor if before is None else minor + before.minor
                found[owner][rate.rate_id] = RateAmount(rate=rate, minor=total, included=taxable.included)
        amounts_of = [list(one.values()) for one in found]
        return amounts_of[: len(basket.lines)], amounts_of[len(basket.lines) :]

    def _shipping_taxables(self, freight: Freight, basket: Basket) -> list[Taxable]:
        rules = self._request.rules
        base = freight.left if rules.discounts_reduce_tax_base else freight.cost
        if freight.tariff is None or not base or self._request.customer.tax_exempt:
            return []
        left = freight.left
        included = rules.shipping_includes_tax
        bases = self._shipping_bases(freight, base, basket)
        caps = apportion(left, [part for _, part in bases])
        return [
            Taxable(base=part, quantity=1, rates=rates, included=included, most=cap, is_shipping=True)
            for (rates, part), cap in zip(bases, caps, strict=True)
            if rates.rates
        ]

    def _shipping_bases(self, freight: Freight, base: int, basket: Basket) -> list[tuple[RateSet, int]]:
        """The rates on a shipment's cost, each with the part of it that is taxed at them."""
        match self._request.rules.shipping_taxed:
            case ShippingTaxed.NO:
                return [(NO_RATES, base)]
            case ShippingTaxed.BY_ITS_CLASS if freight.tariff is not None:
                return [(self._shipping_rates(freight.tariff.tax_class, freight), base)]
        values: dict[str, int] = {}
        for position in freight.positions:
            tax_class = basket.lines[position].tax_class
            values[tax_class] = values.get(tax_class, 0) + basket.left[position]
        by_class = [
            (self._shipping_rates(tax_class, freight), values[tax_class]) for tax_class in sorted(values)
        ]
        if self._request.rules.shipping_taxed is ShippingTaxed.AT_HIGHEST_OF_GOODS:
            return [
                (max((rates for rates, _ in by_class), key=lambda rates: rates.total, default=NO_RATES), base)
            ]
        parts = apportion(base, [value for _, value in by_class])
        return [(rates, part) for (rates, _), part in zip(by_class, parts, strict=True)]

    def _shipping_rates(self, tax_class: str, freight: Freight) -> RateSet:
        return self._table.applicable(
            tax_class=tax_class,
            tax_group=self._request.customer.tax_group,
            place=freight.shipment.destination,
            for_shipping=True,
        )

    def _local(self, line: CartLine) -> RateSet:
        key = line.tax_class, line.shipment_id
        found = self._locals.get(key)
        if found is None:
            place = self._places.get(line.shipment_id, self._request.home)
            found = self._rates(line.tax_class, place, self._request.customer.tax_group)
            self._locals[key] = found
        return found

    def _rates(self, tax_class: str, place: Destination | None, tax_group: str) -> RateSet:
        if place is None or tax_class == UNTAXED_TAX_CLASS:
            return NO_RATES
        return self._table.applicable(tax_class=tax_class, tax_group=tax_group, place=place)
