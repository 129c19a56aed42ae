"""Where each cent of a total comes from: items, offers, shipping, tax, certificates, as lines under their sums.

A line's amount is signed; the lines of a group add up to its sum, and the sums to the total.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.domain.cart import Cart, CertificateUse, Explanation, OfferUse, Prepared, ShipmentTotal
from backoffice.domain.money import Money
from ui.screens.calls.words import amount_words
from ui.text import Text
from ui.words import tr

ITEMS, OFFERS, SHIPPING, TAX, CERTIFICATES = "Items", "Discount", "Shipping", "Tax", "Certificates"
_KINDS = {
    "goods": ITEMS,
    "discount": OFFERS,
    "shipping": SHIPPING,
    "tax": TAX,
    "tax included": TAX,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cents:
    """Some cents and what they are for. ``adds`` False: told, but part of another amount already (tax in a price)."""

    words: str
    amount: Money
    tip: str = ""
    adds: bool = True


def where_from(cart: Cart, methods: dict[str, str], text: Text) -> dict[str, tuple[Cents, ...]]:
    """Return the lines of each group of a prepared cart; {} where it was never prepared."""
    prepared = cart.prepared
    if prepared is None:
        return {}
    by_kind: dict[str, list[Explanation]] = {}
    for one in prepared.explanations:
        by_kind.setdefault(_KINDS.get(one.kind, ""), []).append(one)
    return {
        ITEMS: _items(cart, by_kind.get(ITEMS, ()), text),
        OFFERS: _offers(prepared, by_kind.get(OFFERS, ()), text),
        SHIPPING: _shipping(cart, methods, by_kind.get(SHIPPING, ())),
        TAX: _taxes(prepared, by_kind.get(TAX, ()), text),
        CERTIFICATES: tuple(_certificate(one, text) for one in prepared.certificates),
    }


def _items(cart: Cart, explained: Iterable[Explanation], text: Text) -> tuple[Cents, ...]:
    source = {one.part_id: one.rule_id for one in explained}
    gross = {one.line_id: one.gross for one in cart.prepared.lines} if cart.prepared else {}
    said = []
    for line in cart.lines:
        if line.line_id not in gross:
            continue
        words = tr("{n} × {name}", n=text.number(line.quantity), name=line.name)
        price = amount_words(line.unit_price, text)
        why = source.get(line.line_id, "")
        tip = tr("{words} at {price}, {why}", words=words, price=price, why=why) if why else ""
        said.append(Cents(words=words, amount=gross[line.line_id], tip=tip or f"{words}, {price}"))
    return tuple(said)


def _offers(prepared: Prepared, explained: Iterable[Explanation], text: Text) -> tuple[Cents, ...]:
    if prepared.offers:
        return tuple(_offer(one, text) for one in prepared.offers)
    return _summed(explained)


def _offer(offer: OfferUse, text: Text) -> Cents:
    coupon = tr("coupon {code}", code=offer.coupon_code) if offer.coupon_code else ""
    tip = tr("{offer} gives {amount}", offer=offer.name, amount=amount_words(offer.amount, text))
    words = f"{offer.name} ({coupon})" if coupon else offer.name
    return Cents(words=words, amount=-abs(offer.amount), tip=f"{tip}, {coupon}" if coupon else tip)


def _shipping(cart: Cart, methods: dict[str, str], explained: Iterable[Explanation]) -> tuple[Cents, ...]:
    prepared = cart.prepared
    if prepared is None or not prepared.shipments:
        return _summed(explained)
    why = {one.part_id: one.rule for one in explained}
    places = {one.shipment_id: one.ship_to.city if one.ship_to else "" for one in cart.shipments}

    def one(shipment: ShipmentTotal) -> Cents:
        method = methods.get(shipment.method, shipment.method)
        place = places.get(shipment.shipment_id, "")
        words = tr("to {place}, {method}", place=place, method=method) if place else method
        return Cents(words=words, amount=shipment.cost, tip=why.get(shipment.shipment_id, words))

    return tuple(one(shipment) for shipment in prepared.shipments)


def _taxes(prepared: Prepared, explained: Iterable[Explanation], text: Text) -> tuple[Cents, ...]:
    if not prepared.taxes:
        return _summed(explained)
    rates: dict[str, Cents] = {}
    for tax in prepared.taxes:
        percent = text.percent(tax.percent)
        words = tr("{percent} {name}", percent=percent, name=tax.name)
        if tax.included:
            words = tr("{words}, in the price already", words=words)
        tip = f"{words} ({tax.jurisdiction})" if tax.jurisdiction else words
        known = rates.get(tax.rate_id)
        amount = known.amount + tax.amount if known else tax.amount
        rates[tax.rate_id] = Cents(words=words, amount=amount, tip=tip, adds=not tax.included)
    return tuple(rates.values())


def _certificate(use: CertificateUse, text: Text) -> Cents:
    words = tr("{code}, {left} left on it", code=use.code, left=amount_words(use.left, text))
    return Cents(words=words, amount=-use.amount, tip=words)


def _summed(explained: Iterable[Explanation]) -> tuple[Cents, ...]:
    """Add up what has the same rule: the tax of ten lines is one line."""
    found: dict[str, Cents] = {}
    for one in explained:
        key = one.rule_id or one.rule
        before = found.get(key)
        amount = before.amount + one.amount if before else one.amount
        words = one.rule.rpartition(" off: ")[2] if one.kind == "discount" else one.rule
        found[key] = Cents(words=words, amount=amount, tip=words, adds=one.kind != "tax included")
    return tuple(found.values())
