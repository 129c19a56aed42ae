"""Several calls: parked, resumed, ended, and taken up again after a restart."""

from PySide6.QtCore import Qt

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, cart_of, new_call, open_call_of


async def test_unfinished_calls_are_taken_up_again_after_a_restart(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "3*HL-U509-R")
    agent.press("Ctrl+M")
    agent.type("Ring twice")
    agent.screen.left()
    await agent.until(lambda: cart_of(agent).notes == "Ring twice")
    await new_call(agent)
    again = Agent(agent.desk, agent.told)
    await again.until(lambda: len(again.screen.presenter.state.calls) == 2)
    await again.until(lambda: again.screen.current_page() and again.page.state.cart)
    again.press("Ctrl+PgDown") if again.page.state.cart and not again.page.state.cart.lines else None
    await again.until(lambda: again.page.state.cart and again.page.state.cart.lines)
    assert cart_of(again).lines[0].quantity == 3
    await again.until(lambda: again.words("callerName") == "Catherine Abel")
    assert again.page.delivery.notes.toPlainText() == "Ring twice"
    again.dispose()


async def test_parked_call_can_not_be_changed_until_it_is_resumed(agent: Agent) -> None:
    await open_call_of(agent)
    agent.press("Ctrl+P")
    await agent.until(lambda: agent.page.state.call.parked_since)
    assert not agent.find("entryLine").isEnabled()
    assert "parked" in agent.find("entryLine").toolTip()
    agent.screen.setFocus()
    agent.press("Ctrl+P")
    await agent.until(lambda: agent.page.state.call.parked_since is None)
    assert agent.find("entryLine").isEnabled()


async def test_what_is_typed_into_one_call_stays_while_another_is_on_top(agent: Agent) -> None:
    await new_call(agent)
    agent.press("F3")
    await agent.until(lambda: agent.focus.objectName() == "callerFirstName")
    agent.fill("callerLastName", "Half typed")
    await new_call(agent)
    agent.press("Ctrl+PgUp")
    await agent.until(lambda: agent.words("callerLastName") == "Half typed")


async def test_ending_a_call_asks_before_its_cart_is_lost(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    agent.press("Ctrl+W")
    await agent.until(lambda: agent.focus.objectName() == "keepCallButton")
    agent.key(Qt.Key.Key_Escape)
    await agent.until(lambda: agent.focus.objectName() == "entryLine")
    assert len(agent.screen.presenter.state.calls) == 1
    agent.press("Ctrl+W")
    await agent.until(lambda: agent.focus.objectName() == "keepCallButton")
    agent.find("dropCartButton").setFocus()
    agent.enter()
    await agent.until(lambda: not agent.screen.presenter.state.calls)
    assert agent.words("stateTitle") == "No call is open"


async def test_call_with_an_empty_cart_ends_at_once(agent: Agent) -> None:
    await open_call_of(agent)
    agent.press("Ctrl+W")
    await agent.until(lambda: not agent.screen.presenter.state.calls)


async def test_tab_says_who_is_calling(agent: Agent) -> None:
    await open_call_of(agent)
    await agent.until(lambda: agent.screen.presenter.state.calls[0].customer_name == "Catherine Abel")
