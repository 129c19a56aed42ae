"""What the Orders screen shows, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backoffice.domain.history import DomView, SavedSearch
from backoffice.domain.order import OrderRow
from backoffice.domain.order_query import OrderQuery
from backoffice.services.order_history import OrderDetails
from ui.answers import Phase, Trouble

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """The list on its way into a file. ``missing`` says why the DOM's orders are not in it."""

    path: str
    written: int = 0
    running: bool = True
    stopped: bool = False
    missing: str = ""
    trouble: Trouble | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The opened order. ``busy`` is the act under way ("retry", "note", "resend", "again", "cancel") or ""."""

    number: str
    phase: Phase = Phase.ASKING
    details: OrderDetails | None = None
    trouble: Trouble | None = None
    busy: str = ""
    done: str = ""  # sentence about the last act
    cancelling: bool = False  # a reason for cancelling is asked for
    notes_taken: int = 0  # grows with each note stored: the field may be cleared


@dataclass(frozen=True, kw_only=True, slots=True)
class OrdersState:
    """The whole screen. ``rows`` stay while a new answer is waited for, so that the list never blinks empty."""

    query: OrderQuery = field(default_factory=OrderQuery)
    phase: Phase = Phase.ASKING
    rows: tuple[OrderRow, ...] = ()
    next_cursor: str = ""
    more_asked: bool = False
    dom: DomView | None = None
    trouble: Trouble | None = None
    panel: Panel | None = None
    saved: tuple[SavedSearch, ...] = ()
    export: Export | None = None


Show = Callable[[OrdersState], None]
