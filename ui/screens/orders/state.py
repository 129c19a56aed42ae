"""What the Orders screen shows, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import Enum

from backoffice.domain.history import DomView, OrderSearchCriteria
from backoffice.domain.order import OrderRow
from backoffice.services.order_history import OrderDetails
from ui.answers import Phase, Trouble

PAGE = 50


class Placed(Enum):
    """Since when an order was placed."""

    ANY = "any"
    TODAY = "today"
    WEEK = "week"  # the last seven days
    MONTH = "month"  # the last thirty days

    def since(self, now: datetime) -> datetime | None:
        """Return the moment it begins, by the clock on the wall of this desk; None for any."""
        if self is Placed.ANY:
            return None
        days = {Placed.TODAY: 0, Placed.WEEK: 6, Placed.MONTH: 29}[self]
        midnight = datetime.combine(now.astimezone().date() - timedelta(days=days), time()).astimezone()
        return midnight.astimezone(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What was asked for. ``text`` is a number, phone, e-mail, name or SKU; "" and ANY restrict nothing."""

    text: str = ""
    status: str = ""  # letter of OrderStatus
    transfer_status: str = ""  # value of TransferStatus
    placed: Placed = Placed.ANY
    agent: str = ""

    def question(self, now: datetime, *, cursor: str = "", limit: int = PAGE) -> OrderSearchCriteria:
        """Return them as the history is asked."""
        return OrderSearchCriteria(
            text=self.text.strip(),
            statuses=frozenset({self.status} if self.status else ()),
            transfer_statuses=frozenset({self.transfer_status} if self.transfer_status else ()),
            placed_from=self.placed.since(now),
            agent=self.agent.strip(),
            limit=limit,
            cursor=cursor,
        )

    @property
    def restrict(self) -> bool:
        """Tell whether anything is left out."""
        return self != Filters()


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The opened order. ``busy`` is the act under way ("retry", "note", "resend") or ""."""

    number: str
    phase: Phase = Phase.ASKING
    details: OrderDetails | None = None
    trouble: Trouble | None = None
    busy: str = ""
    done: str = ""  # sentence about the last act
    notes_taken: int = 0  # grows with each note stored: the field may be cleared


@dataclass(frozen=True, kw_only=True, slots=True)
class OrdersState:
    """The whole screen. ``rows`` stay while a new answer is waited for, so that the list never blinks empty."""

    filters: Filters = field(default_factory=Filters)
    phase: Phase = Phase.ASKING
    rows: tuple[OrderRow, ...] = ()
    next_cursor: str = ""
    more_asked: bool = False
    dom: DomView | None = None
    trouble: Trouble | None = None
    panel: Panel | None = None


Show = Callable[[OrdersState], None]
