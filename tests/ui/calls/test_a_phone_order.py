"""A phone order by keyboard alone, over the real service layer."""

import pytest

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, choose_method, open_call_of, pay_on_account, prepared

pytestmark = pytest.mark.timeout(180)


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
    await agent.until(lambda: agent.focus.objectName() == "callerSearch")
    assert len(agent.screen.presenter.state.calls) == 1
