"""Coupons by keys: entered, explained, taken out."""

import pytest
from PySide6.QtCore import Qt

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, cart_of, open_call_of, prepared
from ui.screens.calls.code_list import CodeList

pytestmark = pytest.mark.timeout(180)


def codes(agent: Agent, name: str) -> tuple[str, ...]:
    found = agent.screen.current_page().order.findChild(CodeList, name)  # type: ignore[union-attr]  # a call is open
    return found.said if isinstance(found, CodeList) and found.isVisible() else ()


async def offers_open(agent: Agent) -> None:
    agent.press("F4")
    await agent.until(lambda: agent.focus.objectName() == "couponField")


async def test_a_coupon_that_does_not_apply_says_why_on_itself_and_can_be_taken_out(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    await offers_open(agent)
    agent.type("nosuchcode")
    agent.enter()
    await agent.until(lambda: cart_of(agent).coupons == ("NOSUCHCODE",))
    await agent.until(lambda: agent.words("couponField") == "")
    assert codes(agent, "couponCodes") == ("NOSUCHCODE, Prepare (F5) says what it gives.",)
    await prepared(agent)
    await agent.until(lambda: "NOSUCHCODE is not a coupon we know." in codes(agent, "couponCodes")[0])
    agent.key(Qt.Key.Key_Tab)
    agent.key(Qt.Key.Key_Tab)
    assert agent.focus.objectName() == "codeRow"
    agent.key(Qt.Key.Key_Delete)
    await agent.until(lambda: cart_of(agent).coupons == ())
    await agent.until(lambda: codes(agent, "couponCodes") == ())


async def test_the_same_coupon_twice_is_told_beside_the_field(agent: Agent) -> None:
    await open_call_of(agent)
    await offers_open(agent)
    agent.type("SPRING")
    agent.enter()
    await agent.until(lambda: cart_of(agent).coupons)
    agent.type("spring")
    agent.enter()
    await agent.until(lambda: "entered already" in agent.find("couponField").accessibleDescription())
    assert agent.words("couponField") == "spring"
    agent.key(Qt.Key.Key_Escape)
    await agent.until(lambda: not agent.page.state.offers.open)
    assert cart_of(agent).coupons == ("SPRING",)


async def test_each_cent_is_explained_at_a_key_and_put_away_again(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "12*HL-U509-R")
    assert not agent.page.order.totals.findChild(CodeList)
    await prepared(agent)
    agent.press("Ctrl+T")
    await agent.until(lambda: agent.find("fromItems").isVisible())
    for name in ("fromItems", "fromShipping", "fromTax"):
        assert agent.find(name).isVisible()
    agent.press("Ctrl+T")
    await agent.until(lambda: not agent.page.state.order.explained)
