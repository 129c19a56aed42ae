"""What a cart costs now: `domain.pricing` asked (see `asking.py`), its answer in the desk's words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from backoffice.domain.cart import (
    Cart,
    CertificateUse,
    Explanation,
    LineTotal,
    OfferUse,
    ShipmentTotal,
    TaxLine,
    Totals,
)
from backoffice.domain.ids import LineId
from backoffice.domain.money import Money
from backoffice.domain.pricing import PricedCart, PricedLine, PricedShipment, PricingRules, price
from backoffice.domain.pricing.prices import unit_price
from backoffice.services.checkout.asking import certificate_objections, pricing_request
from backoffice.services.pricing_rules import LoadedRules, load_pricing_rules

RULES_GOOD_FOR = timedelta(seconds=30)
NAMED_WHEN_OVER = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """What everything costs. ``unit_prices`` and their ``price_sources`` are today's, by line.

    ``refused_coupons`` and ``refused_offers`` are sentences: why a coupon or certificate gives nothing, and by id of
    the offer why it does not apply.
    """

    lines: tuple[LineTotal, ...]
    unit_prices: dict[LineId, Money]
    price_sources: dict[LineId, str]
    totals: Totals
    explanations: tuple[Explanation, ...]
    refused_coupons: tuple[str, ...]
    refused_offers: dict[str, str]
    shipments: tuple[ShipmentTotal, ...]
    taxes: tuple[TaxLine, ...]
    offers: tuple[OfferUse, ...]
    certificates: tuple[CertificateUse, ...]
    not_stocked: frozenset[LineId] = frozenset()


class Quotes:
    """Prices carts; keeps the store's rules for half a minute, for they are read far more often than changed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start with nothing read."""
        self._clock = clock
        self._rules: LoadedRules | None = None
        self._read_at: datetime | None = None

    def price(self, connection: Connection, cart: Cart, pricing: PricingRules) -> Quote:
        """Price the cart at this moment, from today's catalogue and rules, as the store's settings say."""
        now = self._clock()
        rules = self._current_rules(connection, now)
        request = pricing_request(connection, cart, rules=rules, pricing=pricing, now=now)
        quote = _quote(price(request))
        objections = certificate_objections(connection, cart, now) if cart.gift_certificates else ()
        return replace(
            quote,
            refused_coupons=quote.refused_coupons + objections,
            not_stocked=frozenset(LineId(line.line_id) for line in request.lines if not line.is_physical),
        )

    def usual_prices(self, connection: Connection, cart: Cart, pricing: PricingRules) -> dict[LineId, Money]:
        """Return what one piece of each line costs before offers, whatever was set by hand."""
        now = self._clock()
        rules = self._current_rules(connection, now)
        usual = replace(cart, lines=tuple(replace(line, override=None) for line in cart.lines))
        request = pricing_request(connection, usual, rules=rules, pricing=pricing, now=now)
        return {
            LineId(line.line_id): Money(unit_price(line, now, pricing.prices).minor, cart.currency)
            for line in request.lines
        }

    def has_prices_for(self, connection: Connection, cart: Cart) -> bool:
        """Tell whether a price list may apply to the cart's customer."""
        rules = self._current_rules(connection, self._clock())
        return rules.has_prices_for(cart.customer_id or "")

    def _current_rules(self, connection: Connection, now: datetime) -> LoadedRules:
        if self._rules is None or self._read_at is None or now - self._read_at > RULES_GOOD_FOR:
            self._rules, self._read_at = _without_past_offers(load_pricing_rules(connection), now), now
        return self._rules


def _without_past_offers(rules: LoadedRules, now: datetime) -> LoadedRules:
    """Leave out the offers of years ago, which a store keeps; one that has just ended is still named as the reason."""
    promotions = tuple(
        offer
        for offer in rules.promotions
        if offer.limits.ends_at is None or offer.limits.ends_at + NAMED_WHEN_OVER > now
    )
    return replace(rules, promotions=promotions)


def _quote(priced: PricedCart) -> Quote:
    totals = priced.totals
    return Quote(
        lines=tuple(_line(line) for line in priced.lines),
        unit_prices={LineId(line.line_id): line.unit_price for line in priced.lines},
        price_sources={LineId(line.line_id): line.price_source for line in priced.lines},
        totals=Totals(
            items=totals.items,
            discount=totals.discounts + totals.shipping_discounts,
            shipping=totals.shipping,
            tax=totals.tax - totals.tax_included,
            total=totals.total,
        ),
        explanations=tuple(
            Explanation(
                rule=entry.sentence,
                amount=entry.amount,
                kind=entry.kind.value,
                part_id=entry.part_id,
                rule_id=entry.rule_id,
            )
            for entry in priced.explanations
        ),
        refused_coupons=tuple(refusal.sentence for refusal in priced.coupons_not_applied),
        refused_offers={
            refusal.promotion_id: refusal.sentence
            for refusal in (*priced.promotions_not_applied, *priced.coupons_not_applied)
        },
        shipments=tuple(_shipment(shipment) for shipment in priced.shipments),
        taxes=(
            *(tax for line in priced.lines for tax in _taxes(line, line.line_id)),
            *(tax for part in priced.shipments for tax in _taxes(part, part.shipment_id)),
        ),
        offers=tuple(
            OfferUse(
                promotion_id=offer.promotion_id,
                name=offer.name,
                coupon_code=offer.coupon_code,
                amount=offer.amount + offer.shipping_amount,
            )
            for offer in priced.promotions
        ),
        certificates=tuple(
            CertificateUse(code=used.code, amount=used.amount, left=used.left)
            for used in priced.gift_certificates
            if used.amount
        ),
    )


def _line(line: PricedLine) -> LineTotal:
    return LineTotal(
        line_id=LineId(line.line_id),
        gross=line.gross,
        discount=line.gross - line.discounted,
        tax=line.total - line.discounted,
        total=line.total,
    )


def _shipment(shipment: PricedShipment) -> ShipmentTotal:
    return ShipmentTotal(
        shipment_id=shipment.shipment_id,
        method=shipment.method_code,
        cost=shipment.cost,
        discount=shipment.cost - shipment.discounted,
        tax=shipment.total - shipment.discounted,
        total=shipment.total,
    )


def _taxes(part: PricedLine | PricedShipment, part_id: str) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(
            part_id=part_id,
            rate_id=tax.rate_id,
            name=tax.name,
            jurisdiction=tax.jurisdiction,
            percent=tax.percent,
            amount=tax.amount,
            included=tax.included,
        )
        for tax in part.taxes
    )
