"""Durable work on DBOS: jobs written in the caller's own transaction, run by whichever worker is there.

1. a service enqueues in its transaction: the job exists if and only if what it follows from does;
2. a job runs once and ends; what comes after it is another job, written by the transaction that decided so: nothing
   sleeps inside a job, and a job may run twice without harm;
3. a worker runs the jobs on its own threads, hands each to the event loop that owns the HTTP connections, and, when it
   starts, takes up what a dead one of the same name left.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from dbos import DBOS, DBOSClient, EnqueueOptions
from sqlalchemy import Connection, Engine, MetaData, Table, bindparam, insert, select
from sqlalchemy.exc import DBAPIError

from backoffice.domain.errors import StoreUnavailable
from backoffice.store.store import plain_trouble
from backoffice.store.writing import Write

QUEUE = "backoffice"
JOBS_VERSION = "1"  # of our workflows' arguments; raised when old jobs could not be run by new code
POLLING = 0.1
AT_ONCE = 6
_STORE_PATIENCE = (1.0, 5.0, 30.0)

Job = Callable[[str], Awaitable[object]]
_log = structlog.get_logger()


class DurableJobs:
    """`Jobs` on DBOS's own tables, which live in our database.

    A job is two rows as ``DBOSClient.enqueue_in_transaction`` writes them, its status built by DBOS itself. The
    statements are ours: DBOS's are put together and compiled anew for each job, and made an order a third slower.
    """

    def __init__(self, engine: Engine) -> None:
        """Take DBOS's engine and make sure of its tables. StoreUnavailable when the database can not be had."""
        try:
            self._client = DBOSClient(system_database_engine=engine)
            system = self._client._sys_db  # noqa: SLF001 - there is no public way to migrate with an engine, or to its tables
            # DBOS.migrate() opens a URL with the system's SQLite, which may be one that corrupts a WAL database.
            system.run_migrations()
        except DBAPIError as error:
            raise plain_trouble(error) from error
        self._statuses = _insert_once(system.tables.workflow_status, _STATUS, system.schema)
        self._inputs = _insert_once(system.tables.workflow_input, _INPUT, system.schema)

    def enqueue(
        self, connection: Connection, name: str, *args: str, key: str, delay: timedelta | None = None
    ) -> None:
        """Write the job in the caller's transaction; a ``key`` used before changes nothing."""
        options: EnqueueOptions = {
            "workflow_name": name,
            "queue_name": QUEUE,
            "workflow_id": key,
            "app_version": JOBS_VERSION,
        }
        if delay:
            options["delay_seconds"] = delay.total_seconds()
        _, job = self._client._build_enqueue_status(options, *args)  # noqa: SLF001 - as above
        said: Mapping[str, object] = {
            **job,
            "recovery_attempts": 0,
            "application_version": job["app_version"],
        }
        self._statuses(connection, {column: said[column] for column in _STATUS})
        self._inputs(connection, {column: said[column] for column in _INPUT})

    def close(self) -> None:
        """Give the connections back."""
        self._client.destroy()


_STATUS = (
    *(
        "workflow_uuid",
        "status",
        "name",
        "queue_name",
        "application_version",
        "priority",
        "recovery_attempts",
    ),
    *("serialization", "delay_until_epoch_ms", "attributes"),
)
_INPUT = ("workflow_uuid", "inputs")


def _insert_once(table: Table, columns: tuple[str, ...], schema: str | None) -> Write:
    """Insert a row unless its workflow is there; said without ON CONFLICT, in the one way both databases know."""
    own = table.to_metadata(MetaData(), schema=schema)  # type: ignore[arg-type]  # None: none
    given = [bindparam(column, type_=own.c[column].type) for column in columns]
    there = select(own.c.workflow_uuid).where(own.c.workflow_uuid == bindparam("workflow_uuid"))
    return Write(insert(own).from_select(columns, select(*given).where(~there.exists())))


class Worker:
    """Runs jobs. One per process; its name is the same after a restart, so it finds what it left."""

    def __init__(
        self,
        *,
        engine: Engine,
        jobs: Mapping[str, Job],
        loop: asyncio.AbstractEventLoop,
        executor_id: str,
    ) -> None:
        """``jobs`` maps a name to the coroutine function that runs it on ``loop``."""
        self._loop = loop
        self._dbos = DBOS(
            config={
                "name": "backoffice",
                "system_database_engine": engine,
                "executor_id": executor_id,
                "application_version": JOBS_VERSION,
                "enable_otlp": False,
                "log_level": "WARNING",
                "run_migrations": True,
                "use_listen_notify": False,
                "max_executor_threads": AT_ONCE + 2,
            }
        )
        for name, job in jobs.items():
            DBOS.workflow(name=name)(self._on_loop(name, job))

    def start(self) -> None:
        """Launch, take up what was left, listen. Blocks for about a second: call it off the event loop."""
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLLING)

    def stop(self, patience: timedelta = timedelta(seconds=10)) -> None:
        """Let running jobs end, at most so long."""
        DBOS.destroy(workflow_completion_timeout_sec=int(patience.total_seconds()))

    def _on_loop(self, name: str, job: Job) -> Callable[[str], None]:
        def run(subject: str) -> None:
            for wait in (*_STORE_PATIENCE, None):
                try:
                    asyncio.run_coroutine_threadsafe(_call(job, subject), self._loop).result()
                except StoreUnavailable as trouble:
                    _log.warning(
                        "job waits for the database", job=name, subject=subject, why=trouble.sentence
                    )
                    if wait is None:
                        raise
                    DBOS.sleep(wait)
                except Exception:
                    # The job ends in error and stays visible; maintenance queues again what is overdue.
                    _log.exception("job failed", job=name, subject=subject)
                    raise
                else:
                    return

        run.__name__ = run.__qualname__ = name
        return run


async def _call(job: Job, subject: str) -> None:
    await job(subject)
