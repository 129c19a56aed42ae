"""Two people and one cart: taken over by key with a reason, seen by the other, given back."""

from collections.abc import AsyncIterator

import pytest
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from tests.ui.calls.conftest import Agent, Clock, Told
from tests.ui.calls.talk import add, cart_of, new_call, open_call_of
from ui.desk import Desk, Notify
from ui.tasks import Tasks
from ui.text import Text

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def susan(qapp: QApplication, office: BackOffice, clock: Clock, agent: Agent) -> AsyncIterator[Agent]:
    """The supervisor's desk, over the same services."""
    login = next(one for one in office.staff.demo_logins() if one.login == "susan")
    told = Told()
    desk = Desk(
        office=office,
        actor=await office.staff.sign_in(login.login, login.password, desk="desk 2"),
        tasks=Tasks(refused=told.refused, report=told.bugs.append),
        text=Text("en_US", agent.desk.text.zone, clock),
        notify=Notify(),
    )
    supervisor = Agent(desk, told)
    await supervisor.until(lambda: not supervisor.screen.presenter.state.loading)
    yield supervisor
    await supervisor.close()


async def sit_down(agent: Agent) -> None:
    agent.screen.activateWindow()
    await agent.until(agent.screen.isActiveWindow)
    page = agent.screen.current_page()
    if page is not None:
        page.focus_first()
    else:
        agent.screen.setFocus()


async def taken_over(agent: Agent, susan: Agent) -> None:
    await sit_down(agent)
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    await sit_down(susan)
    await new_call(susan)
    susan.press("Ctrl+B")
    await susan.until(lambda: susan.focus.objectName() == "colleaguesList")
    work = susan.screen.presenter.state.colleagues.work
    assert work is not None
    assert [one.name for one in work] == ["Catherine Abel"]
    susan.enter()
    await susan.until(lambda: susan.focus.objectName() == "takeOverReason")
    susan.enter()
    await susan.until(lambda: "reason" in susan.words("colleaguesError"))
    susan.type("caller complained")
    susan.enter()
    await susan.until(lambda: susan.words("lockSentence"), "colleaguesError")


async def test_a_supervisor_takes_a_call_over_and_both_see_who_has_it(agent: Agent, susan: Agent) -> None:
    await taken_over(agent, susan)
    assert "Taken over from" in susan.words("lockSentence")
    assert "caller complained" in susan.words("lockSentence")
    agent.screen.refresh()
    await agent.until(lambda: "took this cart over" in agent.words("lockSentence"))
    assert "caller complained" in agent.words("lockSentence")
    assert not agent.find("entryLine").isEnabled()
    assert "holds this cart now" in agent.find("entryLine").toolTip()
    await add(susan, "WB-H098")
    assert len(cart_of(susan).lines) == 2


async def test_given_back_it_is_the_agents_again(agent: Agent, susan: Agent) -> None:
    await taken_over(agent, susan)
    susan.press("Ctrl+Shift+B")
    await susan.until(lambda: len(susan.screen.presenter.state.calls) == 1)
    agent.screen.refresh()
    await agent.until(lambda: agent.find("entryLine").isEnabled())
    assert agent.words("lockSentence") == ""


async def test_what_a_colleague_left_alone_is_free_again_by_itself(
    agent: Agent, susan: Agent, clock: Clock
) -> None:
    await taken_over(agent, susan)
    agent.screen.refresh()
    await agent.until(lambda: agent.words("lockSentence"))
    clock.pass_time(minutes=11)
    agent.page.tick()
    assert agent.words("lockSentence") == ""
    assert agent.find("entryLine").isEnabled()


async def test_an_agent_takes_nothing_over(agent: Agent) -> None:
    await new_call(agent)
    agent.press("Ctrl+B")
    await agent.settle()
    assert not agent.screen.presenter.state.colleagues.open
