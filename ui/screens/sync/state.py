"""What the Sync screen shows, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.domain.sync import InboxRow, InboxState, SyncSummary
from ui.answers import Phase, Trouble

PAGE = 100
KINDS = ("SyncOrder", "SyncInventoryAvailability")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which messages are listed; None and "" restrict nothing."""

    state: InboxState | None = None
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The opened message; ``body`` is made readable, and plain text whatever it holds."""

    row: InboxRow
    phase: Phase = Phase.ASKING
    body: str = ""
    busy: bool = False
    trouble: Trouble | None = None
    done: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """A stock file being loaded, or loaded. ``result`` None while under way."""

    path: str
    running: bool = True
    stopping: bool = False
    progress: LoadProgress | None = None
    result: LoadResult | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncState:
    """The whole screen."""

    summary: SyncSummary | None = None
    filters: Filters = field(default_factory=Filters)
    phase: Phase = Phase.ASKING
    rows: tuple[InboxRow, ...] = ()
    complete: bool = False  # nothing older to be had
    more_asked: bool = False
    trouble: Trouble | None = None
    panel: Panel | None = None
    load: Load | None = None


Show = Callable[[SyncState], None]
