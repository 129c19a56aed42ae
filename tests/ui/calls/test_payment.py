"""Several ways to pay one order, by keys: what is left is said and filled in by the next way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from backoffice.bootstrap import BackOffice
from backoffice.domain.money import Money
from backoffice.store.tables.payments import payment_links
from tests.external.processes import Child
from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, cart_of, open_call_of, prepared
from ui.screens.calls.code_list import CodeList
from ui.screens.calls.state import Busy

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def payments(tmp_path: Path) -> Iterator[Child]:
    """A gateway that has not seen the order numbers of the test before."""
    ledger = str(tmp_path / "payments.db")
    with Child.start("backoffice.external.payments.simulator", "--ledger", ledger) as child:
        yield child


async def payment_open(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "12*HL-U509-R")
    await prepared(agent)
    agent.press("F7")
    await agent.until(lambda: agent.focus.objectName() == "purchaseOrderNumber")
    await agent.until(lambda: agent.page.state.order.cards)


async def type_amount(agent: Agent, amount: str) -> None:
    agent.press("Shift+Tab")
    assert agent.focus.objectName() == "paymentAmount"
    agent.type(amount)
    agent.enter()
    assert agent.focus.objectName() == "purchaseOrderNumber"


async def idle(agent: Agent) -> None:
    await agent.until(lambda: agent.page.state.order.busy is Busy.NO)


async def test_part_on_account_and_the_rest_by_card(agent: Agent) -> None:
    await payment_open(agent)
    await type_amount(agent, "100")
    agent.type("PO 4711")
    agent.enter()
    await agent.until(lambda: agent.focus.objectName() == "savedCards")
    await idle(agent)
    cart = cart_of(agent)
    assert cart.prepared is not None
    rest = cart.prepared.to_pay - Money.of("100", "USD")
    assert agent.desk.text.money(rest) in agent.words("leftToPay")
    assert not agent.find("submitButton").isEnabled()
    assert "not paid by anything yet" in agent.find("submitButton").accessibleDescription()
    agent.enter()
    await agent.until(lambda: not agent.page.state.order.paying)
    await idle(agent)
    assert [plan.amount for plan in cart_of(agent).payments] == [Money.of("100", "USD"), None]
    words = agent.words("chosenPayment")
    assert "$100.00" in words
    assert agent.desk.text.money(rest) in words
    assert agent.find("submitButton").isEnabled()
    assert agent.focus.objectName() == "submitButton"


async def test_an_amount_that_can_not_be_is_told_beside_its_field(agent: Agent) -> None:
    await payment_open(agent)
    await type_amount(agent, "99999")
    agent.type("PO 4711")
    agent.enter()
    await agent.until(lambda: "There is only" in agent.find("paymentAmount").accessibleDescription())
    assert agent.words("purchaseOrderNumber") == "PO 4711"
    agent.fill("paymentAmount", "ten")
    agent.enter()
    agent.enter()
    await agent.until(lambda: "no amount of USD" in agent.find("paymentAmount").accessibleDescription())
    assert cart_of(agent).payments == ()


async def test_a_chosen_way_can_be_taken_back(agent: Agent) -> None:
    await payment_open(agent)
    await type_amount(agent, "100")
    agent.type("PO 4711")
    agent.enter()
    await agent.until(lambda: agent.focus.objectName() == "savedCards")
    await idle(agent)
    ways = agent.page.order.payment.findChild(CodeList, "chosenWays")
    assert isinstance(ways, CodeList)
    assert ways.said == ("On account: PO 4711, pays $100.00",)
    for _ in range(6):
        if agent.focus.objectName() == "codeRow":
            break
        agent.press("Shift+Tab")
    agent.key(Qt.Key.Key_Delete)
    await agent.until(lambda: not cart_of(agent).payments)
    assert not ways.isVisible()


async def by_link(agent: Agent) -> None:
    await payment_open(agent)
    agent.find("payByLinkButton").setFocus()
    agent.enter()
    await agent.until(lambda: "by payment link" in agent.words("chosenPayment"))
    await idle(agent)
    agent.press("F9")
    await agent.until(lambda: agent.words("outcomeTitle") == "Submitted, waiting for payment", "submitError")
    await agent.until(lambda: agent.words("payLink"))


async def look_at_the_page(office: BackOffice) -> None:
    """Do what the worker would do now: ask the gateway whether the page was paid."""
    ids: list[str] = await office.store.read(
        lambda connection: list(connection.execute(select(payment_links.c.payment_id)).scalars())
    )
    for payment_id in ids:
        await office.jobs["watch_link"](payment_id)


async def test_a_link_is_shown_copied_and_paid_arrives_by_itself(agent: Agent, office: BackOffice) -> None:
    await by_link(agent)
    assert agent.words("orderNumber").startswith("B1")
    assert agent.find("linkClock").accessibleName().startswith("Can be paid for 23:59")
    agent.press("Ctrl+Shift+C")
    url = agent.words("payLink")
    assert QApplication.clipboard().text() == url
    agent.press("Ctrl+Shift+E")
    await agent.until(lambda: "catherine0@" in agent.words("linkSentence"), "linkError")
    agent.page.presenter.link.look_again = 0.05
    await asyncio.to_thread(urlopen, Request(url, data=b""))
    await look_at_the_page(office)
    await agent.until(lambda: agent.words("outcomeTitle") == "Submitted")
    assert agent.words("outcomeAdvice") == "Paid by link."


async def test_a_link_closed_with_a_reason_cancels_the_order_and_says_so(agent: Agent) -> None:
    await by_link(agent)
    agent.press("Ctrl+Shift+W")
    await agent.until(lambda: agent.focus.objectName() == "closeLinkReason")
    agent.enter()
    await agent.until(lambda: "reason" in agent.words("linkError"))
    agent.type("changed their mind")
    agent.enter()
    await agent.until(lambda: agent.words("outcomeTitle") == "Cancelled: not paid by link", "linkError")
    assert agent.focus.objectName() == "nextCallButton"
