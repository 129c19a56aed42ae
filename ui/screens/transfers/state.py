"""What the Transfers screen shows, as frozen values, and what may be done in which status."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from backoffice.domain.statuses import TRANSFER_MOVES, TransferStatus
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.services.transfers import TransferSummary
from ui.answers import Phase, Trouble

PAGE = 100


class Act(Enum):
    """What a supervisor may do with a transfer."""

    RETRY = "retry"  # send again, same key
    HOLD = "hold"  # stop it
    RELEASE = "release"  # let it go on
    RESOLVE = "resolve"  # ask the DOM whether it is there
    GIVE_UP = "give_up"  # never send it, with a reason


_S = TransferStatus
_FROM: dict[Act, frozenset[TransferStatus]] = {
    Act.RETRY: frozenset({_S.FAILED}),
    Act.HOLD: frozenset(status for status, moves in TRANSFER_MOVES.items() if _S.HELD in moves),
    Act.RELEASE: frozenset({_S.HELD}),
    Act.RESOLVE: frozenset({_S.UNKNOWN, _S.FAILED}),
    Act.GIVE_UP: frozenset(status for status, moves in TRANSFER_MOVES.items() if _S.GIVEN_UP in moves),
}


def may(act: Act, status: TransferStatus) -> bool:
    """Tell whether the act makes sense for a transfer in that status; the service has the last word."""
    return status in _FROM[act]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which transfers are listed; empty restricts nothing. ``cause`` is one of the summary's."""

    statuses: frozenset[TransferStatus] = frozenset()
    cause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The opened transfer with every try. ``busy`` is the act under way."""

    number: str
    phase: Phase = Phase.ASKING
    transfer: Transfer | None = None
    attempts: tuple[Attempt, ...] = ()
    busy: Act | None = None
    asking_reason: bool = False  # the inline panel for giving up is open
    trouble: Trouble | None = None
    done: str = ""


class BulkPhase(Enum):
    """Acting on many: looked at, under way, over."""

    COUNTING = "counting"
    DRY_RUN = "dry_run"
    RUNNING = "running"
    STOPPING = "stopping"  # the one under way is finished, no other begun
    OVER = "over"


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkRow:
    """One transfer of a bulk act. ``done`` None: not yet looked at or left out; ``sentence`` says how it went."""

    transfer: Transfer
    fits: bool
    done: bool | None = None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """An act on many transfers: first the dry run, then a result per row."""

    act: Act
    scope: str  # in words: "3 selected", "all 14 with cause unreachable"
    phase: BulkPhase = BulkPhase.COUNTING
    rows: tuple[BulkRow, ...] = ()
    reason: str = ""

    @property
    def fitting(self) -> int:
        """Return how many the act fits."""
        return sum(row.fits for row in self.rows)

    @property
    def finished(self) -> int:
        """Return how many have a result."""
        return sum(row.done is not None for row in self.rows)

    @property
    def failed(self) -> int:
        """Return how many were refused."""
        return sum(row.done is False for row in self.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class TransfersState:
    """The whole screen."""

    summary: TransferSummary | None = None
    filters: Filters = field(default_factory=Filters)
    phase: Phase = Phase.ASKING
    rows: tuple[Transfer, ...] = ()
    next: str = ""
    more_asked: bool = False
    trouble: Trouble | None = None
    panel: Panel | None = None
    bulk: Bulk | None = None


Show = Callable[[TransfersState], None]
