"""What the store receives, spoken over real HTTP on a loopback port, and checked against its document."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator
from sqlalchemy import event, text

from backoffice.external.signing import MAX_BODY_BYTES
from backoffice.inbound import build_inbound, serve_inbound
from backoffice.services.order_sync import OrderSync
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables.messages import inbox
from backoffice.store.tables.ordering import orders
from tests.external.processes import ROOT
from tests.services.pushes import SECRET, a_line, a_parcel, signed, sync_inventory, sync_order
from tests.services.world import World, add_order

JSON = {"content-type": "application/json"}
SHIPPED = sync_order(
    "m3", 3, "S", lines=[a_line("l1", "S", shipped=12)], shipments=[a_parcel("p1", ("l1", 12))]
)


@lru_cache
def document() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "resources" / "openapi" / "store.yaml").read_text())
    return parsed


def check(answer: httpx.Response, path: str, method: str) -> dict[str, Any]:
    """Return the body of an answer the document allows."""
    said: dict[str, Any] = answer.json()
    described = document()["paths"][path][method]["responses"][str(answer.status_code)]
    if "$ref" in described:
        described = document()["components"]["responses"][described["$ref"].rpartition("/")[2]]
    schema = described["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document()["components"]}).validate(said)
    return said


class Listening:
    """The inbound application on a port, and the world behind it."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world = world
        self.client = client

    async def push(self, body: bytes, path: str = "/sync/orders", **headers: str) -> httpx.Response:
        return await self.client.post(path, content=body, headers={**signed(body), **JSON, **headers})


@pytest.fixture
async def inbound(tmp_path: Path) -> AsyncIterator[Listening]:
    world = World(tmp_path / "backoffice.db")
    world.do(add_order)
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)
    app = build_inbound(sync, world.store, clock=world.clock)
    stop = asyncio.Event()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_inbound(app, "127.0.0.1", 0, url.set_result, stop))
    async with httpx.AsyncClient(base_url=await url, trust_env=False, timeout=30) as client:
        yield Listening(world, client)
    stop.set()
    await asyncio.wait_for(serving, 10)
    world.close()


async def test_a_signed_message_is_stored_before_it_is_confirmed(inbound: Listening) -> None:
    answer = await inbound.push(SHIPPED)
    said = check(answer, "/sync/orders", "post")
    assert (answer.status_code, said["answers"], said["outcome"]) == (200, "m3", "applied")
    assert inbound.world.row(orders)["status"] == "S"
    again = check(await inbound.push(SHIPPED), "/sync/orders", "post")
    assert again["outcome"] == "duplicate"
    stale = check(await inbound.push(sync_order("m1", 1, "R")), "/sync/orders", "post")
    assert stale["outcome"] == "stale"
    parked = check(await inbound.push(sync_order("m9", 1, "R", number="B2")), "/sync/orders", "post")
    assert parked["outcome"] == "parked"


async def test_stock_is_received_too(inbound: Listening) -> None:
    path = "/sync/inventory-availability"
    answer = await inbound.push(sync_inventory("s1", ("A", "5", "2026-11-22T08:00:00Z")), path)
    assert check(answer, path, "post")["outcome"] == "applied"


async def test_the_signature_is_looked_at_before_the_body(inbound: Listening) -> None:
    nonsense = b'{"bodId": "m1", this is not JSON'
    for headers in ({}, {"webhook-id": "m1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}):
        answer = await inbound.client.post("/sync/orders", content=nonsense, headers={**JSON, **headers})
        assert answer.status_code == 401
        assert check(answer, "/sync/orders", "post")["answers"] == headers.get("webhook-id")
    assert inbound.world.rows(inbox) == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"bodId": "m1"}',
        SHIPPED.replace(b'"R"', b'"Q"').replace(b'"S"', b'"Q"'),
        SHIPPED.replace(b'"shipped": 12', b'"shipped": "12"'),
        SHIPPED.replace(b"13000", b"130.5"),
        sync_inventory("m3", ("A", "5", "2026-11-22T08:00:00Z")),
    ],
    ids=["empty", "unknown status", "text for a number", "a fraction of a cent", "another message"],
)
async def test_a_malformed_message_is_refused_with_its_reason(inbound: Listening, body: bytes) -> None:
    answer = await inbound.push(body)
    assert answer.status_code == 400
    assert check(answer, "/sync/orders", "post")["code"] == "invalid_message"
    assert inbound.world.rows(inbox) == []


async def test_a_body_that_is_not_signed_under_its_own_id_is_refused(inbound: Listening) -> None:
    other = {**signed(sync_order("m4", 4, "R")), **JSON}
    answer = await inbound.client.post("/sync/orders", content=SHIPPED, headers=other)
    assert answer.status_code == 401
    plain = await inbound.push(SHIPPED, **{"content-type": "text/plain"})
    assert (plain.status_code, check(plain, "/sync/orders", "post")["code"]) == (415, "not_json")


async def test_a_body_larger_than_any_message_is_not_read(inbound: Listening) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 2):
            yield b" " * 65536

    for content in (b" " * (MAX_BODY_BYTES + 1), drip()):
        with suppress(httpx.WriteError):  # the server may close before all of it is written
            answer = await inbound.client.post("/sync/orders", content=content, headers=JSON)
            assert answer.status_code == 413
            check(answer, "/sync/orders", "post")


async def test_the_order_is_untouched_and_the_sender_told_to_try_again_while_the_database_is_away(
    inbound: Listening,
) -> None:
    engine = inbound.world.store.engine
    other = Store(open_engine(f"sqlite:///{engine.url.database}"))
    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA busy_timeout = 200"))
    engine.dispose()  # the ten seconds of patience are too many for a test
    with other.engine.connect() as held:
        held.execute(text("UPDATE orders SET notes = 'held'"))
        pushes = [inbound.push(SHIPPED), inbound.client.get("/readyz")]
        pushed, ready = await asyncio.gather(*pushes)
        alive = await inbound.client.get("/healthz")
        held.rollback()
    other.close()
    assert pushed.status_code == ready.status_code == 503
    assert pushed.headers["retry-after"] == "2"
    assert "busy" in check(pushed, "/sync/orders", "post")["reason"]
    check(ready, "/readyz", "get")
    assert check(alive, "/healthz", "get") == {"status": "ok"}
    assert (await inbound.push(SHIPPED)).status_code == 200


async def test_readiness_and_figures(inbound: Listening) -> None:
    await inbound.push(SHIPPED)
    await inbound.client.post("/sync/orders", content=b"{}", headers=JSON)
    assert check(await inbound.client.get("/readyz"), "/readyz", "get") == {"status": "ok"}
    answer = await inbound.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = answer.text.splitlines()
    assert 'backoffice_sync_answers_total{kind="SyncOrder",said="applied"} 1' in figures
    assert 'backoffice_sync_answers_total{kind="SyncOrder",said="unsigned"} 1' in figures
    assert 'backoffice_inbox_messages{state="applied"} 1' in figures
    assert "backoffice_store_up 1" in figures


async def test_what_is_not_there_is_not_found(inbound: Listening) -> None:
    assert (await inbound.client.get("/sync/orders")).status_code == 405
    assert (await inbound.client.post("/sync/other", content=b"{}")).status_code == 404
