"""Availability: from the cache or the DOM, one call for all, honest about source and age; each order counted once."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert

from backoffice.domain.availability_rules import local_stock
from backoffice.domain.errors import InvalidInput, NotAllowed, Refusal
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import Availability, AvailabilityStatus, InventorySystem, Source
from backoffice.domain.outcome import Outcome, Unknown, Unreachable
from backoffice.domain.stock_file import LoadProgress
from backoffice.external.dom.port import SyncInventoryMessage
from backoffice.services.inventory import Inventory, apply_inventory, decrement_cache
from backoffice.settings import StoreSettings
from backoffice.store.tables.ordering import order_lines, order_statuses, orders
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import availability, decrements, stock
from tests.fakes.dom import FakeDom
from tests.services.world import AGENT, NOW, STORE_ID, SUPERVISOR, Clock, World, add_order

HELMET, BIKE = Sku("HL-U509-R"), Sku("BK-R93R-62")
ONLINE, STORE = LocationId("ONLINE"), LocationId("LOC-1")
DOWN = Unreachable(reason="Connection refused.")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "backoffice.db")
    yield world
    world.close()


@pytest.fixture
def dom(world: World) -> Iterator[FakeDom]:
    dom = FakeDom(world.clock)
    dom.stock(HELMET, 288)
    dom.stock(BIKE, 5, restock_days=14)
    yield dom
    dom.close()


@pytest.fixture
def inventory(world: World, dom: FakeDom) -> Inventory:
    return Inventory(world.store, dom, store_id=STORE_ID, clock=world.clock)


async def ask(
    inventory: Inventory, *skus: Sku, want: int = 0, now: bool = False
) -> list[tuple[Source, int | None]]:
    records = await inventory.get_inventory_availability(
        AGENT,
        skus,
        locations=(ONLINE,),
        requested=dict.fromkeys(skus, want),
        ask_dom_now=now,
    )
    return [(record.source, pieces(record)) for record in records]


def pieces(record: Availability) -> int | None:
    return None if record.quantity is None else int(record.quantity)


def figure(sku: Sku, quantity: int, at: datetime) -> Availability:
    return Availability(
        sku=sku,
        location=ONLINE,
        status=AvailabilityStatus.AVAILABLE,
        quantity=Decimal(quantity),
        updated_at=at,
        source=Source.LIVE,
    )


async def test_the_first_question_is_one_call_for_all_and_the_second_none(
    dom: FakeDom, inventory: Inventory
) -> None:
    assert await ask(inventory, HELMET, BIKE) == [(Source.LIVE, 288), (Source.LIVE, 5)]
    assert await ask(inventory, HELMET) == [(Source.CACHED, 288)]
    assert dom.calls == ["get_inventory_availability"]


async def test_high_stock_trusts_the_cache_and_low_stock_asks(
    world: World, dom: FakeDom, inventory: Inventory
) -> None:
    await ask(inventory, HELMET, BIKE)
    world.clock.pass_time(seconds=60)
    dom.stock(HELMET, 200)
    dom.stock(BIKE, 4)
    assert await ask(inventory, HELMET, BIKE) == [(Source.CACHED, 288), (Source.LIVE, 4)]
    # 288 - 279 = 9 pieces left: less than the threshold of 10
    assert await ask(inventory, HELMET, want=279) == [(Source.LIVE, 200)]
    world.clock.pass_time(minutes=6)
    assert await ask(inventory, HELMET) == [(Source.LIVE, 200)]


async def test_ask_the_dom_now_trusts_nothing_kept(dom: FakeDom, inventory: Inventory) -> None:
    await ask(inventory, HELMET)
    dom.stock(HELMET, 7)
    assert await ask(inventory, HELMET, now=True) == [(Source.LIVE, 7)]
    assert await ask(inventory, HELMET) == [(Source.CACHED, 7)]


@pytest.mark.parametrize("trouble", [DOWN, Unknown(reason="No answer in time.")])
async def test_a_silent_dom_leaves_the_stale_figure_or_the_fallback(
    world: World, dom: FakeDom, inventory: Inventory, trouble: Unreachable | Unknown
) -> None:
    await ask(inventory, HELMET)
    world.clock.pass_time(hours=2)
    dom.script("get_inventory_availability", trouble)
    old, unknown = await inventory.get_inventory_availability(AGENT, (HELMET, BIKE), locations=(ONLINE,))
    assert (old.source, pieces(old), old.updated_at) == (Source.STALE, 288, NOW)
    assert (unknown.source, unknown.quantity) == (Source.FALLBACK, None)
    assert unknown.status is AvailabilityStatus.UNAVAILABLE


async def test_the_fallback_is_the_stores(world: World, dom: FakeDom, inventory: Inventory) -> None:
    world.set_store(StoreSettings(fallback_status="Backorderable", fallback_delay=timedelta(days=3)))
    dom.script("get_inventory_availability", DOWN)
    [record] = await inventory.get_inventory_availability(AGENT, (BIKE,), locations=(ONLINE,))
    assert record.status is AvailabilityStatus.BACKORDERABLE
    assert record.available_from == NOW + timedelta(days=3)


async def test_no_places_named_means_the_online_store_and_the_physical_ones(inventory: Inventory) -> None:
    records = await inventory.get_inventory_availability(AGENT, (HELMET,))
    assert [(record.location, record.status.value) for record in records] == [
        ("ONLINE", "Available"),
        ("LOC-1", "Unavailable"),
    ]
    assert [place.kind for place in await inventory.locations()] == ["online", "store"]


async def test_a_sku_the_dom_does_not_know_is_unavailable(inventory: Inventory) -> None:
    assert await ask(inventory, Sku("NO-SUCH")) == [(Source.LIVE, None)]


class SlowDom(FakeDom):
    """A DOM that thinks until it may answer."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.may_answer = asyncio.Event()

    async def get_inventory_availability(
        self, skus: tuple[Sku, ...], locations: tuple[LocationId, ...] = ()
    ) -> Outcome[tuple[Availability, ...]]:
        await self.may_answer.wait()
        return await super().get_inventory_availability(skus, locations)


async def test_askers_of_the_same_sku_share_one_call_and_one_who_leaves_takes_nothing_away(
    world: World,
) -> None:
    dom = SlowDom(world.clock)
    dom.stock(HELMET, 288)
    dom.stock(BIKE, 5)
    inventory = Inventory(world.store, dom, store_id=STORE_ID, clock=world.clock)
    impatient = asyncio.create_task(ask(inventory, HELMET))
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(ask(inventory, HELMET, BIKE)) for _ in range(5)]
    await asyncio.sleep(0.05)
    impatient.cancel()
    dom.may_answer.set()
    assert await asyncio.gather(*others) == [[(Source.LIVE, 288), (Source.LIVE, 5)]] * 5
    assert dom.calls == ["get_inventory_availability"] * 2  # the helmet, then the bike the others added
    assert await ask(inventory, HELMET, BIKE) == [(Source.CACHED, 288), (Source.CACHED, 5)]
    dom.close()


async def test_an_answer_never_overwrites_a_newer_figure(world: World, inventory: Inventory) -> None:
    newer = SyncInventoryMessage(
        message_id="s1", created_at=NOW, records=(figure(HELMET, 3, NOW + timedelta(seconds=1)),)
    )
    world.do(lambda connection: apply_inventory(connection, newer, NOW))
    assert await ask(inventory, HELMET, now=True) == [(Source.LIVE, 288)]
    assert await ask(inventory, HELMET) == [(Source.CACHED, 3)]


PLACED = NOW - timedelta(hours=1)


def counted(world: World) -> int:
    return int(world.row(availability, sku=HELMET)["quantity"])


@pytest.mark.parametrize("steps", sorted(set(permutations(["old", "new", "order", "order", "old"]))))
async def test_figures_and_orders_in_any_order_count_each_order_once(
    world: World, steps: tuple[str, ...]
) -> None:
    """The old figure is from before the order, the new one from after it: the DOM has taken it off there."""
    for only in (("old", "order"), ("order", "old"), steps):
        world.do(_empty)
        world.do(lambda connection: add_order(connection, lines=(("l1", HELMET, 12),), placed_at=PLACED))
        for step in only:
            world.do(STEPS[step])
        assert counted(world) == 276
        assert len(world.rows(decrements)) == 1


def _pushed(quantity: int, at: datetime) -> Callable[[Connection], object]:
    message = SyncInventoryMessage(message_id="s", created_at=at, records=(figure(HELMET, quantity, at),))
    return lambda connection: apply_inventory(connection, message, NOW)


STEPS: dict[str, Callable[[Connection], object]] = {
    "old": _pushed(288, PLACED - timedelta(minutes=5)),
    "new": _pushed(276, NOW),
    "order": lambda connection: decrement_cache(connection, "id-B1000001", NOW),
}


def _empty(connection: Connection) -> None:
    for table in (availability, decrements, order_lines, order_statuses, orders):
        connection.execute(delete(table))


async def test_a_decrement_never_goes_below_nothing(world: World) -> None:
    before = SyncInventoryMessage(
        message_id="s1", created_at=NOW, records=(figure(HELMET, 5, PLACED - timedelta(minutes=1)),)
    )
    world.do(lambda connection: apply_inventory(connection, before, NOW))
    world.do(lambda connection: add_order(connection, lines=(("l1", HELMET, 12),), placed_at=PLACED))
    world.do(lambda connection: decrement_cache(connection, "id-B1000001", NOW))
    row = world.row(availability, sku=HELMET)
    assert (int(row["quantity"]), row["status"]) == (0, "Unavailable")


_AVAILABLE, _UNAVAILABLE = AvailabilityStatus.AVAILABLE, AvailabilityStatus.UNAVAILABLE


@pytest.mark.parametrize(
    "quantity, reserved, flags, expected",
    [
        (10, 3, 0, (_AVAILABLE, 7)),
        (10, 10, 0, (_UNAVAILABLE, 0)),
        (10, 12, 0, (_UNAVAILABLE, 0)),
        (10, 3, 1, (_AVAILABLE, 7)),
        (0, 0, 2, (_AVAILABLE, None)),
        (10, 3, 2, (_AVAILABLE, None)),
        (10, 3, 2 | 4, (_AVAILABLE, 7)),
        (0, 0, 4, (_UNAVAILABLE, 0)),
    ],
)
def test_own_stock_promises_what_is_not_reserved_unless_its_flags_say_otherwise(
    quantity: int, reserved: int, flags: int, expected: tuple[AvailabilityStatus, int | None]
) -> None:
    record = local_stock(HELMET, ONLINE, quantity=quantity, reserved=reserved, flags=flags, updated_at=NOW)
    assert (record.status, pieces(record)) == expected


async def test_a_store_with_its_own_stock_asks_nobody(
    world: World, dom: FakeDom, inventory: Inventory
) -> None:
    world.set_store(StoreSettings(inventory_system=InventorySystem.NON_ATP))
    row = {"sku": HELMET, "location_id": "ONLINE", "quantity": 10, "reserved": 3, "flags": 0}
    world.do(lambda connection: connection.execute(insert(stock).values(**row, updated_at=NOW)))
    assert await ask(inventory, HELMET, BIKE) == [(Source.LOCAL, 7), (Source.LOCAL, 0)]
    assert dom.calls == []


async def test_without_inventory_everything_is_available(world: World, inventory: Inventory) -> None:
    world.set_store(StoreSettings(inventory_system=InventorySystem.NONE))
    assert await ask(inventory, HELMET) == [(Source.LOCAL, None)]
    world.set_store(StoreSettings(inventory_system=InventorySystem.ATP))
    with pytest.raises(Refusal, match="ATP"):
        await ask(inventory, HELMET)


async def load(inventory: Inventory, path: Path, text: str) -> tuple[int, int, int]:
    path.write_text(text, encoding="utf-8")
    told: list[LoadProgress] = []
    result = await inventory.load_inventory(SUPERVISOR, path, progress=told.append, cancel=lambda: False)
    assert told[-1].share == 1.0
    return result.loaded, result.unchanged, result.rejected


async def test_a_file_loads_what_is_good_and_tells_each_bad_row(
    world: World, inventory: Inventory, tmp_path: Path
) -> None:
    path = tmp_path / "stock.csv"
    text = (
        "sku,location,quantity,updated_at\n"
        "A,ONLINE,5,2026-11-22T08:00:00Z\n"
        "B,NOWHERE,5,\n"
        "C,ONLINE,minus one,\n"
        "D,ONLINE,-1,\n"
        "=E,ONLINE\n"
        '"F",LOC-1,2.5,2026-11-22T08:00:00+01:00\n'
        '"G,ONLINE,5,\n'
        f"{'H' * 50_000},ONLINE,5,\n"
        "I,ONLINE,5,yesterday\n"
        "J,ONLINE,7,2026-11-22T08:00:00Z\n"
    )
    assert await load(inventory, path, text) == (3, 0, 7)
    assert {row["sku"]: row["quantity"] for row in world.rows(availability)} == {
        "A": Decimal(5),
        "F": Decimal("2.5"),
        "J": Decimal(7),
    }
    rejects = path.with_name("stock.csv.rejects.csv").read_text(encoding="utf-8")
    assert "3,There is no location NOWHERE." in rejects
    assert "6,This is not a row" in rejects
    assert "'=E,ONLINE" in rejects
    assert "10,yesterday is not a moment" in rejects
    assert await load(inventory, path, text) == (0, 3, 7)
    assert [row["action"] for row in world.rows(audit)] == ["stock.loaded"] * 2


async def test_json_lines_load_too_and_own_stock_is_counted_in_pieces(
    world: World, inventory: Inventory, tmp_path: Path
) -> None:
    world.set_store(StoreSettings(inventory_system=InventorySystem.NON_ATP))
    text = (
        '{"sku": "A", "locationId": "ONLINE", "quantity": 5}\n'
        "not json\n"
        '{"sku": "B", "location": "ONLINE", "quantity": 2.5}\n'
    )
    assert await load(inventory, tmp_path / "stock.jsonl", text) == (1, 0, 2)
    assert [(row["sku"], row["quantity"]) for row in world.rows(stock)] == [("A", 5)]


async def test_a_load_can_be_cancelled_and_keeps_what_it_wrote(
    world: World, inventory: Inventory, tmp_path: Path
) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("sku,location,quantity\n" + "".join(f"S{n},ONLINE,{n}\n" for n in range(5000)))
    result = await inventory.load_inventory(SUPERVISOR, path, progress=lambda told: None, cancel=lambda: True)
    assert (result.cancelled, result.loaded) == (True, 2000)
    assert len(world.rows(availability)) == 2000


async def test_a_file_that_is_none_is_refused_and_agents_load_none(
    inventory: Inventory, tmp_path: Path
) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("what,is,this\n1,2,3\n")
    with pytest.raises(InvalidInput, match="header"):
        await inventory.load_inventory(SUPERVISOR, path, progress=lambda told: None, cancel=lambda: False)
    with pytest.raises(InvalidInput, match="no file"):
        await inventory.load_inventory(
            SUPERVISOR, tmp_path / "none.csv", progress=lambda told: None, cancel=lambda: False
        )
    with pytest.raises(NotAllowed):
        await inventory.load_inventory(AGENT, path, progress=lambda told: None, cancel=lambda: False)
