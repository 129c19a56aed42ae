"""Money: whole minor units of one currency, exact, never a float.

`Money(1230, "USD")` is 12.30 USD; `Money.of("12.30", "USD")` is the same. Arithmetic stays in one currency;
whatever could lose a fraction of a cent asks for a `Rounding`; `prorate` splits without losing one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from fractions import Fraction
from functools import total_ordering
from typing import Self

Number = Decimal | Fraction | int

_DEFAULT_DIGITS = 2
# ISO 4217: the currencies whose minor unit is not a hundredth.
_DIGITS = {
    "BIF": 0,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "ISK": 0,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "PYG": 0,
    "RWF": 0,
    "UGX": 0,
    "UYI": 0,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "CLF": 4,
    "UYW": 4,
}
_CODE_LENGTH = 3


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""


class Rounding(Enum):
    """What happens to a fraction of a minor unit; symmetric about zero except CEILING and FLOOR."""

    HALF_UP = "half-up"  # a half goes away from zero: the store's default
    HALF_EVEN = "half-even"  # a half goes to the even neighbour
    HALF_DOWN = "half-down"  # a half goes toward zero
    UP = "up"  # any fraction goes away from zero
    DOWN = "down"  # any fraction is cut off
    CEILING = "ceiling"  # toward the larger amount
    FLOOR = "floor"  # toward the smaller amount


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, yen, fils) of one ISO 4217 currency. May be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse a float or a bool (TypeError) and a code that is not three capitals (ValueError)."""
        if type(self.minor) is not int:
            message = f"Minor units are an int, not {type(self.minor).__name__}."
            raise TypeError(message)
        if self.currency not in _DIGITS:  # spares a call where many are made
            currency_digits(self.currency)

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str, rounding: Rounding | None = None) -> Self:
        """Read major units ("12.30"). Without `rounding` a fraction of a minor unit is a ValueError."""
        if isinstance(amount, float | bool):
            message = f"An amount is a Decimal, str or int, not {type(amount).__name__}."
            raise TypeError(message)
        try:
            decimal = Decimal(amount)
        except InvalidOperation:
            message = f"{amount!r} is not an amount."
            raise ValueError(message) from None
        if not decimal.is_finite():
            message = f"{amount!r} is not an amount."
            raise ValueError(message)
        numerator, denominator = decimal.as_integer_ratio()
        numerator *= 10 ** currency_digits(currency)
        if rounding is None and numerator % denominator:
            message = f"{amount} has more digits than {currency} has."
            raise ValueError(message)
        return cls(round_ratio(numerator, denominator, rounding or Rounding.HALF_UP), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in that currency."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> Self:
        """The sum; `currency` is what an empty sum is in, and what each amount must be in."""
        minor = 0
        for amount in amounts:
            if amount.currency != currency:
                raise _mismatch(currency, amount.currency)
            minor += amount.minor
        return cls(minor, currency)

    def times(self, factor: Number, rounding: Rounding = Rounding.HALF_UP) -> "Money":
        """This amount multiplied exactly, then rounded once."""
        if isinstance(factor, float):
            message = "A factor is a Decimal, Fraction or int, not float."
            raise TypeError(message)
        numerator, denominator = factor.as_integer_ratio()
        return Money(round_ratio(self.minor * numerator, denominator, rounding), self.currency)

    def to_decimal(self) -> Decimal:
        """Major units with exactly the currency's digits: Decimal("12.30")."""
        return Decimal(f"{self.minor}E-{currency_digits(self.currency)}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.minor * count, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    def __str__(self) -> str:
        return f"{self.to_decimal()} {self.currency}"

    def _minor_of(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise _mismatch(self.currency, other.currency)
        return other.minor


def currency_digits(currency: str) -> int:
    """How many decimal digits the currency's minor unit has: USD 2, JPY 0, KWD 3."""
    digits = _DIGITS.get(currency)
    if digits is None:
        if not (
            len(currency) == _CODE_LENGTH and currency.isascii() and currency.isalpha() and currency.isupper()
        ):
            message = f"{currency!r} is not a currency code: three capitals, such as USD."
            raise ValueError(message)
        digits = _DIGITS[currency] = _DEFAULT_DIGITS
    return digits


def round_ratio(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """`numerator / denominator` (denominator above zero) as a whole number."""
    whole, rest = divmod(abs(numerator), denominator)
    if not rest:
        return whole if numerator >= 0 else -whole
    negative = numerator < 0
    twice = 2 * rest
    match rounding:
        case Rounding.HALF_UP:
            away = twice >= denominator
        case Rounding.HALF_EVEN:
            away = twice > denominator or (twice == denominator and whole % 2 == 1)
        case Rounding.HALF_DOWN:
            away = twice > denominator
        case Rounding.UP:
            away = True
        case Rounding.DOWN:
            away = False
        case Rounding.CEILING:
            away = not negative
        case _:  # FLOOR
            away = negative
    magnitude = whole + away
    return -magnitude if negative else magnitude


def round_ratios(numerators: Sequence[int], denominator: int, rounding: Rounding) -> list[int]:
    """`round_ratio` of many numerators, none negative."""
    if rounding is Rounding.HALF_UP:  # the usual one, in a third of the time
        twice = 2 * denominator
        return [(2 * numerator + denominator) // twice for numerator in numerators]
    return [round_ratio(numerator, denominator, rounding) for numerator in numerators]


def prorate(total: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Split `total` by `weights` so that the shares add up to it: largest remainder, ties to the earlier.

    A weight of zero gets nothing, unless all are zero: then the shares are equal. Raises ValueError for
    a negative weight and for something to split among nobody.
    """
    return tuple(Money(share, total.currency) for share in apportion(total.minor, weights))


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """`prorate` on bare minor units."""
    if min(weights, default=0) < 0:
        message = "A share can not have a negative weight."
        raise ValueError(message)
    if total and not weights:
        message = "There is nobody to share the amount among."
        raise ValueError(message)
    sum_of_weights = sum(weights)
    if not sum_of_weights:
        weights = [1] * len(weights)
        sum_of_weights = len(weights)
    amount = abs(total)
    parts = [amount * weight for weight in weights]
    shares = [part // (sum_of_weights or 1) for part in parts]
    odd = amount - sum(shares)
    if odd:
        remainders = [part % sum_of_weights for part in parts]
        by_remainder = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
        for i in by_remainder[:odd]:
            shares[i] += 1
    return shares if total >= 0 else [-share for share in shares]


def _mismatch(expected: str, found: str) -> CurrencyMismatch:
    return CurrencyMismatch(f"{found} can not be mixed with {expected}.")
