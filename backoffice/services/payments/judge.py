"""What to do about a move of money, as pure values: what may be sent, what must be looked up, when to come back.

| where it is | the key | what is done |
|---|---|---|
| planned | new, or never arrived | sent |
| sent, unknown | lives | looked up; not seen: sent again, which only the same key makes harmless |
| sent, unknown | is dead | looked up; not seen: nothing is sent, a supervisor decides |
| sent, unknown, a void | | sent again where a void may be repeated, whatever became of the key |

A gateway without a look-up is asked again while the key lives, and after that nobody can tell.
"""

from dataclasses import dataclass
from datetime import timedelta

from backoffice.domain.payment import MoveKind
from backoffice.domain.statuses import MoveStatus
from backoffice.external.payments.port import GatewayCapabilities, GatewayPayment

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
REFUSED_AT_LAST = 3  # tries, where a gateway does not repeat its refusals: the next may be a yes
LET_GO = frozenset({"voided", "declined", "expired"})
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """How one try goes: looked up first, and sent unless the look-up shows it done."""

    look_up: bool
    may_send: bool


def next_try(
    kind: MoveKind, status: MoveStatus, *, key_age: timedelta, capabilities: GatewayCapabilities
) -> Try:
    """Decide from the table above; ``key_age``: since the gateway may know the key."""
    if status is MoveStatus.PLANNED:
        return Try(look_up=False, may_send=True)
    if kind is MoveKind.VOID and capabilities.void_is_idempotent:
        return Try(look_up=False, may_send=True)
    return Try(look_up=capabilities.lookup_by_reference, may_send=key_age < capabilities.key_lifetime)


def is_final(attempts: int, capabilities: GatewayCapabilities) -> bool:
    """Tell whether a refusal is the last word; ``attempts`` counts this try too."""
    return capabilities.replays_errors or attempts >= REFUSED_AT_LAST


def wait_after(attempts: int, told: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many tries, never less than the gateway asked for."""
    return max(told or timedelta(), min(FIRST_WAIT * (1 << min(attempts, _MOST_DOUBLINGS)), LONGEST_WAIT))


def shows_done(kind: MoveKind, found: GatewayPayment, *, captured: int, refunded: int, amount: int) -> bool:
    """Tell whether a payment's figures at the gateway include a move; ``captured`` and ``refunded``: before it."""
    if kind is MoveKind.CAPTURE:
        return found.captured >= captured + amount
    if kind is MoveKind.REFUND:
        return found.refunded >= refunded + amount
    return found.status in LET_GO or (found.status != "pending" and found.authorised == found.captured)
