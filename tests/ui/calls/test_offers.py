"""Coupons by keys: entered, explained, taken out."""

import pytest
from PySide6.QtCore import Qt

from backoffice.bootstrap import BackOffice
from backoffice.domain.money import Money
from tests.ui.calls import shop
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


async def test_a_certificate_pays_first_and_says_what_is_left_on_it(agent: Agent, office: BackOffice) -> None:
    await shop.certificate(office, "GCXY-KKKK-LLLL", "10.00")
    await open_call_of(agent)
    await add(agent, "12*HL-U509-R")
    await prepared(agent)
    await offers_open(agent)
    agent.enter()
    assert agent.focus.objectName() == "certificateField"
    agent.type("nothere")
    agent.enter()
    await agent.until(lambda: "no gift certificate" in agent.find("certificateField").accessibleDescription())
    agent.fill("certificateField", "gcxy-kkkk-llll")
    agent.enter()
    await agent.until(lambda: cart_of(agent).gift_certificates)
    await agent.until(lambda: codes(agent, "certificateCodes"))
    assert "-$10.00" in codes(agent, "certificateCodes")[0]
    assert "$0.00 left on it" in codes(agent, "certificateCodes")[0]
    cart = cart_of(agent)
    assert cart.prepared is not None
    assert agent.words("totalToPay") == agent.desk.text.money(cart.prepared.to_pay)
    assert cart.prepared.to_pay == cart.prepared.totals.total - Money.of("10", "USD")
    agent.enter()
    await agent.until(lambda: agent.focus.objectName() == "paymentButton")


async def test_a_coupon_that_applies_says_what_it_gives(agent: Agent, office: BackOffice) -> None:
    await shop.coupon(office, "SPRING10", 10)
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    await offers_open(agent)
    agent.type("spring10")
    agent.enter()
    await agent.until(lambda: cart_of(agent).coupons)
    await prepared(agent)
    await agent.until(lambda: "10 % off" in codes(agent, "couponCodes")[0])
    assert cart_of(agent).prepared.totals.discount.minor > 0  # type: ignore[union-attr]  # just prepared
