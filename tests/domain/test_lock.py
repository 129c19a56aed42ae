"""Who holds what: each cell of the table, and how somebody stands to a lock."""

from datetime import UTC, datetime, timedelta

import pytest

from backoffice.domain.errors import Conflict, NotAllowed
from backoffice.domain.ids import StaffId
from backoffice.domain.lock import (
    OUTCOMES,
    LockKind,
    LockOutcome,
    LockState,
    Standing,
    Subject,
    Want,
    judge,
    refusal,
    stand,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANN, BOB, SUE = StaffId("ann"), StaffId("bob"), StaffId("sue")
CART = Subject(kind=LockKind.CART, name="c1")
ORDER = Subject(kind=LockKind.ORDER, name="B1000001")
TABLE = """
             free       mine    anothers    taken       colleagues
change       unlocked   valid   locked      not_yours   not_yours
lock         valid      valid   locked      not_yours   not_yours
unlock       unlocked   valid   not_yours   not_yours   not_yours
take_over    valid      valid   valid       valid       valid
"""


def held(by: StaffId, *, minutes: int = 8, taken_from: StaffId | None = None) -> LockState:
    return LockState(
        subject=CART,
        holder=by,
        holder_name=by.title(),
        desk="desk 3",
        since=NOW - timedelta(minutes=2),
        until=NOW + timedelta(minutes=minutes),
        reason="the caller asked for her",
        taken_from=taken_from,
    )


def cells() -> list[tuple[str, str, str]]:
    [head, *rows] = [line.split() for line in TABLE.strip().splitlines()]
    return [
        (row[0], standing, outcome) for row in rows for standing, outcome in zip(head, row[1:], strict=True)
    ]


@pytest.mark.parametrize("want, standing, outcome", cells())
def test_each_cell(want: str, standing: str, outcome: str) -> None:
    assert judge(Want(want), Standing(standing), read=3, version=3) is LockOutcome(outcome)
    # A version that moved on matters only to who might go on; the others are told why they may not.
    moved = judge(Want(want), Standing(standing), read=2, version=3)
    assert moved is (LockOutcome.MODIFIED if outcome == "valid" else LockOutcome(outcome))
    assert judge(Want(want), Standing(standing), read=None, version=3) is LockOutcome(outcome)


def test_table_is_whole() -> None:
    assert {(want.value, standing.value) for want, row in OUTCOMES.items() for standing in row} == {
        (want, standing) for want, standing, _ in cells()
    }
    assert {outcome for row in OUTCOMES.values() for outcome in row.values()} == set(LockOutcome) - {
        LockOutcome.MODIFIED
    }


@pytest.mark.parametrize(
    "lock, belongs_to, standing",
    [
        (None, ANN, Standing.FREE),
        (None, None, Standing.FREE),
        (None, BOB, Standing.COLLEAGUES),
        (held(ANN), ANN, Standing.MINE),
        (held(ANN), BOB, Standing.MINE),  # taken over
        (held(BOB), BOB, Standing.ANOTHERS),
        (held(SUE, taken_from=BOB), BOB, Standing.ANOTHERS),
        (held(SUE, taken_from=ANN), ANN, Standing.TAKEN),
        (held(SUE, taken_from=ANN, minutes=0), ANN, Standing.FREE),  # ran out this very moment
        (held(BOB, minutes=-1), BOB, Standing.COLLEAGUES),
        (held(BOB, minutes=-1), None, Standing.FREE),
    ],
)
def test_how_ann_stands(lock: LockState | None, belongs_to: StaffId | None, standing: Standing) -> None:
    assert stand(lock, ANN, belongs_to=belongs_to, now=NOW) is standing


def told(want: Want, standing: Standing, lock: LockState | None, subject: Subject = CART) -> str:
    outcome = judge(want, standing, read=None, version=1)
    no = refusal(outcome, standing, lock, subject, NOW)
    assert no.code == outcome.value
    assert isinstance(no, NotAllowed if outcome is LockOutcome.NOT_YOURS else Conflict)
    return f"{no.sentence} {no.advice}"


def test_each_refusal_names_the_holder_and_the_way_on() -> None:
    ask = "A supervisor can take it over, with a reason."
    assert told(Want.CHANGE, Standing.ANOTHERS, held(BOB)) == f"Bob (at desk 3) holds this cart. {ask}"
    assert told(Want.LOCK, Standing.ANOTHERS, held(BOB), ORDER) == (
        f"Bob (at desk 3) holds this order B1000001. {ask} Left alone, it is free in 8 minutes."
    )
    assert "free in a minute" in told(Want.LOCK, Standing.ANOTHERS, held(BOB, minutes=1), ORDER)
    assert told(Want.CHANGE, Standing.TAKEN, held(SUE, taken_from=ANN)) == (
        "Sue (at desk 3) took this cart over: “the caller asked for her”. It is yours again once they let go of it."
    )
    assert told(Want.UNLOCK, Standing.ANOTHERS, held(BOB)) == (
        f"Bob (at desk 3) holds this cart, so it is not yours to let go of. {ask}"
    )
    assert told(Want.LOCK, Standing.COLLEAGUES, held(BOB, minutes=-1)) == (
        f"This cart belongs to a colleague. {ask}"
    )
    assert told(Want.CHANGE, Standing.FREE, None) == (
        "Nobody holds this cart. Lock it first, then do it again."
    )
    modified = refusal(LockOutcome.MODIFIED, Standing.MINE, None, CART, NOW)
    assert (modified.code, modified.sentence) == ("modified", "This cart was changed meanwhile.")
