"""Finding orders by keyboard: words, chips, fields; searches kept; the list as a file, an order once more."""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from backoffice.domain.history import OrderSort
from backoffice.domain.ids import Sku
from backoffice.domain.staff import Role
from tests.external.dom.strings import Strings
from tests.ui.offices import (
    Person,
    desk_over,
    fail_transfer,
    go_silent,
    nameless,
    place_order,
    signed_in,
)
from tests.ui.orders.standin import NOW, SUPPORT, HistoryToLookAt, looked_at, rows
from ui.screens.orders.printed import page_of, write_pdf
from ui.screens.orders.shown import shown
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


@pytest.fixture
async def looking(qapp: QApplication) -> AsyncIterator[tuple[Person, HistoryToLookAt]]:
    history = HistoryToLookAt(rows(120))
    person = await Person(OrdersScreen, *desk_over(looked_at(history), SUPPORT, lambda: NOW)).seated()
    await person.until(lambda: person.rows("ordersTable") == 50)
    yield person, history
    await person.close()


def line(person: Person) -> str:
    return str(person.find("orderSearch").text())


def chips(person: Person) -> tuple[str, ...]:
    words: tuple[str, ...] = person.find("orderChips").words
    return words


async def test_a_word_becomes_a_chip_and_restricts_the_list(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    sam.type("status:backordered ")
    assert line(sam) == ""
    assert chips(sam) == ("Status: Back-ordered",)
    await sam.until(lambda: set(sam.column("ordersTable", 3)) == {"Back-ordered"})
    sam.type("gee")
    await sam.until(lambda: history.questions[-1].text == "gee")
    assert history.questions[-1].statuses == {"B"}
    assert history.questions[-1].without == {"FAILED"}


async def test_a_value_in_quotes_is_one_word(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    sam.type('name:"orlando ')
    assert chips(sam) == (), "the quotes are still open"
    await sam.settle(0.3)
    assert all(not question.text for question in history.questions)
    sam.type('gee" ')
    assert chips(sam) == ("Name or company: orlando gee",)
    await sam.until(lambda: history.questions[-1].name == "orlando gee")


async def test_a_word_is_completed_by_keys(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    sam.type("st")
    offers = sam.find("orderSearch").offers
    assert offers.words == ("status:",)
    sam.key(Qt.Key.Key_Tab)
    assert line(sam) == "status:"
    sam.type("sh")
    assert offers.words == ("status:shipped",)
    sam.key(Qt.Key.Key_Down)
    sam.enter()
    assert chips(sam) == ("Status: Shipped",)
    assert not offers.isVisible()
    sam.type("agent:")
    assert offers.words == ("agent:Ann",), "who took the orders on screen"
    sam.key(Qt.Key.Key_Escape)
    assert not offers.isVisible()
    assert sam.focus.objectName() == "orderSearch"
    await sam.until(lambda: history.questions[-1].statuses == {"S"})
    assert history.questions[-1].text == "", "half a word is not searched for"


async def test_backspace_takes_the_last_chip_back_to_be_changed(
    looking: tuple[Person, HistoryToLookAt],
) -> None:
    sam, history = looking
    sam.type("agent:ann status:shipped ")
    assert chips(sam) == ("Agent: ann", "Status: Shipped")
    sam.key(Qt.Key.Key_Backspace)
    assert chips(sam) == ("Agent: ann",)
    assert line(sam) == "status:shipped"
    sam.type(",cancelled")
    sam.enter()
    assert chips(sam) == ("Agent: ann", "Status: Shipped, Cancelled")
    await sam.until(lambda: history.questions[-1].statuses == {"S", "X"})
    await sam.until(lambda: sam.focus.objectName() == "ordersTable")


async def test_a_chip_is_taken_away_by_key(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    sam.type("agent:ann status:shipped ")
    await sam.until(lambda: history.questions[-1].agent == "ann")
    sam.find("orderChips0").setFocus()
    sam.key(Qt.Key.Key_Delete)
    assert chips(sam) == ("Status: Shipped",)
    assert sam.focus.objectName() == "orderChips0"
    await sam.until(lambda: not history.questions[-1].agent)
    sam.key(Qt.Key.Key_Space)
    assert chips(sam) == ()
    assert sam.focus.objectName() == "orderSearch"
    await sam.until(lambda: not history.questions[-1].statuses)


async def test_a_word_that_can_not_be_read_stays_with_its_sentence(
    looking: tuple[Person, HistoryToLookAt],
) -> None:
    sam, _ = looking
    sam.type("after:soon ")
    assert "“soon” is no day. Write it like" in sam.words("orderSearchWrong")
    assert line(sam) == "after:soon "
    sam.press("Ctrl+A")
    sam.type("after:today ")
    assert sam.words("orderSearchWrong") == ""
    assert chips(sam) == ("Placed since: today",)


async def test_fields_and_words_are_one_search(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    sam.type("postcode:98052 ")
    sam.press("Ctrl+Shift+E")
    assert sam.find("orderPostcodeFilter").text() == "98052"
    for _ in range(2):
        sam.key(Qt.Key.Key_Tab)
    assert sam.focus.objectName() == "orderAgentFilter"
    sam.type("ann")
    sam.enter()
    assert chips(sam) == ("Ship-to postcode: 98052", "Agent: ann")
    await sam.until(lambda: (history.questions[-1].agent, history.questions[-1].postcode) == ("ann", "98052"))
    after = sam.find("orderAfterFilter")
    after.setFocus()
    sam.type("soon")
    sam.enter()
    assert "is no day" in after.accessibleDescription()
    assert len(chips(sam)) == 2
    sam.find("orderFailedShown").setFocus()
    sam.key(Qt.Key.Key_Space)
    await sam.until(lambda: history.questions[-1].without == frozenset())
    assert chips(sam)[-1] == "Failed checkouts too"
    assert nameless(sam) == []
    sam.key(Qt.Key.Key_Escape)
    assert not sam.shows("orderFields")
    assert sam.focus.objectName() == "orderSearch"


async def test_a_title_sorts_the_list_and_turns_it_round(looking: tuple[Person, HistoryToLookAt]) -> None:
    sam, history = looking
    header = sam.find("ordersTable").horizontalHeader()
    assert header.sortIndicatorSection() == 1
    header.sectionClicked.emit(5)
    await sam.until(lambda: history.questions[-1].sort is OrderSort.TOTAL)
    assert not history.questions[-1].ascending
    await sam.until(lambda: header.sortIndicatorSection() == 5)
    header.sectionClicked.emit(5)
    await sam.until(lambda: history.questions[-1].ascending)
    assert chips(sam) == (), "the title shows it"
    sam.find("clearFiltersButton").click()
    await sam.until(lambda: history.questions[-1].sort is OrderSort.PLACED)


async def test_a_search_is_kept_chosen_and_forgotten(office: BackOffice, sit_down: Opening) -> None:
    number = await place_order(office)
    sam = await sit_down(Role.SUPPORT)
    await sam.until(lambda: sam.rows("ordersTable") > 1)
    sam.type("agent:ann after:today ")
    await sam.until(lambda: sam.column("ordersTable", 0) == [number])
    sam.press("Ctrl+Shift+S")
    assert sam.focus.objectName() == "savedName"
    sam.type("Ann today")
    sam.enter()
    await sam.until(lambda: sam.find("savedList").count() == 1)
    sam.key(Qt.Key.Key_Escape)
    sam.find("clearFiltersButton").click()
    await sam.until(lambda: sam.rows("ordersTable") > 1)
    sam.press("Ctrl+Shift+S")
    assert sam.focus.objectName() == "savedList"
    sam.enter()
    await sam.until(lambda: sam.column("ordersTable", 0) == [number])
    assert chips(sam) == ("Agent: ann", "Placed since: today")
    sam.press("Ctrl+Shift+S")
    sam.key(Qt.Key.Key_Delete)
    await sam.until(lambda: sam.find("savedList").count() == 0)


async def test_failed_checkouts_are_shown_when_asked_for(office: BackOffice, sit_down: Opening) -> None:
    sam = await sit_down(Role.SUPPORT)
    await sam.until(lambda: sam.rows("ordersTable") > 0)
    sam.type("status:failed ")
    await sam.until(lambda: sam.find("ordersState").state == "empty")
    assert "Failed checkouts are left out unless asked for" in sam.words("stateHint")


async def test_the_list_is_written_to_a_file(
    office: BackOffice, sit_down: Opening, strings: Strings, tmp_path: Path
) -> None:
    number = await place_order(office)
    go_silent(strings)
    sam = await sit_down(Role.SUPPORT)
    await sam.until(lambda: sam.column("ordersTable", 0) == [number])
    sam.press("Ctrl+E")
    assert sam.focus.objectName() == "exportPath"
    assert "orders-" in sam.focus.text()  # type: ignore[attr-defined]  # a line edit
    sam.press("Ctrl+A")
    sam.type(str(tmp_path / "orders.csv"))
    sam.enter()
    await sam.until(lambda: "1 orders written to" in sam.words("exportReport"))
    assert "does not answer" in sam.words("exportReport")
    with (tmp_path / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["order"] for row in csv.DictReader(file)] == [number]
    sam.press("Ctrl+A")
    sam.type(str(tmp_path / "nowhere" / "x.csv"))
    sam.enter()
    await sam.until(lambda: "can not be written" in sam.words("exportReport"))


async def test_an_order_is_taken_again_with_its_items(
    office: BackOffice, sit_down: Opening, strings: Strings
) -> None:
    number = await place_order(office, 3)
    await fail_transfer(office, strings, number)
    sue = await sit_down(Role.SUPERVISOR)
    wanted: list[str] = []
    sue.screen.resume_call.connect(wanted.append)
    sue.screen.show_subject(number)
    await sue.until(lambda: sue.words("orderStatusChip"))
    sue.press("Ctrl+Shift+N")
    await sue.until(lambda: wanted)
    [call] = await office.carts.calls(sue.desk.actor)
    assert wanted == [call.call_id]
    cart = await office.carts.get(sue.desk.actor, call.cart_id)
    assert [(line.sku, line.quantity) for line in cart.lines] == [(Sku("HL-U509-R"), 3)]


async def test_support_sees_why_an_order_is_not_taken_again(
    looking: tuple[Person, HistoryToLookAt],
) -> None:
    sam, _ = looking
    sam.screen.show_subject("B1000050")
    await sam.until(lambda: sam.words("orderStatusChip"))
    assert "Only agents take calls" in sam.find("reorderButton").accessibleDescription()


async def test_an_order_on_paper_shows_what_people_wrote_as_text(
    looking: tuple[Person, HistoryToLookAt], tmp_path: Path
) -> None:
    sam, history = looking
    order = shown(history.detail)
    assert order is not None
    page = page_of(order, sam.desk.text)
    assert "Leave with the &lt;b&gt;porter&lt;/b&gt;." in page
    assert "$4,330.96" in page
    assert "not enough funds" not in page, "a customer's copy says nothing of it"
    path = tmp_path / "order.pdf"
    write_pdf(order, sam.desk.text, path)
    assert path.read_bytes().startswith(b"%PDF")
    with pytest.raises(OSError, match="No such file"):
        write_pdf(order, sam.desk.text, tmp_path / "nowhere" / "order.pdf")
