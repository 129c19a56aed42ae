"""What ExternalOrders and ExternalInventory promise, whoever keeps the promise."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TypeVar

import pytest

from backoffice.domain.ids import LocationId, OrderNumber, ReservationId, Sku, utc_now
from backoffice.domain.inventory import AvailabilityStatus, LineResult, Reservation, Source
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.external.dom.port import ExternalOrder, HistoryQuery, TransferAcknowledged
from tests.contracts.dom_examples import CONTEXT, ONLINE, PLACED_AT, a_line, an_order, to_hold
from tests.contracts.dom_worlds import (
    BIKE,
    HELMET,
    NEVER_RESTOCKED,
    DomWorld,
    FakeWorld,
    HttpWorld,
)
from tests.external.processes import ROOT, Child

T = TypeVar("T")
NUMBERS = (f"B{number}" for number in count(1000001))


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    ledger = tmp_path_factory.mktemp("dom") / "ledger.db"
    seed = str(ROOT / "resources" / "demo" / "adventure-works")
    with Child.start("backoffice.external.dom.simulator", "--ledger", str(ledger), "--seed", seed) as child:
        yield child


@pytest.fixture(params=["fake", "http"])
async def world(request: pytest.FixtureRequest, simulator: Child) -> AsyncIterator[DomWorld]:
    world: DomWorld = FakeWorld() if request.param == "fake" else HttpWorld(simulator)
    yield world
    await world.close()


def value(outcome: Outcome[T]) -> T:
    assert isinstance(outcome, Succeeded), outcome
    return outcome.value


def soon() -> datetime:
    return utc_now() + timedelta(
        hours=400
    )  # the world's clock may have jumped ahead; it holds for a day at most


async def available(world: DomWorld, sku: str) -> Decimal | None:
    (record,) = value(await world.dom.get_inventory_availability((Sku(sku),), (ONLINE,)))
    return record.quantity


async def hold(world: DomWorld, reservation_id: str, sku: str, quantity: int) -> Reservation:
    return value(
        await world.dom.reserve_inventory(
            ReservationId(reservation_id), (to_hold(sku, quantity),), expires_at=soon(), context=CONTEXT
        )
    )


async def details(world: DomWorld, number: str) -> ExternalOrder:
    order = value(await world.dom.get_order_details(number))
    assert order is not None
    return order


async def test_availability_is_live_and_names_every_place_that_stocks_the_sku(world: DomWorld) -> None:
    world.set_stock(HELMET, 288)
    (record,) = value(await world.dom.get_inventory_availability((Sku(HELMET),)))
    assert (record.location, record.status, record.quantity) == (
        ONLINE,
        AvailabilityStatus.AVAILABLE,
        Decimal(288),
    )
    assert (record.unit, record.source, record.available_from) == ("C62", Source.LIVE, None)


async def test_a_sku_without_stock_is_backorderable_with_a_date_or_unavailable(world: DomWorld) -> None:
    world.set_stock(BIKE, 0)
    bike, frame = value(
        await world.dom.get_inventory_availability((Sku(BIKE), Sku(NEVER_RESTOCKED)), (ONLINE,))
    )
    assert bike.status is AvailabilityStatus.BACKORDERABLE
    assert bike.available_from is not None
    assert timedelta(days=13) <= bike.available_from - bike.updated_at <= timedelta(days=14)
    assert (frame.status, frame.quantity) == (AvailabilityStatus.UNAVAILABLE, Decimal(0))


async def test_an_unknown_sku_has_no_record_and_a_strange_place_has_nothing(world: DomWorld) -> None:
    world.set_stock(HELMET, 3)
    records = value(
        await world.dom.get_inventory_availability((Sku("NO-SUCH"), Sku(HELMET)), (LocationId("LOC-999"),))
    )
    assert [(record.sku, record.status) for record in records] == [(HELMET, AvailabilityStatus.UNAVAILABLE)]


async def test_a_reservation_takes_from_what_others_can_have(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    held = await hold(world, "takes-1", HELMET, 4)
    assert [(line.result, line.quantity) for line in held.lines] == [(LineResult.ALLOCATED, 4)]
    assert await available(world, HELMET) == 6
    value(await world.dom.cancel_inventory_reservation(ReservationId("takes-1"), context=CONTEXT))
    assert await available(world, HELMET) == 10


async def test_reserving_again_under_the_same_id_replaces_what_it_held(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    await hold(world, "again-1", HELMET, 4)
    held = await hold(world, "again-1", HELMET, 9)
    assert held.lines[0].quantity == 9
    assert await available(world, HELMET) == 1
    await hold(world, "again-1", HELMET, 1)
    assert await available(world, HELMET) == 9
    value(await world.dom.cancel_inventory_reservation(ReservationId("again-1"), context=CONTEXT))


async def test_the_last_item_is_never_promised_twice(world: DomWorld) -> None:
    world.set_stock(HELMET, 1)
    first = await hold(world, "last-1", HELMET, 1)
    second = await hold(world, "last-2", HELMET, 1)
    assert first.lines[0].result is LineResult.ALLOCATED
    assert second.lines[0].result is LineResult.BACKORDERED
    assert second.lines[0].available_from is not None
    for reservation_id in ("last-1", "last-2"):
        value(await world.dom.cancel_inventory_reservation(ReservationId(reservation_id), context=CONTEXT))


async def test_each_line_gets_its_own_result(world: DomWorld) -> None:
    world.set_stock(HELMET, 5)
    world.set_stock(BIKE, 1)
    lines = (
        to_hold(HELMET, 5, line_id="now"),
        to_hold(BIKE, 2, line_id="later"),
        to_hold(NEVER_RESTOCKED, 1, line_id="never"),
    )
    held = value(
        await world.dom.reserve_inventory(ReservationId("each-1"), lines, expires_at=soon(), context=CONTEXT)
    )
    assert [(line.line_id, line.result.value, line.quantity) for line in held.lines] == [
        ("now", "Allocated", 5),
        ("later", "Backordered", 2),
        ("never", "Unallocated", 0),
    ]
    value(await world.dom.cancel_inventory_reservation(ReservationId("each-1"), context=CONTEXT))


async def test_a_reservation_expires_and_frees_its_stock(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    await hold(world, "expires-1", HELMET, 4)
    world.pass_time(timedelta(hours=25))
    assert await available(world, HELMET) == 10


async def test_a_reservation_that_would_be_over_already_is_refused(world: DomWorld) -> None:
    outcome = await world.dom.reserve_inventory(
        ReservationId("past-1"), (to_hold(HELMET, 1),), expires_at=PLACED_AT, context=CONTEXT
    )
    assert isinstance(outcome, Refused)
    assert outcome.code == "expired"


async def test_a_reservation_of_an_unknown_sku_is_refused(world: DomWorld) -> None:
    outcome = await world.dom.reserve_inventory(
        ReservationId("strange-1"), (to_hold("NO-SUCH", 1),), expires_at=soon(), context=CONTEXT
    )
    assert isinstance(outcome, Refused)
    assert (outcome.code, "NO-SUCH" in outcome.reason) == ("unknown_sku", True)


async def test_cancelling_what_the_dom_does_not_know_succeeds(world: DomWorld) -> None:
    assert await world.dom.cancel_inventory_reservation(
        ReservationId("never-was"), context=CONTEXT
    ) == Succeeded(value=None)


@pytest.mark.parametrize("kind", ["hollow", "partial"])
async def test_a_line_that_is_not_really_held_is_noticed(world: DomWorld, kind: str) -> None:
    world.set_stock(HELMET, 10)
    world.bend_next_reservation(kind, quantity=3)
    held = await hold(world, f"{kind}-1", HELMET, 5)
    expected = (LineResult.UNALLOCATED, 0) if kind == "hollow" else (LineResult.ALLOCATED, 3)
    assert [(line.result, line.quantity) for line in held.lines] == [expected]
    value(await world.dom.cancel_inventory_reservation(ReservationId(f"{kind}-1"), context=CONTEXT))


async def test_a_dom_may_say_fine_and_hold_nothing(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    world.bend_next_reservation("phantom")
    held = await hold(world, "phantom-1", HELMET, 5)
    assert held.lines[0].result is LineResult.ALLOCATED
    assert await available(world, HELMET) == 10


async def test_a_transferred_order_is_acknowledged_found_and_shown(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 2), notes="Ring twice.\n<b>Thanks</b>")
    acknowledged = value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT))
    assert acknowledged.order_number == number
    assert value(await world.dom.find_transferred(OrderNumber(number))) == acknowledged
    shown = await details(world, number)
    assert shown.summary.external_order_id == acknowledged.external_order_id
    assert (shown.items, shown.discount, shown.shipping, shown.tax, shown.summary.total) == (
        order.items,
        order.discount,
        order.shipping,
        order.tax,
        order.total,
    )
    assert (shown.bill_to, shown.purchase_order, shown.summary.placed_at) == (
        order.bill_to,
        "PO348186287",
        PLACED_AT,
    )
    assert [(line.line_id, line.quantity, line.total, line.status) for line in shown.lines] == [
        ("l1", 2, order.lines[0].total, "C")
    ]
    by_own_number = value(await world.dom.get_order_details(acknowledged.external_order_id))
    assert by_own_number == shown


async def test_the_same_key_gets_the_same_answer_and_one_order(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 2))
    answers: list[TransferAcknowledged] = [
        value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT)) for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert value(await world.dom.get_order_history(HistoryQuery(order_number=number))).total == 1
    assert await available(world, HELMET) == 8


async def test_the_same_key_with_another_body_is_refused(world: DomWorld) -> None:
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 2))
    value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT))
    changed = an_order(number, a_line(HELMET, 3))
    outcome = await world.dom.transfer(changed, key=f"key-{number}", context=CONTEXT)
    assert isinstance(outcome, Refused)
    assert outcome.code == "key_reused"


async def test_the_same_number_under_another_key_is_refused(world: DomWorld) -> None:
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 2))
    value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT))
    outcome = await world.dom.transfer(order, key=f"other-{number}", context=CONTEXT)
    assert isinstance(outcome, Refused)
    assert outcome.code == "order_exists"


@pytest.mark.parametrize(
    "lines, extra, code",
    [
        ((a_line("NO-SUCH", 1),), 0, "unknown_sku"),
        ((a_line(HELMET, 1), a_line(BIKE, 1)), 0, "duplicate_line"),
        ((a_line(HELMET, 1),), 1, "amounts_do_not_add_up"),
        ((a_line(HELMET, 0),), 0, "not_sendable"),
    ],
)
async def test_an_order_the_dom_can_not_take_is_refused_and_not_there(
    world: DomWorld, lines: tuple[object, ...], extra: int, code: str
) -> None:
    number = next(NUMBERS)
    order = an_order(number, *lines)  # type: ignore[arg-type] # the table holds lines
    order = replace(order, total=order.total + extra)
    outcome = await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT)
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert value(await world.dom.find_transferred(OrderNumber(number))) is None


async def test_a_refused_order_may_be_sent_again_with_its_key_once_it_is_mended(world: DomWorld) -> None:
    number = next(NUMBERS)
    wrong = replace(an_order(number, a_line(HELMET, 1)), tax=0)
    assert isinstance(await world.dom.transfer(wrong, key=f"key-{number}", context=CONTEXT), Refused)
    right = an_order(number, a_line(HELMET, 1))
    assert value(await world.dom.transfer(right, key=f"key-{number}", context=CONTEXT)).order_number == number


async def test_the_order_takes_what_was_reserved_for_it(world: DomWorld) -> None:
    world.set_stock(HELMET, 2)
    number = next(NUMBERS)
    await hold(world, f"r-{number}", HELMET, 2)
    order = an_order(number, a_line(HELMET, 2), reservation_id=f"r-{number}")
    value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT))
    assert await available(world, HELMET) == 0
    assert (await details(world, number)).lines[0].status == "C"
    outcome = await world.dom.cancel_inventory_reservation(ReservationId(f"r-{number}"), context=CONTEXT)
    assert isinstance(outcome, Refused)
    assert outcome.code == "reservation_consumed"


async def test_what_was_reserved_beyond_the_order_is_freed(world: DomWorld) -> None:
    world.set_stock(HELMET, 5)
    number = next(NUMBERS)
    await hold(world, f"r-{number}", HELMET, 5)
    order = an_order(number, a_line(HELMET, 2), reservation_id=f"r-{number}")
    value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT))
    assert await available(world, HELMET) == 3


async def test_an_order_beyond_the_stock_waits_for_goods_and_is_shipped_when_they_come(
    world: DomWorld,
) -> None:
    world.set_stock(HELMET, 1)
    number = next(NUMBERS)
    value(await world.dom.transfer(an_order(number, a_line(HELMET, 3)), key=f"key-{number}", context=CONTEXT))
    assert (await details(world, number)).lines[0].available_from is not None
    statuses = []
    for _ in range(6):
        world.advance()
        statuses.append((await details(world, number)).summary.status)
    assert statuses[0] == "R"
    assert statuses[-1] == "S"
    assert (await details(world, number)).lines[0].shipped == 3


async def test_an_order_moves_on_to_partial_shipments_and_is_shipped(world: DomWorld) -> None:
    world.set_stock(HELMET, 10)
    world.set_stock(BIKE, 10)
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 2), a_line(BIKE, 1, line_id="l2"), method="link")
    value(await world.dom.transfer(order, key=f"key-{number}", context=CONTEXT))
    seen = [await details(world, number)]
    for _ in range(5):
        world.advance()
        seen.append(await details(world, number))
    assert [order.summary.status for order in seen] == ["M", "C", "R", "R", "S", "S"]
    assert [len(order.shipments) for order in seen] == [0, 0, 0, 1, 2, 2]
    assert [order.sequence for order in seen] == [1, 2, 3, 4, 5, 6]
    last = seen[-1]
    assert [(line.shipped, line.status) for line in last.lines] == [(2, "S"), (1, "S")]
    assert {parcel.status for parcel in last.shipments} == {"delivered"}
    assert all(parcel.tracking and parcel.carrier for parcel in last.shipments)


@pytest.mark.parametrize("number", ["B9999999", "", "../secret", "x" * 300, "ÄÖÜ", "a b"])
async def test_an_order_nobody_transferred_is_honestly_not_there(world: DomWorld, number: str) -> None:
    assert await world.dom.find_transferred(OrderNumber(number)) == Succeeded(value=None)
    assert await world.dom.get_order_details(number) == Succeeded(value=None)


async def test_history_is_newest_first_and_pages_to_its_end(world: DomWorld) -> None:
    customer = f"pages-{next(NUMBERS)}"
    for day in range(5):
        order = replace(
            an_order(next(NUMBERS), a_line(HELMET, 1)),
            customer_id=customer,
            placed_at=PLACED_AT + timedelta(days=day),
        )
        value(await world.dom.transfer(order, key=f"key-{order.order_number}", context=CONTEXT))
    days, cursor, totals = [], "", set()
    while True:
        page = value(
            await world.dom.get_order_history(HistoryQuery(customer_id=customer, limit=2, cursor=cursor))
        )
        days += [(row.placed_at - PLACED_AT).days for row in page.rows]
        totals.add(page.total)
        cursor = page.next_cursor
        if not cursor:
            break
    assert (days, totals) == ([4, 3, 2, 1, 0], {5})


@pytest.mark.parametrize(
    "query",
    [
        HistoryQuery(email="ORLANDO0@adventure-works.com "),
        HistoryQuery(phone="+1 (245) 555 0173"),
        HistoryQuery(phone="5550173"),
        HistoryQuery(name="orlando gee"),
        HistoryQuery(name="bike store"),
        HistoryQuery(name="ge"),
        HistoryQuery(sku=BIKE),
        HistoryQuery(status="C", placed_from=PLACED_AT, placed_until=PLACED_AT + timedelta(seconds=1)),
        HistoryQuery(customer_id="29847", status="C"),
    ],
)
async def test_history_finds_an_order_by_what_a_caller_knows(world: DomWorld, query: HistoryQuery) -> None:
    number = next(NUMBERS)
    world.set_stock(BIKE, 5)
    value(await world.dom.transfer(an_order(number, a_line(BIKE, 1)), key=f"key-{number}", context=CONTEXT))
    page = value(await world.dom.get_order_history(replace(query, order_number=number)))
    assert [row.order_number for row in page.rows] == [number]
    assert value(await world.dom.get_order_history(replace(query, sku="NO-SUCH"))).rows == ()


async def test_a_cursor_of_somebody_elses_is_refused(world: DomWorld) -> None:
    outcome = await world.dom.get_order_history(HistoryQuery(cursor="bm9uc2Vuc2U"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "bad_cursor"
