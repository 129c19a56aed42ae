"""A price set by hand, by keys: within the limit at once, above it with a supervisor's word in place; undone."""

import pytest
from PySide6.QtCore import Qt

from backoffice.bootstrap import BackOffice
from backoffice.domain.money import Money
from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, cart_of, open_call_of
from ui.screens.calls.line_rows import LineRow

pytestmark = pytest.mark.timeout(180)


async def price_open(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    agent.press("Ctrl+L")
    agent.press("F6")
    await agent.until(lambda: agent.focus.objectName() == "overridePrice")


async def new_price(agent: Agent, amount: str) -> None:
    agent.type(amount)
    agent.key(Qt.Key.Key_Tab)
    assert agent.focus.objectName() == "overrideReason"
    agent.key(Qt.Key.Key_Down)
    agent.enter()


def row(agent: Agent) -> LineRow:
    found: LineRow = agent.page.lines.current_row
    return found


async def test_a_price_within_the_limit_is_taken_at_once_and_the_old_one_struck_through(
    agent: Agent,
) -> None:
    await price_open(agent)
    usual = cart_of(agent).lines[0].unit_price
    small = usual - Money.of("0.50", "USD")
    await new_price(agent, agent.desk.text.plain_amount(small))
    await agent.until(lambda: cart_of(agent).lines[0].override, "priceError")
    await agent.until(lambda: agent.focus.objectName() == "linesTable")
    assert row(agent).price == agent.desk.text.money(small)
    assert row(agent).usual == agent.desk.text.money(usual)
    assert row(agent).by_hand == "Price by hand: A competitor sells it for less"
    agent.press("Ctrl+Z")
    await agent.until(lambda: cart_of(agent).lines[0].override is None)
    assert cart_of(agent).lines[0].unit_price == usual
    assert row(agent).usual == ""


async def test_above_the_limit_a_supervisor_approves_beside_what_was_typed(
    agent: Agent, office: BackOffice
) -> None:
    await price_open(agent)
    await new_price(agent, "1")
    await agent.until(lambda: agent.focus.objectName() == "approvalLogin")
    assert "below the usual" in agent.words("priceError")
    assert agent.words("overridePrice") == "1"
    agent.type("susan")
    agent.key(Qt.Key.Key_Tab)
    agent.type("wrong password")
    agent.enter()
    await agent.until(lambda: "wrong" in agent.find("approvalPassword").accessibleDescription())
    assert cart_of(agent).lines[0].override is None
    login = next(one for one in office.staff.demo_logins() if one.login == "susan")
    agent.fill("approvalPassword", login.password)
    agent.enter()
    await agent.until(lambda: cart_of(agent).lines[0].override, "priceError")
    assert row(agent).mark == f"By hand, approved by {login.name}"
    assert row(agent).price == "$1.00"
    assert agent.page.items.price.password.text() == ""


async def test_what_is_no_price_is_told_beside_its_field_and_escape_leaves_the_old_one(
    agent: Agent,
) -> None:
    await price_open(agent)
    await new_price(agent, "cheap")
    await agent.until(lambda: "no price in USD" in agent.find("overridePrice").accessibleDescription())
    assert agent.focus.objectName() == "overridePrice"
    agent.key(Qt.Key.Key_Escape)
    await agent.until(lambda: agent.focus.objectName() == "linesTable")
    assert cart_of(agent).lines[0].override is None


async def test_a_price_without_a_reason_is_not_taken(agent: Agent) -> None:
    await price_open(agent)
    agent.type("34")
    agent.enter()
    await agent.until(lambda: agent.find("overrideReason").accessibleDescription())
    assert "why the price is changed" in agent.find("overrideReason").accessibleDescription()
