"""What is said: never more than is known."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import Availability, AvailabilityStatus, Source
from backoffice.domain.money import Money
from ui.screens.calls.read_back import spoken, spoken_money
from ui.screens.calls.words import availability_words
from ui.text import Text

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
TEXT = Text("en_US", UTC, lambda: NOW)
S, A = Source, AvailabilityStatus


@pytest.mark.parametrize(
    "source, status, quantity, age, said",
    [
        (S.LIVE, A.AVAILABLE, 288, 0, "288 now, live"),
        (S.LIVE, A.AVAILABLE, None, 0, "available, live"),
        (S.LIVE, A.AVAILABLE, 288, 120, "288 now, asked 2 min. ago"),
        (S.CACHED, A.AVAILABLE, 288, 120, "288 now, cached 2 min. ago"),
        (S.CACHED, A.AVAILABLE, 288, 0, "288 now, cached, just now"),
        (S.CACHED, A.BACKORDERABLE, None, 120, "back Dec 3, 2026, cached 2 min. ago"),
        (S.STALE, A.AVAILABLE, 5, 1680, "5 now, stale since 14:02: DOM silent"),
        (S.FALLBACK, A.UNAVAILABLE, None, 0, "not known, DOM silent, fallback"),
        (S.FALLBACK, A.AVAILABLE, 100, 0, "not known, DOM silent, fallback"),
        (S.LOCAL, A.UNAVAILABLE, 0, 0, "none, own stock"),
    ],
)
def test_availability_says_where_it_comes_from_and_how_old_it_is(
    source: Source, status: AvailabilityStatus, quantity: int | None, age: int, said: str
) -> None:
    known = Availability(
        sku=Sku("HL-U509-R"),
        location=LocationId("ONLINE"),
        status=status,
        quantity=None if quantity is None else Decimal(quantity),
        available_from=datetime(2026, 12, 3, tzinfo=UTC) if status is A.BACKORDERABLE else None,
        updated_at=NOW - timedelta(seconds=age),
        source=source,
    )
    words, where, _tone = availability_words(known, TEXT)
    assert f"{words}, {where}" == said


def test_nothing_known_is_said_to_be_so() -> None:
    assert availability_words(None, TEXT)[:2] == ("not known", "not asked yet")


@pytest.mark.parametrize(
    "number, said",
    [
        (0, "zero"),
        (12, "twelve"),
        (21, "twenty-one"),
        (100, "one hundred"),
        (1079, "one thousand seventy-nine"),
        (10_000, "ten thousand"),
        (2_000_305, "two million three hundred five"),
    ],
)
def test_numbers_are_read_back_as_words(number: int, said: str) -> None:
    assert spoken(number, TEXT) == said


def test_amounts_are_read_back_as_words() -> None:
    assert spoken_money(Money(107972, "USD"), TEXT) == "one thousand seventy-nine US dollars seventy-two"
    assert spoken_money(Money(500, "USD"), TEXT) == "five US dollars"
    assert spoken_money(Money(100, "JPY"), TEXT) == "one hundred Japanese yen"


def test_other_languages_read_figures() -> None:
    german = Text("de_DE", UTC, lambda: NOW)
    assert spoken(1079, german) == "1.079"
