"""OrderSubmit -> ProcessOrder Transfer -> DecrementCache: orders on their way to the DOM.

1. the pivot of the checkout wrote the transfer, its key and its job;
2. the job claims it (*sent*) and writes the try down before anything leaves;
3. where nobody knows whether an earlier try arrived, the DOM is asked for our order number first;
4. acknowledged: *transferred*, with the DOM's id, and the cache is decremented in the same transaction;
5. not sent: again after a back-off; sent without an answer: *unknown*, asked for later; refused, or no automatic try
   left: *failed*, for a supervisor;
6. a supervisor retries (the same key, one more try), holds, releases, asks the DOM, or gives up.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.ids import OrderNumber
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown
from backoffice.domain.staff import SYSTEM, Actor
from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import (
    Done,
    RetryPolicy,
    TryAgain,
    WaitForSupervisor,
    decide_next,
)
from backoffice.external.dom.port import (
    ExternalOrders,
    MessageContext,
    TransferAcknowledged,
    TransferOrder,
)
from backoffice.services import audit
from backoffice.services.inventory_cache import decrement_cache
from backoffice.services.jobs import Jobs
from backoffice.services.stores import load_store
from backoffice.services.transfer_rows import (
    as_text,
    begin_attempt,
    end_attempt,
    move_transfer,
    open_attempt,
    transfer_message,
    transfer_rows,
)
from backoffice.store.store import Store
from backoffice.store.tables.ordering import transfers

_T = TransferStatus
_EARLY = timedelta(seconds=0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Try:
    """One claimed try: what to send or to ask."""

    order_id: str
    order_number: OrderNumber
    attempt_id: str
    kind: str  # transfer, lookup
    key: str
    message: TransferOrder
    context: MessageContext


class TransferWork:
    """The durable job ``transfer_order``."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        dom: ExternalOrders,
        store_id: str,
        policy: RetryPolicy,
        worker: str,
        lease: timedelta,
    ) -> None:
        """``lease`` is how long a try of another process is believed to be under way."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._dom = dom
        self._store_id = store_id
        self._policy = policy
        self._worker = worker
        self._lease = lease
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret

    async def transfer_order(self, order_id: str) -> None:
        """Try once; what comes next is written as a job of the transaction that records how it ended."""
        claimed = await self._store.run(lambda connection: self._claim(connection, order_id))
        while claimed is not None:
            outcome = await self._act(claimed)
            claimed = await self._store.run(self._recording(claimed, outcome))

    async def _act(self, claimed: _Try) -> Outcome[TransferAcknowledged | None]:
        if claimed.kind == "lookup":
            return await self._dom.find_transferred(claimed.order_number)
        outcome: Outcome[Any] = await self._dom.transfer(
            claimed.message, key=claimed.key, context=claimed.context
        )
        return outcome

    def _claim(self, connection: Connection, order_id: str) -> _Try | None:
        row = connection.execute(transfer_rows().where(transfers.c.order_id == order_id)).first()
        now = self._clock()
        if row is None:
            return None
        if row.status == _T.SENT.value:
            row = self._left_behind(connection, row, now)
        elif row.next_try_at is not None and row.next_try_at > now + _EARLY:
            return None  # the job that belongs to that moment is on its way
        if row is None or row.status not in {_T.QUEUED.value, _T.UNKNOWN.value}:
            return None
        return self._begin(connection, row, now)

    def _begin(self, connection: Connection, row: Row[Any], now: datetime) -> _Try:
        message, context = transfer_message(connection, row.order_id)
        kind = "lookup" if row.maybe_there and self._dom.capabilities.lookup_by_order_number else "transfer"
        asked = as_text(message) if kind == "transfer" else f"GET order {row.order_number}"
        attempt_id = begin_attempt(connection, row, kind, request=asked, now=now, worker=self._worker)
        move_transfer(connection, row, _T.SENT, now, attempts=row.attempts + 1, next_try_at=None)
        return _Try(
            order_id=row.order_id,
            order_number=OrderNumber(row.order_number),
            attempt_id=attempt_id,
            kind=kind,
            key=row.key,
            message=message,
            context=context,
        )

    def _left_behind(self, connection: Connection, row: Row[Any], now: datetime) -> Row[Any] | None:
        """A try whose worker died: nobody knows whether it arrived. One still young may be alive: look again."""
        begun = open_attempt(connection, row.order_id)
        if begun is not None and now - begun.started_at < self._lease:
            wait = self._lease - (now - begun.started_at)
            self._again(connection, row.order_id, f"left-{begun.attempt_id}", wait)
            return None
        if begun is not None:
            end_attempt(
                connection, begun.attempt_id, "unknown", reason="The worker stopped.", answer="", now=now
            )
        move_transfer(connection, row, _T.UNKNOWN, now, maybe_there=True, reason="The worker stopped.")
        found: Row[Any] | None = connection.execute(
            transfer_rows().where(transfers.c.order_id == row.order_id)
        ).first()
        return found

    def _recording(
        self, claimed: _Try, outcome: Outcome[TransferAcknowledged | None]
    ) -> Callable[[Connection], _Try | None]:
        def record(connection: Connection) -> _Try | None:
            now = self._clock()
            row = connection.execute(transfer_rows().where(transfers.c.order_id == claimed.order_id)).one()
            word, reason = describe(outcome)
            answer = str(outcome.value) if isinstance(outcome, Succeeded) else reason
            end_attempt(connection, claimed.attempt_id, word, reason=reason, answer=answer, now=now)
            if row.status != _T.SENT.value:
                return None  # somebody took the try for dead; the look-up they planned will tell
            if isinstance(outcome, Succeeded) and outcome.value is None:
                # The DOM does not hold it: what was sent never arrived. Send it, in the same run.
                move_transfer(connection, row, _T.QUEUED, now, maybe_there=False, next_try_at=now)
                fresh = connection.execute(
                    transfer_rows().where(transfers.c.order_id == claimed.order_id)
                ).one()
                return self._begin(connection, fresh, now)
            self._conclude(connection, row, outcome, now)
            return None

        return record

    def _conclude(
        self,
        connection: Connection,
        row: Row[Any],
        outcome: Outcome[TransferAcknowledged | None],
        now: datetime,
    ) -> None:
        left = max(row.automatic_left - 1, 0)
        policy = replace(self._policy, automatic_tries=load_store(connection, self._store_id).transfer_tries)
        decision = decide_next(
            _external_id(outcome),
            attempts=policy.automatic_tries - left,
            policy=policy,
            chance=self._chance,
        )
        _, reason = describe(outcome)
        maybe_there = isinstance(outcome, Unknown) or (row.maybe_there and not isinstance(decision, Done))
        if isinstance(decision, Done) and isinstance(outcome, Succeeded) and outcome.value is not None:
            acknowledge(connection, row, outcome.value, now, SYSTEM)
        elif isinstance(decision, TryAgain):
            after = _T.UNKNOWN if maybe_there else _T.QUEUED
            version = move_transfer(
                connection,
                row,
                after,
                now,
                automatic_left=left,
                maybe_there=maybe_there,
                reason=reason,
                cause="no_answer" if maybe_there else "unreachable",
                next_try_at=now + decision.wait,
            )
            self._again(connection, row.order_id, f"v{version}", decision.wait)
        elif isinstance(decision, WaitForSupervisor):
            fail(connection, row, decision, maybe_there=maybe_there, now=now)

    def _again(self, connection: Connection, order_id: str, mark: str, wait: timedelta) -> None:
        self._jobs.enqueue(
            connection, "transfer_order", order_id, key=f"transfer-{order_id}-{mark}", delay=wait
        )


def acknowledge(
    connection: Connection, row: Row[Any], answer: TransferAcknowledged, now: datetime, actor: Actor
) -> None:
    """The DOM holds the order: keep its id and decrement the cache, in one transaction.

    The moment that counts for the cache is the DOM's: what it pushed since then leaves the order out already.
    """
    move_transfer(
        connection,
        row,
        _T.TRANSFERRED,
        now,
        external_order_id=answer.external_order_id,
        maybe_there=False,
        cause="",
        reason="",
        next_try_at=None,
    )
    decrement_cache(connection, row.order_id, answer.acknowledged_at)
    audit.record(
        connection,
        actor,
        "transfer.transferred",
        row.order_number,
        at=now,
        detail={"external_order_id": answer.external_order_id},
    )


def fail(
    connection: Connection, row: Row[Any], decision: WaitForSupervisor, *, maybe_there: bool, now: datetime
) -> None:
    """No more by itself: a supervisor decides."""
    move_transfer(
        connection,
        row,
        _T.FAILED,
        now,
        cause=decision.cause,
        reason=decision.reason,
        maybe_there=maybe_there,
        automatic_left=0,
        next_try_at=None,
    )
    audit.record(
        connection, SYSTEM, "transfer.failed", row.order_number, at=now, detail={"why": decision.reason}
    )


def describe(outcome: Outcome[Any]) -> tuple[str, str]:
    """Return the outcome's word and its reason."""
    if isinstance(outcome, Succeeded):
        return "succeeded", "" if outcome.value is not None else "The DOM does not hold this order."
    if isinstance(outcome, Refused):
        return "refused", outcome.reason
    return ("unknown" if isinstance(outcome, Unknown) else "unreachable"), outcome.reason


def overdue(connection: Connection, now: datetime, limit: int = 100) -> list[str]:
    """Return orders whose next try should have begun: their job was lost, or its worker died."""
    rows: Iterable[str] = connection.execute(
        select(transfers.c.order_id)
        .where(
            transfers.c.status.in_((_T.QUEUED.value, _T.UNKNOWN.value, _T.SENT.value)),
            transfers.c.updated_at < now - timedelta(minutes=1),
            (transfers.c.next_try_at.is_(None)) | (transfers.c.next_try_at < now - timedelta(minutes=1)),
        )
        .limit(limit)
    ).scalars()
    return list(rows)


def _external_id(outcome: Outcome[TransferAcknowledged | None]) -> Outcome[str]:
    if isinstance(outcome, Succeeded):
        return Succeeded(value=outcome.value.external_order_id if outcome.value else "")
    return outcome
