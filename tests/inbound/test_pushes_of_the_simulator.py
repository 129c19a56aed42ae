"""The DOM simulator, a process of its own, pushes over real HTTP to the inbound application until told: stored."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from backoffice.domain.ids import utc_now
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.http import HttpClient
from backoffice.inbound import build_inbound, serve_inbound
from backoffice.services.order_sync import OrderSync, apply_parked
from backoffice.store.tables.messages import inbox, mails
from backoffice.store.tables.ordering import order_lines, orders, shipments
from backoffice.store.tables.selling import availability
from tests.contracts.dom_examples import CONTEXT, a_line, an_order
from tests.external.processes import ROOT, Child
from tests.services.pushes import SECRET
from tests.services.world import World, add_order

NUMBER = "B1000001"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Child]:
    seed = str(ROOT / "resources" / "demo" / "adventure-works")
    ledger = str(tmp_path / "ledger.db")
    with Child.start(
        "backoffice.external.dom.simulator", "--ledger", ledger, "--seed", seed, "--secret", SECRET
    ) as child:
        yield child


@dataclass
class Connected:
    """Our world, listening, and the DOM's strings."""

    world: World
    control: httpx.AsyncClient

    async def tell(self, what: str, body: dict[str, object]) -> None:
        (await self.control.post(f"/control/{what}", json=body)).raise_for_status()

    async def until_delivered(self) -> None:
        async with asyncio.timeout(30):
            while (await self.control.get("/control/status")).json()["waiting_pushes"]:
                await asyncio.sleep(0.05)


@pytest.fixture
async def connected(tmp_path: Path, simulator: Child) -> AsyncIterator[Connected]:
    world = World(tmp_path / "backoffice.db")
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=utc_now)
    stop = asyncio.Event()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    app = build_inbound(sync, world.store)
    serving = asyncio.create_task(serve_inbound(app, "127.0.0.1", 0, url.set_result, stop))
    client = HttpClient(simulator.url, deadline=timedelta(seconds=10))
    order = an_order(NUMBER, a_line("HL-U509-R", 12), a_line("SO-B909-M", 1, line_id="l2"))
    await HttpDom(client, context=CONTEXT).transfer(order, key="k1", context=CONTEXT)
    async with httpx.AsyncClient(
        base_url=str(simulator.ready["control"]), trust_env=False, timeout=30
    ) as control:
        connected = Connected(world, control)
        await connected.tell("store", {"url": await url})
        yield connected
    await client.close()
    stop.set()
    await asyncio.wait_for(serving, 10)
    world.close()


def add_our_order(world: World) -> None:
    lines = (("l1", "HL-U509-R", 12), ("l2", "SO-B909-M", 1))
    world.do(lambda connection: add_order(connection, NUMBER, lines))


async def test_an_order_comes_back_shipped_whatever_happens_to_its_messages(connected: Connected) -> None:
    world = connected.world
    add_our_order(world)
    for fault in (
        {"kind": "reorder", "operation": "push_order", "count": 2, "seconds": 0.5},
        {"kind": "duplicate", "operation": "push_order", "count": 2},
        {"kind": "bad_signature", "operation": "push_order", "count": 1},
    ):
        await connected.tell("faults", fault)
    await connected.tell("advance", {"steps": 6})
    await connected.until_delivered()
    assert world.row(orders)["status"] == "S"
    assert {row["line_id"]: row["shipped"] for row in world.rows(order_lines)} == {"l1": 12, "l2": 1}
    parcels = {row["shipment_id"]: row["status"] for row in world.rows(shipments)}
    assert set(parcels.values()) == {"delivered"}
    assert len(parcels) == 2
    told = sorted((row["occasion"], row["about"]) for row in world.rows(mails))
    assert told == sorted((occasion, about) for about in parcels for occasion in ("shipped", "delivered"))
    assert any(row["times_received"] > 1 for row in world.rows(inbox))


async def test_messages_before_their_order_wait_for_it(connected: Connected) -> None:
    world = connected.world
    await connected.tell("advance", {"steps": 3})
    await connected.until_delivered()
    waiting = [row for row in world.rows(inbox) if row["kind"] == "SyncOrder"]
    assert {row["state"] for row in waiting} == {"parked"}
    add_our_order(world)
    world.do(lambda connection: apply_parked(connection, world.jobs, NUMBER, at=utc_now()))
    assert world.row(orders)["sync_sequence"] == max(row["sequence"] for row in waiting)
    assert world.rows(shipments) != []


async def test_the_stock_here_follows_the_stock_there(connected: Connected) -> None:
    await connected.tell("stock", {"sku": "HL-U509-R", "quantity": 41})
    await connected.until_delivered()
    row = connected.world.row(availability, sku="HL-U509-R", location_id="ONLINE")
    assert int(row["quantity"]) == 41


async def test_a_message_that_contradicts_itself_is_set_aside(connected: Connected) -> None:
    add_our_order(connected.world)
    await connected.tell("faults", {"kind": "contradict", "operation": "push_order", "count": 1})
    await connected.tell("advance", {"steps": 1})
    await connected.until_delivered()
    assert [row["state"] for row in connected.world.rows(inbox)].count("set_aside") == 1
