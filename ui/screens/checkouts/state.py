"""What the Checkouts screen shows, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from backoffice.domain.failed_checkout import FailedCheckout, FailedDetails, FailedStanding, FailedSummary
from ui.answers import Phase, Trouble

PAGE = 100


class Act(Enum):
    """What a supervisor may do with a failed checkout."""

    RETRY = "retry"  # let durable work try now
    REOPEN = "reopen"  # open its cart again, with a reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which checkouts are listed; empty restricts nothing. ``action`` is one of the summary's."""

    standing: FailedStanding | None = None
    action: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The opened checkout. ``subject`` is its id, or the number it was asked for by; ``busy`` is the act under way."""

    subject: str
    phase: Phase = Phase.ASKING
    details: FailedDetails | None = None
    busy: Act | None = None
    asking_reason: bool = False  # the inline panel for opening the cart is open
    trouble: Trouble | None = None
    done: str = ""
    over: bool = False  # it became an order meanwhile, or was undone and cleaned away


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckoutsState:
    """The whole screen."""

    summary: FailedSummary | None = None
    filters: Filters = field(default_factory=Filters)
    phase: Phase = Phase.ASKING
    rows: tuple[FailedCheckout, ...] = ()
    next: str = ""
    more_asked: bool = False
    trouble: Trouble | None = None
    panel: Panel | None = None


Show = Callable[[CheckoutsState], None]
