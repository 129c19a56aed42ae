"""From Submit to delivery: transferred, pushed back in any order, told to the customer, the cache as the DOM counts."""

import random
from datetime import timedelta

import pytest

from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import Source
from backoffice.domain.outcome import Succeeded, Unreachable
from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from backoffice.services.order_sync import OrderSync
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_lines, shipments
from backoffice.store.tables.selling import availability, decrements
from tests.services.desk import CARD, Desk
from tests.services.desk_world import TableJobs
from tests.services.pushes import SECRET, signed
from tests.services.world import SUPPORT

SKUS = (Sku("HL-U509-R"), Sku("BK-M68S-38"))
ONLINE = LocationId("ONLINE")


class Post:
    """Carries what the DOM pushed to the store: late, twice and in any order."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self._desk, self._chance = desk, chance
        self._sync = OrderSync(desk.office.store, TableJobs(desk.clock), secrets=[SECRET], clock=desk.clock)
        self._delivered: set[tuple[str, bytes]] = set()

    async def deliver(self, share: float = 1.0) -> None:
        pushed = [
            (kind, body) for kind in ("push_order", "push_inventory") for body in self._desk.dom.bodies(kind)
        ]
        waiting = [push for push in pushed if push not in self._delivered]
        self._chance.shuffle(waiting)
        for kind, body in waiting[: int(len(waiting) * share + 0.999)]:
            again = self._chance.random() < 0.3
            for _ in range(1 + again):
                await self._take(kind, body)
            self._delivered.add((kind, body))

    async def _take(self, kind: str, body: bytes) -> None:
        headers = signed(body, at=self._desk.clock.now)
        receive = self._sync.receive_order if kind == "push_order" else self._sync.receive_inventory
        await receive(body, headers)


async def test_a_phone_order_comes_back_shipped_and_delivered(desk: Desk) -> None:
    post = Post(desk, random.Random(1))
    number = (await desk.ordered("3*HL-U509-R", "1*BK-M68S-38", pay=CARD)).order_number
    await desk.run_jobs()
    for _ in range(5):
        desk.dom.advance()
        await post.deliver()
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.order(number)["status"] == "S"
    assert {row["status"] for row in desk.rows(shipments)} == {"delivered"}
    told = [row["occasion"] for row in desk.rows(mails)]
    assert sorted(told) == ["confirmation", "delivered", "delivered", "shipped", "shipped"]
    assert {row["status"] for row in desk.rows(mails)} == {"sent"}
    assert len(desk.mail.received) == len(told)
    details = await desk.office.order_history.details(SUPPORT, number)
    assert details.differences == ()
    kinds = {entry.kind for entry in details.timeline}
    assert {"checkout", "payment", "transfer", "sync", "mail", "status"} <= kinds
    page = await desk.office.order_history.search(SUPPORT, OrderSearchCriteria(text=number))
    assert [(row.order_number, row.source, row.status) for row in page.rows] == [(number, "both", "S")]


@pytest.mark.parametrize("seed", range(8))
async def test_once_quiet_both_sides_agree_whatever_came_when(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    post = Post(desk, chance)
    numbers = []
    for _ in range(3):
        numbers.append((await desk.ordered("3*HL-U509-R", "2*BK-M68S-38")).order_number)
        await post.deliver(chance.random())
        if chance.random() < 0.5:
            desk.dom.script("transfer", Unreachable(reason="Down."))
        await desk.run_jobs()
        if chance.random() < 0.5:
            desk.dom.stock("HL-U509-R", chance.randrange(50, 300))
        desk.dom.advance()
        await post.deliver(chance.random())
    await desk.run_jobs(within=timedelta(minutes=5))
    if chance.random() < 0.5:
        for number in _unshipped(desk):
            desk.dom.cancel(number)
    for _ in range(6):
        desk.dom.advance()
    await post.deliver()
    for number in numbers:
        details = await desk.office.order_history.details(SUPPORT, number)
        assert (details.external is not None, details.differences) == (True, ())
    assert len(desk.rows(decrements)) == len(desk.rows(order_lines))
    there = await desk.dom.get_inventory_availability(SKUS, (ONLINE,))
    assert isinstance(there, Succeeded)
    kept = {row["sku"]: row["quantity"] for row in desk.rows(availability, location_id=ONLINE)}
    assert {record.sku: record.quantity for record in there.value} == {sku: kept[sku] for sku in SKUS}
    assert violations(desk) == []


def violations(desk: Desk) -> list[str]:
    """What the invariants find over our database and the DOM's book, once quiet."""
    ledgers = Ledgers(now=desk.clock.now, quiet=True, dom=desk.dom.ledger())
    return [
        f"{finding.invariant.number} {bad.subject}: {bad.sentence}"
        for finding in desk.office.store.read_here(lambda connection: check_all(connection, ledgers))
        for bad in finding.violations
    ]


def _unshipped(desk: Desk) -> list[str]:
    """Orders of which the DOM has something left to ship."""
    return [row["order_number"] for row in desk.dom.ledger()["orders"] if row["status"] in {"C", "R", "B"}]


async def test_an_agent_sees_the_figure_fall_with_each_order(desk: Desk) -> None:
    first = await desk.office.inventory.get_inventory_availability(SUPPORT, SKUS[:1], locations=(ONLINE,))
    await desk.ordered("200*HL-U509-R")
    await desk.run_jobs()
    [after] = await desk.office.inventory.get_inventory_availability(SUPPORT, SKUS[:1], locations=(ONLINE,))
    assert first[0].quantity is not None
    assert after.quantity is not None
    assert int(first[0].quantity - after.quantity) == 200
    assert after.source is Source.CACHED
