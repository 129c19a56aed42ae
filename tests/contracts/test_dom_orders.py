"""What ExternalOrders promises, whoever keeps the promise."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from backoffice.domain.ids import OrderNumber, ReservationId
from backoffice.domain.outcome import Refused, Succeeded
from backoffice.external.dom.port import ExternalOrder, HistoryQuery, TransferAcknowledged
from tests.contracts.dom_examples import CONTEXT, PLACED_AT, a_line, an_order
from tests.contracts.dom_worlds import BIKE, HELMET, DomWorld, available, hold, value

NUMBERS = (f"B{number}" for number in count(1000001))


async def details(world: DomWorld, number: str) -> ExternalOrder:
    order = value(await world.dom.get_order_details(number))
    assert order is not None
    return order


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
