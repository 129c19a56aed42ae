"""What is different from the Prepare before, and why, in sentences an agent can read to the caller.

1. a piece costs something else: where the new price comes from;
2. lines that came, went or changed;
3. offers that apply now, no longer, or differently, each with its reason;
4. shipping by another way or another price; taxes of another place;
5. gift certificates that pay something else; and the totals.
"""

from collections.abc import Iterable, Iterator

from babel.numbers import format_currency

from backoffice.domain.cart import Cart, CartLine, OfferUse, Prepared
from backoffice.domain.money import Money
from backoffice.domain.pricing.prices import LIST_PRICE
from backoffice.services.checkout.quote import Quote


def changes(cart: Cart, quote: Quote, locale: str) -> tuple[str, ...]:
    """Say what changed since the last Prepare, or since a line was added where there was none. ``locale``: en_US."""
    return tuple(_Changes(cart, quote, locale).told())


class _Changes:
    def __init__(self, cart: Cart, quote: Quote, locale: str) -> None:
        self._cart = cart
        self._quote = quote
        self._locale = locale

    def told(self) -> Iterator[str]:
        for line in self._cart.lines:
            yield from self._unit_price(line)
        before = self._cart.prepared
        if before is None:
            return
        old, new = before.totals, self._quote.totals
        if old.items != new.items:
            yield f"Items: {self._pair(new.items, old.items)}{_why(self._lines(before))}."
        if old.discount != new.discount or _applied(before.offers) != _applied(self._quote.offers):
            yield f"Offers: {self._pair(new.discount, old.discount)}{_why(self._offers(before))}."
        if old.shipping != new.shipping:
            yield f"Shipping: {self._pair(new.shipping, old.shipping)}{_why(self._shipping(before))}."
        if old.tax != new.tax:
            yield f"Tax: {self._pair(new.tax, old.tax)}{_why(self._taxes(before))}."
        if old.total != new.total:
            yield f"Total: {self._pair(new.total, old.total)}."
        yield from self._certificates(before)

    def _unit_price(self, line: CartLine) -> Iterator[str]:
        now = self._quote.unit_prices[line.line_id]
        if now != line.unit_price:
            source = self._quote.price_sources[line.line_id]
            why = "" if source == LIST_PRICE else f" ({source})"
            yield f"{line.sku} costs {self._said(now)} now; it was {self._said(line.unit_price)}{why}."

    def _lines(self, before: Prepared) -> Iterator[str]:
        gross = {line.line_id: line.gross for line in before.lines}
        for line, now in zip(self._cart.lines, self._quote.lines, strict=True):
            if line.line_id not in gross:
                yield f"{line.quantity} x {line.sku} is new"
            elif gross[line.line_id] != now.gross:
                yield f"{line.quantity} x {line.sku} is {self._pair(now.gross, gross[line.line_id])}"
        gone = len(gross.keys() - {line.line_id for line in self._quote.lines})
        if gone:
            yield "a line was taken out" if gone == 1 else f"{gone} lines were taken out"

    def _offers(self, before: Prepared) -> Iterator[str]:
        old, new = _applied(before.offers), _applied(self._quote.offers)
        for promotion_id, offer in new.items():
            if promotion_id not in old:
                yield f"“{offer.name}” takes {self._said(offer.amount)} off"
            elif offer.amount != old[promotion_id].amount:
                yield f"“{offer.name}” takes {self._pair(offer.amount, old[promotion_id].amount)}"
        for promotion_id, offer in old.items():
            if promotion_id not in new:
                reason = self._quote.refused_offers.get(promotion_id, "it is over").rstrip(".")
                yield f"“{offer.name}” does not apply any more: {reason}"

    def _shipping(self, before: Prepared) -> Iterator[str]:
        old = {shipment.shipment_id: shipment for shipment in before.shipments}
        several = len(self._quote.shipments) > 1
        for shipment in self._quote.shipments:
            name = f"shipment {shipment.shipment_id}: " if several else ""
            then = old.get(shipment.shipment_id)
            if then is None:
                yield f"{name}{shipment.method} for {self._said(shipment.cost)}"
            elif then.method != shipment.method:
                yield f"{name}{shipment.method} instead of {then.method}"
            elif then.cost != shipment.cost and several:
                yield f"{name}{self._pair(shipment.cost, then.cost)}"

    def _taxes(self, before: Prepared) -> Iterator[str]:
        old = {tax.rate_id: f"{tax.percent.normalize():f} % {tax.name}" for tax in before.taxes}
        new = {tax.rate_id: f"{tax.percent.normalize():f} % {tax.name}" for tax in self._quote.taxes}
        if old != new:
            yield f"{_all(new.values())} instead of {_all(old.values())}"

    def _certificates(self, before: Prepared) -> Iterator[str]:
        old = {used.code: used.amount for used in before.certificates}
        new = {used.code: used for used in self._quote.certificates}
        for code, used in new.items():
            if code not in old:
                yield f"The gift certificate {code} pays {self._said(used.amount)}."
            elif used.amount != old[code]:
                yield f"The gift certificate {code} pays {self._pair(used.amount, old[code])}."
        for code in old:
            if code not in new:
                yield f"The gift certificate {code} pays nothing any more."

    def _pair(self, new: Money, old: Money) -> str:
        return f"{self._said(new)}, was {self._said(old)}"

    def _said(self, amount: Money) -> str:
        return str(format_currency(amount.to_decimal(), amount.currency, locale=self._locale))


def _applied(offers: tuple[OfferUse, ...]) -> dict[str, OfferUse]:
    return {offer.promotion_id: offer for offer in offers}


def _why(reasons: Iterator[str]) -> str:
    said = "; ".join(reasons)
    return f" ({said})" if said else ""


def _all(said: Iterable[str]) -> str:
    names = list(dict.fromkeys(said))
    return ", ".join(names) if names else "no tax"
