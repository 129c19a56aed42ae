"""Who is calling: found by anything they say, or written down on the fly."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import new_call, open_call_of
from ui.screens.calls.entry_list import EntryList


@pytest.mark.parametrize(
    "typed, name",
    [
        ("(747) 555-0171", "Catherine Abel"),
        ("+1 747 555 0171", "Catherine Abel"),
        ("catherine0@adventure-works.com", "Catherine Abel"),
        ("abel cath", "Catherine Abel"),
        ("Professional Sales", "Catherine Abel"),
    ],
)
async def test_caller_is_found_by_anything_they_say(agent: Agent, typed: str, name: str) -> None:
    await new_call(agent)
    agent.type(typed)
    await agent.until(lambda: any(hit.name == name for hit in agent.page.state.caller.hits))
    hits = agent.find("callerHits")
    assert isinstance(hits, EntryList)
    assert all(entry.right for entry in hits.entries), "each line says why it matched"


async def test_caller_nobody_knows_is_written_down_with_a_company_only(agent: Agent) -> None:
    await new_call(agent)
    agent.type("Zwei Räder & Söhne")
    await agent.until(lambda: agent.page.state.caller.nobody)
    agent.enter()
    await agent.until(lambda: agent.focus.objectName() == "callerFirstName")
    agent.clear("callerFirstName", "callerLastName")
    agent.fill("callerCompany", "Zwei Räder & Söhne")
    agent.enter()
    await agent.until(lambda: agent.words("callerName") == "Zwei Räder & Söhne", "callerFormError")
    await agent.until(lambda: agent.focus.objectName() == "entryLine")


async def test_wrong_email_keeps_its_text_and_says_why_beside_the_field(agent: Agent) -> None:
    await new_call(agent)
    agent.press("F3")
    await agent.until(lambda: agent.focus.objectName() == "callerFirstName")
    agent.fill("callerLastName", "Müller")
    agent.fill("callerEmail", "not an address")
    agent.enter()
    await agent.until(lambda: agent.find("callerEmail").accessibleDescription())
    assert agent.words("callerEmail") == "not an address"
    assert agent.words("callerLastName") == "Müller"
    assert agent.focus.objectName() == "callerEmail"
    agent.fill("callerEmail", "")
    agent.enter()
    await agent.until(lambda: agent.words("callerName") == "Müller")


async def test_neither_name_nor_company_is_refused_at_the_field(agent: Agent) -> None:
    await new_call(agent)
    agent.press("F3")
    await agent.until(lambda: agent.focus.objectName() == "callerFirstName")
    agent.enter()
    await agent.until(lambda: agent.page.state.caller.errors)
    assert agent.page.state.caller.form.value == "new"


async def test_markup_in_a_name_is_shown_as_it_was_typed(agent: Agent) -> None:
    await new_call(agent)
    agent.press("F3")
    await agent.until(lambda: agent.focus.objectName() == "callerFirstName")
    agent.fill("callerLastName", "<b>Bobby</b> Tables")
    agent.enter()
    await agent.until(lambda: agent.words("callerName") == "<b>Bobby</b> Tables")
    label = agent.find("callerName")
    assert isinstance(label, QLabel)
    assert label.textFormat() is Qt.TextFormat.PlainText


async def test_escape_leads_back_to_the_search_and_another_caller_can_be_picked(agent: Agent) -> None:
    await open_call_of(agent)
    agent.press("Ctrl+U")
    await agent.until(lambda: agent.focus.objectName() == "callerSearch")
    agent.key(Qt.Key.Key_Escape)
    await agent.until(lambda: agent.words("callerName") == "Catherine Abel")
    agent.press("Ctrl+U")
    await agent.until(lambda: agent.focus.objectName() == "callerSearch")
    agent.type("710-555-0173")
    await agent.until(lambda: agent.page.state.caller.hits)
    agent.enter()
    await agent.until(lambda: agent.words("callerName") == "Janet Gates")
