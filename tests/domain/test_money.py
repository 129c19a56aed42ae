from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.domain.money import (
    CurrencyMismatch,
    Money,
    Rounding,
    apportion,
    currency_digits,
    prorate,
    round_ratio,
    round_ratios,
)

MINOR = st.integers(min_value=-(10**12), max_value=10**12)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=50)


@pytest.mark.parametrize(
    "text, currency, minor, shown",
    [
        ("12.30", "USD", 1230, "12.30 USD"),
        ("12", "USD", 1200, "12.00 USD"),
        ("-0.05", "EUR", -5, "-0.05 EUR"),
        ("1250", "JPY", 1250, "1250 JPY"),
        ("1.234", "KWD", 1234, "1.234 KWD"),
        ("0.0001", "CLF", 1, "0.0001 CLF"),
        ("1e3", "USD", 100000, "1000.00 USD"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(text: str, currency: str, minor: int, shown: str) -> None:
    money = Money.of(text, currency)

    assert money == Money(minor, currency)
    assert str(money) == shown
    assert Money.of(money.to_decimal(), currency) == money


@pytest.mark.parametrize("text", ["", "twelve", "1,5", "NaN", "Infinity", "1.005"])
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount|has more digits"):
        Money.of(text, "USD")


@pytest.mark.parametrize("amount", [1.5, True])
def test_a_float_is_never_money(amount: float) -> None:
    with pytest.raises(TypeError):
        Money.of(amount, "USD")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError):
        Money(amount, "USD")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError):
        Money(1, "USD").times(1.5)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("code", ["", "usd", "US", "USDX", "U5D", "ÜSD"])
def test_a_currency_is_three_capitals(code: str) -> None:
    with pytest.raises(ValueError, match="is not a currency code"):
        Money(1, code)


def test_a_currency_we_do_not_list_has_two_digits() -> None:
    assert currency_digits("XTS") == 2
    assert currency_digits("XTS") == 2


@pytest.mark.parametrize(
    "rounding, rounded",
    [
        (Rounding.HALF_UP, [3, 3, 2, 2, -3, -2]),
        (Rounding.HALF_EVEN, [3, 2, 2, 2, -2, -2]),
        (Rounding.HALF_DOWN, [3, 2, 2, 2, -2, -2]),
        (Rounding.UP, [3, 3, 3, 2, -3, -3]),
        (Rounding.DOWN, [2, 2, 2, 2, -2, -2]),
        (Rounding.CEILING, [3, 3, 3, 2, -2, -2]),
        (Rounding.FLOOR, [2, 2, 2, 2, -3, -3]),
    ],
)
def test_a_fraction_of_a_cent_is_rounded_as_asked(rounding: Rounding, rounded: list[int]) -> None:
    amounts = ["2.6", "2.5", "2.4", "2", "-2.5", "-2.4"]

    assert [Money(1, "USD").times(Decimal(amount), rounding).minor for amount in amounts] == rounded
    assert [Money.of(Decimal(amount) / 100, "USD", rounding).minor for amount in amounts] == rounded


def test_half_even_takes_an_odd_half_up() -> None:
    assert round_ratio(7, 2, Rounding.HALF_EVEN) == 4


def test_arithmetic_stays_in_one_currency() -> None:
    ten, three = Money(1000, "USD"), Money(300, "USD")

    assert ten + three == Money(1300, "USD")
    assert ten - three == Money(700, "USD")
    assert 2 * three == three * 2 == Money(600, "USD")
    assert -three == Money(-300, "USD")
    assert abs(-three) == three
    assert three < ten
    assert max(three, ten) == ten
    assert not Money.zero("USD")
    assert ten
    assert ten.times(Fraction(1, 3)) == Money(333, "USD")
    assert Money.total([ten, three], "USD") == Money(1300, "USD")
    assert Money.total([], "JPY") == Money.zero("JPY")
    assert len({ten, Money(1000, "USD"), Money(1000, "EUR")}) == 2


def test_two_currencies_never_meet() -> None:
    dollars, euros = Money(1, "USD"), Money(1, "EUR")

    with pytest.raises(CurrencyMismatch, match="EUR can not be mixed with USD"):
        dollars + euros
    with pytest.raises(CurrencyMismatch):
        dollars - euros
    with pytest.raises(CurrencyMismatch):
        _ = dollars < euros
    with pytest.raises(CurrencyMismatch):
        Money.total([dollars, euros], "USD")
    assert dollars != euros


@pytest.mark.parametrize(
    "total, weights, shares",
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [0, 1], [0, 10]),
        (10, [0, 0, 0], [4, 3, 3]),
        (0, [], []),
        (0, [3, 4], [0, 0]),
        (5, [3, 7], [2, 3]),
        (100, [50, 30, 20], [50, 30, 20]),
    ],
)
def test_a_split_goes_by_largest_remainder_ties_to_the_first(
    total: int, weights: list[int], shares: list[int]
) -> None:
    assert [share.minor for share in prorate(Money(total, "USD"), weights)] == shares


def test_nonsense_is_not_split() -> None:
    with pytest.raises(ValueError, match="negative weight"):
        apportion(1, [1, -1])
    with pytest.raises(ValueError, match="nobody"):
        apportion(1, [])


@given(total=MINOR, weights=WEIGHTS)
def test_a_split_loses_no_cent_and_is_never_a_cent_off(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)

    assert sum(shares) == total
    if sum(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Fraction(total * weight, sum(weights))) < 1


@given(
    numerator=MINOR, denominator=st.integers(min_value=1, max_value=10**6), rounding=st.sampled_from(Rounding)
)
def test_rounding_is_the_decimal_modules(numerator: int, denominator: int, rounding: Rounding) -> None:
    exact = Fraction(numerator, denominator)
    rounded = round_ratio(numerator, denominator, rounding)

    assert abs(rounded - exact) < 1
    if rounding in {Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.HALF_DOWN}:
        assert abs(rounded - exact) <= Fraction(1, 2)
    if rounding is Rounding.HALF_EVEN:
        assert rounded == round(exact)
    assert round_ratios([abs(numerator)], denominator, rounding) == [
        round_ratio(abs(numerator), denominator, rounding)
    ]
