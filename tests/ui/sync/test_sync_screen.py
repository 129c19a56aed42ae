"""A supervisor at the messages received, over a real database, and over stand-ins for what is rare."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.staff import Role
from backoffice.domain.sync import InboxState
from tests.ui.offices import Person, desk_over, nameless, parts, signed_in
from tests.ui.sync.standin import NOW, SUPERVISOR, LoaderToLookAt, MessagesToLookAt, inbox
from ui.screens.sync.presenter import LONGEST_BODY, readable
from ui.screens.sync.view import SyncScreen

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def sue(qapp: QApplication, office: BackOffice) -> AsyncIterator[Person]:
    desk, told = desk_over(office, await signed_in(office, Role.SUPERVISOR))
    person = await Person(SyncScreen, desk, told).seated()
    yield person
    await person.close()


async def test_before_the_first_message_the_screen_says_what_would_be_here(sue: Person) -> None:
    await sue.until(lambda: sue.find("messagesState").state == "empty")
    assert "told nothing yet" in sue.words("stateTitle")
    assert sue.words("receivedFigure") == "0"


async def test_a_stock_file_is_loaded_and_its_bad_rows_are_told(
    office: BackOffice, sue: Person, tmp_path: Path
) -> None:
    file = tmp_path / "stock.csv"
    good, bad = "HL-U509-R,ONLINE,4711,Available", "HL-U509-R,ONLINE,minus one,Available"
    file.write_text(f"sku,location,quantity,status\n{good}\n{bad}\n", encoding="utf-8")
    sue.press("Ctrl+O")
    await sue.until(lambda: sue.focus.objectName() == "loadPath")
    sue.type(str(file))
    sue.enter()
    await sue.until(lambda: "rows loaded" in sue.words("loadReport"), sue.words("loadReport"))
    assert "1 of 2 rows loaded" in sue.words("loadReport")
    assert "1 rows could not be taken" in sue.words("loadReport")
    known = await office.inventory.get_inventory_availability(
        SUPERVISOR, (Sku("HL-U509-R"),), locations=(LocationId("ONLINE"),)
    )
    assert known[0].quantity == 4711


async def test_a_file_that_is_not_there_is_said_so(sue: Person) -> None:
    sue.press("Ctrl+O")
    await sue.until(lambda: sue.focus.objectName() == "loadPath")
    sue.type("/no/such/file.csv")
    sue.enter()
    await sue.until(lambda: "There is no file /no/such/file.csv" in sue.words("loadReport"))


@pytest.fixture
async def busy(qapp: QApplication) -> AsyncIterator[tuple[Person, MessagesToLookAt, LoaderToLookAt]]:
    messages, loader = MessagesToLookAt(inbox()), LoaderToLookAt()
    desk, told = desk_over(parts(order_sync=messages, inventory=loader), SUPERVISOR, lambda: NOW)
    person = await Person(SyncScreen, desk, told).seated()
    await person.until(lambda: person.rows("messagesTable") == 100)
    yield person, messages, loader
    await person.close()


Busy = tuple[Person, MessagesToLookAt, LoaderToLookAt]


async def test_a_message_set_aside_is_read_and_replayed(busy: Busy) -> None:
    sue, messages, _ = busy
    sue.find("setAsideFigure").click()
    await sue.until(lambda: sue.rows("messagesTable") == 1)
    table = sue.find("messagesTable")
    table.setFocus()
    table.go_to(0)
    sue.enter()
    await sue.until(lambda: "<b>fragile</b>" in sue.find("messageBody").toPlainText())
    assert sue.words("messageState") == "Set aside"
    assert "another body" in sue.words("messageNotice")
    sue.press("Ctrl+R")
    await sue.until(lambda: sue.words("messageState") == "Applied")
    assert "Replayed: it is applied now" in sue.words("messageNotice")
    assert sue.words("setAsideFigure") == "0"
    assert all(row.state is not InboxState.SET_ASIDE for row in messages.rows.values())
    sue.key(Qt.Key.Key_Escape)
    assert not sue.shows("messagePanel")


async def test_older_messages_come_as_the_list_is_scrolled(busy: Busy) -> None:
    sue, _, _ = busy
    sue.find("messagesTable").setFocus()
    sue.press("Ctrl+End")
    await sue.until(lambda: sue.rows("messagesTable") == 160)


async def test_loading_shows_progress_and_stops_when_told(busy: Busy) -> None:
    sue, _, loader = busy
    sue.press("Ctrl+O")
    await sue.until(lambda: sue.focus.objectName() == "loadPath")
    sue.type("stock.csv")
    sue.enter()
    for _ in range(3):
        loader.steps.release()
    await sue.until(lambda: "6,000 rows read" in sue.words("loadReport"))
    assert sue.find("loadProgress").value() == 300
    sue.find("loadCancelButton").click()
    assert "Stopping after this portion" in sue.words("loadReport")
    loader.steps.release()
    await sue.until(lambda: "Stopped." in sue.words("loadReport"))
    assert not sue.shows("loadProgress")


async def test_every_widget_of_an_opened_message_has_a_name(busy: Busy) -> None:
    sue, _, _ = busy
    sue.find("messagesTable").setFocus()
    sue.enter()
    await sue.until(lambda: sue.find("messageBody").toPlainText())
    sue.press("Ctrl+O")
    assert nameless(sue) == []


def test_a_body_is_indented_left_alone_or_cut_and_said_so() -> None:
    assert readable('{"a":1}') == '{\n  "a": 1\n}'
    assert readable("<xml>") == "<xml>"
    assert readable("x" * (LONGEST_BODY + 5)).endswith("… 5 more characters")
