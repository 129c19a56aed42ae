"""Durable work through DBOS itself: a job exists if and only if its transaction does, and runs once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import EnqueueOptions
from sqlalchemy import Connection, text

from backoffice.domain.errors import Conflict, StoreUnavailable
from backoffice.durable import JOBS_VERSION, QUEUE, DurableJobs, Worker
from backoffice.store.engine import open_durable_engine, open_engine
from backoffice.store.store import Store


class Bench:
    """A store, jobs in its file, and a worker that notes what it ran."""

    def __init__(self, file: Path) -> None:
        self.store = Store(open_engine(f"sqlite:///{file}"))
        self.engine = open_durable_engine(f"sqlite:///{file}")
        self.jobs = DurableJobs(self.engine)
        self.ran: list[str] = []
        self.troubles = 0
        self.worker: Worker | None = None

    async def note(self, subject: str) -> None:
        if self.troubles:
            self.troubles -= 1
            raise StoreUnavailable("The database is busy.")
        self.ran.append(subject)

    async def work(self) -> None:
        loop = asyncio.get_running_loop()
        self.worker = Worker(engine=self.engine, jobs={"note": self.note}, loop=loop, executor_id="bench")
        await asyncio.to_thread(self.worker.start)

    async def until(self, *subjects: str) -> None:
        async with asyncio.timeout(20):
            while len(self.ran) < len(subjects):
                await asyncio.sleep(0.02)
        assert sorted(self.ran) == sorted(subjects)

    async def close(self) -> None:
        if self.worker is not None:
            await asyncio.to_thread(self.worker.stop)
        self.store.close()
        self.jobs.close()
        self.engine.dispose()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "jobs.db")
    yield bench
    await bench.close()


async def test_job_is_there_if_and_only_if_its_transaction_is(bench: Bench) -> None:
    def half(connection: Connection) -> None:
        bench.jobs.enqueue(connection, "note", "never", key="1")
        raise Conflict("somebody was faster")

    def whole(connection: Connection) -> None:
        bench.jobs.enqueue(connection, "note", "once", key="2")
        bench.jobs.enqueue(connection, "note", "once", key="2")

    with pytest.raises(Conflict):
        await bench.store.run(half)
    await bench.store.run(whole)
    await bench.store.run(lambda connection: bench.jobs.enqueue(connection, "note", "once", key="2"))
    await bench.work()
    await bench.until("once")
    await asyncio.sleep(0.5)
    assert bench.ran == ["once"]


@pytest.mark.parametrize("delay", [None, timedelta(seconds=30)], ids=["at once", "later"])
async def test_job_is_written_as_dbos_itself_would_write_it(bench: Bench, delay: timedelta | None) -> None:
    options: EnqueueOptions = {
        "workflow_name": "note",
        "queue_name": QUEUE,
        "workflow_id": "theirs",
        "app_version": JOBS_VERSION,
    }
    if delay:
        options["delay_seconds"] = delay.total_seconds()

    def both(connection: Connection) -> None:
        bench.jobs.enqueue(connection, "note", "subject", key="ours", delay=delay)
        bench.jobs._client.enqueue_in_transaction(connection, options, "subject")

    def written(connection: Connection, table: str, key: str) -> dict[str, object]:
        query = text(f"SELECT * FROM {table} WHERE workflow_uuid = :key")
        row = dict(connection.execute(query, {"key": key}).mappings().one())
        del row["workflow_uuid"]
        assert row.pop("created_at", 1)
        assert row.pop("updated_at", 1)
        assert row.pop("retention_timestamp", 1)
        assert (row.pop("delay_until_epoch_ms", None) is None) == (table == "workflow_input" or delay is None)
        row.pop("creator_xid", None)  # whose insert it was; DBOS's own batches leave it empty
        return row

    def compare(connection: Connection) -> None:
        for table in ("workflow_status", "workflow_input"):
            assert written(connection, table, "ours") == written(connection, table, "theirs")

    await bench.store.run(both)
    await bench.store.read(compare)


async def test_job_waits_for_its_time_and_for_the_database(bench: Bench) -> None:
    def both(connection: Connection) -> None:
        bench.jobs.enqueue(connection, "note", "later", key="1", delay=timedelta(seconds=1))
        bench.jobs.enqueue(connection, "note", "now", key="2")

    bench.troubles = 1
    await bench.store.run(both)
    await bench.work()
    await bench.until("later", "now")
