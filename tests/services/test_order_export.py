"""A list of orders as a CSV file: whole, harmless, and nothing half-way."""

import asyncio
import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.outcome import Unreachable
from backoffice.services.csv_rows import harmless
from backoffice.services.mails import Mails
from backoffice.services.order_export import COLUMNS, OrderExport
from backoffice.services.order_history import OrderHistory
from tests.fakes.dom import FakeDom
from tests.fakes.mail import FakeMailServer
from tests.services.order_population import add_known
from tests.services.test_order_search import ORLANDO
from tests.services.world import STORE_ID, SUPPORT, World

MANY = 450  # three pages


@pytest.fixture
def export(tmp_path: Path) -> Iterator[OrderExport]:
    world = World(tmp_path / "backoffice.db")

    def fill(connection: Connection) -> None:
        for place in range(MANY):
            add_known(connection, replace(ORLANDO, number=f"B{1_000_000 + place}", company='"Bikes", =1+1'))

    world.do(fill)
    dom = FakeDom(world.clock)
    dom.script("get_order_history", Unreachable(reason="Connection refused."), times=100)
    mails = Mails(world.store, FakeMailServer(), world.jobs, clock=world.clock)
    yield OrderExport(OrderHistory(world.store, dom, mails, store_id=STORE_ID, clock=world.clock))
    dom.close()
    world.close()


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


async def test_every_page_goes_into_the_file(export: OrderExport, tmp_path: Path) -> None:
    heard: list[int] = []
    file = tmp_path / "orders.csv"
    done = await export.write(SUPPORT, OrderSearchCriteria(limit=7), file, progress=heard.append)

    rows = read(file)
    assert (done.orders, done.dom.answered) == (MANY, False)
    assert heard == [200, 400, 450]
    assert [row["order"] for row in rows] == [f"B{1_000_000 + place}" for place in reversed(range(MANY))]
    assert tuple(rows[0]) == COLUMNS
    first = rows[0]
    assert (first["total"], first["currency"], first["status"]) == ("1.00", "USD", "authorised")
    assert first["company"] == '"Bikes", =1+1'


async def test_who_stops_half_way_leaves_nothing_and_spoils_nothing(
    export: OrderExport, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("from last week", encoding="utf-8")
    task: asyncio.Task[object] | None = None

    def stop(_count: int) -> None:
        assert task is not None
        task.cancel()

    task = asyncio.create_task(export.write(SUPPORT, OrderSearchCriteria(), file, progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await task

    assert file.read_text(encoding="utf-8") == "from last week"
    assert [one.name for one in tmp_path.iterdir() if "orders.csv" in one.name] == ["orders.csv"]


async def test_a_folder_that_is_not_there_is_said(export: OrderExport, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can not be written: No such file") as refused:
        await export.write(
            SUPPORT, OrderSearchCriteria(), tmp_path / "no" / "orders.csv", progress=lambda _count: None
        )
    assert refused.value.advice == "Choose another folder."


@pytest.mark.parametrize(
    "cell, said",
    [
        ("=1+1", "'=1+1"),
        ("+49 30 123", "'+49 30 123"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("A Bike Store", "A Bike Store"),
        ("", ""),
    ],
)
def test_a_formula_becomes_plain_text(cell: str, said: str) -> None:
    assert harmless(cell) == said
