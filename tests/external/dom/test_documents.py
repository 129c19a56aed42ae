"""Both sides keep to the documents: what the adapter sends, what the simulator answers and pushes."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.domain.ids import LocationId, OrderNumber, ReservationId, Sku, utc_now
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import HistoryQuery
from backoffice.external.dom.simulator.api import Api
from backoffice.external.dom.simulator.dom import Dom
from backoffice.external.dom.simulator.faults import Fault, FaultSchedule
from backoffice.external.dom.simulator.ledger import Ledger
from backoffice.external.dom.simulator.seed import seed
from backoffice.external.dom.wire import Context
from backoffice.external.http import HttpClient
from backoffice.external.serving import Listener
from tests.contracts.dom_examples import CONTEXT, PLACED_AT, a_line, an_order, to_hold
from tests.external.dom.conftest import DEMO
from tests.external.dom.document import Document
from tests.external.processes import ROOT

OPENAPI = ROOT / "resources" / "openapi"
HELMET, BIKE = "HL-U509-R", "BK-R93R-62"


class Witness:
    """Stands between the adapter and the DOM, and holds each exchange against the document."""

    def __init__(self, app: ASGIApp, document: Document) -> None:
        self._app = app
        self._document = document
        self.seen: list[tuple[str, int]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        path, method = scope["raw_path"].decode(), request.method
        operation = self._document.check_request(
            method, path, request.query_params.multi_items(), request.headers, body
        )
        answer: list[bytes] = []
        status = 0

        async def listen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                answer.append(message["body"])
            await send(message)

        async def again() -> Message:
            return {"type": "http.request", "body": body}

        await self._app(scope, again, listen)
        self._document.check_answer(method, path, status, b"".join(answer))
        self.seen.append((operation, status))


class Witnessed:
    """The adapter, the DOM, and the witness between them."""

    def __init__(self, folder: Path) -> None:
        context = Context(
            store="adventure", currency="USD", locale="en-US", acting_user="dom", on_behalf_of=""
        )
        self.ledger = Ledger(folder / "ledger.db")
        seed(self.ledger, DEMO, context)
        self.faults = FaultSchedule()
        self.dom = Dom(self.ledger, self.faults, utc_now, context)
        self.witness = Witness(Starlette(routes=Api(self.dom).routes()), Document(OPENAPI / "dom.yaml"))
        self.listener = Listener(self.witness)


@pytest.fixture
async def witnessed(tmp_path: Path) -> AsyncIterator[Witnessed]:
    witnessed = Witnessed(tmp_path)
    await witnessed.listener.open()
    yield witnessed
    await witnessed.listener.close()
    witnessed.ledger.close()


@pytest.fixture
async def adapter(witnessed: Witnessed) -> AsyncIterator[HttpDom]:
    async with HttpClient(witnessed.listener.url) as client:
        yield HttpDom(client, context=CONTEXT)


@pytest.mark.parametrize("name", ["dom.yaml", "store.yaml"])
def test_the_documents_are_openapi(name: str) -> None:
    content = Document(OPENAPI / name).content
    validate(content)
    assert content["info"]["version"]


def test_what_both_documents_describe_they_describe_alike() -> None:
    dom = Document(OPENAPI / "dom.yaml").content["components"]["schemas"]
    store = Document(OPENAPI / "store.yaml").content["components"]["schemas"]
    shared = dom.keys() & store.keys()
    assert {"Order", "AvailabilityRecord", "Address", "Moment", "Id"} <= shared
    assert {name: dom[name] for name in shared} == {name: store[name] for name in shared}


async def test_every_call_and_every_answer_is_as_the_document_says(
    witnessed: Witnessed, adapter: HttpDom
) -> None:
    held = (to_hold(HELMET, 2), to_hold(BIKE, 500, line_id="l2"), to_hold("FR-R92B-58", 1, line_id="l3"))
    expires_at = utc_now() + timedelta(minutes=5)
    await adapter.get_inventory_availability((Sku(HELMET), Sku("Ä & b"), Sku(BIKE)))
    await adapter.get_inventory_availability((Sku(HELMET),), (LocationId("ONLINE"), LocationId("LOC-1")))
    await adapter.reserve_inventory(ReservationId("r1"), held, expires_at=expires_at, context=CONTEXT)
    await adapter.reserve_inventory(ReservationId("r2"), held[:1], expires_at=PLACED_AT, context=CONTEXT)
    order = an_order("B1000001", a_line(HELMET, 2), a_line(BIKE, 1, line_id="l2"), reservation_id="r1")
    await adapter.transfer(order, key="key-1", context=CONTEXT)
    await adapter.transfer(order, key="key-2", context=CONTEXT)
    await adapter.cancel_inventory_reservation(ReservationId("r1"), context=CONTEXT)
    await adapter.cancel_inventory_reservation(ReservationId("r9"), context=CONTEXT)
    await adapter.find_transferred(OrderNumber("B1000001"))
    await adapter.find_transferred(OrderNumber("B1000002"))
    witnessed.dom.advance(goods_arrive=True)
    witnessed.dom.advance(goods_arrive=True)
    await adapter.get_order_details("B1000001")
    await adapter.get_order_details("DOM0000001")
    await adapter.get_order_history(HistoryQuery(placed_from=PLACED_AT))
    query = HistoryQuery(
        email="a@b.c",
        phone="1",
        name="x",
        sku="y",
        order_number="B",
        status="S",
        placed_from=PLACED_AT,
        limit=7,
    )
    await adapter.get_order_history(query)
    await adapter.get_order_history(HistoryQuery(cursor="nonsense"))
    assert witnessed.witness.seen == [
        ("getInventoryAvailability", 200),
        ("getInventoryAvailability", 200),
        ("reserveInventory", 200),
        ("reserveInventory", 422),
        ("transferOrder", 200),
        ("transferOrder", 409),
        ("cancelInventoryReservation", 409),
        ("cancelInventoryReservation", 200),
        ("getOrderDetails", 200),
        ("getOrderDetails", 404),
        ("getOrderDetails", 200),
        ("getOrderDetails", 200),
        ("getOrderHistory", 200),
        ("getOrderHistory", 200),
        ("getOrderHistory", 400),
    ]


@pytest.mark.parametrize("kind", ["error_before", "error_after", "too_many", "unavailable", "refuse"])
async def test_even_a_failure_is_as_the_document_says(
    witnessed: Witnessed, adapter: HttpDom, kind: str
) -> None:
    witnessed.faults.add(Fault.model_validate({"kind": kind}))
    await adapter.get_order_history(HistoryQuery())
    assert len(witnessed.witness.seen) == 1


async def test_what_is_pushed_is_as_the_stores_document_says(witnessed: Witnessed, adapter: HttpDom) -> None:
    store = Document(OPENAPI / "store.yaml")
    order = an_order("B1000001", a_line(HELMET, 2), a_line(BIKE, 500, line_id="l2"), method="link")
    await adapter.transfer(order, key="key-1", context=CONTEXT)
    for _ in range(8):
        witnessed.dom.advance(goods_arrive=True)
    order = an_order("B1000002", a_line(HELMET, 2))
    await adapter.transfer(order, key="key-2", context=CONTEXT)
    witnessed.dom.cancel("B1000002")
    pushes = witnessed.ledger.rows("SELECT kind, body FROM pushes ORDER BY seq")
    names = {"push_order": "SyncOrder", "push_inventory": "SyncInventoryAvailability"}
    for push in pushes:
        store.schema(names[push["kind"]], json.loads(push["body"]))
    statuses = [
        json.loads(push["body"])["order"]["status"] for push in pushes if push["kind"] == "push_order"
    ]
    assert set(statuses) >= {"M", "C", "R", "B", "S", "X"}
