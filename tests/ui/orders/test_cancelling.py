"""A supervisor cancels an order with nothing but the keys, over a real database and a real DOM."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from backoffice.domain.ids import StaffId
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import OrderStatus
from tests.ui.offices import Person, desk_over, nameless, place_order, signed_in, transfer_once
from ui.screens.orders.view import OrdersScreen

pytestmark = pytest.mark.timeout(180)
Opening = Callable[..., Awaitable[Person]]


@pytest.fixture
async def sit_down(qapp: QApplication, office: BackOffice) -> AsyncIterator[Opening]:
    people: list[Person] = []

    async def sit_down(role: Role = Role.SUPERVISOR) -> Person:
        people.append(Person(OrdersScreen, *desk_over(office, await signed_in(office, role))))
        return await people[-1].seated()

    yield sit_down
    for person in people:
        await person.close()


async def status(office: BackOffice, number: str) -> OrderStatus:
    details = await office.order_history.details(await signed_in(office, Role.SUPERVISOR), number)
    assert details.local is not None
    return details.local.status


async def opened(person: Person, number: str) -> None:
    person.screen.show_subject(number)
    await person.until(lambda: person.words("orderStatusChip"))


async def test_order_is_cancelled_with_a_reason(office: BackOffice, sit_down: Opening) -> None:
    sue = await sit_down()
    number = await place_order(office)
    await opened(sue, number)
    sue.find("orderSearch").setFocus()
    sue.press("Ctrl+G")
    await sue.until(lambda: sue.focus.objectName() == "cancelOrderReason")
    sue.enter()
    await sue.until(lambda: "needs a reason" in sue.words("orderNotice"))
    assert sue.shows("cancelOrderPanel")
    sue.find("cancelOrderReason").setFocus()
    sue.type("Ordered twice")
    sue.enter()
    await sue.until(lambda: sue.words("orderStatusChip") == "Cancelled")
    await sue.until(lambda: "the customer is told" in sue.words("orderNotice"))
    assert not sue.shows("cancelOrderPanel")
    assert sue.words("orderTransferChip") == "Given up"
    assert not sue.find("cancelOrderButton").isEnabled()
    assert "cancelled already" in sue.find("cancelOrderButton").toolTip()
    assert nameless(sue) == []
    assert await status(office, number) is OrderStatus.CANCELLED


async def test_second_thoughts_leave_the_order_as_it_is(office: BackOffice, sit_down: Opening) -> None:
    sue = await sit_down()
    number = await place_order(office)
    await opened(sue, number)
    sue.find("orderSearch").setFocus()
    for leave in ("Esc", "keep"):
        sue.press("Ctrl+G")
        await sue.until(lambda: sue.focus.objectName() == "cancelOrderReason")
        sue.type("No")
        if leave == "keep":
            sue.find("cancelOrderKeepButton").setFocus()
            sue.key(Qt.Key.Key_Space)
        else:
            sue.press(leave)
        await sue.until(lambda: not sue.shows("cancelOrderPanel"))
        assert sue.shows("orderPanel")
    sue.press("Ctrl+G")
    await sue.until(lambda: sue.focus.objectName() == "cancelOrderReason")
    assert sue.find("cancelOrderReason").text() == ""
    assert await status(office, number) is OrderStatus.AUTHORISED


async def test_what_is_at_the_dom_says_where_it_is_cancelled(office: BackOffice, sit_down: Opening) -> None:
    sue = await sit_down()
    number = await place_order(office)
    await transfer_once(office, number)
    await opened(sue, number)
    button = sue.find("cancelOrderButton")
    assert not button.isEnabled()
    assert "can not cancel it there yet" in button.toolTip()
    sue.find("orderSearch").setFocus()
    sue.press("Ctrl+G")
    assert not sue.shows("cancelOrderPanel")


async def test_order_a_colleague_holds_is_left_to_them(office: BackOffice, sit_down: Opening) -> None:
    sue = await sit_down()
    number = await place_order(office)
    tess = Actor(staff_id=StaffId("tess"), name="Tess", role=Role.SUPERVISOR, desk="desk 4")
    await office.locks.lock(tess, Subject(kind=LockKind.ORDER, name=number))
    await opened(sue, number)
    sue.find("orderSearch").setFocus()
    sue.press("Ctrl+G")
    await sue.until(lambda: sue.focus.objectName() == "cancelOrderReason")
    sue.type("Ordered twice")
    sue.enter()
    await sue.until(lambda: "Tess (at desk 4) holds this order" in sue.words("orderNotice"))
    assert sue.find("cancelOrderReason").text() == "Ordered twice"
    assert await status(office, number) is OrderStatus.AUTHORISED


async def test_support_sees_why_they_may_not(office: BackOffice, sit_down: Opening) -> None:
    number = await place_order(office)
    sam = await sit_down(Role.SUPPORT)
    await opened(sam, number)
    assert not sam.find("cancelOrderButton").isEnabled()
    assert "Only a supervisor" in sam.find("cancelOrderButton").toolTip()
