"""Looking orders up by keyboard, over a real database and a real DOM."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from backoffice.domain.errors import Refusal
from backoffice.domain.staff import Role
from backoffice.domain.statuses import TransferStatus
from tests.external.dom.strings import Strings
from tests.ui.offices import (
    Person,
    desk_over,
    fail_transfer,
    go_silent,
    nameless,
    place_order,
    signed_in,
    transfer_once,
)
from tests.ui.orders.standin import (
    NOW,
    SUPERVISOR,
    SUPPORT,
    HistoryToLookAt,
    details,
    looked_at,
    rows,
    transfer,
)
from ui.screens.orders.view import OrdersScreen

pytestmark = pytest.mark.timeout(180)

Opening = Callable[[Role], Awaitable[Person]]


@pytest.fixture
async def sit_down(qapp: QApplication, office: BackOffice) -> AsyncIterator[Opening]:
    people: list[Person] = []

    async def sit_down(role: Role) -> Person:
        people.append(Person(OrdersScreen, *desk_over(office, await signed_in(office, role))))
        return await people[-1].seated()

    yield sit_down
    for person in people:
        await person.close()


async def test_support_finds_an_order_by_phone_and_reads_it_whole(
    office: BackOffice, sit_down: Opening
) -> None:
    number = await place_order(office)
    await transfer_once(office, number)
    sam = await sit_down(Role.SUPPORT)
    assert sam.focus.objectName() == "orderSearch"
    sam.type("245-555-0173")
    sam.enter()
    await sam.until(
        lambda: number in sam.column("ordersTable", 0) and sam.focus.objectName() == "ordersTable"
    )
    assert sam.column("ordersTable", 7) == ["Both"]
    assert sam.find("ordersTable").current_row.order_number == number
    sam.enter()
    await sam.until(lambda: sam.words("orderStatusChip"))
    assert sam.words("orderNumber") == number
    assert sam.words("orderTransferChip") == "At the DOM"
    assert sam.column("orderLinesTable", 0) == ["HL-U509-R"]
    assert sam.rows("orderPaymentsTable") == 1
    assert sam.rows("orderTimeline") > 0
    assert not [row for row in sam.column("comparisonTable", 3) if row]
    sam.key(Qt.Key.Key_Escape)
    assert not sam.shows("orderPanel")
    assert sam.focus.objectName() == "ordersTable"
    sam.press("/")
    assert sam.focus.objectName() == "orderSearch"


async def test_supervisor_retries_a_failed_transfer_where_the_order_is(
    office: BackOffice, sit_down: Opening, strings: Strings
) -> None:
    number = await place_order(office)
    await fail_transfer(office, strings, number)
    sue = await sit_down(Role.SUPERVISOR)
    sue.screen.show_subject(number)
    await sue.until(lambda: sue.words("orderTransferChip") == "Transfer failed")
    assert sue.find("retryButton").isEnabled()
    sue.press("Ctrl+R")
    await sue.until(lambda: sue.words("orderTransferChip") == "Waiting")
    assert "Queued again" in sue.words("orderNotice")
    assert not sue.shows("retryButton")
    await transfer_once(office, number)
    sue.screen.refresh()
    await sue.until(lambda: sue.words("orderTransferChip") == "At the DOM")
    assert sue.column("orderAttemptsTable", 2) == ["Refused", "Acknowledged"]


async def test_support_sees_why_the_retry_is_not_for_them(
    office: BackOffice, sit_down: Opening, strings: Strings
) -> None:
    number = await place_order(office)
    await fail_transfer(office, strings, number)
    sam = await sit_down(Role.SUPPORT)
    sam.screen.show_subject(number)
    await sam.until(lambda: sam.words("orderTransferChip") == "Transfer failed")
    button = sam.find("retryButton")
    assert not button.isEnabled()
    assert "supervisor" in button.accessibleDescription()


async def test_with_the_dom_down_the_desk_shows_what_it_knows_under_a_banner(
    office: BackOffice, sit_down: Opening, strings: Strings
) -> None:
    number = await place_order(office)
    go_silent(strings)
    sam = await sit_down(Role.SUPPORT)
    await sam.until(lambda: sam.column("ordersTable", 0) == [number])
    assert sam.column("ordersTable", 7) == ["This desk"]
    assert "does not answer" in sam.words("ordersNotice")
    sam.screen.show_subject(number)
    await sam.until(lambda: sam.words("orderStatusChip"))
    assert "does not answer" in sam.words("orderNotice")


async def test_a_note_goes_into_the_time_line(office: BackOffice, sit_down: Opening) -> None:
    number = await place_order(office)
    sam = await sit_down(Role.SUPPORT)
    sam.screen.show_subject(number)
    await sam.until(lambda: sam.words("orderStatusChip"))
    sam.find("orderTabs").setCurrentIndex(4)
    sam.find("noteField").setFocus()
    sam.type("Please <b>ring</b> twice")
    sam.key(Qt.Key.Key_Tab)
    assert sam.focus.objectName() == "addNoteButton"
    sam.key(Qt.Key.Key_Space)
    await sam.until(lambda: "Please <b>ring</b> twice" in sam.column("orderTimeline", 2))
    assert sam.find("noteField").toPlainText() == ""


async def test_a_filter_narrows_the_list_and_clear_brings_everything_back(sit_down: Opening) -> None:
    sam = await sit_down(Role.SUPPORT)
    await sam.until(lambda: sam.rows("ordersTable") > 0)
    everything = sam.rows("ordersTable")
    assert not sam.shows("clearFiltersButton")
    sam.press("Ctrl+Shift+E")
    assert sam.focus.objectName() == "orderStatusFilter"
    sam.key(Qt.Key.Key_End)  # failed ones, of which there are none
    await sam.until(lambda: sam.find("ordersState").state == "empty")
    assert "No order fits" in sam.words("stateTitle")
    sam.find("clearFiltersButton").click()
    await sam.until(
        lambda: sam.rows("ordersTable") == everything and sam.find("ordersState").state == "content"
    )
    assert sam.focus.objectName() == "orderSearch"


@pytest.fixture
async def looking(qapp: QApplication) -> AsyncIterator[tuple[Person, HistoryToLookAt]]:
    history = HistoryToLookAt(rows(120))
    office = looked_at(history)
    person = await Person(OrdersScreen, *desk_over(office, SUPPORT, lambda: NOW)).seated()
    await person.until(lambda: person.rows("ordersTable") == 50)
    yield person, history
    await person.close()


async def test_the_list_fills_as_it_is_scrolled(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, _ = looking
    sam.find("ordersTable").setFocus()
    sam.press("Ctrl+End")
    await sam.until(lambda: sam.rows("ordersTable") == 100)
    sam.press("Ctrl+End")
    await sam.until(lambda: sam.rows("ordersTable") == 120)
    numbers = sam.column("ordersTable", 0)
    assert len(numbers) == len(set(numbers))


async def test_a_slow_search_never_overwrites_the_next_one(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    gate = history.gates["gee"] = asyncio.Event()
    sam.type("gee")
    await sam.until(lambda: any(question.text == "gee" for question in history.questions))
    assert "Looking" in sam.words("ordersNotice")
    assert sam.rows("ordersTable") == 50, "what was there stays until the answer comes"
    sam.press("Ctrl+A")
    sam.type("zo")
    await sam.until(lambda: set(sam.column("ordersTable", 2)) == {"Zoë Müller"})
    gate.set()
    await sam.settle(0.1)
    assert set(sam.column("ordersTable", 2)) == {"Zoë Müller"}


async def test_changes_elsewhere_leave_the_cursor_where_it_is(
    looking: tuple[Person, HistoryToLookAt],
) -> None:
    sam, history = looking
    table = sam.find("ordersTable")
    table.setFocus()
    table.go_to(30)
    number, top = table.current_row.order_number, table.verticalScrollBar().value()
    newest = replace(history.orders[0], order_number="B1000051", placed_at=NOW)
    history.orders = (newest, *history.orders)
    sam.screen.refresh()
    await sam.until(lambda: sam.column("ordersTable", 0)[0] == "B1000051")
    assert table.current_row.order_number == number
    assert abs(table.verticalScrollBar().value() - top) <= 1


async def test_differences_between_here_and_the_dom_are_marked(
    looking: tuple[Person, HistoryToLookAt],
) -> None:
    sam, history = looking
    history.detail = details(TransferStatus.TRANSFERRED)
    sam.screen.show_subject("B1000050")
    await sam.until(lambda: sam.words("orderStatusChip"))
    assert "Different at the DOM" in sam.words("orderNotice")
    said = dict(zip(sam.column("comparisonTable", 0), sam.column("comparisonTable", 3), strict=True))
    assert {what for what, differs in said.items() if differs} == {"Status", "HL-U509-R"}
    assert said["Total"] == ""


async def test_an_email_that_failed_is_sent_again(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    sam.screen.show_subject("B1000050")
    await sam.until(lambda: sam.words("orderStatusChip"))
    sam.find("orderTabs").setCurrentIndex(4)
    table = sam.find("orderMailsTable")
    table.setFocus()
    table.go_to(0)
    assert sam.column("orderMailsTable", 3) == ["Not sent"]
    sam.find("resendButton").click()
    await sam.until(lambda: history.mails == ["m1"])
    await sam.until(lambda: "on its way" in sam.words("orderNotice"))


async def test_a_rule_that_says_no_is_shown_in_the_list(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    history.no = Refusal("That cursor is not one of ours.", advice="Search again.")
    sam.type("x")
    await sam.until(lambda: "not one of ours" in sam.words("ordersNotice"))
    assert sam.rows("ordersTable") == 50


async def test_every_widget_of_an_opened_order_has_a_name(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, _ = looking
    sam.screen.show_subject("B1000050")
    await sam.until(lambda: sam.words("orderStatusChip"))
    for page in range(5):
        sam.find("orderTabs").setCurrentIndex(page)
        assert nameless(sam) == []


async def test_a_new_call_with_the_customer_starts_from_the_order(qapp: QApplication) -> None:
    history = HistoryToLookAt(rows(3))
    office = looked_at(history)
    sue = await Person(OrdersScreen, *desk_over(office, SUPERVISOR, lambda: NOW)).seated()
    wanted: list[str] = []
    sue.screen.start_call.connect(wanted.append)
    sue.screen.show_subject("B1000050")
    await sue.until(lambda: sue.words("orderStatusChip"))
    sue.find("startCallButton").click()
    assert wanted == ["c0"]
    await sue.close()


async def test_an_order_only_the_dom_knows_is_shown_whole(sit_down: Opening) -> None:
    sam = await sit_down(Role.SUPPORT)
    sam.screen.show_subject("SO71784")
    await sam.until(lambda: sam.words("orderStatusChip") == "Shipped")
    assert sam.rows("orderLinesTable") > 5
    assert sam.words("orderTotal").startswith("$")
    assert not sam.find("orderTabs").isTabVisible(2), "there is nothing of ours to compare"
    assert not sam.shows("orderTransferChip")


async def test_an_order_nobody_knows_is_said_so(sit_down: Opening) -> None:
    sam = await sit_down(Role.SUPPORT)
    sam.screen.show_subject("B9999999")
    await sam.until(lambda: sam.find("orderState").state == "failed" and sam.rows("ordersTable") > 0)
    assert "There is no order B9999999" in sam.words("stateTitle")


async def test_a_retry_somebody_else_was_faster_with_is_told(qapp: QApplication) -> None:
    history = HistoryToLookAt(rows(3))
    office = looked_at(history)
    sue = await Person(OrdersScreen, *desk_over(office, SUPERVISOR, lambda: NOW)).seated()
    sue.screen.show_subject("B1000050")
    await sue.until(lambda: sue.words("orderTransferChip") == "Transfer failed")
    history.detail = replace(history.detail, transfer=transfer(TransferStatus.FAILED, version=9))
    sue.press("Ctrl+R")
    await sue.until(lambda: "Somebody was faster" in sue.words("orderNotice"))
    sue.screen.refresh()
    await sue.settle(0.3)
    assert "Somebody was faster" in sue.words("orderNotice"), "it stays to be read"
    assert sue.words("orderTransferChip") == "Transfer failed"
    await sue.close()


async def test_the_first_look_that_fails_can_be_repeated(qapp: QApplication) -> None:
    history = HistoryToLookAt(rows(3))
    history.no = Refusal("The history is closed.", advice="Try again.")
    office = looked_at(history)
    sam = await Person(OrdersScreen, *desk_over(office, SUPPORT, lambda: NOW)).seated()
    await sam.until(lambda: sam.find("ordersState").state == "failed")
    history.no = None
    sam.press("Ctrl+Shift+F")
    await sam.until(lambda: sam.rows("ordersTable") == 3)
    assert sam.find("ordersState").state == "content"
    await sam.close()
