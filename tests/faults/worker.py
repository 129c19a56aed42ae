"""The worker's place: it runs the jobs DBOS keeps, as its worker does, but in the machine's time.

1. a job is taken (marked, with who took it), run, and marked as done: whoever dies in between leaves it marked, and
   the next of the same name takes it up again, so a job may run twice;
2. a job that raises ends in error, as DBOS leaves it; a database that is away is waited for first;
3. where nothing is due, time jumps to the next job or round of housekeeping; where nothing is left, all is quiet.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dbos import DBOSClient
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from backoffice.bootstrap import BackOffice
from backoffice.domain.errors import StoreUnavailable
from backoffice.durable import DurableJobs
from backoffice.store.store import plain_trouble
from tests.faults.clock import MachineClock
from tests.faults.points import Struck, Watch

_PATIENCE = 3  # tries for a database that is away, as the worker's
_MOST_JOBS = 400
# After the last job: housekeeping finds what was lost within minutes, a watch of a link within twenty, and what it has
# queued again already within the next hour.
_ROUNDS = (timedelta(minutes=2), timedelta(minutes=20), timedelta(minutes=45))


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingJob:
    """A job that is to run, and when."""

    key: str
    name: str
    subject: str
    due_at: datetime


class MachineJobs:
    """`Jobs` of DBOS, whose delays count in the machine's time."""

    def __init__(self, jobs: DurableJobs, clock: MachineClock) -> None:
        """Enqueue through ``jobs``."""
        self._jobs = jobs
        self._clock = clock

    def enqueue(
        self, connection: Connection, name: str, *args: str, key: str, delay: timedelta | None = None
    ) -> None:
        """DBOS writes the real time plus the delay: what the machine is ahead goes on top."""
        later = None if delay is None else delay + self._clock.ahead
        self._jobs.enqueue(connection, name, *args, key=key, delay=later)


class MachineWorker:
    """Runs the office's jobs until none is left."""

    def __init__(
        self,
        office: BackOffice,
        watch: Watch,
        clock: MachineClock,
        *,
        name: str,
        tell: Callable[[str], None],
        pass_time: Callable[[float], None],
        chance: random.Random,
        at_once: int = 1,
        leave: frozenset[str] = frozenset(),
    ) -> None:
        """``leave``: workers that are still alive, whose jobs are theirs. ``pass_time`` tells the world of a jump."""
        self._office = office
        self._watch = watch
        self._clock = clock
        self._name = name
        self._tell = tell
        self._pass_time = pass_time
        self._chance = chance
        self._at_once = at_once
        self._leave = leave
        engine = office.durable_engine
        self._table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
        self._client = DBOSClient(system_database_engine=engine)
        self._engine: Engine = engine
        self._ran = 0

    async def until_quiet(self) -> None:
        """Work until nothing is left; RuntimeError when it never ends."""
        self._take_up()
        self._ran = 0
        await self._keep_house()
        while True:
            waiting = self._waiting()
            now = self._clock()
            due = [job for job in waiting if job.due_at <= now]
            if due:
                self._chance.shuffle(due)
                chosen = due[: self._at_once]
                await asyncio.gather(*(self._run(job) for job in chosen))
                self._ran += len(chosen)
                if self._ran > _MOST_JOBS:
                    raise RuntimeError(f"Never quiet: {self._ran} jobs ran, and {len(waiting)} wait.")
            elif waiting:
                await self._jump(min(job.due_at for job in waiting) - now)
            elif await self._nothing_was_lost():
                return

    async def _nothing_was_lost(self) -> bool:
        for by in _ROUNDS:
            await self._jump(by)
            if self._waiting():
                return False
        return True

    def jump_over(self, by: timedelta) -> None:
        """Let time pass for everybody."""
        seconds = by.total_seconds() + 0.001
        self._pass_time(seconds)
        self._clock.jump(seconds)
        self._tell(f"time passes: {seconds:.3f} s")

    async def _jump(self, by: timedelta) -> None:
        self.jump_over(by)
        await self._keep_house()

    async def _keep_house(self) -> None:
        await self._surviving("housekeeping", self._office.maintenance.run_once())

    async def _run(self, job: WaitingJob) -> None:
        self._mark(job, "PENDING")
        self._tell(f"job {job.name} {job.key}")
        self._mark(job, "SUCCESS" if await self._surviving(job.name, self._job(job)) else "ERROR")

    async def _job(self, job: WaitingJob) -> None:
        await self._watch.in_task(f"before job {job.name}")
        for left in reversed(range(_PATIENCE)):
            try:
                await self._office.jobs[job.name](job.subject)
                break
            except StoreUnavailable as trouble:
                self._tell(f"job {job.name} waits for the database: {trouble.sentence}")
                if not left:
                    raise
        await self._watch.in_task(f"after job {job.name}")

    async def _surviving(self, name: str, doing: Awaitable[object]) -> bool:
        """Do it; False when it was struck. The process lives on, as the worker's does."""
        try:
            await self._watch.act(doing)
        except Struck:
            self._tell(f"broken: {name}")
            return False
        except asyncio.CancelledError:
            self._tell(f"cancelled: {name}")
            return False
        except StoreUnavailable as trouble:
            self._tell(f"given up: {name}: {trouble.sentence}")
            return False
        return True

    def _take_up(self) -> None:
        """What a dead worker of the same name had begun waits again."""
        with self._transaction() as connection:
            left = connection.execute(
                text(f"SELECT workflow_uuid, executor_id FROM {self._table} WHERE status = 'PENDING'")
            ).all()
            for key, executor in left:
                if executor not in self._leave:
                    self._tell(f"takes up {key}")
                    connection.execute(
                        text(f"UPDATE {self._table} SET status = 'ENQUEUED' WHERE workflow_uuid = :key"),
                        {"key": key},
                    )

    def _waiting(self) -> list[WaitingJob]:
        found = self._client.list_workflows(status=["ENQUEUED", "DELAYED"], load_output=False)
        return [
            WaitingJob(
                key=each.workflow_id,
                name=each.name,
                subject=str(each.input["args"][0]) if each.input else "",
                due_at=datetime.fromtimestamp((each.delay_until_epoch_ms or 0) / 1000, UTC),
            )
            for each in found
        ]

    def _mark(self, job: WaitingJob, status: str) -> None:
        with self._transaction() as connection:
            connection.execute(
                text(
                    f"UPDATE {self._table} SET status = :status, executor_id = :name"
                    " WHERE workflow_uuid = :key"
                ),
                {"status": status, "name": self._name, "key": job.key},
            )

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise plain_trouble(error) from error
