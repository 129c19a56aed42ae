"""ProcessOrder Transfer on its way to the DOM: what is kept of it, and what to do after a try.

``decide_next`` is the whole policy, as a pure value.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.domain.ids import AttemptId, OrderId, OrderNumber
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown
from backoffice.domain.statuses import TransferStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try, never changed once ended.

    ``outcome`` is succeeded, refused, unreachable, unknown, or "" while under way.
    """

    attempt_id: AttemptId
    number: int
    kind: str  # transfer (sent) or lookup (asked for our order number)
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    reason: str
    request: str
    answer: str
    worker: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """One order's way to the DOM.

    ``cause`` groups failures; ``automatic_left`` counts the tries that will happen by themselves.
    """

    order_id: OrderId
    order_number: OrderNumber
    customer_name: str
    total: Money
    status: TransferStatus
    cause: str
    reason: str
    attempts: int
    automatic_left: int
    queued_at: datetime
    updated_at: datetime
    next_try_at: datetime | None
    external_order_id: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How often and how long apart.

    ``first_wait`` doubles each time up to ``longest_wait``, plus or minus ``jitter`` (a share of it).
    """

    automatic_tries: int = 6
    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(minutes=10)
    jitter: float = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The DOM holds the order."""

    external_order_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TryAgain:
    """Later, by itself. ``ask_first``: nobody knows whether it arrived, so look it up before sending."""

    wait: timedelta
    ask_first: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitForSupervisor:
    """H: no more by itself."""

    cause: str
    reason: str


Decision = Done | TryAgain | WaitForSupervisor


def wait_before(attempts: int, policy: RetryPolicy, chance: random.Random) -> timedelta:
    """Return the back-off after ``attempts`` tries, jitter included, never below (1 - jitter) of its step."""
    doublings = min(attempts - 1, 30)
    step = min(policy.first_wait * (1 << doublings), policy.longest_wait)
    return step * (1 + chance.uniform(-policy.jitter, policy.jitter))


def decide_next(
    outcome: Outcome[str], *, attempts: int, policy: RetryPolicy, chance: random.Random
) -> Decision:
    """Decide after a try whose success value is the DOM's ExternalOrderID; ``attempts`` counts this one too."""
    if isinstance(outcome, Succeeded):
        return Done(external_order_id=outcome.value)
    if isinstance(outcome, Refused):
        return WaitForSupervisor(cause=outcome.code, reason=outcome.reason)
    unknown = isinstance(outcome, Unknown)
    if attempts >= policy.automatic_tries:
        cause = "no_answer" if unknown else "unreachable"
        return WaitForSupervisor(cause=cause, reason=outcome.reason)
    wait = wait_before(attempts, policy, chance)
    return TryAgain(wait=max(wait, outcome.retry_after or timedelta()), ask_first=unknown)
