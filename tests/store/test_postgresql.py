"""A shared PostgreSQL: writers take turns, nobody is told to start again, and who stops in the middle is cut off."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from backoffice.domain.errors import StoreUnavailable
from backoffice.domain.ids import StaffId
from backoffice.domain.staff import Actor, Role
from backoffice.services import audit
from backoffice.store import engine as engines
from backoffice.store.engine import open_engine
from backoffice.store.schema import make_schema
from backoffice.store.store import Store
from backoffice.store.tables.ordering import counters
from tests.store.postgresql import postgresql_url

pytestmark = pytest.mark.slow

ANN = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="desk 7")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql_url() as address:
        engine = open_engine(address)
        make_schema(engine)
        engine.dispose()
        yield address


@pytest.fixture
def desks(url: str) -> Iterator[list[Store]]:
    desks = [Store(open_engine(url)) for _ in range(4)]
    yield desks
    for desk in desks:
        desk.close()


async def test_desks_that_count_and_chain_at_once_are_never_told_to_start_again(
    desks: list[Store], url: str
) -> None:
    tries = 0

    def start(connection: Connection) -> None:
        connection.execute(insert(counters).values(name="calls", value=0))

    def look_up(connection: Connection) -> int:
        return int(
            connection.execute(select(counters.c.value).where(counters.c.name == "calls")).scalar_one()
        )

    def act(connection: Connection) -> None:
        nonlocal tries
        tries += 1
        seen = look_up(connection)
        connection.execute(update(counters).where(counters.c.name == "calls").values(value=seen + 1))
        audit.record(connection, ANN, "call.opened", f"call {seen}", at=NOON)

    await desks[0].run(start)
    await asyncio.gather(*(desk.run(act) for desk in desks for _ in range(10)))

    assert tries == 40
    assert desks[0].read_here(audit.verify_chain) == []
    assert desks[0].read_here(look_up) == 40


async def test_reading_sees_one_moment_and_does_not_wait_for_a_writer(desks: list[Store]) -> None:
    go_on = threading.Event()

    def slow(connection: Connection) -> None:
        connection.execute(insert(counters).values(name="slow", value=1))
        go_on.wait(10)

    def look(connection: Connection) -> list[str]:
        return list(connection.execute(select(counters.c.name).where(counters.c.name == "slow")).scalars())

    def look_twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = look(connection)
        go_on.set()
        writing.result(10)
        return before, look(connection)

    writing = desks[0]._submit(desks[0]._writers, desks[0].run_here, slow)

    assert await desks[1].read(look_twice) == ([], [])
    assert await desks[1].read(look) == ["slow"]


async def test_a_server_that_was_restarted_is_not_noticed(desks: list[Store]) -> None:
    def hang_up_all(connection: Connection) -> None:
        others = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
        connection.execute(
            text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")
        )

    def work(connection: Connection) -> None:
        connection.execute(update(counters).where(counters.c.name == "none").values(value=1))

    def look(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(counters)).scalar_one())

    for _ in range(2):
        await asyncio.gather(*(desk.run(work) for desk in desks), *(desk.read(look) for desk in desks))
        desks[0].read_here(hang_up_all)
        for desk in desks[1:]:
            await desk.run(work)
            await desk.read(look)


async def test_a_desk_that_stops_in_the_middle_is_cut_off_and_the_next_goes_on(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0.5)
    stopped, other = Store(open_engine(url)), Store(open_engine(url))
    inside, wake = threading.Event(), threading.Event()

    def stop(connection: Connection) -> None:
        connection.execute(insert(counters).values(name="stopped", value=1))
        inside.set()
        wake.wait(20)

    def go_on(connection: Connection) -> None:
        connection.execute(insert(counters).values(name="went on", value=1))

    halted = asyncio.ensure_future(stopped.run(stop))
    await asyncio.to_thread(inside.wait, 10)
    await other.run(go_on)
    wake.set()

    with pytest.raises(StoreUnavailable, match="lost"):
        await halted
    names: list[str] = other.read_here(
        lambda connection: list(connection.execute(select(counters.c.name)).scalars())
    )
    assert "went on" in names
    assert "stopped" not in names
    stopped.close()
    other.close()


async def test_who_waits_too_long_for_the_turn_is_told_the_database_is_busy(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = Store(open_engine(url))
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.3)
    waiter = Store(open_engine(url))
    inside, wake = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        inside.set()
        wake.wait(20)

    held = asyncio.ensure_future(holder.run(hold))
    await asyncio.to_thread(inside.wait, 10)
    with pytest.raises(StoreUnavailable, match="busy"):
        await waiter.run(lambda _connection: None)
    wake.set()
    await held
    holder.close()
    waiter.close()
