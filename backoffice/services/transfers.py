"""What supervisors see of transfers, and what they may do: retry, hold, release, ask the DOM, give up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backoffice.domain.errors import Conflict
from backoffice.domain.outcome import Succeeded
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.external.dom.port import ExternalOrders
from backoffice.services import audit
from backoffice.services.checkout.holding import release_order
from backoffice.services.free_text import checked_reason
from backoffice.services.jobs import Jobs
from backoffice.services.lock_rows import require_unheld
from backoffice.services.orders import end_order
from backoffice.services.stores import load_store
from backoffice.services.transfer import acknowledge, describe
from backoffice.services.transfer_rows import (
    as_transfer,
    begin_attempt,
    end_attempt,
    find_transfer,
    move_transfer,
    read_attempts,
    transfer_rows,
    write_transfer,
)
from backoffice.store.store import Store
from backoffice.store.tables.ordering import orders, transfers

_T = TransferStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferSummary:
    """Numbers first. ``causes``: (cause, reason of the newest, how many failed by it)."""

    waiting: int
    sent: int
    unknown: int
    failed: int
    held: int
    transferred: int
    given_up: int
    oldest_waiting_at: datetime | None
    causes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferPage:
    """Rows, newest change first; ``next`` asks for the page after, "" when there is none."""

    rows: tuple[Transfer, ...]
    next: str


class Transfers:
    """The supervisor's view and acts. Every act names the version it was decided on."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        dom: ExternalOrders,
        store_id: str,
        desk: str,
    ) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._dom = dom
        self._store_id = store_id
        self._desk = desk

    async def summary(self, actor: Actor) -> TransferSummary:
        """Count by status, and failures by cause."""
        actor.require(Right.SEE_TRANSFERS)
        return await self._store.read(_summary)

    async def list(
        self,
        actor: Actor,
        *,
        statuses: frozenset[TransferStatus] = frozenset(),
        cause: str = "",
        limit: int = 100,
        after: str = "",
    ) -> TransferPage:
        """Return a page; ``after`` is the ``next`` of the page before."""
        actor.require(Right.SEE_TRANSFERS)

        def look(connection: Connection) -> TransferPage:
            query = transfer_rows().order_by(transfers.c.queued_at.desc(), transfers.c.order_number.desc())
            if statuses:
                query = query.where(transfers.c.status.in_([status.value for status in statuses]))
            if cause:
                query = query.where(transfers.c.cause == cause)
            if after:
                moment, number = after.split("|")
                queued = datetime.fromisoformat(moment)
                query = query.where(
                    (transfers.c.queued_at < queued)
                    | ((transfers.c.queued_at == queued) & (transfers.c.order_number < number))
                )
            rows = [as_transfer(row) for row in connection.execute(query.limit(limit + 1))]
            more = len(rows) > limit
            last = rows[limit - 1] if more else None
            return TransferPage(
                rows=tuple(rows[:limit]),
                next=f"{last.queued_at.isoformat()}|{last.order_number}" if last else "",
            )

        return await self._store.read(look)

    async def get(self, actor: Actor, order_number: str) -> Transfer:
        """Return one order's transfer."""
        actor.require(Right.HISTORY)
        return await self._store.read(lambda connection: as_transfer(find_transfer(connection, order_number)))

    async def attempts(self, actor: Actor, order_number: str) -> tuple[Attempt, ...]:
        """Return every try of one order."""
        actor.require(Right.HISTORY)
        return await self._store.read(
            lambda connection: read_attempts(connection, find_transfer(connection, order_number).order_id)
        )

    async def retry(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        """Queue a failed transfer again: the same key, one more try. A transferred one is left as it is."""
        return await self._requeue(actor, order_number, version, "transfer.retried", frozenset({_T.FAILED}))

    async def release(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        """Let a held transfer go on."""
        return await self._requeue(actor, order_number, version, "transfer.released", frozenset({_T.HELD}))

    async def hold(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        """Stop a queued or failed transfer until it is released."""

        def hold(connection: Connection, row: Row[Any], now: datetime) -> None:
            move_transfer(connection, row, _T.HELD, now, next_try_at=None)

        return await self._act(actor, order_number, version, "transfer.held", hold)

    async def give_up(self, actor: Actor, order_number: str, reason: str, *, version: int) -> Transfer:
        """Decide that a failed or held order will never be sent: it is cancelled, what it holds is let go."""
        why = checked_reason(reason, "Giving up")

        def give_up(connection: Connection, row: Row[Any], now: datetime) -> None:
            if row.maybe_there:
                sentence = "Nobody knows whether the DOM holds this order."
                raise Conflict(sentence, advice="Ask the DOM first.", code="ask_first")
            require_unheld(connection, actor, order_number, now)
            move_transfer(connection, row, _T.GIVEN_UP, now, reason=why, next_try_at=None)
            order = connection.execute(select(orders).where(orders.c.order_id == row.order_id)).one()
            end_order(connection, self._jobs, order, actor=actor, reason=why, now=now)

        return await self._act(actor, order_number, version, "transfer.given_up", give_up)

    async def resolve(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        """Ask the DOM whether it holds the order, and write down what it says."""
        actor.require(Right.TRANSFERS)

        def begin(connection: Connection) -> tuple[Row[Any], str]:
            row, now = self._read(connection, order_number, version), self._clock()
            if row.status not in {_T.FAILED.value, _T.UNKNOWN.value}:
                sentence = f"The transfer of {order_number} is not in doubt."
                raise Conflict(sentence)
            attempt = begin_attempt(
                connection,
                row,
                "lookup",
                request=f"GET order {order_number}",
                now=now,
                worker=self._desk,
            )
            write_transfer(connection, row, now, attempts=row.attempts + 1)
            return find_transfer(connection, order_number), attempt

        row, attempt_id = await self._store.run(begin)
        outcome = await self._dom.find_transferred(row.order_number)

        def record(connection: Connection) -> Transfer:
            now = self._clock()
            word, reason = describe(outcome)
            end_attempt(connection, attempt_id, word, reason=reason, answer=reason, now=now)
            fresh = find_transfer(connection, order_number)
            if fresh.version != row.version:
                pass  # it moved on while the DOM was asked: the newer word counts, the answer stays on record
            elif isinstance(outcome, Succeeded) and outcome.value is not None:
                acknowledge(connection, fresh, outcome.value, now, actor)
            elif isinstance(outcome, Succeeded):
                write_transfer(connection, fresh, now, maybe_there=False, cause="not_there", reason=reason)
            else:
                write_transfer(connection, fresh, now, reason=reason)
            audit.record(connection, actor, "transfer.asked", order_number, at=now, detail={"answer": word})
            return as_transfer(find_transfer(connection, order_number))

        return await self._store.run(record)

    async def _requeue(
        self,
        actor: Actor,
        order_number: str,
        version: int,
        action: str,
        allowed: frozenset[TransferStatus],
    ) -> Transfer:
        def queue(connection: Connection, row: Row[Any], now: datetime) -> None:
            if TransferStatus(row.status) is _T.TRANSFERRED:
                return  # the DOM holds it: there is nothing to do, and nothing is done
            if TransferStatus(row.status) not in allowed:
                sentence = f"The transfer of {order_number} is {row.status}; this can not be done now."
                raise Conflict(sentence)
            tries = load_store(connection, self._store_id).transfer_tries
            new = move_transfer(
                connection, row, _T.QUEUED, now, automatic_left=tries, cause="", next_try_at=now
            )
            self._jobs.enqueue(
                connection, "transfer_order", row.order_id, key=f"transfer-{row.order_id}-v{new}"
            )
            release_order(connection, row.order_id, at=now, actor=actor.staff_id)

        return await self._act(actor, order_number, version, action, queue)

    async def _act(
        self,
        actor: Actor,
        order_number: str,
        version: int,
        action: str,
        act: Callable[[Connection, Row[Any], datetime], None],
    ) -> Transfer:
        actor.require(Right.TRANSFERS)

        def work(connection: Connection) -> Transfer:
            row, now = self._read(connection, order_number, version), self._clock()
            act(connection, row, now)
            after = find_transfer(connection, order_number)
            if after.version != row.version:
                audit.record(connection, actor, action, order_number, at=now)
            return as_transfer(after)

        return await self._store.run(work)

    def _read(self, connection: Connection, order_number: str, version: int) -> Row[Any]:
        row = find_transfer(connection, order_number)
        if row.version != version:
            sentence = f"The transfer of {order_number} moved on meanwhile: it is {row.status}."
            raise Conflict(sentence, advice="What you see now is the latest.", code="stale_version")
        return row


def _summary(connection: Connection) -> TransferSummary:
    by_status = connection.execute(select(transfers.c.status, func.count()).group_by(transfers.c.status))
    counted: dict[str, int] = {row[0]: row[1] for row in by_status}
    causes = connection.execute(
        select(transfers.c.cause, func.max(transfers.c.reason), func.count())
        .where(transfers.c.status == _T.FAILED.value)
        .group_by(transfers.c.cause)
        .order_by(func.count().desc())
    ).all()
    oldest: datetime | None = connection.execute(
        select(transfers.c.queued_at)
        .where(transfers.c.status.in_((_T.QUEUED.value, _T.SENT.value, _T.UNKNOWN.value)))
        .order_by(transfers.c.queued_at)
        .limit(1)
    ).scalar()
    return TransferSummary(
        waiting=counted.get(_T.QUEUED.value, 0),
        sent=counted.get(_T.SENT.value, 0),
        unknown=counted.get(_T.UNKNOWN.value, 0),
        failed=counted.get(_T.FAILED.value, 0),
        held=counted.get(_T.HELD.value, 0),
        transferred=counted.get(_T.TRANSFERRED.value, 0),
        given_up=counted.get(_T.GIVEN_UP.value, 0),
        oldest_waiting_at=oldest,
        causes=tuple((row[0], row[1], row[2]) for row in causes),
    )
