"""What a cart costs now: rows in, `domain.pricing` asked, the answer in the desk's words out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from backoffice.domain.cart import Cart, Explanation, LineTotal, Totals
from backoffice.domain.customer import Address
from backoffice.domain.ids import LineId
from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    CartLine,
    Customer,
    Destination,
    PricedCart,
    PricingRequest,
    Shipment,
    price,
)
from backoffice.services.pricing_rules import LoadedRules, load_pricing_rules
from backoffice.store.tables.people import customers
from backoffice.store.tables.selling import products

SHIPMENT = "1"
_PRODUCTS = select(products).where(products.c.sku.in_(bindparam("skus", expanding=True)))
_CUSTOMER = select(customers.c.customer_id, customers.c.group, customers.c.tax_group).where(
    customers.c.customer_id == bindparam("customer")
)
RULES_GOOD_FOR = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """What everything costs. ``unit_prices`` are today's, by line."""

    lines: tuple[LineTotal, ...]
    unit_prices: dict[LineId, Money]
    totals: Totals
    explanations: tuple[Explanation, ...]
    refused_coupons: tuple[str, ...]


class Quotes:
    """Prices carts; keeps the store's rules for half a minute, for they are read far more often than changed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start with nothing read."""
        self._clock = clock
        self._rules: LoadedRules | None = None
        self._read_at: datetime | None = None

    def price(self, connection: Connection, cart: Cart) -> Quote:
        """Price the cart at this moment, from today's catalogue and rules."""
        now = self._clock()
        rules = self._current_rules(connection, now)
        priced = price(_request(connection, cart, rules, now))
        return _quote(priced)

    def _current_rules(self, connection: Connection, now: datetime) -> LoadedRules:
        if self._rules is None or self._read_at is None or now - self._read_at > RULES_GOOD_FOR:
            self._rules, self._read_at = load_pricing_rules(connection), now
        return self._rules


def _request(connection: Connection, cart: Cart, rules: LoadedRules, now: datetime) -> PricingRequest:
    skus = [line.sku for line in cart.lines]
    rows = connection.execute(_PRODUCTS, {"skus": skus})
    found = {row.sku: row for row in rows}
    customer = connection.execute(_CUSTOMER, {"customer": cart.customer_id}).first()
    destination = _destination(cart.ship_to)
    return PricingRequest(
        at=now,
        currency=cart.currency,
        lines=tuple(
            CartLine(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.quantity,
                list_price=Money(found[line.sku].list_price, found[line.sku].currency),
                category=found[line.sku].category,
                weight_grams=found[line.sku].weight_grams,
                shipment_id=SHIPMENT if found[line.sku].is_physical else "",
                is_physical=found[line.sku].is_physical,
            )
            for line in cart.lines
        ),
        shipments=(Shipment(shipment_id=SHIPMENT, destination=destination, method_code=cart.ship_method),),
        customer=Customer(
            customer_id=customer.customer_id if customer else "",
            groups=frozenset({customer.group}) if customer else frozenset(),
            tax_group=customer.tax_group if customer else "retail",
        ),
        home=destination,
        promotions=rules.promotions,
        coupon_codes=cart.coupons,
        tariffs=rules.tariffs,
        tax_rates=rules.tax_rates,
    )


def _destination(address: Address | None) -> Destination:
    if address is None:
        return Destination(country="")
    return Destination(country=address.country, region=address.region, postcode=address.postal_code)


def _quote(priced: PricedCart) -> Quote:
    totals = priced.totals
    return Quote(
        lines=tuple(
            LineTotal(
                line_id=LineId(line.line_id),
                gross=line.gross,
                discount=line.gross - line.discounted,
                tax=line.total - line.discounted,
                total=line.total,
            )
            for line in priced.lines
        ),
        unit_prices={LineId(line.line_id): line.unit_price for line in priced.lines},
        totals=Totals(
            items=totals.items,
            discount=totals.discounts + totals.shipping_discounts,
            shipping=totals.shipping,
            tax=totals.tax - totals.tax_included,
            total=totals.total,
        ),
        explanations=tuple(
            Explanation(rule=entry.sentence, amount=entry.amount) for entry in priced.explanations
        ),
        refused_coupons=tuple(refusal.sentence for refusal in priced.coupons_not_applied),
    )
