"""What a second Prepare found different from the one before, and why, as lines with what each adds or takes.

1. lines added, taken out, in another number, at another price;
2. offers that apply now, no longer, or give another amount; a coupon that lost its offer says why;
3. shipping and tax; certificates; what is held otherwise.
The amounts of 1 to 3 add up to how the total moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backoffice.domain.cart import Cart, CartLine, Prepared
from backoffice.domain.inventory import LineResult
from backoffice.domain.money import Money
from ui.screens.calls.words import amount_words
from ui.text import Text
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that is different; ``by`` is what it adds to the total or takes off, None where it costs nothing."""

    words: str
    by: Money | None = None


def total_moved(before: Cart, after: Cart, text: Text) -> str:
    """Return "Total $1,602.10, was $1,534.62"; "" when it is the same."""
    old, new = before.prepared, after.prepared
    if old is None or new is None or old.totals.total == new.totals.total:
        return ""
    return tr(
        "{new}, was {old}",
        new=amount_words(new.totals.total, text),
        old=amount_words(old.totals.total, text),
    )


def changes(before: Cart, after: Cart, methods: dict[str, str], text: Text) -> tuple[Change, ...]:
    """Return what is different; both carts as they were right after their Prepare."""
    old, new = before.prepared, after.prepared
    if old is None or new is None:
        return ()
    return (
        *_lines(before, after, text),
        *_offers(old, new, text),
        *_shipping(before, after, methods),
        *_taxes(old, new),
        *_certificates(old, new, text),
        *_held(after, old, new, text),
    )


def _lines(before: Cart, after: Cart, text: Text) -> Iterator[Change]:
    was = {line.line_id: line for line in before.lines}
    now = {line.line_id: line for line in after.lines}
    for line in after.lines:
        yield from _line(was.get(line.line_id), line, text)
    for line_id, line in was.items():
        if line_id not in now:
            words = tr("{n} × {name} taken out", n=text.number(line.quantity), name=line.name)
            yield Change(words=words, by=-line.unit_price.times(line.quantity))


def _line(old: CartLine | None, new: CartLine, text: Text) -> Iterator[Change]:
    gross = new.unit_price.times(new.quantity)
    if old is None:
        words = tr("{n} × {name} added", n=text.number(new.quantity), name=new.name)
        yield Change(words=words, by=gross)
        return
    if old.quantity != new.quantity:
        words = tr(
            "{name}: {n} pieces, were {old}",
            name=new.name,
            n=text.number(new.quantity),
            old=text.number(old.quantity),
        )
        yield Change(words=words, by=old.unit_price.times(new.quantity - old.quantity))
    if old.unit_price != new.unit_price:
        words = tr(
            "{name} costs {new} now, it was {old}{why}",
            name=new.name,
            new=amount_words(new.unit_price, text),
            old=amount_words(old.unit_price, text),
            why=tr(" (set by hand)") if new.override else "",
        )
        yield Change(words=words, by=gross - old.unit_price.times(new.quantity))


def _offers(old: Prepared, new: Prepared, text: Text) -> Iterator[Change]:
    was = {(one.promotion_id, one.coupon_code): one for one in old.offers}
    now = {(one.promotion_id, one.coupon_code): one for one in new.offers}
    for key, offer in now.items():
        before = was.get(key)
        amount = amount_words(offer.amount, text)
        if before is None:
            yield Change(words=tr("{offer} applies now", offer=offer.name), by=-abs(offer.amount))
        elif before.amount != offer.amount:
            words = tr(
                "{offer} gives {new}, it gave {old}",
                offer=offer.name,
                new=amount,
                old=amount_words(before.amount, text),
            )
            yield Change(words=words, by=abs(before.amount) - abs(offer.amount))
    for key, offer in was.items():
        if key not in now:
            said = [
                one for one in new.refused_coupons if offer.coupon_code and one.startswith(offer.coupon_code)
            ]
            words = said[0] if said else tr("{offer} applies no longer", offer=offer.name)
            yield Change(words=words, by=abs(offer.amount))
    if not old.offers and not new.offers and old.totals.discount != new.totals.discount:
        yield Change(words=tr("Offers"), by=old.totals.discount - new.totals.discount)


def _shipping(before: Cart, after: Cart, methods: dict[str, str]) -> Iterator[Change]:
    old, new = before.prepared, after.prepared
    if old is None or new is None:
        return
    by = new.totals.shipping - old.totals.shipping
    if before.ship_method != after.ship_method:
        words = tr(
            "Shipping by {new}, it was {old}",
            new=methods.get(after.ship_method, after.ship_method),
            old=methods.get(before.ship_method, before.ship_method),
        )
        yield Change(words=words, by=by)
    elif len(before.shipments) != len(after.shipments):
        words = tr("Shipping in {n} parcels, it was {old}", n=len(after.shipments), old=len(before.shipments))
        yield Change(words=words, by=by)
    elif before.ship_to != after.ship_to and by:
        yield Change(words=tr("Shipping to another address"), by=by)
    elif by:
        yield Change(words=tr("Shipping"), by=by)


def _taxes(old: Prepared, new: Prepared) -> Iterator[Change]:
    by = new.totals.tax - old.totals.tax
    if not by:
        return
    was, now = {one.name for one in old.taxes}, {one.name for one in new.taxes}
    if now - was and old.taxes:
        yield Change(words=tr("Tax: {names} now", names=", ".join(sorted(now - was))), by=by)
    elif was - now and new.taxes:
        yield Change(words=tr("Tax: {names} no longer", names=", ".join(sorted(was - now))), by=by)
    else:
        yield Change(words=tr("Tax on these amounts"), by=by)


def _certificates(old: Prepared, new: Prepared, text: Text) -> Iterator[Change]:
    was = {one.code: one.amount for one in old.certificates}
    now = {one.code: one.amount for one in new.certificates}
    for code, amount in now.items():
        if was.get(code) != amount:
            yield Change(words=tr("{code} pays {amount}", code=code, amount=amount_words(amount, text)))
    for code in was:
        if code not in now:
            yield Change(words=tr("{code} pays nothing any more", code=code))


def _held(after: Cart, old: Prepared, new: Prepared, text: Text) -> Iterator[Change]:
    was = {one.line_id: one for one in old.held}
    names = {line.line_id: line.name for line in after.lines}
    for held in new.held:
        before = was.get(held.line_id)
        if before is None or (before.result, before.available_from) == (held.result, held.available_from):
            continue
        name = names.get(held.line_id, "")
        match held.result:
            case LineResult.ALLOCATED:
                yield Change(words=tr("{name} is held now", name=name))
            case LineResult.BACKORDERED:
                day = text.day(held.available_from)
                yield Change(
                    words=tr("{name} is held for {day} only", name=name, day=day)
                    if day
                    else tr("{name} is on back order now", name=name)
                )
            case LineResult.UNALLOCATED:
                yield Change(words=tr("{name} is not held any more", name=name))
