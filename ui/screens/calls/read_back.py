"""The whole order as one sentence to read to the caller; amounts spoken, not spelt in figures."""

from decimal import Decimal

from babel.numbers import get_currency_name

from backoffice.domain.cart import Cart, CartLine, CartShipment
from backoffice.domain.money import Money, currency_digits
from ui.screens.calls.split import split_of
from ui.screens.calls.state import Promise
from ui.screens.calls.words import shares_words
from ui.text import Text
from ui.words import tr, tr_n

_ONES = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_SPOKEN_BELOW = 1_000_000_000_000


def read_back(cart: Cart, promise: Promise, methods: dict[str, str], text: Text) -> str:
    """Return the order in words; what is missing or no longer holds is said to be so."""
    if not cart.lines:
        return ""
    holds = promise is Promise.HOLDS
    total = (
        spoken_money(cart.prepared.totals.total, text)
        if holds and cart.prepared is not None
        else tr("the total is not known before Prepare")
    )
    if cart.more_shipments:
        parts = [*(_parcel(cart, one, methods, text) for one in cart.shipments), total]
    else:
        parts = [_goods(cart.lines, text), total, *_way(cart.shipments[0], methods)]
    parts.append(_paid(cart, text, holds=holds))
    return "; ".join(part for part in parts if part) + "."


def _parcel(cart: Cart, shipment: CartShipment, methods: dict[str, str], text: Text) -> str:
    lines = tuple(line for line in cart.lines if line.shipment_id == shipment.shipment_id)
    return " ".join((_goods(lines, text), ", ".join(_way(shipment, methods)))) if lines else ""


def _goods(lines: tuple[CartLine, ...], text: Text) -> str:
    return _listed([f"{spoken(line.quantity, text)} × {line.name}" for line in lines])


def _way(shipment: CartShipment, methods: dict[str, str]) -> tuple[str, ...]:
    place = shipment.ship_to
    to = tr("to {place}", place=place.one_line()) if place else tr("no address to send it to yet")
    if not shipment.ship_method:
        return (to,)
    return to, tr("by {method}", method=methods.get(shipment.ship_method, shipment.ship_method))


def _paid(cart: Cart, text: Text, *, holds: bool) -> str:
    split = split_of(cart, holds=holds)
    ways = [one.code for one in cart.prepared.certificates] if holds and cart.prepared else []
    ways += [shares_words(split, text)] if split.shares else []
    if not ways:
        return tr("no payment chosen yet")
    how = tr("paid {how}", how=", ".join(ways))
    if split.missing is None:
        return how
    return tr("{how}; {amount} not paid by anything yet", how=how, amount=spoken_money(split.missing, text))


def spoken(number: int, text: Text) -> str:
    """Return a number as it is said, where this program can say it; else in the locale's figures."""
    if text.locale.language != "en" or not 0 <= number < _SPOKEN_BELOW:
        return text.number(number)
    return _spoken(number)


def spoken_money(amount: Money, text: Text) -> str:
    """Return "one thousand seventy-nine US dollars seventy-two"."""
    if text.locale.language != "en":
        return text.money(amount)
    whole, rest = divmod(abs(amount.minor), 10 ** currency_digits(amount.currency))
    name = get_currency_name(amount.currency, count=Decimal(whole), locale=text.locale)
    said = f"{spoken(whole, text)} {name}"
    return f"{said} {spoken(rest, text)}" if rest else said


def _spoken(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    size, name = next((size, name) for size, name in _SCALES if number >= size)
    head, rest = divmod(number, size)
    return f"{_spoken(head)} {name}" + (f" {_spoken(rest)}" if rest else "")


def _listed(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    if len(parts) > 6:
        more = tr_n("{n} more line", "{n} more lines", len(parts) - 6)
        parts = [*parts[:6], more]
    return tr("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])
