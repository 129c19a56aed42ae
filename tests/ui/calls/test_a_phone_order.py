"""A phone order by keyboard alone, over the real service layer."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from tests.ui.calls.conftest import Agent

pytestmark = pytest.mark.timeout(180)


async def open_call_of(agent: Agent, typed: str = "747.555.0171", name: str = "Catherine Abel") -> None:
    agent.press("Ctrl+N")
    await agent.until(lambda: agent.screen.current_page() and agent.page.state.cart)
    assert agent.focus.objectName() == "callerSearch"
    agent.type(typed)
    await agent.until(lambda: agent.page.state.caller.hits)
    agent.enter()
    await agent.until(lambda: agent.words("callerName") == name)
    await agent.until(lambda: agent.focus.objectName() == "entryLine")


async def add(agent: Agent, typed: str) -> None:
    cart = agent.page.state.cart
    assert cart is not None
    before = sum(line.quantity for line in cart.lines)
    agent.type(typed)
    agent.enter()
    await agent.until(
        lambda: agent.page.state.cart and sum(line.quantity for line in agent.page.state.cart.lines) > before,
        "entryError",
    )


async def prepared(agent: Agent) -> None:
    agent.press("F5")
    await agent.until(lambda: agent.words("totalTotal") not in {"", "–"}, "prepareError")


async def choose_method(agent: Agent) -> None:
    chooser = agent.find("shipMethodChooser")
    assert isinstance(chooser, QComboBox)
    chooser.setFocus()
    agent.key(Qt.Key.Key_Down)
    await agent.until(lambda: agent.page.state.cart and agent.page.state.cart.ship_method)


async def pay_on_account(agent: Agent) -> None:
    agent.press("F7")
    await agent.until(lambda: agent.focus.objectName() == "purchaseOrderNumber")
    agent.type("PO 4711")
    agent.enter()
    await agent.until(lambda: agent.words("chosenPayment"))


async def test_agent_takes_a_whole_order_without_a_mouse(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "12*HL-U509-R")
    await add(agent, "bk-r89r-58")
    await choose_method(agent)
    await prepared(agent)
    assert agent.words("heldClock") or agent.find("heldClock").isVisible()
    await pay_on_account(agent)
    assert "one thousand" in agent.words("readBack") or "thousand" in agent.words("readBack")
    agent.press("F9")
    await agent.until(lambda: agent.words("outcomeTitle") == "Submitted", "submitError")
    number = agent.words("orderNumber")
    assert number.startswith("B1")
    assert agent.focus.objectName() == "nextCallButton"
    agent.enter()
    await agent.until(lambda: agent.screen.current_page() and agent.page.state.cart)
    assert len(agent.screen.presenter.state.calls) == 1
    assert agent.focus.objectName() == "callerSearch"
