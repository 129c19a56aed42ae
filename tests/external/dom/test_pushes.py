"""What the DOM pushes arrives signed, at least once, in any order the faults can think of."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.domain.errors import NotAllowed
from backoffice.domain.ids import utc_now
from backoffice.domain.outcome import Succeeded
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import SyncInventoryMessage, SyncOrderMessage
from backoffice.external.dom.sync import parse_sync_inventory, parse_sync_order
from backoffice.external.serving import Listener
from backoffice.external.signing import verify
from tests.contracts.dom_examples import CONTEXT, a_line, an_order
from tests.external.dom.strings import SECRET, Strings

HELMET, BIKE = "HL-U509-R", "BK-R93R-62"
NUMBERS = (f"P{number}" for number in count(1000001))


class Store:
    """A store that listens for real, believes nothing unsigned, and answers what the test wants."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []  # message id, path, body
        self.unsigned = 0
        self.answers: list[int] = []
        routes = [Route("/sync/{noun}", self.take, methods=["POST"])]
        self.listener = Listener(Starlette(routes=routes))

    async def take(self, request: Request) -> Response:
        body = await request.body()
        status = self.answers.pop(0) if self.answers else 200
        try:
            message_id = verify([SECRET], headers=request.headers, body=body, now=utc_now())
        except NotAllowed:
            self.unsigned += 1
            return JSONResponse({}, 401)
        if status == 200:
            self.received.append((message_id, request.url.path, body))
        return JSONResponse({}, status)

    def orders(self, number: str) -> list[SyncOrderMessage]:
        messages = [parse_sync_order(body) for _, path, body in self.received if path == "/sync/orders"]
        return [message for message in messages if message.order_number == number]

    def inventory(self) -> list[SyncInventoryMessage]:
        path = "/sync/inventory-availability"
        return [parse_sync_inventory(body) for _, taken, body in self.received if taken == path]


@pytest.fixture
async def store(strings: Strings) -> AsyncIterator[Store]:
    store = Store()
    await store.listener.open()
    strings.call("POST", "store", {"url": store.listener.url})
    yield store
    strings.call("POST", "store", {"url": ""})
    await store.listener.close()


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


async def transfer(dom: HttpDom, strings: Strings, *skus: str) -> str:
    number = next(NUMBERS)
    for sku in skus:
        strings.set_stock(sku, 10)
    lines = [a_line(sku, 1, line_id=f"l{place}") for place, sku in enumerate(skus)]
    assert isinstance(
        await dom.transfer(an_order(number, *lines), key=f"key-{number}", context=CONTEXT), Succeeded
    )
    return number


async def test_each_step_of_an_order_is_pushed_with_a_growing_sequence(
    dom: HttpDom, strings: Strings, store: Store
) -> None:
    number = await transfer(dom, strings, HELMET, BIKE)
    for step in range(2, 6):
        strings.call("POST", "advance")
        await until(lambda step=step: len(store.orders(number)) == step)  # type: ignore[misc] # mypy types no default here
    pushed = store.orders(number)
    assert [message.sequence for message in pushed] == [1, 2, 3, 4, 5]
    assert [message.order.summary.status for message in pushed] == ["C", "R", "R", "S", "S"]
    assert [message.complete for message in pushed] == [True, True, False, True, True]
    partial = pushed[2].order
    assert [line.line_id for line in partial.lines] == ["l0"]
    assert [parcel.quantities for parcel in partial.shipments] == [(("l0", 1),)]
    assert partial.summary.line_count == 2


async def test_stock_that_changes_is_pushed_with_its_new_figure(
    dom: HttpDom, strings: Strings, store: Store
) -> None:
    await transfer(dom, strings, HELMET)
    strings.set_stock(HELMET, 3)
    await until(
        lambda: any(
            record.sku == HELMET and record.quantity == 3
            for message in store.inventory()
            for record in message.records
        )
    )
    figures = [
        (record.updated_at, record.quantity)
        for message in store.inventory()
        for record in message.records
        if record.sku == HELMET
    ]
    assert max(figures)[1] == 3


async def test_a_message_comes_again_until_the_store_has_it(
    dom: HttpDom, strings: Strings, store: Store
) -> None:
    store.answers = [500, 503, 400, 401, 429]
    number = await transfer(dom, strings, HELMET)
    await until(lambda: len(store.orders(number)) == 1)
    await until(lambda: strings.call("GET", "status")["waiting_pushes"] == 0)
    assert store.answers == []


async def test_messages_wait_while_no_store_is_known(dom: HttpDom, strings: Strings) -> None:
    number = await transfer(dom, strings, HELMET)
    assert strings.call("GET", "status")["waiting_pushes"] > 0
    store = Store()
    await store.listener.open()
    strings.call("POST", "store", {"url": store.listener.url})
    await until(lambda: len(store.orders(number)) == 1)
    strings.call("POST", "store", {"url": ""})
    await store.listener.close()


async def test_a_message_may_come_twice(dom: HttpDom, strings: Strings, store: Store) -> None:
    strings.fault("duplicate", "push_order")
    number = await transfer(dom, strings, HELMET)
    await until(lambda: len(store.orders(number)) == 2)
    first, second = store.orders(number)
    assert first == second


async def test_messages_may_overtake_each_other(dom: HttpDom, strings: Strings, store: Store) -> None:
    strings.fault("reorder", "push_order", seconds=1.0)
    number = await transfer(dom, strings, HELMET)
    strings.call("POST", "advance")
    await until(lambda: len(store.orders(number)) == 2)
    assert [message.sequence for message in store.orders(number)] == [2, 1]


async def test_the_same_id_may_come_with_another_body(dom: HttpDom, strings: Strings, store: Store) -> None:
    strings.fault("contradict", "push_order")
    number = await transfer(dom, strings, HELMET)
    await until(lambda: len(store.orders(number)) == 2)
    (first_id, _, first), (second_id, _, second) = [
        entry for entry in store.received if entry[1] == "/sync/orders" and number.encode() in entry[2]
    ]
    assert first_id == second_id
    assert first != second


async def test_a_message_signed_by_nobody_is_refused_and_comes_again_signed(
    dom: HttpDom, strings: Strings, store: Store
) -> None:
    strings.fault("bad_signature", "push_order")
    number = await transfer(dom, strings, HELMET)
    await until(lambda: len(store.orders(number)) == 1)
    assert store.unsigned == 1


async def test_the_dom_may_cancel_what_is_not_shipped(dom: HttpDom, strings: Strings, store: Store) -> None:
    number = await transfer(dom, strings, HELMET, BIKE)
    strings.call("POST", f"cancel/{number}")
    await until(lambda: len(store.orders(number)) == 2)
    cancelled = store.orders(number)[-1].order
    assert cancelled.summary.status == "X"
    assert [(line.cancelled, line.status) for line in cancelled.lines] == [(1, "X"), (1, "X")]
    stock = {row["sku"]: row for row in strings.ledger()["stock"] if row["location"] == "ONLINE"}
    assert stock[HELMET]["on_hand"] - stock[HELMET]["held"] == 10


async def test_what_is_shipped_at_once_is_shipped_whole(dom: HttpDom, strings: Strings, store: Store) -> None:
    number = await transfer(dom, strings, HELMET, BIKE)
    answer = strings.call("POST", f"ship/{number}")
    assert (answer["order_number"], answer["status"]) == (number, "S")
    await until(lambda: len(store.orders(number)) == 2)
    (parcel,) = store.orders(number)[-1].order.shipments
    assert dict(parcel.quantities) == {"l0": 1, "l1": 1}
