"""A supervisor at the transfers, over a real database and a real DOM, and over stand-ins for what is rare."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from backoffice.domain.errors import StoreUnavailable
from backoffice.domain.staff import Role
from backoffice.domain.statuses import TransferStatus
from tests.external.dom.strings import Strings
from tests.ui.offices import (
    Person,
    desk_over,
    fail_transfer,
    nameless,
    parts,
    place_order,
    signed_in,
    transfer_once,
)
from tests.ui.transfers.standin import NOW, SUPERVISOR, TransfersToLookAt, backlog
from ui.screens.transfers.view import TransfersScreen

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def sue(qapp: QApplication, office: BackOffice) -> AsyncIterator[Person]:
    desk, told = desk_over(office, await signed_in(office, Role.SUPERVISOR))
    person = await Person(TransfersScreen, desk, told).seated()
    yield person
    await person.close()


async def test_supervisor_retries_a_failed_transfer(
    office: BackOffice, sue: Person, strings: Strings
) -> None:
    number = await place_order(office)
    await fail_transfer(office, strings, number)
    sue.screen.refresh()
    await sue.until(lambda: sue.words("failedFigure") == "1")
    assert sue.rows("causesTable") == 1
    table = sue.find("transfersTable")
    table.setFocus()
    table.go_to(0)
    sue.enter()
    await sue.until(lambda: sue.words("transferStatusChip") == "Transfer failed")
    assert sue.column("attemptsTable", 2) == ["Refused"]
    assert number in sue.find("attemptText").toPlainText()
    sue.press("Ctrl+R")
    await sue.until(lambda: sue.words("transferStatusChip") == "Waiting")
    assert not sue.find("retryButton").isEnabled()
    await transfer_once(office, number)
    sue.screen.refresh()
    await sue.until(lambda: sue.words("transferStatusChip") == "At the DOM")
    assert sue.column("attemptsTable", 2) == ["Acknowledged", "Refused"]
    assert sue.words("transferredFigure") == "1"


async def test_supervisor_holds_releases_and_gives_up_with_a_reason(
    office: BackOffice, sue: Person, strings: Strings
) -> None:
    number = await place_order(office)
    sue.screen.show_subject(number)
    await sue.until(lambda: sue.words("transferStatusChip") == "Waiting")
    sue.find("transfersTable").setFocus()
    sue.press("Ctrl+H")
    await sue.until(lambda: sue.words("transferStatusChip") == "Held")
    sue.press("Ctrl+L")
    await sue.until(lambda: sue.words("transferStatusChip") == "Waiting")
    await fail_transfer(office, strings, number)
    sue.screen.refresh()
    await sue.until(lambda: sue.words("transferStatusChip") == "Transfer failed")
    sue.press("Ctrl+G")
    assert sue.shows("giveUpPanel")
    await sue.until(lambda: sue.focus.objectName() == "giveUpReason")
    sue.enter()
    await sue.until(lambda: "Say why" in sue.words("transferNotice"))
    sue.type("Ordered twice")
    sue.enter()
    await sue.until(lambda: sue.words("transferStatusChip") == "Given up")
    assert not sue.shows("giveUpPanel")
    assert (await office.transfers.get(SUPERVISOR, number)).reason == "Ordered twice"


async def test_with_nothing_to_transfer_the_screen_says_what_would_be_here(sue: Person) -> None:
    await sue.until(lambda: sue.find("transfersState").state == "empty")
    assert "No order has gone" in sue.words("stateTitle")
    assert sue.words("failedFigure") == "0"


@pytest.fixture
async def busy(qapp: QApplication) -> AsyncIterator[tuple[Person, TransfersToLookAt]]:
    transfers = TransfersToLookAt(backlog())
    desk, told = desk_over(parts(transfers=transfers), SUPERVISOR, lambda: NOW)
    person = await Person(TransfersScreen, desk, told).seated()
    await person.until(lambda: person.rows("transfersTable") == 100)
    yield person, transfers
    await person.close()


async def test_a_number_and_a_cause_filter_the_list(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, _ = busy
    sue.find("failedFigure").click()
    await sue.until(lambda: sue.rows("transfersTable") == 15)
    assert set(sue.column("transfersTable", 1)) == {"Transfer failed"}
    causes = sue.find("causesTable")
    causes.setFocus()
    causes.go_to(1)
    sue.enter()
    await sue.until(lambda: sue.rows("transfersTable") == 3)
    sue.find("transfersTable").setFocus()
    sue.key(Qt.Key.Key_Escape)
    await sue.until(lambda: sue.rows("transfersTable") == 100)


async def test_a_whole_cause_is_retried_after_a_dry_run_with_a_result_per_row(
    busy: tuple[Person, TransfersToLookAt],
) -> None:
    sue, transfers = busy
    transfers.refuse = {"B1000893"}
    causes = sue.find("causesTable")
    causes.setFocus()
    causes.go_to(0)
    sue.enter()
    await sue.until(lambda: sue.rows("transfersTable") == 12)
    sue.find("retryCauseButton").click()
    await sue.until(lambda: "Nothing is done yet" in sue.words("bulkSummary"))
    assert "12 of all with the cause" in sue.words("bulkSummary")
    assert transfers.acts == []
    await sue.until(lambda: sue.focus.objectName() == "bulkStartButton")
    sue.key(Qt.Key.Key_Space)
    await sue.until(lambda: "11 done, 1 refused" in sue.words("bulkSummary"))
    assert len(transfers.acts) == 11
    assert "It moved on meanwhile. What you see now is the latest." in sue.column("bulkTable", 2)
    sue.key(Qt.Key.Key_Space)
    assert not sue.shows("bulkPanel")


async def test_a_bulk_act_stops_after_the_one_under_way(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, transfers = busy
    transfers.gate = asyncio.Event()
    table = sue.find("transfersTable")
    table.setFocus()
    for row in (0, 1, 6):
        table.selectionModel().select(
            table.model().index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    sue.find("bulkHoldButton").click()
    assert "3 of 3 selected transfers" in sue.words("bulkSummary")
    sue.find("bulkStartButton").click()
    await sue.until(lambda: sue.shows("bulkProgress"))
    sue.find("bulkCancelButton").click()
    assert "Stopping" in sue.words("bulkSummary")
    transfers.gate.set()
    await sue.until(lambda: "2 not begun" in sue.words("bulkSummary"))
    assert len(transfers.acts) == 1


async def test_live_changes_leave_selection_and_scroll_alone(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, transfers = busy
    table = sue.find("transfersTable")
    table.setFocus()
    table.go_to(40)
    number, top = table.current_row.order_number, table.verticalScrollBar().value()
    first = next(iter(transfers.rows.values()))
    transfers.rows[first.order_number] = replace(first, status=TransferStatus.TRANSFERRED)
    sue.screen.refresh()
    await sue.until(lambda: sue.words("waitingFigure") == "2")
    assert table.current_row.order_number == number
    assert [row.order_number for row in table.marked] == [number]
    assert table.verticalScrollBar().value() == top


async def test_each_disabled_act_says_why(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, _ = busy
    sue.screen.show_subject("B1000877")
    await sue.until(lambda: sue.words("transferStatusChip") == "At the DOM")
    for name in ("retryButton", "holdButton", "releaseButton", "resolveButton", "giveUpButton"):
        assert not sue.find(name).isEnabled()
        assert sue.find(name).accessibleDescription()


async def test_every_widget_of_an_opened_transfer_has_a_name(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, _ = busy
    assert nameless(sue) == []
    sue.screen.show_subject("B1000895")
    await sue.until(lambda: sue.words("transferStatusChip"))
    sue.find("transfersTable").setFocus()
    sue.press("Ctrl+G")
    await sue.until(lambda: sue.shows("giveUpPanel"))
    assert nameless(sue) == []


async def test_the_list_fills_as_it_is_scrolled(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, _ = busy
    sue.find("transfersTable").setFocus()
    sue.press("Ctrl+End")
    await sue.until(lambda: sue.rows("transfersTable") == 200)
    sue.press("Ctrl+End")
    await sue.until(lambda: sue.rows("transfersTable") == 203)


async def test_supervisor_asks_the_dom_about_one_in_doubt(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, transfers = busy
    sue.screen.show_subject("B1000896")
    await sue.until(lambda: sue.words("transferStatusChip") == "Not known yet")
    transfers.gate = asyncio.Event()
    sue.find("transfersTable").setFocus()
    sue.press("Ctrl+D")
    await sue.until(lambda: "Asking the DOM" in sue.words("transferNotice"))
    transfers.gate.set()
    await sue.until(lambda: sue.words("transferStatusChip") == "At the DOM")


async def test_an_act_on_what_moved_on_meanwhile_is_refused_and_told(
    busy: tuple[Person, TransfersToLookAt],
) -> None:
    sue, transfers = busy
    sue.screen.show_subject("B1000895")
    await sue.until(lambda: sue.words("transferStatusChip") == "Transfer failed")
    transfers.refuse = {"B1000895"}
    sue.find("transfersTable").setFocus()
    sue.press("Ctrl+R")
    await sue.until(lambda: "moved on meanwhile" in sue.words("transferNotice"))
    assert sue.words("transferStatusChip") == "Transfer failed"


async def test_many_are_given_up_only_with_a_reason(busy: tuple[Person, TransfersToLookAt]) -> None:
    sue, transfers = busy
    sue.find("heldFigure").click()
    await sue.until(lambda: sue.rows("transfersTable") == 2)
    sue.find("transfersTable").selectAll()
    sue.find("bulkGiveUpButton").click()
    await sue.until(lambda: sue.focus.objectName() == "bulkReason")
    assert not sue.find("bulkStartButton").isEnabled()
    sue.type("The shop is closed")
    sue.find("bulkStartButton").click()
    await sue.until(lambda: "2 done" in sue.words("bulkSummary"))
    assert {row.reason for row in transfers.rows.values() if row.status is TransferStatus.GIVEN_UP} == {
        "Ordered twice.",
        "The shop is closed",
    }
    sue.find("bulkCancelButton").click()
    assert not sue.shows("bulkPanel")


async def test_a_database_that_is_away_is_said_and_asked_again(qapp: QApplication) -> None:
    transfers = TransfersToLookAt(backlog(0))
    transfers.trouble = StoreUnavailable("The database is busy.", advice="Try again; nothing was changed.")
    sue = await Person(
        TransfersScreen, *desk_over(parts(transfers=transfers), SUPERVISOR, lambda: NOW)
    ).seated()
    await sue.until(lambda: sue.find("transfersState").state == "failed")
    assert sue.words("stateTitle") == "The database is busy."
    transfers.trouble = None
    sue.find("transfersAgainButton").click()
    await sue.until(lambda: sue.rows("transfersTable") == 23)
    await sue.close()
