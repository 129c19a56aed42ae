"""Everything that can have the focus has a name; what can not be pressed says why."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.ui.calls.conftest import Agent
from tests.ui.calls.talk import add, open_call_of, prepared


def nameless(agent: Agent) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in agent.screen.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisibleTo(agent.screen)
        and not widget.accessibleName()
        and not widget.objectName().startswith("qt_")
    ]


async def test_every_widget_that_takes_the_focus_has_a_name(agent: Agent) -> None:
    await open_call_of(agent)
    await add(agent, "HL-U509-R")
    await prepared(agent)
    agent.press("F7")
    await agent.until(lambda: agent.page.state.order.paying and agent.page.state.order.cards)
    agent.press("Ctrl+D")
    await agent.until(lambda: agent.focus.objectName() == "addressLine1")
    assert nameless(agent) == []


async def test_every_disabled_step_says_why(agent: Agent) -> None:
    await open_call_of(agent)
    for name in ("prepareButton", "paymentButton", "submitButton", "parkButton"):
        button = agent.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isEnabled() or (button.accessibleDescription() and button.toolTip()), name


async def test_new_address_with_an_unknown_state_gets_a_sentence_beside_its_field(agent: Agent) -> None:
    await open_call_of(agent)
    agent.press("Ctrl+D")
    await agent.until(lambda: agent.focus.objectName() == "addressLine1")
    agent.type("12 Main St")
    agent.fill("addressCity", "Van Nuys")
    agent.fill("addressRegion", "QQ")
    agent.fill("addressPostalCode", "91411")
    agent.enter()
    await agent.until(lambda: agent.find("addressRegion").accessibleDescription())
    assert agent.words("addressLine1") == "12 Main St"
    agent.fill("addressRegion", "CA")
    agent.enter()
    await agent.until(lambda: agent.page.state.delivery.form.value == "none", "addressFormError")
    await agent.until(lambda: "12 Main St" in agent.words("readBack") or not agent.page.state.cart.lines)  # type: ignore[union-attr] # it is loaded
    cart = agent.page.state.cart
    assert cart is not None
    await agent.until(lambda: agent.page.state.cart.ship_to.line1 == "12 Main St")  # type: ignore[union-attr] # as above
