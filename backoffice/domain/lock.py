"""ProcessOrder Lock, Unlock and take-over: who holds a cart or an order, and what follows from it.

``judge`` is the whole rule, as a pure value: what is wanted x how the asker stands to the lock. A lock that ran out is
no lock.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from backoffice.domain.errors import Conflict, NotAllowed, Refusal
from backoffice.domain.ids import StaffId


class LockKind(Enum):
    """What can be held."""

    CART = "cart"  # by its cart id; it belongs to the agent of its call
    ORDER = "order"  # by its order number; it belongs to nobody


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is held: ``name`` is the cart's id or the order's number."""

    kind: LockKind
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LockState:
    """Who holds it, since when, until when. ``taken_from`` is who held it before a take-over."""

    subject: Subject
    holder: StaffId
    holder_name: str
    desk: str
    since: datetime
    until: datetime
    reason: str = ""
    taken_from: StaffId | None = None
    taken_from_name: str = ""

    def is_live(self, now: datetime) -> bool:
        """Tell whether it still holds."""
        return now < self.until


class Want(Enum):
    """What somebody is about to do."""

    CHANGE = "change"  # what they hold already
    LOCK = "lock"  # hold it, or hold it longer
    UNLOCK = "unlock"  # let go of it
    TAKE_OVER = "take_over"  # a supervisor, with a reason


class Standing(Enum):
    """How the asker stands to the lock."""

    FREE = "free"  # nobody holds it, and it is nobody else's
    MINE = "mine"
    ANOTHERS = "anothers"  # somebody else holds it
    TAKEN = "taken"  # somebody took it over from the asker
    COLLEAGUES = "colleagues"  # nobody holds it, but it is the call of a colleague


class LockOutcome(Enum):
    """What comes of it; each but VALID is a Refusal with this code."""

    VALID = "valid"  # go on
    MODIFIED = "modified"  # the lock would do, but it was changed since it was read
    LOCKED = "locked"  # somebody else holds it
    UNLOCKED = "unlocked"  # nobody holds it: lock it first
    NOT_YOURS = "not_yours"  # it is somebody else's to hold or to let go of


_O, _S, _W = LockOutcome, Standing, Want
OUTCOMES: dict[Want, dict[Standing, LockOutcome]] = {
    _W.CHANGE: {
        _S.FREE: _O.UNLOCKED,
        _S.MINE: _O.VALID,
        _S.ANOTHERS: _O.LOCKED,
        _S.TAKEN: _O.NOT_YOURS,
        _S.COLLEAGUES: _O.NOT_YOURS,
    },
    _W.LOCK: {
        _S.FREE: _O.VALID,
        _S.MINE: _O.VALID,
        _S.ANOTHERS: _O.LOCKED,
        _S.TAKEN: _O.NOT_YOURS,
        _S.COLLEAGUES: _O.NOT_YOURS,
    },
    _W.UNLOCK: {
        _S.FREE: _O.UNLOCKED,
        _S.MINE: _O.VALID,
        _S.ANOTHERS: _O.NOT_YOURS,
        _S.TAKEN: _O.NOT_YOURS,
        _S.COLLEAGUES: _O.NOT_YOURS,
    },
    _W.TAKE_OVER: {
        _S.FREE: _O.VALID,
        _S.MINE: _O.VALID,
        _S.ANOTHERS: _O.VALID,
        _S.TAKEN: _O.VALID,
        _S.COLLEAGUES: _O.VALID,
    },
}


def stand(lock: LockState | None, asker: StaffId, *, belongs_to: StaffId | None, now: datetime) -> Standing:
    """Say how somebody stands to a lock; ``belongs_to`` is whose call it is, None for an order."""
    if lock is not None and lock.is_live(now):
        if lock.holder == asker:
            return Standing.MINE
        return Standing.TAKEN if lock.taken_from == asker else Standing.ANOTHERS
    return Standing.FREE if belongs_to in {None, asker} else Standing.COLLEAGUES


def judge(want: Want, standing: Standing, *, read: int | None, version: int) -> LockOutcome:
    """Say what comes of it. ``read`` is the version it was decided on, None when that does not matter.

    Who holds it comes first: somebody who may not touch it is not told to look again.
    """
    outcome = OUTCOMES[want][standing]
    if outcome is LockOutcome.VALID and read is not None and read != version:
        return LockOutcome.MODIFIED
    return outcome


def refusal(
    outcome: LockOutcome, standing: Standing, lock: LockState | None, subject: Subject, now: datetime
) -> Refusal:
    """Return what the person is told of an outcome that is not VALID."""
    what = "cart" if subject.kind is LockKind.CART else f"order {subject.name}"
    if outcome is LockOutcome.MODIFIED:
        return modified(what)
    if outcome is LockOutcome.UNLOCKED:
        sentence, advice = f"Nobody holds this {what}.", "Lock it first, then do it again."
        return Conflict(sentence, advice=advice, code=outcome.value)
    if lock is None or standing is Standing.COLLEAGUES:
        return NotAllowed(f"This {what} belongs to a colleague.", advice=_ASK, code=outcome.value)
    who = f"{lock.holder_name} (at {lock.desk})"
    if outcome is LockOutcome.LOCKED:
        wait = "" if subject.kind is LockKind.CART else f" Left alone, it is free in {_minutes(lock, now)}."
        return Conflict(f"{who} holds this {what}.", advice=_ASK + wait, code=outcome.value)
    sentence, advice = f"{who} holds this {what}, so it is not yours to let go of.", _ASK
    if standing is Standing.TAKEN:
        sentence = f"{who} took this {what} over: “{lock.reason}”."
        advice = "It is yours again once they let go of it."
    return NotAllowed(sentence, advice=advice, code=outcome.value)


def modified(what: str) -> Conflict:
    """Return what somebody is told whose figures are behind; ``what`` is "cart" or "order B1000001"."""
    return Conflict(
        f"This {what} was changed meanwhile.",
        advice="What you see now is the latest; do it again.",
        code=LockOutcome.MODIFIED.value,
    )


_ASK = "A supervisor can take it over, with a reason."


def _minutes(lock: LockState, now: datetime) -> str:
    left = max(1, -int(-(lock.until - now).total_seconds() // 60))
    return "a minute" if left == 1 else f"{left} minutes"
