"""What is known, in words: never more than is known, always with where it came from and how old it is."""

from datetime import timedelta
from functools import lru_cache

from backoffice.domain.cart import Cart, CartLine, HeldLine, LineTotal
from backoffice.domain.customer import CustomerHit
from backoffice.domain.inventory import Availability, AvailabilityStatus, LineResult, Source
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod
from ui.screens.calls.split import Split
from ui.screens.calls.state import Moved, Promise, Removed, Repriced
from ui.text import Text
from ui.tone import Tone
from ui.words import tr, tr_n

_LIVE_FOR = timedelta(seconds=45)  # said "live" this long; after that it says how old it is


@lru_cache(maxsize=8192)
def amount_words(amount: Money, text: Text) -> str:
    """Return an amount as it is shown; remembered, because a long cart shows the same ones with every key pressed."""
    return text.money(amount)


def availability_words(known: Availability | None, text: Text) -> tuple[str, str, Tone]:
    """Return what can be promised, where that comes from with its age, and its tone."""
    if known is None:
        return tr("not known"), tr("not asked yet"), Tone.NEUTRAL
    return _promise(known, text), source_words(known, text), _tone(known)


def source_words(known: Availability, text: Text) -> str:
    """Return "live", "cached 2 min ago", "stale since 14:02: DOM silent", "DOM silent, fallback"."""
    age = text.ago_short(known.updated_at)
    match known.source:
        case Source.LIVE if text.clock() - known.updated_at < _LIVE_FOR:
            return tr("live")
        case Source.LIVE:
            return tr("asked {age}", age=age)
        case Source.CACHED:
            return tr("cached, just now") if age == tr("now") else tr("cached {age}", age=age)
        case Source.STALE:
            return tr("stale since {time}: DOM silent", time=text.time(known.updated_at))
        case Source.FALLBACK:
            return tr("DOM silent, fallback")
        case Source.LOCAL:
            return tr("own stock")


def held_words(held: HeldLine | None, text: Text) -> tuple[str, Tone]:
    """Return what the reservation holds for a line: "12 held", "12 held for Dec 3", "nothing held"."""
    if held is None:
        return "", Tone.NEUTRAL
    match held.result:
        case LineResult.ALLOCATED:
            return tr("{n} held", n=text.number(held.quantity)), Tone.GOOD
        case LineResult.BACKORDERED:
            day = text.day(held.available_from)
            words = (
                tr("{n} held for {day}", n=text.number(held.quantity), day=day) if day else tr("back-ordered")
            )
            return words, Tone.WARN
        case LineResult.UNALLOCATED:
            return tr("nothing held"), Tone.BAD


def line_total_words(line: CartLine, total: LineTotal | None, text: Text) -> str:
    """Return how a line's amount comes about, for a tooltip."""
    gross = line.unit_price.times(line.quantity)
    words = tr(
        "{n} × {price} = {gross}",
        n=text.number(line.quantity),
        price=text.money(line.unit_price),
        gross=text.money(gross),
    )
    if total is None:
        return words
    return tr(
        "{words}; offers −{discount}, tax {tax}: {total}",
        words=words,
        discount=text.money(total.discount),
        tax=text.money(total.tax),
        total=text.money(total.total),
    )


def hit_words(hit: CustomerHit) -> tuple[str, str]:
    """Return a found customer's name, and what tells them apart."""
    title = hit.name or hit.company or tr("without a name")
    more = [hit.company if hit.name else "", hit.phone, hit.email, hit.city]
    return title, " · ".join(part for part in more if part)


def promise_words(promise: Promise) -> str:
    """Return what the totals are worth, "" when they hold."""
    return {
        Promise.NONE: tr("Offers, shipping and tax come with Prepare."),
        Promise.HOLDS: "",
        Promise.CHANGED: tr("The cart has changed. Prepare again for the total."),
        Promise.EXPIRED: tr("Price and goods are no longer held. Prepare again."),
    }[promise]


def last_words(last: Removed | Repriced | Moved | None, text: Text) -> str:
    """Return what was done last and can be undone."""
    match last:
        case Removed():
            return tr("{n} × {name} taken out.", n=text.number(last.quantity), name=last.name)
        case Repriced():
            return tr("{name} costs {price} now.", name=last.name, price=text.money(last.price))
        case Moved():
            return tr("{n} × {name} sent elsewhere.", n=text.number(last.quantity), name=last.name)
        case None:
            return ""


def paid_words(split: Split, text: Text, *, submitted: bool) -> str:
    """Return "Paid on account: PO 4711" once that is so: before Submit, and by a link, it is only to be paid."""
    how = shares_words(split, text)
    by_link = any(share.plan.method is PaymentMethod.LINK for share in split.shares)
    return tr("Paid {how}", how=how) if submitted and not by_link else tr("To be paid {how}", how=how)


def shares_words(split: Split, text: Text) -> str:
    """Return how it is paid, with what each way pays where there are several: "Visa ending 4242 $20.00, ..."."""
    if len(split.shares) == 1 and split.shares[0].is_rest:
        return split.shares[0].plan.label
    return ", ".join(
        f"{share.plan.label} {amount_words(share.amount, text) if share.amount else tr('the rest')}"
        for share in split.shares
    )


def items_words(cart: Cart, text: Text) -> str:
    """Return "3 lines, 14 pieces"."""
    pieces = sum(line.quantity for line in cart.lines)
    return ", ".join(
        (
            tr_n("{n} line", "{n} lines", len(cart.lines)),
            tr_n("{n} piece", "{shown} pieces", pieces, shown=text.number(pieces)),
        )
    )


def _promise(known: Availability, text: Text) -> str:
    if known.source is Source.FALLBACK:
        return tr("not known")
    match known.status:
        case AvailabilityStatus.AVAILABLE if known.quantity is None:
            return tr("available")
        case AvailabilityStatus.AVAILABLE:
            return tr("{n} now", n=text.number(known.quantity))
        case AvailabilityStatus.BACKORDERABLE if known.available_from is not None:
            return tr("back {day}", day=text.day(known.available_from))
        case AvailabilityStatus.BACKORDERABLE:
            return tr("on back order, no date")
        case AvailabilityStatus.UNAVAILABLE:
            return tr("none")


def _tone(known: Availability) -> Tone:
    if known.source is Source.FALLBACK:
        return Tone.NEUTRAL
    return {
        AvailabilityStatus.AVAILABLE: Tone.GOOD,
        AvailabilityStatus.BACKORDERABLE: Tone.WARN,
        AvailabilityStatus.UNAVAILABLE: Tone.BAD,
    }[known.status]
