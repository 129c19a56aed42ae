"""The cache rules as a table: when a kept figure will do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backoffice.domain.availability_rules import NEVER, CacheRules, Figure, Verdict, is_newer, judge, lowered
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import AvailabilityStatus

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
RULES = CacheRules(threshold=10, expiry_above=timedelta(minutes=5), expiry_below=timedelta(seconds=30))
FIGURE = Figure(
    sku=Sku("A"),
    location=LocationId("ONLINE"),
    status=AvailabilityStatus.AVAILABLE,
    quantity=Decimal(12),
    unit="C62",
    available_from=None,
    as_of=NOW,
)
AT_ONCE = timedelta(0)


@pytest.mark.parametrize(
    "quantity, requested, age, verdict",
    [
        (12, 2, 299, Verdict.USE),  # 10 are left: the threshold is met when reached
        (12, 2, 300, Verdict.EXPIRED),
        (12, 3, 29, Verdict.USE),  # 9 are left: little stock, the shorter expiry
        (12, 3, 30, Verdict.EXPIRED),
        (0, 0, 31, Verdict.EXPIRED),
        (None, 1000, 299, Verdict.USE),  # unlimited is plenty
        (12, 2, -60, Verdict.USE),  # the DOM's clock is ahead of ours
    ],
)
def test_what_is_left_after_the_request_decides_which_expiry_holds(
    quantity: int | None, requested: int, age: int, verdict: Verdict
) -> None:
    figure = replace(FIGURE, quantity=None if quantity is None else Decimal(quantity))
    assert judge(figure, requested, RULES, NOW + timedelta(seconds=age)) is verdict


def test_an_expiry_of_zero_asks_at_once_and_never_trusts_for_ever() -> None:
    assert judge(FIGURE, 0, replace(RULES, expiry_above=AT_ONCE), NOW) is Verdict.EXPIRED
    later = NOW + timedelta(days=4000)
    assert judge(FIGURE, 0, replace(RULES, expiry_above=NEVER), later) is Verdict.USE
    assert judge(None, 0, RULES, NOW) is Verdict.MISSING


def test_a_figure_without_quantity_that_is_not_available_is_little_stock() -> None:
    unknown = replace(FIGURE, quantity=None, status=AvailabilityStatus.UNAVAILABLE)
    assert judge(unknown, 0, RULES, NOW + timedelta(seconds=31)) is Verdict.EXPIRED


def test_the_newer_figure_wins_and_of_one_moment_the_one_that_promises_less() -> None:
    less = replace(FIGURE, quantity=Decimal(3))
    later = replace(FIGURE, as_of=NOW + timedelta(seconds=1))
    assert is_newer(FIGURE, None)
    assert is_newer(later, less)
    assert not is_newer(less, later)
    assert is_newer(less, FIGURE)
    assert not is_newer(FIGURE, less)
    assert not is_newer(FIGURE, FIGURE)
    assert is_newer(FIGURE, replace(FIGURE, quantity=None))


def test_what_is_ordered_lowers_a_figure_to_nothing_at_most() -> None:
    assert lowered(FIGURE, 5).quantity == Decimal(7)
    none_left = lowered(FIGURE, 20)
    assert (none_left.quantity, none_left.status) == (Decimal(0), AvailabilityStatus.UNAVAILABLE)
    restocked = lowered(replace(FIGURE, available_from=NOW), 20)
    assert restocked.status is AvailabilityStatus.BACKORDERABLE
    assert lowered(replace(FIGURE, quantity=None), 20).quantity is None
