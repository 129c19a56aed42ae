"""SyncOrder and SyncInventoryAvailability: stored once, applied once, the same in whatever order they come."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backoffice.domain.sync import InboxState, SyncOutcome
from backoffice.external.signing import sign
from backoffice.services.audit import verify_chain
from backoffice.services.mails import mail_row
from backoffice.services.order_sync import OrderSync, apply_waiting
from backoffice.store.tables import metadata
from backoffice.store.tables.messages import inbox, mails
from backoffice.store.tables.ordering import order_lines, order_statuses, orders, shipments
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import availability
from tests.services.pushes import SECRET, a_line, a_parcel, signed, sync_inventory, sync_order
from tests.services.world import AGENT, SUPERVISOR, World, add_order

RELEASED = sync_order("m2", 2, "R", lines=[a_line("l1"), a_line("l2")])
FIRST_PARCEL = sync_order(
    "m3",
    3,
    "R",
    complete=False,
    lines=[a_line("l1", "S", shipped=12)],
    shipments=[a_parcel("p1", ("l1", 12))],
)
SECOND_PARCEL = sync_order(
    "m4",
    4,
    "S",
    complete=False,
    lines=[a_line("l2", "S", shipped=1)],
    shipments=[a_parcel("p2", ("l2", 1))],
)
DELIVERED = sync_order(
    "m5",
    5,
    "S",
    lines=[a_line("l1", "S", shipped=12), a_line("l2", "S", shipped=1)],
    shipments=[a_parcel("p1", ("l1", 12), status="delivered"), a_parcel("p2", ("l2", 1))],
)
CORRECTED = sync_order("m6", 6, "R", lines=[a_line("l1", "S", shipped=12), a_line("l2")])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "backoffice.db")
    yield world
    world.close()


@pytest.fixture
def sync(world: World) -> OrderSync:
    world.do(add_order)
    return OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)


async def push(sync: OrderSync, *bodies: bytes) -> list[SyncOutcome]:
    return [(await sync.receive_order(body, signed(body))).outcome for body in bodies]


def state(world: World) -> dict[str, object]:
    """Everything a set of messages decides."""
    order = world.row(orders, number="B1000001")
    return {
        "order": (order["status"], order["sync_sequence"]),
        "lines": [
            (row["line_id"], row["status"], row["shipped"], row["cancelled"])
            for row in world.rows(order_lines)
        ],
        "shipments": [
            (row["shipment_id"], row["status"], row["quantities"]) for row in world.rows(shipments)
        ],
        "mails": sorted((row["occasion"], row["about"]) for row in world.rows(mails)),
        "jobs": len(world.jobs.mails),
    }


async def test_a_shipment_reaches_the_order_its_lines_and_the_customer(world: World, sync: OrderSync) -> None:
    assert await push(sync, RELEASED, FIRST_PARCEL) == [SyncOutcome.APPLIED, SyncOutcome.APPLIED]
    assert state(world) == {
        "order": ("R", 3),
        "lines": [("l1", "S", 12, 0), ("l2", "R", 0, 0)],
        "shipments": [("p1", "shipped", [["l1", 12]])],
        "mails": [("shipped", "p1")],
        "jobs": 1,
    }
    [mail] = world.rows(mails)
    assert mail["to"] == "orlando0@adventure-works.com"
    shown = world.store.read_here(
        lambda connection: mail_row(connection, connection.execute(select(mails)).one())
    )
    assert "12 × Item HL-U509-R" in shown.body
    assert "1Zp1" in shown.body
    history = [(row["place"], row["status"], row["actor"]) for row in world.rows(order_statuses)]
    assert history == [(1, "P", "ann"), (2, "C", "ann"), (3, "R", "DOM")]


async def test_the_same_message_twice_is_told_and_changes_nothing(world: World, sync: OrderSync) -> None:
    await push(sync, FIRST_PARCEL)
    before = state(world)
    assert await push(sync, FIRST_PARCEL, FIRST_PARCEL) == [SyncOutcome.DUPLICATE, SyncOutcome.DUPLICATE]
    assert state(world) == before
    assert world.row(inbox, message_id="m3")["times_received"] == 3


async def test_the_same_id_with_another_body_is_set_aside(world: World, sync: OrderSync) -> None:
    other = sync_order("m3", 3, "X", lines=[a_line("l1", "X", cancelled=12)])
    await push(sync, FIRST_PARCEL)
    before = state(world)
    assert await push(sync, other, other) == [SyncOutcome.SET_ASIDE, SyncOutcome.SET_ASIDE]
    assert state(world) == before
    [aside] = await sync.messages(SUPERVISOR, states=frozenset({InboxState.SET_ASIDE}))
    assert (aside.times_received, aside.subject) == (2, "B1000001")
    with pytest.raises(Conflict, match="only the DOM"):
        await sync.replay(SUPERVISOR, aside.message_id)
    assert "another body" in aside.reason
    assert [row["action"] for row in world.rows(audit)] == ["sync.applied", "sync.set_aside"]
    assert world.store.read_here(verify_chain) == []


async def test_an_older_complete_message_is_recorded_and_ignored(world: World, sync: OrderSync) -> None:
    assert await push(sync, DELIVERED, RELEASED) == [SyncOutcome.APPLIED, SyncOutcome.STALE]
    assert world.row(orders)["status"] == "S"
    assert world.row(inbox, message_id="m2")["state"] == "ignored"


async def test_a_late_partial_message_still_counts_for_what_no_newer_one_names(
    world: World, sync: OrderSync
) -> None:
    assert await push(sync, SECOND_PARCEL, FIRST_PARCEL) == [SyncOutcome.APPLIED, SyncOutcome.APPLIED]
    assert state(world)["order"] == ("S", 4)
    assert state(world)["lines"] == [("l1", "S", 12, 0), ("l2", "S", 1, 0)]
    assert world.row(inbox, message_id="m3")["reason"].startswith("It came late")


async def test_a_message_for_an_order_not_known_yet_waits_for_it(world: World) -> None:
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)
    assert await push(sync, FIRST_PARCEL, RELEASED) == [SyncOutcome.PARKED, SyncOutcome.PARKED]
    world.do(add_order)
    world.do(lambda connection: apply_waiting(connection, world.jobs, at=world.clock()))
    assert state(world)["order"] == ("R", 3)
    assert [row["state"] for row in world.rows(inbox)] == ["applied", "applied"]
    assert len(world.jobs.mails) == 1


async def test_a_message_for_a_checkout_under_way_waits_too(world: World, sync: OrderSync) -> None:
    world.do(lambda connection: connection.execute(update(orders).values(status="P")))
    assert await push(sync, RELEASED) == [SyncOutcome.PARKED]
    world.do(lambda connection: apply_waiting(connection, world.jobs, at=world.clock()))
    assert world.row(orders)["status"] == "P"


async def test_a_failed_order_is_not_brought_to_life(world: World, sync: OrderSync) -> None:
    world.do(lambda connection: connection.execute(update(orders).values(status="FAILED")))
    assert await push(sync, FIRST_PARCEL) == [SyncOutcome.SET_ASIDE]
    assert state(world)["shipments"] == []
    assert world.jobs.mails == []


@pytest.mark.parametrize(
    "body",
    [
        sync_order("m2", 2, "S", lines=[a_line("l1", "S", shipped=13)]),
        sync_order("m2", 2, "S", lines=[a_line("l9", "S", shipped=1)]),
        sync_order("m2", 2, "S", shipments=[a_parcel("p1", ("l1", 7)), a_parcel("p2", ("l1", 6))]),
        sync_order("m2", 2, "P"),
    ],
    ids=["more than ordered", "a line never ordered", "parcels too full", "pending again"],
)
async def test_what_can_not_be_true_is_set_aside(world: World, sync: OrderSync, body: bytes) -> None:
    before = state(world)
    assert await push(sync, body) == [SyncOutcome.SET_ASIDE]
    assert state(world) == before


async def test_a_newer_message_may_correct_the_status_and_says_so(world: World, sync: OrderSync) -> None:
    await push(sync, SECOND_PARCEL, CORRECTED)
    assert state(world)["order"] == ("R", 6)
    last = world.rows(order_statuses)[-1]
    assert last["reason"] == "Correction: the DOM moved the order from shipped to released."


@pytest.mark.parametrize(
    "bodies",
    [
        (RELEASED, FIRST_PARCEL, SECOND_PARCEL, DELIVERED),
        (RELEASED, FIRST_PARCEL, SECOND_PARCEL, CORRECTED),
        (FIRST_PARCEL, sync_order("other", 3, "B", lines=[a_line("l1", "B")]), CORRECTED),
    ],
    ids=["delivered", "corrected", "two of one sequence"],
)
async def test_any_order_and_any_duplication_ends_in_the_same_state(
    world: World, sync: OrderSync, bodies: Sequence[bytes]
) -> None:
    chance = random.Random(7)
    seen: list[dict[str, object]] = []
    for some in permutations(bodies):
        _empty(world)
        world.do(add_order)
        repeated = [*some, *chance.choices(some, k=2)]
        for body in (*some[:2], some[0], *repeated[2:]):
            await sync.receive_order(body, signed(body))
        found = state(world)
        found["mails"] = [mail for mail in world_mails(found) if mail[1]]
        found.pop("jobs")
        seen.append(found)
    assert all(found == seen[0] for found in seen)


def world_mails(found: dict[str, object]) -> list[tuple[str, str]]:
    """The mails of a state: whether a customer hears of a back-order depends on when we did."""
    said = found["mails"]
    assert isinstance(said, list)
    return said


async def test_fifty_deliveries_of_one_message_at_once_apply_it_once(world: World, sync: OrderSync) -> None:
    outcomes = await asyncio.gather(*[push(sync, FIRST_PARCEL) for _ in range(50)])
    assert sorted(outcome.value for [outcome] in outcomes) == ["applied"] + ["duplicate"] * 49
    assert len(world.jobs.mails) == 1


async def test_a_signature_of_nobody_is_refused_and_nothing_is_stored(world: World, sync: OrderSync) -> None:
    headers = signed(RELEASED, secret="whsec_" + "bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0IGF0IGFsbA==")
    with pytest.raises(NotAllowed):
        await sync.receive_order(RELEASED, headers)
    with pytest.raises(NotAllowed):
        await sync.receive_order(FIRST_PARCEL, signed(RELEASED))
    assert world.rows(inbox) == []


async def test_a_body_that_is_not_the_one_signed_for_is_refused(world: World, sync: OrderSync) -> None:
    with pytest.raises(InvalidInput, match="bodId"):
        await sync.receive_order(RELEASED, sign(SECRET, message_id="other", now=world.clock(), body=RELEASED))
    nonsense = b'{"bodId": "m2"}'
    with pytest.raises(InvalidInput):
        await sync.receive_order(nonsense, signed(nonsense))
    assert world.rows(inbox) == []


async def test_each_stock_record_counts_by_its_own_time(world: World, sync: OrderSync) -> None:
    newer = sync_inventory("s1", ("A", "5", "2026-11-22T08:10:00Z"), ("B", "7", "2026-11-22T08:00:00Z"))
    older = sync_inventory("s2", ("A", "9", "2026-11-22T08:05:00Z"), ("B", "6", "2026-11-22T08:05:00Z"))
    for body in (newer, older):
        receipt = await sync.receive_inventory(body, signed(body))
        assert receipt.outcome is SyncOutcome.APPLIED
    stale = sync_inventory("s3", ("A", "9", "2026-11-22T08:05:00Z"))
    assert (await sync.receive_inventory(stale, signed(stale))).outcome is SyncOutcome.STALE
    assert {row["sku"]: int(row["quantity"]) for row in world.rows(availability)} == {"A": 5, "B": 6}


async def test_supervisor_sees_messages_and_has_one_applied_again(world: World) -> None:
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)
    await push(sync, RELEASED)
    world.clock.pass_time(seconds=30)
    await push(sync, FIRST_PARCEL)
    summary = await sync.summary(SUPERVISOR)
    assert (summary.received, summary.parked, summary.applied) == (2, 2, 0)
    first, second = await sync.messages(SUPERVISOR)
    assert (first.message_id, second.message_id) == ("m3", "m2")
    assert await sync.messages(SUPERVISOR, before="m3") == (second,)
    assert '"orderNumber": "B1000001"' in await sync.body(SUPERVISOR, "m2")
    world.do(add_order)
    assert (await sync.replay(SUPERVISOR, "m2")).state is InboxState.APPLIED
    assert (await sync.replay(SUPERVISOR, "m2")).state is InboxState.APPLIED
    assert state(world)["order"] == ("R", 2)
    with pytest.raises(NotFound):
        await sync.replay(SUPERVISOR, "nothing")
    with pytest.raises(NotAllowed):
        await sync.messages(AGENT)
    assert world.rows(audit)[-1]["actor"] == "sue"


def _empty(world: World) -> None:
    world.jobs.by_key.clear()

    def work(connection: Connection) -> None:
        for table in reversed(metadata.sorted_tables):
            if table.name not in {"stores", "locations"}:
                connection.execute(delete(table))

    world.do(work)
