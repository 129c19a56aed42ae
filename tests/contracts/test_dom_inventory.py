"""What ExternalInventory promises, whoever keeps the promise."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backoffice.domain.ids import LocationId, ReservationId, Sku
from backoffice.domain.inventory import AvailabilityStatus, LineResult, Source
from backoffice.domain.outcome import Refused, Succeeded
from tests.contracts.dom_examples import CONTEXT, ONLINE, PLACED_AT, to_hold
from tests.contracts.dom_worlds import BIKE, HELMET, NEVER_RESTOCKED, DomWorld, available, hold, soon, value


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
