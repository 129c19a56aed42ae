"""Taking back what a remote action did out there: durable work, however long it takes.

1. an action's ``undo`` calls ``take_back_later``: what is to be taken back is written down, with a job, in the
   rollback's own transaction;
2. the job asks the action's ``take_back`` outside any transaction; done is what it says it has done;
3. refused, out of reach, unknown, a bug, or an action nobody here knows: the reason is written down, where a
   supervisor sees it, and the job comes again, ever more rarely.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import structlog
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from backoffice.domain.ids import new_id
from backoffice.domain.outcome import Outcome, Succeeded, Unknown
from backoffice.domain.staff import SYSTEM
from backoffice.domain.statuses import TakeBackState
from backoffice.external.payments.port import PaymentGateway
from backoffice.services import audit
from backoffice.services.checkout.events import bug_in
from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.work import Action, Question, Work
from backoffice.services.jobs import Jobs, next_try_key
from backoffice.store.store import Store
from backoffice.store.tables.undoing import take_backs

PATIENCE = timedelta(seconds=30)
_FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
_BY_KEY = select(take_backs.c.take_back_id).where(take_backs.c.key == bindparam("of_key"))
_INSERT = insert(take_backs)
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeBack(Question):
    """What is to be taken back; ``detail`` is what the action wrote for itself."""

    detail: str


@runtime_checkable
class TakesBack(Protocol):
    """A remote action whose undo has the world take back what it did."""

    async def take_back(self, gateway: PaymentGateway, question: TakeBack) -> Outcome[Any]:
        """Have it taken back; asked again until it succeeds, also for what perhaps never arrived."""
        ...


def take_back_later(work: Work, action: Action, *, subject: str, key: str, detail: str = "") -> None:
    """Write down, in the rollback's transaction, what the world is to take back; the same key once."""
    if work.connection.execute(_BY_KEY, {"of_key": key}).first():
        return
    take_back_id = new_id()
    work.connection.execute(
        _INSERT,
        {
            "take_back_id": take_back_id,
            "attempt_id": work.attempt_id,
            "action": action.name,
            "subject": subject,
            "key": key,
            "detail": detail,
            "state": TakeBackState.OPEN.value,
            "reason": "",
            "tries": 0,
            "created_at": work.now,
            "updated_at": work.now,
        },
    )
    work.jobs.enqueue(work.connection, "take_back", take_back_id, key=f"take-back-{take_back_id}")


def take_back_again(work: Work, action: Action) -> None:
    """An answer came after the checkout was undone: what was done since is taken back once more."""
    rows = work.connection.execute(
        update(take_backs)
        .where(take_backs.c.attempt_id == work.attempt_id, take_backs.c.action == action.name)
        .values(state=TakeBackState.OPEN.value, updated_at=work.now)
        .returning(take_backs.c.take_back_id)
    ).all()
    for row in rows:
        key = f"take-back-{row.take_back_id}-{work.now.timestamp():.3f}"
        work.jobs.enqueue(work.connection, "take_back", row.take_back_id, key=key)


def open_take_backs(connection: Connection, attempt_id: str) -> tuple[Row[Any], ...]:
    """Return the rows of what is still to be taken back of one checkout."""
    rows = connection.execute(
        select(take_backs)
        .where(take_backs.c.attempt_id == attempt_id, take_backs.c.state == TakeBackState.OPEN.value)
        .order_by(take_backs.c.created_at, take_backs.c.take_back_id)
    )
    return tuple(rows)


class TakingBack:
    """Runs the durable job ``take_back``."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        gateway: PaymentGateway,
        pipeline: Pipeline,
        patience: timedelta = PATIENCE,
    ) -> None:
        """``patience`` is how long one try may take."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._gateway = gateway
        self._pipeline = pipeline
        self._patience = patience

    async def take_back(self, take_back_id: str) -> None:
        """Have it taken back, or write down why not yet and come back later."""
        row = await self._store.read(
            lambda connection: connection.execute(
                select(take_backs).where(take_backs.c.take_back_id == take_back_id)
            ).first()
        )
        if row is None or row.state == TakeBackState.DONE.value:
            return
        answer = await self._ask(row)
        await self._store.run(lambda connection: self._write(connection, row, answer))

    async def _ask(self, row: Row[Any]) -> Outcome[Any]:
        action: object = self._pipeline.find(row.action)
        if not isinstance(action, TakesBack):
            return Unknown(
                reason=f"Nobody here knows how to take back “{row.action}”: its package is not installed."
            )
        question = TakeBack(subject=row.subject, key=row.key, detail=row.detail)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await action.take_back(self._gateway, question)
        except TimeoutError:
            return Unknown(reason=f"No answer within {self._patience.total_seconds():g} seconds.")
        except Exception:  # noqa: BLE001 - the next try may do better; it is logged, and stands where it is seen
            package = self._pipeline.packages.get(row.action, "")
            _log.exception("checkout action failed to take back", action=row.action, package=package)
            return Unknown(reason=bug_in(package).sentence)

    def _write(self, connection: Connection, row: Row[Any], answer: Outcome[Any]) -> None:
        now = self._clock()
        done = isinstance(answer, Succeeded)
        connection.execute(
            update(take_backs)
            .where(take_backs.c.take_back_id == row.take_back_id)
            .values(
                state=(TakeBackState.DONE if done else TakeBackState.OPEN).value,
                reason="" if isinstance(answer, Succeeded) else answer.reason,
                tries=take_backs.c.tries + 1,
                updated_at=now,
            )
        )
        if done:
            detail = {"action": row.action, "subject": row.subject}
            audit.record(connection, SYSTEM, "checkout.taken_back", row.attempt_id, at=now, detail=detail)
            return
        wait = min(max(now - row.created_at, _FIRST_WAIT), LONGEST_WAIT)
        key = next_try_key(f"take-back-{row.take_back_id}", now, wait)
        self._jobs.enqueue(connection, "take_back", row.take_back_id, key=key, delay=wait)
