"""Parts of a phone call, as keys pressed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from backoffice.domain.cart import Cart
from tests.ui.calls.conftest import Agent
from ui.screens.calls.state import Busy


def cart_of(agent: Agent) -> Cart:
    cart = agent.page.state.cart
    assert cart is not None
    return cart


async def new_call(agent: Agent) -> None:
    known = len(agent.screen.presenter.state.calls)
    agent.press("Ctrl+N")
    await agent.until(lambda: len(agent.screen.presenter.state.calls) == known + 1)
    await agent.until(lambda: agent.page.state.cart and agent.focus.objectName() == "callerSearch")


async def open_call_of(agent: Agent, typed: str = "747.555.0171", name: str = "Catherine Abel") -> None:
    await new_call(agent)
    agent.type(typed)
    await agent.until(lambda: agent.page.state.caller.hits)
    agent.enter()
    await agent.until(lambda: agent.words("callerName") == name)
    await agent.until(lambda: agent.focus.objectName() == "entryLine")


async def add(agent: Agent, typed: str) -> None:
    before = sum(line.quantity for line in cart_of(agent).lines)
    agent.type(typed)
    agent.enter()
    await agent.until(
        lambda: sum(line.quantity for line in cart_of(agent).lines) > before,
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
    await agent.until(lambda: "on account" in agent.words("chosenPayment"))
    await agent.until(lambda: agent.page.state.order.cards is not None)  # asked for when the panel was opened
    await agent.until(lambda: agent.page.state.order.busy is Busy.NO)


async def pay_by_card(agent: Agent, ending: str) -> None:
    agent.press("F7")
    await agent.until(lambda: agent.page.state.order.paying and agent.page.state.order.cards)
    cards = agent.find("savedCards")
    cards.setFocus()
    labels = [card.label for card in agent.page.state.order.cards or ()]
    for _ in range(next(row for row, label in enumerate(labels) if ending in label)):
        agent.key(Qt.Key.Key_Down)
    agent.enter()
    await agent.until(lambda: ending in agent.words("chosenPayment"))
    await agent.until(lambda: agent.page.state.order.busy is Busy.NO)
