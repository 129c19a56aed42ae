"""The whole order as one sentence to read to the caller; amounts spoken, not spelt in figures."""

from decimal import Decimal

from babel.numbers import get_currency_name

from backoffice.domain.cart import Cart
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
    goods = [f"{spoken(line.quantity, text)} × {line.name}" for line in cart.lines]
    parts = [_listed(goods)]
    if promise is Promise.HOLDS and cart.prepared is not None:
        parts.append(spoken_money(cart.prepared.totals.total, text))
    else:
        parts.append(tr("the total is not known before Prepare"))
    parts.append(
        tr("to {place}", place=cart.ship_to.one_line())
        if cart.ship_to
        else tr("no address to send it to yet")
    )
    if cart.ship_method:
        parts.append(tr("by {method}", method=methods.get(cart.ship_method, cart.ship_method)))
    parts.append(
        tr("paid {how}", how=shares_words(split_of(cart, holds=promise is Promise.HOLDS), text))
        if cart.payments
        else tr("no payment chosen yet")
    )
    return "; ".join(parts) + "."


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
