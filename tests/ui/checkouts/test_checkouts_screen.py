"""A supervisor at the checkouts that failed, over a real database, with nothing but the keys."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backoffice.domain.errors import Conflict, Refusal, StoreUnavailable
from backoffice.domain.failed_checkout import FailedDetails, FailedPage, FailedStanding, FailedSummary
from backoffice.domain.outcome import Unknown, Unreachable
from backoffice.domain.staff import Actor
from backoffice.services.checkout.actions.lists import PIPELINE
from tests.services.desk import CARD, DECLINED, ON_ACCOUNT, Desk
from tests.services.test_rollback import Stumbling, UndoFails, with_action
from tests.services.world import AGENT, SUPERVISOR
from tests.ui.offices import Person, desk_over, nameless, parts
from ui.screens.checkouts.view import CheckoutsScreen

pytestmark = pytest.mark.timeout(180)
HOUR = timedelta(hours=1)


@pytest.fixture
async def sue(qapp: QApplication, desk: Desk) -> AsyncIterator[Person]:
    window, told = desk_over(desk.office, SUPERVISOR, lambda: desk.clock.now)
    person = await Person(CheckoutsScreen, window, told).seated()
    yield person
    await person.close()


async def stuck(desk: Desk, undo: str, *, times: int) -> None:
    broken = Stumbling(PIPELINE.action("createNewOrderEvent"), Refusal("Not today."))
    desk.use_actions(with_action(UndoFails(PIPELINE.action(undo), times=times), with_action(broken)))
    await desk.ordered(pay=ON_ACCOUNT)


async def open_first(person: Person) -> None:
    """Go to the first row with the arrow and press Enter."""
    person.screen.refresh()
    await person.until(lambda: person.rows("checkoutsTable") > 0)
    person.find("checkoutsTable").setFocus()
    person.press("Ctrl+Home")
    person.enter()
    await person.until(lambda: person.shows("checkoutStandingChip"))


async def test_declined_card_is_told_with_its_journal_as_a_line_of_time(desk: Desk, sue: Person) -> None:
    await desk.ordered(pay=DECLINED)
    await open_first(sue)
    assert sue.words("undoneFigure") == "1"
    assert sue.column("failedActionsTable", 0) == ["Payment authorised"]
    assert sue.words("checkoutNumber") == "B1000001"
    assert sue.words("checkoutStandingChip") == "Undone"
    assert "Payment authorised: The card was declined" in sue.words("checkoutNotice")
    outcomes = sue.column("journalTable", 2)
    assert {"Done", "Asked", "Failed", "Undone"} == set(outcomes)
    assert outcomes.index("Failed") < outcomes.index("Undone")
    assert sue.column("journalTable", 1)[-1] == "Order and its number"
    assert sue.words("nothingOpen")
    assert not sue.find("retryUndoButton").isEnabled()
    assert "nothing is open" in sue.find("retryUndoButton").toolTip()
    assert "The cart is open" in sue.find("reopenButton").toolTip()
    assert nameless(sue) == []


async def test_undo_that_failed_is_tried_again_with_a_key(desk: Desk, sue: Person) -> None:
    await stuck(desk, "authorizePayments", times=1)
    await open_first(sue)
    assert sue.words("stuckFigure") == "1"
    assert sue.words("checkoutStandingChip") == "Undo failed"
    assert sue.column("openItemsTable", 2) == ["Authorised"]
    assert "Undo failed" in sue.column("journalTable", 2)
    assert "see what is open" in sue.find("reopenButton").toolTip()
    sue.press("Ctrl+R")
    await sue.until(lambda: "tried now" in sue.words("checkoutNotice"))
    await desk.run_jobs()
    sue.screen.refresh()
    await sue.until(lambda: sue.words("checkoutStandingChip") == "Undone")
    assert sue.words("stuckFigure") == "0"
    assert sue.words("nothingOpen")


async def test_cart_is_opened_again_with_a_reason(desk: Desk, sue: Person) -> None:
    await stuck(desk, "processCouponCustomerAssignments", times=1000)
    await open_first(sue)
    sue.press("Ctrl+E")
    await sue.until(lambda: sue.focus.objectName() == "reopenReason")
    sue.enter()
    await sue.until(lambda: "needs a reason" in sue.words("checkoutNotice"))
    assert sue.shows("reopenPanel")
    sue.press("Esc")
    assert not sue.shows("reopenPanel")
    assert sue.shows("checkoutPanel")
    sue.press("Ctrl+E")
    await sue.until(lambda: sue.focus.objectName() == "reopenReason")
    sue.type("Coupons taken back by hand")
    sue.enter()
    await sue.until(lambda: "The cart is open again" in sue.words("checkoutNotice"))
    assert sue.words("checkoutStandingChip") == "Undone"
    assert not sue.shows("reopenPanel")
    [call] = await desk.office.carts.calls(AGENT)
    assert desk.cart_status(call.cart_id) == "open"


async def test_what_the_bank_still_holds_is_seen_until_it_lets_go(desk: Desk, sue: Person) -> None:
    desk.use_actions(with_action(Stumbling(PIPELINE.action("updateOrder"), Refusal("Not today."))))
    desk.gateway.script("void", Unreachable(reason="The bank is down."), times=2)
    await desk.ordered(pay=CARD)
    await desk.run_jobs()
    await open_first(sue)
    assert sue.words("openFigure") == "1"
    assert sue.column("openItemsTable", 0) == ["Visa ending 4242"]
    assert sue.column("openItemsTable", 2) == ["Being let go"]
    assert sue.column("openItemsTable", 3) == ["The bank is down."]
    await desk.run_jobs(within=HOUR)
    sue.screen.refresh()
    await sue.until(lambda: sue.words("openFigure") == "0")
    await sue.until(lambda: sue.words("checkoutStandingChip") == "Undone")


async def test_one_that_became_an_order_while_looked_at_says_so(desk: Desk, sue: Person) -> None:
    silence = Unknown(reason="No answer.")
    desk.gateway.script("authorise", silence)
    desk.gateway.script("find", silence)
    await desk.ordered(pay=CARD)
    await open_first(sue)
    assert sue.words("checkoutStandingChip") == "Not known yet"
    sue.press("Ctrl+R")
    await sue.until(lambda: "tried now" in sue.words("checkoutNotice"))
    await desk.run_jobs()
    sue.screen.refresh()
    await sue.until(lambda: "no failed checkout" in sue.words("checkoutNotice"))
    assert not sue.find("retryUndoButton").isEnabled()
    assert sue.find("checkoutsState").state == "empty"
    assert sue.focus.isVisible()
    sue.press("Esc")
    assert not sue.shows("checkoutPanel")


async def test_act_on_what_moved_on_is_refused_and_shown_as_it_is(desk: Desk, sue: Person) -> None:
    await stuck(desk, "authorizePayments", times=1)
    await open_first(sue)
    await desk.run_jobs(within=HOUR)  # by itself, while it is looked at
    sue.press("Ctrl+R")
    await sue.until(lambda: "changed meanwhile" in sue.words("checkoutNotice"))
    assert sue.words("checkoutStandingChip") == "Undone"


async def test_numbers_filter_the_list_and_arrows_leaf_through_it(desk: Desk, sue: Person) -> None:
    for _ in range(3):
        await desk.ordered(pay=DECLINED)
    cart = await desk.cart()
    desk.clock.pass_time(HOUR)
    await desk.submit(cart)
    await open_first(sue)
    assert sue.words("checkoutNumber") == "No number taken"
    assert not sue.shows("openFailedOrderButton")
    sue.key(Qt.Key.Key_Down)
    await sue.until(lambda: sue.words("checkoutNumber") == "B1000003")
    sue.press("Esc")
    await sue.until(lambda: not sue.shows("checkoutPanel"))
    figure = sue.find("refusedFigure")
    figure.setFocus()
    sue.key(Qt.Key.Key_Space)
    await sue.until(lambda: sue.rows("checkoutsTable") == 1)
    assert sue.find("checkoutStandingFilter").currentData() == "refused"
    combo = sue.find("checkoutStandingFilter")
    combo.setFocus()
    sue.key(Qt.Key.Key_Home)
    await sue.until(lambda: sue.rows("checkoutsTable") == 4)
    table = sue.find("failedActionsTable")
    table.setFocus()
    sue.enter()
    await sue.until(lambda: sue.rows("checkoutsTable") == 3)
    sue.press("Ctrl+0")
    await sue.until(lambda: sue.rows("checkoutsTable") == 4)


async def test_opened_by_its_number_and_on_to_the_order(desk: Desk, sue: Person) -> None:
    number = (await desk.ordered(pay=DECLINED)).order_number
    wanted: list[str] = []
    sue.screen.open_order.connect(wanted.append)
    sue.screen.refresh()
    await sue.until(lambda: sue.rows("checkoutsTable") == 1)
    sue.screen.show_subject(number)
    await sue.until(lambda: sue.shows("openFailedOrderButton"))
    sue.find("openFailedOrderButton").setFocus()
    sue.key(Qt.Key.Key_Space)
    assert wanted == [number]
    sue.screen.show_subject("B77")
    await sue.until(lambda: "no failed checkout" in sue.words("stateTitle"))


async def test_with_nothing_failed_the_screen_says_what_would_be_here(sue: Person) -> None:
    await sue.until(lambda: sue.find("checkoutsState").state == "empty")
    assert "No checkout has failed" in sue.words("stateTitle")
    assert sue.words("stuckFigure") == "0"
    assert sue.words("oldestFigure") == "none"
    figure = sue.find("stuckFigure")
    figure.setFocus()
    sue.key(Qt.Key.Key_Space)
    await sue.until(lambda: "None is in that state" in sue.words("stateTitle"))
    assert sue.focus.isVisible()


class SlowCheckouts:
    """The real ones behind a gate: slow, away, or gone wrong."""

    def __init__(self, real: Any) -> None:  # noqa: ANN401 - the service, or another stand-in
        self.real = real
        self.gate = asyncio.Event()
        self.trouble: Exception | None = None
        self.asked: list[str] = []

    async def summary(self, actor: Actor) -> FailedSummary:
        await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        found: FailedSummary = await self.real.summary(actor)
        return found

    async def list(self, actor: Actor, **asked: Any) -> FailedPage:  # noqa: ANN401 - passed on as it came
        self.asked.append(asked["after"])
        page: FailedPage = await self.real.list(actor, **asked)
        return page

    async def get(self, actor: Actor, attempt_id: str) -> FailedDetails:
        found: FailedDetails = await self.real.get(actor, attempt_id)
        return found

    async def retry(self, actor: Actor, attempt_id: str, *, seen: FailedStanding) -> FailedDetails:
        await self.gate.wait()
        raise Conflict("Somebody was faster.", advice="What you see now is the latest.")

    async def reopen(
        self, actor: Actor, attempt_id: str, reason: str, *, seen: FailedStanding
    ) -> FailedDetails:
        raise AssertionError


@pytest.fixture
async def slow(qapp: QApplication, desk: Desk) -> AsyncIterator[tuple[Person, SlowCheckouts]]:
    service = SlowCheckouts(desk.office.failed_checkouts)
    window, told = desk_over(parts(failed_checkouts=service), SUPERVISOR, lambda: desk.clock.now)
    person = Person(CheckoutsScreen, window, told)
    yield person, service
    service.gate.set()
    await person.close()


async def test_slow_database_shows_what_is_waited_for(slow: tuple[Person, SlowCheckouts]) -> None:
    person, service = slow
    await person.until(lambda: person.words("stateTitle") == "Reading checkouts")
    service.gate.set()
    await person.until(lambda: person.find("checkoutsState").state == "empty")


async def test_database_that_is_away_is_told_and_asked_again(slow: tuple[Person, SlowCheckouts]) -> None:
    person, service = slow
    service.trouble = StoreUnavailable("The database is away.", advice="It is tried again.")
    service.gate.set()
    await person.until(lambda: person.words("stateTitle") == "The database is away.")
    assert person.words("stateHint") == "It is tried again."
    service.trouble = None
    button = person.find("checkoutsAgainButton")
    button.setFocus()
    person.key(Qt.Key.Key_Space)
    await person.until(lambda: person.find("checkoutsState").state == "empty")


async def test_act_under_way_can_not_be_pressed_twice(desk: Desk, slow: tuple[Person, SlowCheckouts]) -> None:
    person, service = slow
    await stuck(desk, "authorizePayments", times=1000)
    service.gate.set()
    await open_first(person)
    service.gate.clear()
    person.press("Ctrl+R")
    await person.until(lambda: not person.find("retryUndoButton").isEnabled())
    assert person.find("retryUndoButton").toolTip()
    service.gate.set()
    await person.until(lambda: "Somebody was faster" in person.words("checkoutNotice"))
    await person.until(lambda: person.find("retryUndoButton").isEnabled())


async def test_many_are_fetched_page_by_page(desk: Desk, slow: tuple[Person, SlowCheckouts]) -> None:
    person, service = slow
    await desk.ordered(pay=DECLINED)
    [one] = (await desk.office.failed_checkouts.list(SUPERVISOR)).rows
    real = service.real

    class Many:
        async def summary(self, actor: Actor) -> FailedSummary:
            summary: FailedSummary = await real.summary(actor)
            return summary

        async def list(self, _actor: Actor, *, limit: int, after: str, **_others: object) -> FailedPage:
            start = int(after or 0)
            rows = tuple(
                replace(one, attempt_id=f"a{n}", order_number=f"B{n}") for n in range(start, start + limit)
            )
            return FailedPage(rows=rows, next=str(start + limit))

    service.real = Many()
    service.gate.set()
    await person.until(lambda: person.rows("checkoutsTable") == 100)
    person.find("checkoutsTable").setFocus()
    for _ in range(20):  # by the page, to the last of them
        person.press("PgDown")
    await person.until(lambda: person.rows("checkoutsTable") == 200)
    assert service.asked[:2] == ["", "100"]
