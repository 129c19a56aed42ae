"""SyncOrder and SyncInventoryAvailability as they are kept and shown; which of two messages is the newer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from backoffice.domain.statuses import OrderStatus


class InboxState(Enum):
    """What became of a message received."""

    APPLIED = "applied"  # it changed something
    IGNORED = "ignored"  # not newer than what was applied: recorded, nothing else
    PARKED = "parked"  # its order is not known here yet; applied when it appears
    SET_ASIDE = "set_aside"  # a person has to look


class SyncOutcome(Enum):
    """What the sender is told; a message seen before is a duplicate, whatever became of it."""

    APPLIED = "applied"
    STALE = "stale"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    SET_ASIDE = "set_aside"


OUTCOMES = {
    InboxState.APPLIED: SyncOutcome.APPLIED,
    InboxState.IGNORED: SyncOutcome.STALE,
    InboxState.PARKED: SyncOutcome.PARKED,
    InboxState.SET_ASIDE: SyncOutcome.SET_ASIDE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A message is stored; ``reason`` is one sentence, "" when applied."""

    message_id: str
    outcome: SyncOutcome
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxRow:
    """One message of the Sync screen. ``subject`` is the order number, "" for stock."""

    message_id: str
    kind: str
    subject: str
    sequence: int
    state: InboxState
    reason: str
    created_at: datetime
    received_at: datetime
    applied_at: datetime | None
    times_received: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncSummary:
    """The figures above the list. ``lag``: how long the last message was under way, None before the first."""

    received: int
    applied: int
    ignored: int
    parked: int
    set_aside: int
    last_received_at: datetime | None
    lag: timedelta | None


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a message stands among those of its order: by sequence; time and id decide between equals."""

    sequence: int
    created_at: datetime
    message_id: str


class Step(Enum):
    """How the newest message's status stands to ours."""

    SAME = "same"
    FORWARD = "forward"  # an allowed move
    CORRECTION = "correction"  # back, or aside: the DOM, newer, says so explicitly
    NEVER = "never"  # for us there is no such order


def judge_step(
    before: OrderStatus, after: OrderStatus, moves: dict[OrderStatus, frozenset[OrderStatus]]
) -> Step:
    """Decide what the newest message does to a status.

    The DOM numbers the changes of an order it holds, so the highest number says what is so, in whatever order
    messages come. Only an order whose checkout failed is never brought to life by a message, and none is made
    pending, which is a word for what has not been submitted.
    """
    if before is OrderStatus.FAILED or after is OrderStatus.PENDING:
        return Step.NEVER
    if before is after:
        return Step.SAME
    return Step.FORWARD if after in moves[before] else Step.CORRECTION
