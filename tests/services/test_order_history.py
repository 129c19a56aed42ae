"""Looking orders up: both sides merged and labelled, our rows when the DOM is silent, differences, one line of time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, update

from backoffice.domain.errors import InvalidInput, NotAllowed, NotFound
from backoffice.domain.history import OrderPage, OrderSearchCriteria
from backoffice.domain.ids import StaffId
from backoffice.domain.outcome import Unreachable
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import TransferStatus
from backoffice.services.mails import Mails
from backoffice.services.order_history import OrderHistory
from backoffice.services.order_sync import OrderSync
from backoffice.store.tables.ordering import order_lines, orders, transfers
from backoffice.store.tables.people import audit, staff
from tests.contracts.dom_examples import CONTEXT, a_line, an_order
from tests.fakes.dom import FakeDom
from tests.fakes.mail import FakeMailServer
from tests.services.pushes import SECRET, signed
from tests.services.world import AGENT, NOW, STORE_ID, SUPPORT, World, add_order

DOWN = Unreachable(reason="Connection refused.")
PLACED = NOW - timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "backoffice.db")
    yield world
    world.close()


@pytest.fixture
def dom(world: World) -> Iterator[FakeDom]:
    dom = FakeDom(world.clock)
    dom.stock("HL-U509-R", 1000)
    yield dom
    dom.close()


@pytest.fixture
def history(world: World, dom: FakeDom) -> OrderHistory:
    mails = Mails(world.store, FakeMailServer(), world.jobs, clock=world.clock)
    return OrderHistory(world.store, dom, mails, store_id=STORE_ID, clock=world.clock)


async def at_the_dom(dom: FakeDom, number: str, placed_at: datetime = PLACED) -> None:
    order = replace(an_order(number, a_line("HL-U509-R", 2)), placed_at=placed_at)
    await dom.transfer(order, key=number, context=CONTEXT)


def add_transfer(connection: Connection, number: str, status: str = "transferred") -> None:
    connection.execute(
        insert(transfers).values(
            order_id=f"id-{number}",
            order_number=number,
            key=f"k-{number}",
            status=status,
            maybe_there=False,
            cause="",
            reason="",
            attempts=1,
            automatic_left=5,
            queued_at=NOW,
            updated_at=NOW,
            external_order_id=f"X-{number}" if status == "transferred" else "",
            version=1,
        )
    )


def here(world: World, number: str, placed_at: datetime = PLACED, status: str = "transferred") -> None:
    """An order of ours, as ``at_the_dom`` has it."""

    def work(connection: Connection) -> None:
        add_order(
            connection,
            number,
            (("l1", "HL-U509-R", 2),),
            placed_at=placed_at,
            customer_id="29847",
            items=6998,
            discount=100,
            shipping=995,
            tax=200,
            total=8093,
        )
        connection.execute(update(order_lines).values(unit_price=3499, discount=100, tax=200, total=7098))
        add_transfer(connection, number, status)

    world.do(work)


def hire_ann(connection: Connection) -> None:
    connection.execute(
        insert(staff).values(
            staff_id="ann",
            login="ann1",
            name="Ann Lee",
            role="agent",
            password_hash="",
            active=True,
            created_at=NOW,
        )
    )


async def all_pages(history: OrderHistory, limit: int) -> list[str]:
    found: list[str] = []
    cursor = ""
    for _ in range(50):
        page = await history.search(SUPPORT, OrderSearchCriteria(limit=limit, cursor=cursor))
        assert len(page.rows) <= limit
        found += [row.order_number for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return found
    raise AssertionError("the list has no end")


def sources(page: OrderPage) -> dict[str, str]:
    return {row.order_number: row.source for row in page.rows}


async def test_a_list_merges_both_sides_by_number_and_says_where_each_row_is_from(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    await at_the_dom(dom, "SO1", PLACED)
    await at_the_dom(dom, "B1000001", PLACED + timedelta(hours=1))
    here(world, "B1000001", PLACED + timedelta(hours=1))
    here(world, "B1000002", PLACED + timedelta(hours=2), status="failed")
    page = await history.search(SUPPORT, OrderSearchCriteria())
    assert sources(page) == {"B1000002": "local", "B1000001": "both", "SO1": "DOM"}
    assert [row.order_number for row in page.rows] == ["B1000002", "B1000001", "SO1"]
    assert (page.dom.answered, page.next_cursor) == (True, "")
    both = page.rows[1]
    assert (both.agent, both.transfer_status) == ("Ann", TransferStatus.TRANSFERRED)


async def test_the_dom_is_down_and_the_list_shows_what_this_desk_knows(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    await at_the_dom(dom, "SO1")
    here(world, "B1000001")
    dom.script("get_order_history", DOWN)
    page = await history.search(SUPPORT, OrderSearchCriteria())
    assert sources(page) == {"B1000001": "local"}
    assert not page.dom.answered
    assert page.dom.reason == "The DOM does not answer. Connection refused."


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_no_page_repeats_or_loses_an_order_though_many_are_of_one_moment(
    world: World, dom: FakeDom, history: OrderHistory, limit: int
) -> None:
    everything = set()
    for number in range(10):
        placed = PLACED + timedelta(hours=number // 5)
        everything |= {f"SO{number:03}", f"B10000{number:02}", f"B20000{number:02}"}
        await at_the_dom(dom, f"SO{number:03}", placed)
        await at_the_dom(dom, f"B10000{number:02}", placed)
        here(world, f"B10000{number:02}", placed)
        here(world, f"B20000{number:02}", placed, status="failed")
    found = await all_pages(history, limit)
    assert sorted(found) == sorted(everything)


async def test_later_pages_stay_local_when_the_dom_was_silent_on_the_first(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    for number in range(5):
        here(world, f"B100000{number}")
    dom.script("get_order_history", DOWN)
    assert len(await all_pages(history, 2)) == 5
    assert dom.calls == ["get_order_history"]


@pytest.mark.parametrize(
    "typed", ["B1000001", "1000001", "b1000001", "orlando0@", "(245) 555-0173", "5550173", "bike gee"]
)
async def test_an_order_is_found_by_whatever_the_caller_says(
    world: World, dom: FakeDom, history: OrderHistory, typed: str
) -> None:
    here(world, "B1000001")
    world.do(lambda connection: connection.execute(update(orders).values(phone_digits="12455550173")))
    dom.script("get_order_history", DOWN)
    page = await history.search(SUPPORT, OrderSearchCriteria(text=typed))
    assert sources(page) == {"B1000001": "local"}


@pytest.mark.parametrize(
    "search",
    [
        OrderSearchCriteria(agent="Ann"),
        OrderSearchCriteria(transfer_statuses=frozenset({"failed"})),
        OrderSearchCriteria(
            agent="ann", statuses=frozenset("C"), sku="hl-u509-r", placed_from=PLACED, placed_until=NOW
        ),
    ],
    ids=["agent", "transfer", "several"],
)
async def test_what_the_dom_can_not_know_is_searched_here_and_said(
    world: World, dom: FakeDom, history: OrderHistory, search: OrderSearchCriteria
) -> None:
    await at_the_dom(dom, "SO1")
    here(world, "B1000001", status="failed")
    world.do(hire_ann)
    dom.calls.clear()
    page = await history.search(SUPPORT, search)
    assert sources(page) == {"B1000001": "local"}
    assert dom.calls == []
    assert page.dom.answered
    assert "neither agents nor transfers" in page.dom.reason


async def test_a_checkout_under_way_is_no_order_yet(world: World, history: OrderHistory) -> None:
    here(world, "B1000001", status="queued")
    world.do(lambda connection: connection.execute(update(orders).values(status="P")))
    assert sources(await history.search(SUPPORT, OrderSearchCriteria())) == {}


async def test_paging_back_and_forth_asks_the_dom_once_in_ten_seconds(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    await at_the_dom(dom, "SO1")
    dom.calls.clear()
    first = await history.search(SUPPORT, OrderSearchCriteria())
    world.clock.pass_time(seconds=9)
    again = await history.search(SUPPORT, OrderSearchCriteria())
    assert again.dom.at == first.dom.at  # and says how old it is
    world.clock.pass_time(seconds=2)
    await history.search(SUPPORT, OrderSearchCriteria())
    history.forget()
    await history.search(SUPPORT, OrderSearchCriteria())
    assert dom.calls == ["get_order_history"] * 3


async def test_details_show_both_sides_and_their_differences(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    await at_the_dom(dom, "B1000001")
    here(world, "B1000001")
    agreed = await history.details(SUPPORT, "B1000001")
    assert agreed.external is not None
    assert agreed.local is not None
    assert agreed.transfer is not None
    assert agreed.differences == ()
    dom.ship("B1000001")
    history.forget()
    details = await history.details(SUPPORT, "B1000001")
    assert "Status: authorised here, shipped at the DOM." in details.differences
    assert "HL-U509-R: shipped 0 here, 2 at the DOM." in details.differences
    assert any("its message has not come yet" in sentence for sentence in details.differences)
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)
    for body in dom.bodies("push_order"):
        await sync.receive_order(body, signed(body))
    healed = await history.details(SUPPORT, "B1000001")
    assert healed.differences == ()
    assert [mail.occasion for mail in healed.mails] == ["shipped"]


async def test_an_answer_kept_from_before_a_message_is_not_shown_beside_it(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    await at_the_dom(dom, "B1000001")
    here(world, "B1000001")
    await history.details(SUPPORT, "B1000001")
    await history.search(SUPPORT, OrderSearchCriteria())
    dom.ship("B1000001")
    world.clock.pass_time(seconds=1)
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)
    for body in dom.bodies("push_order"):
        await sync.receive_order(body, signed(body))
    assert (await history.details(SUPPORT, "B1000001")).differences == ()
    page = await history.search(SUPPORT, OrderSearchCriteria())
    assert [row.status for row in page.rows if row.order_number == "B1000001"] == ["S"]


async def test_details_of_an_order_only_one_side_knows(
    world: World, dom: FakeDom, history: OrderHistory
) -> None:
    await at_the_dom(dom, "SO1")
    here(world, "B1000002", status="failed")
    assert (await history.details(SUPPORT, "SO1")).local is None
    ours = await history.details(SUPPORT, "B1000002")
    assert (ours.external, ours.dom.answered) == (None, True)
    with pytest.raises(NotFound, match="no order B9"):
        await history.details(SUPPORT, "B9")
    dom.script("get_order_details", DOWN, times=2)
    silent = await history.details(SUPPORT, "B1000002")
    assert (silent.local is not None, silent.dom.answered) == (True, False)
    with pytest.raises(NotFound, match="the DOM does not answer"):
        await history.details(SUPPORT, "B9x")


async def test_one_line_of_time_tells_everything(world: World, dom: FakeDom, history: OrderHistory) -> None:
    here(world, "B1000001")
    sync = OrderSync(world.store, world.jobs, secrets=[SECRET], clock=world.clock)
    await at_the_dom(dom, "B1000001")
    dom.ship("B1000001")
    for body in dom.bodies("push_order"):
        await sync.receive_order(body, signed(body))
    world.clock.pass_time(minutes=1)
    note = await history.add_note(AGENT, "B1000001", "  Call back on Monday\n<b>please</b>  ")
    assert note.text == "Call back on Monday\n<b>please</b>"
    timeline = (await history.details(SUPPORT, "B1000001")).timeline
    assert [entry.at for entry in timeline] == sorted(entry.at for entry in timeline)
    told = {(entry.kind, entry.text.partition(" (")[0]) for entry in timeline}
    assert ("status", "Status: shipped") in told
    assert ("sync", "Message of the DOM applied") in told
    assert ("note", note.text) in told
    assert any(entry.kind == "mail" for entry in timeline)
    assert timeline[-1].who == "Ann"


async def test_a_note_with_a_card_number_or_nothing_in_it_is_not_kept(
    world: World, history: OrderHistory
) -> None:
    for text in ("  ", "4242 4242 4242 4242", "x" * 10_000):
        with pytest.raises(InvalidInput):
            await history.add_note(AGENT, "B1000001", text)
    assert [row["action"] for row in world.rows(audit)] == []


async def test_who_may_not_look_orders_up_is_told_so(world: World, history: OrderHistory) -> None:
    nobody = Actor(staff_id=StaffId("x"), name="X", role=Role.AGENT, desk="d")
    assert (await history.search(nobody, OrderSearchCriteria())).rows == ()
    with pytest.raises(NotAllowed):
        await history.resend_mail(nobody, "m1")
    with pytest.raises(InvalidInput):
        await history.search(SUPPORT, OrderSearchCriteria(cursor="nonsense"))
