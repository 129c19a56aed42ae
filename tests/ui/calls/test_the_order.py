"""Prepare, Payment, Submit: what holds, what does not, and how it ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.external.payments.strings import Strings as PaymentStrings
from tests.external.processes import Child
from tests.ui.calls.conftest import Agent, Clock
from tests.ui.calls.talk import add, cart_of, open_call_of, pay_by_card, pay_on_account, prepared
from ui.screens.calls.state import Busy

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def payments(tmp_path: Path) -> Iterator[Child]:
    """A gateway that has not seen the order numbers of the test before."""
    ledger = str(tmp_path / "payments.db")
    with Child.start("backoffice.external.payments.simulator", "--ledger", ledger) as child:
        yield child


async def a_prepared_order(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "12*HL-U509-R")
    await prepared(agent)


async def test_sums_are_explained_and_held_by_a_clock(agent: Agent) -> None:
    await a_prepared_order(agent)
    cart = cart_of(agent)
    assert cart.prepared is not None
    assert agent.words("totalTotal") == agent.desk.text.money(cart.prepared.totals.total)
    shown = sum((one.amount.minor for one in cart.prepared.explanations), 0)
    assert shown == cart.prepared.totals.total.minor
    assert agent.find("heldClock").accessibleName().startswith("Held for 14:5")


async def test_changed_cart_shows_no_stale_total_and_says_prepare_again(agent: Agent) -> None:
    await a_prepared_order(agent)
    agent.press("Ctrl+E")
    await add(agent, "WB-H098")
    assert agent.words("totalTotal") == "–"
    assert "Prepare again" in agent.words("promiseSentence")
    assert not agent.find("submitButton").isEnabled()
    await prepared(agent)
    assert "was" in agent.words("changesList")


async def test_promise_that_ran_out_says_so(agent: Agent, clock: Clock) -> None:
    await a_prepared_order(agent)
    await pay_on_account(agent)
    assert agent.find("submitButton").isEnabled()
    clock.pass_time(minutes=16)
    agent.page.tick()
    assert agent.words("totalTotal") == "–"
    assert "no longer held" in agent.words("promiseSentence")
    assert "Prepare again" in agent.find("submitButton").accessibleDescription()


async def test_card_number_is_refused_wherever_it_is_pasted(agent: Agent) -> None:
    await a_prepared_order(agent)
    agent.press("F7")
    await agent.until(lambda: agent.focus.objectName() == "purchaseOrderNumber")
    QApplication.clipboard().setText("4242 4242 4242 4242")
    agent.press("Ctrl+V")
    assert agent.words("purchaseOrderNumber") == ""
    assert "card number" in agent.words("cardNote")
    agent.press("Ctrl+M")
    agent.press("Ctrl+V")
    assert agent.page.delivery.notes.toPlainText() == ""
    assert "card number" in agent.words("cardNote")
    await agent.until(lambda: agent.page.state.order.cards)


async def test_saved_card_pays_by_its_masked_label(agent: Agent) -> None:
    await a_prepared_order(agent)
    await pay_by_card(agent, "4242")
    assert agent.words("chosenPayment") == "To be paid Visa ending 4242, 04/29"
    agent.press("F9")
    await agent.until(lambda: agent.words("outcomeTitle") == "Submitted", "outcomeSentence")


async def test_declined_card_is_told_with_what_to_do_and_the_cart_can_be_used_again(agent: Agent) -> None:
    await a_prepared_order(agent)
    await pay_by_card(agent, "9995")
    agent.press("F9")
    await agent.until(lambda: agent.words("outcomeTitle") == "Not submitted")
    assert "insufficient funds" in agent.words("outcomeSentence")
    await agent.until(lambda: not agent.page.state.locked)
    assert agent.find("entryLine").isEnabled()
    # The keys go on where the advice points: Enter chooses another payment, and F7 is heard on the screen.
    await agent.until(lambda: agent.find("paymentButton").hasFocus())
    await pay_on_account(agent)
    if not agent.find("submitButton").isEnabled():
        await prepared(agent)
    agent.press("F9")
    await agent.until(lambda: agent.words("outcomeTitle") == "Submitted", "submitError")


async def test_bank_that_does_not_answer_is_not_known_yet_and_never_a_failure(agent: Agent) -> None:
    await a_prepared_order(agent)
    await pay_by_card(agent, "8431")
    agent.press("F9")
    await agent.until(lambda: agent.words("outcomeTitle") == "Not known yet (checking)")
    await agent.until(lambda: agent.page.state.order.busy is Busy.NO)
    assert agent.words("outcomeTitle") == "Not known yet (checking)"
    assert not agent.find("entryLine").isEnabled()
    assert not agent.screen.findChild(QPushButton, "submitButton").isVisible()  # type: ignore[union-attr] # there is one
    again = Agent(agent.desk, agent.told)
    await again.until(lambda: again.words("outcomeTitle") == "Not known yet (checking)")
    await again.settle(1.0)
    again.dispose()


async def test_gateway_silent_says_cards_are_not_known_and_account_still_works(
    agent: Agent, payments: Child
) -> None:
    await a_prepared_order(agent)
    strings = PaymentStrings(payments)
    strings.outage(on=True)
    await agent.settle(0.3)  # until its port is closed
    try:
        agent.press("F7")
        await agent.until(lambda: agent.words("cardsError"))
        assert "can not be read" in agent.words("cardsError")
        agent.type("PO 1")
        agent.enter()
        await agent.until(lambda: agent.words("chosenPayment"))
    finally:
        strings.outage(on=False)


async def test_prepare_without_the_dom_says_what_is_so_and_loses_nothing(agent: Agent, dom: Child) -> None:
    from tests.external.dom.strings import Strings  # noqa: PLC0415 - the DOM's, beside the gateway's of the same name

    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    with Strings(str(dom.ready["control"])) as strings:
        strings.call("POST", "outage", {"on": True})
        await agent.settle(0.3)
        try:
            agent.press("F5")
            await agent.until(lambda: agent.words("prepareError"))
        finally:
            strings.call("POST", "outage", {"on": False})
    await agent.settle(0.5)  # until its port is open again
    assert "DOM" in agent.words("prepareError")
    assert len(cart_of(agent).lines) == 1
    await prepared(agent)


async def test_each_step_says_what_is_missing(agent: Agent) -> None:
    await open_call_of(agent)
    assert "empty" in agent.words("nextStep")
    button = agent.find("prepareButton")
    assert not button.isEnabled()
    assert "add an item" in button.toolTip()
    assert "add an item" in button.accessibleDescription()
