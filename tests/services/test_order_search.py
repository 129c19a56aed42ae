"""A search finds what fits, all of it, once, in the order asked for: whatever criteria, sort and size of pages."""

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.outcome import Unreachable
from backoffice.services.mails import Mails
from backoffice.services.order_history import OrderHistory
from backoffice.services.order_merge import Cursor
from backoffice.services.order_search import read_local
from backoffice.services.stores import save_store
from backoffice.settings import StoreSettings
from backoffice.store.engine import open_engine
from backoffice.store.schema import make_schema
from backoffice.store.store import Store
from tests.fakes.dom import FakeDom
from tests.fakes.mail import FakeMailServer
from tests.services.order_population import (
    CRITERIA,
    MOMENTS,
    POPULATIONS,
    Known,
    add_known,
    fitting,
    replace_orders,
)
from tests.services.world import NOW, STORE_ID, SUPPORT, Clock, WrittenJobs
from tests.store.postgresql import postgresql_url

SIZES = st.sampled_from([1, 2, 3, 50])
MANY = st.sampled_from([1, 2, 4, 5000])  # above it rows are not gathered: each way of reading gets its turn
ANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(ANY, max_examples=15)


def opened(url: str) -> Store:
    engine = open_engine(url)
    make_schema(engine)
    store = Store(engine)
    store.run_here(lambda connection: save_store(connection, STORE_ID, "Adventure Works", StoreSettings()))
    return store


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = opened(f"sqlite:///{tmp_path_factory.mktemp('search') / 'orders.db'}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Store]:
    with postgresql_url() as url:
        store = opened(url)
        yield store
        store.close()


def read_all(store: Store, asked: OrderSearchCriteria, size: int, many: int) -> list[str]:
    """Page through our own rows with the keys of a cursor."""
    found: list[str] = []
    cursor = Cursor()
    asked = replace(asked, limit=size)
    while True:
        rows = store.read_here(
            partial(read_local, criteria=asked, cursor=cursor, prefix="B", most=size + 1, many=many)
        )
        found += [local.row.order_number for local in rows[:size]]
        if len(rows) <= size:
            return found
        cursor = replace(cursor, local=rows[size - 1].key)


def check_search(
    store: Store, known: tuple[Known, ...], asked: OrderSearchCriteria, size: int, many: int
) -> None:
    store.run_here(lambda connection: replace_orders(connection, known))
    assert read_all(store, asked, size, many) == fitting(known, asked)


@settings(ANY, max_examples=100)
@given(known=POPULATIONS, asked=CRITERIA, size=SIZES, many=MANY)
def test_a_search_is_a_filter_of_all_orders(
    sqlite: Store, known: tuple[Known, ...], asked: OrderSearchCriteria, size: int, many: int
) -> None:
    check_search(sqlite, known, asked, size, many)


@pytest.mark.slow
@settings(ANY, max_examples=30)
@given(known=POPULATIONS, asked=CRITERIA, size=SIZES, many=MANY)
def test_a_search_on_postgresql_is_the_same_filter(
    postgresql: Store, known: tuple[Known, ...], asked: OrderSearchCriteria, size: int, many: int
) -> None:
    check_search(postgresql, known, asked, size, many)


ORLANDO = Known(
    number="B1000007", status="C", placed_at=MOMENTS[0], agent="ann", customer="c1", name="Orlando Gee",
    company="A Bike Store", email="orlando0@adventure-works.com", phone="12455550173", postcode="98052-1234",
    total=100, skus=("HL-U509", "HL-U509"), transfer="transferred", payment="PO 4711",
)  # fmt: skip
ZOE = replace(
    ORLANDO, number="B1000014", status="FAILED", placed_at=MOMENTS[3], agent="bob", customer="c2", name="Zoë Müller",
    company="", email="Zoe@Example.COM", phone="4930123456", postcode="SW1A 1AA", total=250, skus=("CA-1098",),
    transfer="", payment="tok_9",
)  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"statuses": frozenset("C")},
        {"without": frozenset({"FAILED"})},
        {"placed_from": MOMENTS[1]},
        {"customer_id": "c1"},
        {"email": "orlando0@ADVENTURE-works.com"},
        {"email": "@adventure"},
        {"phone": "(245) 555-0173"},
        {"phone": "4555"},
        {"sku": "hl-u509"},
        {"number": "1000007"},
        {"number": "b1000007"},
        {"number": "X-1000007"},
        {"transfer_statuses": frozenset({"transferred"})},
        {"agent": "Brien"},
        {"payment": "po 4711"},
        {"payment": "gw-B1000007"},
        {"postcode": "98052"},
        {"name": "bike gee"},
    ],
    ids=str,
)
@pytest.mark.parametrize("many", [1, 5000])
def test_each_criterion_tells_two_orders_apart(sqlite: Store, asked: dict[str, Any], many: int) -> None:
    sqlite.run_here(lambda connection: replace_orders(connection, (ORLANDO, ZOE)))

    assert read_all(sqlite, OrderSearchCriteria(**asked), 50, many) == [ORLANDO.number]


@pytest.fixture
def history(sqlite: Store) -> Iterator[OrderHistory]:
    clock = Clock()
    dom = FakeDom(clock)
    dom.script("get_order_history", Unreachable(reason="Connection refused."), times=100_000)
    mails = Mails(sqlite, FakeMailServer(), WrittenJobs(), clock=clock)
    yield OrderHistory(sqlite, dom, mails, store_id=STORE_ID, clock=clock)
    dom.close()


@FEW
@given(known=POPULATIONS, asked=CRITERIA, size=SIZES)
def test_paging_through_the_history_with_the_dom_silent_is_the_same_filter(
    sqlite: Store, history: OrderHistory, known: tuple[Known, ...], asked: OrderSearchCriteria, size: int
) -> None:
    sqlite.run_here(lambda connection: replace_orders(connection, known))

    async def read() -> list[str]:
        found: list[str] = []
        page = await history.search(SUPPORT, replace(asked, limit=size))
        found += [row.order_number for row in page.rows]
        while page.next_cursor:
            assert len(page.rows) == size, "the DOM adds nothing, so only the last page is short"
            page = await history.search(SUPPORT, replace(asked, limit=size, cursor=page.next_cursor))
            found += [row.order_number for row in page.rows]
        return found

    assert asyncio.run(read()) == fitting(known, asked)


@pytest.mark.parametrize(
    "other",
    [
        {"statuses": frozenset("C")},
        {"ascending": True},
        {"sort": OrderSort.TOTAL},
        {"placed_from": NOW},
        {"text": "gee"},
    ],
    ids=str,
)
async def test_a_place_of_another_search_is_refused(
    sqlite: Store, history: OrderHistory, other: dict[str, Any]
) -> None:
    sqlite.run_here(lambda connection: replace_orders(connection, (ORLANDO, ZOE)))
    page = await history.search(SUPPORT, OrderSearchCriteria(limit=1))
    assert page.next_cursor
    with pytest.raises(InvalidInput, match="belongs to another search") as refused:
        await history.search(SUPPORT, OrderSearchCriteria(limit=1, cursor=page.next_cursor, **other))
    assert refused.value.advice == "Begin with the first page."
    again = await history.search(SUPPORT, OrderSearchCriteria(limit=50, cursor=page.next_cursor))
    assert [row.order_number for row in again.rows] == [ZOE.number], "pages may grow"


@given(
    noise=st.text(max_size=60)
    | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
@settings(ANY, max_examples=30)
def test_a_place_nobody_handed_out_is_refused(history: OrderHistory, noise: str) -> None:
    if not noise:
        return
    with pytest.raises(InvalidInput, match=r"no place|another search"):
        asyncio.run(history.search(SUPPORT, OrderSearchCriteria(cursor=noise)))


@pytest.mark.parametrize(
    "key", [[1, "x"], ["2026-11-22", "x"], ["2026-11-22T09:00:00+00:00"], [None, None], "xy"]
)
async def test_a_place_with_a_forged_key_is_refused(history: OrderHistory, key: object) -> None:
    own = Cursor.read(OrderSearchCriteria()).criteria
    forged = base64.urlsafe_b64encode(json.dumps([own, "", 0, True, True, key, []]).encode()).decode()
    with pytest.raises(InvalidInput, match="no place"):
        await history.search(SUPPORT, OrderSearchCriteria(cursor=forged))


async def test_orders_placed_while_somebody_pages_repeat_and_lose_nothing(
    sqlite: Store, history: OrderHistory
) -> None:
    sqlite.run_here(lambda connection: replace_orders(connection, (ORLANDO, ZOE)))
    first = await history.search(SUPPORT, OrderSearchCriteria(limit=1))
    newer = replace(ORLANDO, number="B1000099", placed_at=NOW + timedelta(hours=1))
    sqlite.run_here(lambda connection: add_known(connection, newer))
    second = await history.search(SUPPORT, OrderSearchCriteria(limit=1, cursor=first.next_cursor))
    shown = [row.order_number for row in (*first.rows, *second.rows)]
    assert shown == [ORLANDO.number, ZOE.number]
