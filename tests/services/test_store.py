"""Transactions on a real file: whole or not at all, and trouble with the database said in a sentence."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlcipher3 import dbapi2 as sqlcipher

from backoffice.domain.errors import Conflict, StoreUnavailable
from backoffice.services.jobs import next_try_key
from backoffice.store.engine import (
    OldSqliteError,
    open_durable_engine,
    open_engine,
    require_safe,
    sqlite_file,
)
from backoffice.store.store import Store
from tests.services.desk import Desk
from tests.services.desk_world import NOW
from tests.services.world import AGENT

things = Table("things", MetaData(), Column("number", Integer, primary_key=True))


class Files:
    """A store on a file of its own, closed at the end."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.stores: list[Store] = []

    def open(self, url: str = "") -> Store:
        store = Store(open_engine(url or f"sqlite:///{self.file}"))
        self.stores.append(store)
        return store

    def close(self) -> None:
        for store in self.stores:
            store.close()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    files = Files(tmp_path / "things.db")
    files.open().run_here(things.create)
    yield files
    files.close()


def add_one(connection: Connection) -> None:
    """One more, with the next number."""
    highest: int = connection.execute(select(func.coalesce(func.max(things.c.number), 0))).scalar_one()
    connection.execute(insert(things).values(number=highest + 1))


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(things)).scalar_one())


async def test_what_a_function_writes_is_there_or_none_of_it(files: Files) -> None:
    store = files.stores[0]

    def half(connection: Connection) -> None:
        connection.execute(insert(things).values(number=1))
        raise Conflict("somebody was faster")

    with pytest.raises(Conflict):
        await store.run(half)
    assert await store.read(count) == 0
    await store.run(add_one)
    assert await store.read(count) == 1


async def test_reading_never_writes(files: Files) -> None:
    store = files.stores[0]
    await store.read(add_one)
    assert await store.read(count) == 0


async def test_file_that_another_program_holds_is_said_so_and_nothing_is_changed(files: Files) -> None:
    store = files.open()
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 100")  # its pool has this one connection
    other = sqlcipher.connect(str(files.file), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreUnavailable, match="busy") as trouble:
            await store.run(add_one)
        assert "nothing was changed" in trouble.value.advice
        assert await store.read(count) == 0  # reading goes on
    finally:
        other.execute("ROLLBACK")
        other.close()
    await store.run(add_one)
    assert await store.read(count) == 1


async def test_file_that_can_not_be_written_is_said_so(files: Files) -> None:
    store = files.open(f"sqlite:///file:{files.file}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailable, match="can not be written to"):
        await store.run(add_one)
    assert await store.read(count) == 0


async def test_full_disk_is_said_so_and_nothing_is_changed(files: Files) -> None:
    store = files.stores[0]

    def fill(connection: Connection) -> None:
        pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.execute(insert(things), [{"number": number} for number in range(20_000)])

    with pytest.raises(StoreUnavailable, match="full"):
        await store.run(fill)
    assert await store.read(count) == 0


async def test_file_that_can_not_be_opened_is_said_so(tmp_path: Path) -> None:
    files = Files(tmp_path / "no such folder" / "things.db")
    with pytest.raises(StoreUnavailable, match="can not be opened"):
        await files.open().run(count)
    files.close()


async def test_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "things.db"
    file.write_text("this is a letter, not a database " * 200, encoding="utf-8")
    files = Files(file)
    with pytest.raises(StoreUnavailable, match="damaged"):
        await files.open().run(count)
    files.close()


async def test_broken_constraint_is_a_bug_and_stays_one(files: Files) -> None:
    with pytest.raises(IntegrityError):
        await files.stores[0].run(
            lambda connection: [connection.execute(insert(things).values(number=1)) for _ in range(2)]
        )
    assert await files.stores[0].read(count) == 0


async def test_caller_who_leaves_tears_no_transaction(files: Files) -> None:
    store = files.stores[0]
    inside, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        connection.execute(insert(things).values(number=1))
        inside.set()
        go_on.wait(10)
        connection.execute(insert(things).values(number=2))

    task = asyncio.ensure_future(store.run(slow))
    await asyncio.to_thread(inside.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await store.run(add_one)
    assert await store.read(count) == 3


async def test_fifty_writers_at_once_all_get_their_turn(files: Files) -> None:
    other = files.open()
    await asyncio.gather(*(store.run(add_one) for store in (files.stores[0], other) for _ in range(25)))
    assert await other.read(count) == 50


async def test_reading_goes_on_beside_a_long_transaction(files: Files) -> None:
    store = files.stores[0]
    go_on = threading.Event()

    def slow(connection: Connection) -> None:
        connection.execute(insert(things).values(number=1))
        go_on.wait(10)

    task = asyncio.ensure_future(store.run(slow))
    async with asyncio.timeout(5):
        assert await store.read(count) == 0
    go_on.set()
    await task


async def test_each_commit_is_told_once(files: Files) -> None:
    told: list[str] = []
    files.stores[0].on_commit = lambda: told.append("commit")
    files.stores[0].run_here(add_one)
    files.stores[0].read_here(count)
    assert told == ["commit"]


def test_sqlite_that_can_corrupt_a_database_is_refused() -> None:
    with pytest.raises(OldSqliteError, match=r"3\.40\.1 can corrupt"):
        require_safe((3, 40, 1))
    require_safe((3, 51, 3))


def test_every_transaction_reaches_the_disk(files: Files) -> None:
    connection = files.stores[0].engine.connect()
    assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    connection.close()


def test_engine_for_durable_work_begins_its_own_transactions(files: Files) -> None:
    engine = open_durable_engine(f"sqlite:///{files.file}")
    with engine.begin() as connection:
        connection.execute(insert(things).values(number=1))
    assert files.stores[0].read_here(count) == 1
    engine.dispose()


def test_address_tells_the_file() -> None:
    assert sqlite_file("sqlite:////srv/backoffice.db") == Path("/srv/backoffice.db")
    assert sqlite_file("postgresql+psycopg://host/name") is None


async def test_locked_database_stops_a_change_with_a_sentence_and_loses_nothing(desk: Desk) -> None:
    cart = await desk.cart()
    desk.office.store.engine.dispose()
    url = f"sqlite:///file:{desk.office.settings.data_dir / 'backoffice.db'}?mode=ro&uri=true"
    real, desk.office.store.engine = desk.office.store.engine, open_engine(url)
    try:
        with pytest.raises(StoreUnavailable):
            await desk.submit(cart)
        with pytest.raises(StoreUnavailable):
            await desk.office.carts.set_notes(AGENT, cart.cart_id, "note", version=cart.version)
    finally:
        desk.office.store.engine.dispose()
        desk.office.store.engine = real
    assert await desk.office.carts.get(AGENT, cart.cart_id) == cart
    assert (await desk.submit(cart)).order_number == "B1000001"


def test_two_who_plan_the_next_try_plan_it_once() -> None:
    wait = timedelta(minutes=5)
    first = next_try_key("void-1", NOW, wait)
    assert first == next_try_key("void-1", NOW + timedelta(seconds=1), wait)
    assert first != next_try_key("void-1", NOW + wait, wait)
    assert first != next_try_key("void-1", NOW, wait * 2)


async def test_who_comes_after_closing_is_told_so(tmp_path: Path) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'closed.db'}"))
    store.close()
    for late in (store.read, store.run):
        with pytest.raises(StoreUnavailable, match="closing"):
            await late(lambda _connection: None)
