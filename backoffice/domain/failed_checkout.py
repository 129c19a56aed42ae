"""A press of Submit that did not become an order, as supervisors see it.

Which action, why, what is undone, what is still open, and what may be done about it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from backoffice.domain.ids import CartId
from backoffice.domain.money import Money
from backoffice.domain.statuses import CartStatus, CheckoutState, PaymentStatus


class FailedStanding(Enum):
    """How it stands now; what wants somebody most comes first."""

    STUCK = "stuck"  # an undo failed; durable work tries it again, its cart stays closed
    CHECKING = "checking"  # the bank has not answered; durable work asks on
    OPEN = "open"  # undone here; the bank or the DOM has not let go of everything yet
    UNDONE = "undone"  # everything is undone, nothing is open
    REFUSED = "refused"  # refused before an order was begun: there was nothing to undo


class OpenKind(Enum):
    """What may still be held for a checkout that failed."""

    PAYMENT = "payment"
    STOCK = "stock"
    ORDER = "order"  # its order is not marked FAILED
    TRANSFER = "transfer"  # its way to the DOM was not closed
    TAKE_BACK = "take_back"  # what the action of a package did out there


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenItem:
    """One thing not let go of yet. ``word`` says what it is, ``reason`` what it waits for; ``subject`` is its id."""

    kind: OpenKind
    subject: str
    word: str
    amount: Money | None
    status: str
    since: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalLine:
    """One line of the journal: ``what`` is execute or undo; ``outcome`` intended, done, failed or unknown."""

    at: datetime
    action: str
    what: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedCheckout:
    """One row of the list.

    ``order_number`` is "" when none was taken; ``next_try_at`` is when durable work looks again.
    """

    attempt_id: str
    cart_id: CartId
    order_number: str
    standing: FailedStanding
    state: CheckoutState
    failed_action: str
    sentence: str
    advice: str
    agent: str
    customer_name: str
    total: Money | None
    started_at: datetime
    updated_at: datetime
    next_try_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedDetails:
    """One of them, whole: its journal in order, what is open, and what may be done.

    ``retry_refused`` and ``reopen_refused`` say why not; "" when it may be done.
    """

    checkout: FailedCheckout
    journal: tuple[JournalLine, ...]
    open_items: tuple[OpenItem, ...]
    cart_status: CartStatus
    retry_refused: str
    reopen_refused: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedSummary:
    """Numbers first. ``causes``: (action, sentence of the newest, how many), of those that took a number."""

    stuck: int
    checking: int
    open: int
    undone: int
    refused: int
    oldest_open_at: datetime | None
    causes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedPage:
    """Rows, newest first; ``next`` asks for the page after, "" when there is none."""

    rows: tuple[FailedCheckout, ...]
    next: str


OPEN_PAYMENTS = frozenset(
    {
        PaymentStatus.AUTHORISING,
        PaymentStatus.UNKNOWN,
        PaymentStatus.PENDING,
        PaymentStatus.AUTHORISED,
        PaymentStatus.VOIDING,
        PaymentStatus.CAPTURED,
    }
)


def may_retry(standing: FailedStanding) -> str:
    """Return why nothing can be tried again now, "" when something can."""
    return _NOTHING_TO_RETRY.get(standing, "")


def may_reopen(standing: FailedStanding, cart: CartStatus, open_items: int) -> str:
    """Return why the cart can not be opened again, "" when it can."""
    if cart is CartStatus.OPEN:
        return "The cart is open."
    if cart is CartStatus.CANCELLED:
        return "The call was ended and its cart dropped: start a new call."
    if cart is CartStatus.ORDERED:
        return "The cart became an order with a later Submit."
    if standing is FailedStanding.CHECKING:
        return "The bank has not answered: what it holds is not known."
    if open_items:
        return "Not everything is let go of yet: see what is open."
    return ""


_NOTHING_TO_RETRY = {
    FailedStanding.UNDONE: "Everything is undone, and nothing is open.",
    FailedStanding.REFUSED: "It was refused before anything was done.",
}
