"""Items: typed, scanned, changed, taken out, put back; what can not be taken says why and stays."""

import pytest
from PySide6.QtCore import Qt

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, cart_of, open_call_of
from ui.screens.calls.entry_list import EntryList


async def test_typing_suggests_with_price_and_stock_and_the_arrows_pick(agent: Agent) -> None:
    await open_call_of(agent)
    agent.type("2*jersey")
    await agent.until(lambda: agent.page.state.entry.suggestions)
    hits = agent.page.entry.findChild(EntryList) or agent.screen.window().findChild(EntryList, "entryHits")
    assert isinstance(hits, EntryList)
    assert hits.entries[0].right.startswith("$")
    await agent.until(lambda: all(one.availability for one in agent.page.state.entry.suggestions))
    agent.key(Qt.Key.Key_Down)
    picked = hits.current_key
    agent.enter()
    await agent.until(lambda: cart_of(agent).lines)
    assert [(line.sku, line.quantity) for line in cart_of(agent).lines] == [(picked, 2)]
    assert agent.words("entryLine") == ""


@pytest.mark.parametrize(
    "typed",
    ["0*HL-U509-R", "-1*HL-U509-R", "1000000000*HL-U509-R", "1,5*HL-U509-R", "NO-SUCH-SKU", "BK-R93R-62"],
)
async def test_what_can_not_be_added_keeps_its_text_and_gets_a_sentence(agent: Agent, typed: str) -> None:
    await open_call_of(agent)
    agent.type(typed)
    agent.enter()
    await agent.until(lambda: agent.words("entryError"))
    assert agent.words("entryLine") == typed
    assert agent.words("entryError").endswith((".", "…", ")"))
    assert cart_of(agent).lines == ()


async def test_scanner_types_faster_than_the_cart_is_saved(agent: Agent) -> None:
    await open_call_of(agent)
    for code in ("HL-U509-R", "HL-U509", "HL-U509-R", "WB-H098"):
        agent.type(code)
        agent.enter()
    await agent.until(lambda: sum(line.quantity for line in cart_of(agent).lines) == 4, "entryError")
    assert {line.sku: line.quantity for line in cart_of(agent).lines} == {
        "HL-U509-R": 2,
        "HL-U509": 1,
        "WB-H098": 1,
    }


@pytest.mark.parametrize("typed", ["0", "-1", "1000000000", "1,5"])
async def test_quantity_that_can_not_be_taken_stays_in_its_cell(agent: Agent, typed: str) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    agent.press("Ctrl+L")
    agent.type(typed)
    agent.enter()
    await agent.until(lambda: agent.words("linesError"))
    problem = agent.page.state.lines.problem
    assert problem is not None
    assert problem.typed == typed
    assert cart_of(agent).lines[0].quantity == 1
    agent.page.lines.setFocus()
    agent.type("7")
    agent.enter()
    await agent.until(lambda: cart_of(agent).lines[0].quantity == 7)
    assert agent.words("linesError") == ""


async def test_line_taken_out_can_be_put_back(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "3*HL-U509-R")
    agent.press("Ctrl+L")
    agent.key(Qt.Key.Key_Delete)
    await agent.until(lambda: not cart_of(agent).lines)
    agent.press("Ctrl+Z")
    await agent.until(lambda: cart_of(agent).lines)
    assert cart_of(agent).lines[0].quantity == 3


async def test_availability_says_where_it_comes_from(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    row = agent.page.lines.current_row
    assert row.promise.endswith(" now")
    assert row.source in {"live", "cached, just now"} or row.source.startswith(("cached", "asked"))


async def test_cart_changed_elsewhere_is_shown_anew_with_a_sentence(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    cart = cart_of(agent)
    carts, actor = agent.desk.office.carts, agent.desk.actor
    await carts.change_quantity(actor, cart.cart_id, cart.lines[0].line_id, 9, version=cart.version)
    agent.type("WB-H098")
    agent.enter()
    await agent.until(lambda: "changed meanwhile" in agent.words("entryError"))
    assert cart_of(agent).lines[0].quantity == 9
    assert agent.words("entryLine") == "WB-H098"
    agent.enter()
    await agent.until(lambda: len(cart_of(agent).lines) == 2)
