"""Several shipments to several addresses, by keys: pieces sent elsewhere, the shipment changed, merged back, undone."""

import pytest
from PySide6.QtCore import Qt

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, cart_of, open_call_of, prepared
from ui.screens.calls.state import Form

pytestmark = pytest.mark.timeout(180)


async def with_items(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "12*HL-U509-R")
    await add(agent, "WB-H098")
    agent.press("Ctrl+L")
    agent.press("Ctrl+Home")


async def write_an_address(agent: Agent) -> None:
    """The caller's book has one address only: the second one is written down on the way."""
    agent.press("Ctrl+D")
    await agent.until(lambda: agent.focus.objectName() == "addressLine1")
    agent.type("9 Harbor Street")
    agent.fill("addressCity", "Oakland")
    agent.fill("addressRegion", "CA")
    agent.fill("addressPostalCode", "94607")
    agent.enter()
    await agent.until(lambda: agent.page.state.delivery.form is Form.NONE, "addressFormError")
    await agent.until(lambda: agent.focus.objectName() == "shipmentMethod", "shipmentError")


async def four_elsewhere(agent: Agent) -> None:
    agent.press("F8")
    await agent.until(lambda: agent.focus.objectName() == "shipmentPieces")
    agent.type("4")
    await write_an_address(agent)
    agent.key(Qt.Key.Key_Down)
    agent.enter()
    await agent.until(lambda: len(cart_of(agent).lines) == 3, "shipmentError")
    await agent.until(lambda: agent.focus.objectName() == "linesTable")


def headings(agent: Agent) -> list[str]:
    model = agent.page.lines.model()
    said = [str(model.index(row, 2).data()) for row in range(model.rowCount())]
    return [one for one in said if one.startswith("Shipment")]


async def test_some_pieces_go_to_another_address_and_the_order_shows_both(agent: Agent) -> None:
    await with_items(agent)
    first = cart_of(agent).ship_to
    await four_elsewhere(agent)
    cart = cart_of(agent)
    assert cart.ship_to == first
    assert [(line.shipment_id, line.quantity) for line in cart.lines] == [("1", 8), ("1", 1), ("2", 4)]
    assert len(headings(agent)) == 2
    assert headings(agent)[1].startswith("Shipment 2 to 9 Harbor Street, Oakland, by ")
    await prepared(agent)
    assert "four" in agent.words("readBack")
    assert "9 Harbor Street" in agent.words("readBack")
    agent.press("Ctrl+T")
    await agent.until(lambda: agent.find("fromShipping").isVisible())
    assert agent.page.order.findChild(type(agent.find("fromShipping")), "fromShipping") is not None
    assert cart_of(agent).prepared.shipments[1].cost.minor > 0  # type: ignore[union-attr]  # it was just prepared


async def test_what_was_sent_elsewhere_comes_back_with_undo(agent: Agent) -> None:
    await with_items(agent)
    await four_elsewhere(agent)
    agent.press("Ctrl+Z")
    await agent.until(lambda: not cart_of(agent).more_shipments)
    assert [line.quantity for line in cart_of(agent).lines] == [12, 1]
    assert headings(agent) == []


async def test_a_shipment_is_changed_with_enter_and_merged_with_delete_on_its_heading(agent: Agent) -> None:
    await with_items(agent)
    await four_elsewhere(agent)
    agent.press("Ctrl+End")
    agent.key(Qt.Key.Key_Up)
    assert agent.page.lines.current_row.heading
    agent.enter()
    await agent.until(lambda: agent.focus.objectName() == "shipmentAddress")
    agent.key(Qt.Key.Key_Tab)
    assert agent.focus.objectName() == "shipmentMethod"
    before = cart_of(agent).more_shipments[0].ship_method
    agent.key(Qt.Key.Key_Up)
    agent.enter()
    await agent.until(lambda: cart_of(agent).more_shipments[0].ship_method != before, "shipmentError")
    await agent.until(lambda: agent.focus.objectName() == "linesTable")
    agent.key(Qt.Key.Key_Delete)
    await agent.until(lambda: not cart_of(agent).more_shipments)
    assert sum(line.quantity for line in cart_of(agent).lines) == 13


async def test_more_pieces_than_there_are_is_told_beside_the_field(agent: Agent) -> None:
    await with_items(agent)
    await four_elsewhere(agent)
    agent.press("Ctrl+Home")
    agent.key(Qt.Key.Key_Down)
    agent.press("F8")
    await agent.until(lambda: agent.focus.objectName() == "shipmentPieces")
    agent.type("99")
    agent.enter()
    await agent.until(lambda: "99 can not be moved" in agent.find("shipmentPieces").accessibleDescription())
    agent.key(Qt.Key.Key_Escape)
    await agent.until(lambda: agent.focus.objectName() == "linesTable")
