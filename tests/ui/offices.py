"""A real service layer for the screens that look on: real database, real DOM as a program; and somebody at the keys."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.domain.ids import OrderNumber, Sku, utc_now
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import CheckoutState
from backoffice.settings import Settings
from tests.external.dom.strings import SECRET, Strings, wait_until
from tests.external.processes import ROOT, Child
from ui.desk import Desk, Notify
from ui.screens import Screen
from ui.tasks import Tasks
from ui.text import Text
from ui.theme import Theme

DEMO = ROOT / "resources" / "demo" / "adventure-works"
PATIENCE = 20.0  # seconds; a busy machine is slow, a broken screen never gets there


@pytest.fixture
def dom(tmp_path: Path) -> Iterator[Child]:
    """The DOM, with the demo's orders as its history."""
    ledger = tmp_path / "dom.db"
    command = ("--ledger", str(ledger), "--seed", str(DEMO))
    with Child.start("backoffice.external.dom.simulator", *command) as child:
        yield child


@pytest.fixture
def strings(dom: Child) -> Iterator[Strings]:
    """What pulls at the DOM: outage, faults, stock."""
    with Strings(str(dom.ready["control"])) as strings:
        yield strings


@pytest.fixture
async def office(demo_store: Path, dom: Child, tmp_path: Path) -> AsyncIterator[BackOffice]:
    """The service layer over a fresh copy of the demo."""
    home = tmp_path / "data"
    shutil.copytree(demo_store, home)
    settings = Settings.load(home, demo=True, dom_url=dom.url, dom_secrets=(SECRET,))
    office = await open_backoffice(settings, process="worker-1")
    yield office
    await office.close()


async def signed_in(office: BackOffice, role: Role) -> Actor:
    """Sign the demo's person of that role in."""
    login = next(one for one in office.staff.demo_logins() if one.role is role)
    return await office.staff.sign_in(login.login, login.password, desk="desk 1")


async def place_order(office: BackOffice, quantity: int = 2, sku: str = "HL-U509-R") -> OrderNumber:
    """Take a phone order on account for Orlando Gee; its transfer waits to be done."""
    agent = await signed_in(office, Role.AGENT)
    carts = office.carts
    call = await carts.open_call(agent)
    hits = await office.customers.search(agent, "245-555-0173")
    known = [await office.customers.get(agent, hit.customer_id) for hit in hits]
    orlando = next(one for one in known if one.addresses)
    cart = await carts.get(agent, call.cart_id)
    cart = await carts.set_customer(agent, cart.cart_id, orlando.customer_id, version=cart.version)
    cart = await carts.add_line(agent, cart.cart_id, Sku(sku), quantity, version=cart.version)
    if not cart.ship_method:
        method = (await office.catalog.ship_methods())[0]
        cart = await carts.set_ship_method(agent, cart.cart_id, method.code, version=cart.version)
    plan = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO 4711", label="PO 4711")
    cart = await carts.set_payments(agent, cart.cart_id, (plan,), version=cart.version)
    cart = await office.checkout.prepare(agent, cart.cart_id, version=cart.version)
    result = await office.checkout.submit(agent, cart.cart_id, version=cart.version)
    assert result.state is CheckoutState.COMPLETED, result.sentence
    return result.order_number


async def transfer_once(office: BackOffice, number: OrderNumber) -> None:
    """Do what the worker would do now with the order's transfer."""
    details = await office.order_history.details(await signed_in(office, Role.SUPERVISOR), number)
    assert details.local is not None
    await office.jobs["transfer_order"](details.local.order_id)


async def fail_transfer(office: BackOffice, strings: Strings, number: OrderNumber) -> None:
    """Let the DOM refuse the order, as one it can not take."""
    strings.fault("refuse", "transfer")
    await transfer_once(office, number)


def go_silent(strings: Strings) -> None:
    """Let nobody reach the DOM from now on."""
    strings.call("POST", "outage", {"on": True})
    wait_until(lambda: not strings.call("GET", "status")["listening"])


@dataclass
class Told:
    """What the desk told the person outside the screen."""

    refusals: list[str] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)

    def refused(self, sentence: str, *, advice: str) -> None:
        self.refusals.append(f"{sentence} {advice}")


def desk_over(office: Any, actor: Actor, clock: Callable[[], datetime] = utc_now) -> tuple[Desk, Told]:  # noqa: ANN401 - a BackOffice, or a stand-in of parts
    """A desk over a service layer."""
    Theme.active()
    told = Told()
    tasks = Tasks(refused=told.refused, report=told.bugs.append)
    return Desk(
        office=office, actor=actor, tasks=tasks, text=Text("en_US", UTC, clock), notify=Notify()
    ), told


def parts(**services: object) -> SimpleNamespace:
    """A stand-in with only the services a screen uses."""
    return SimpleNamespace(**services)


class Person:
    """Somebody at the keyboard of one screen."""

    def __init__(self, kind: type[Screen], desk: Desk, told: Told) -> None:
        self.desk = desk
        self.told = told
        self.screen = kind(desk)
        self.screen.resize(1360, 820)
        self.screen.show()
        self.screen.activateWindow()
        self.screen.entered()

    async def seated(self) -> Self:
        """Wait until the keys reach the screen."""
        await self.until(lambda: QApplication.focusWidget() is not None, "nothing takes the keys")
        return self

    async def until(self, so: Callable[[], object], what: str = "") -> None:
        """Let the window live until something is so."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not so():
            await asyncio.sleep(0.005)
            assert loop.time() < end, what or f"never came true; bugs: {self.told.bugs}"

    async def settle(self, seconds: float = 0.2) -> None:
        """Let the window live for a moment."""
        await asyncio.sleep(seconds)

    def press(self, keys: str) -> None:
        """Press a key combination on what has the focus."""
        QTest.keySequence(self.focus, keys)

    def type(self, text: str) -> None:
        """Type text into what has the focus; QTest knows only ASCII."""
        QTest.keyClicks(self.focus, text)

    def key(self, key: Qt.Key) -> None:
        """Press one key on what has the focus."""
        QTest.keyClick(self.focus, key)

    def enter(self) -> None:
        """Press Enter."""
        self.key(Qt.Key.Key_Return)

    @property
    def focus(self) -> QWidget:
        """What has the focus."""
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def find(self, name: str) -> Any:  # noqa: ANN401 - the test knows the kind
        """The one widget with this name, shown or not."""
        found = self.screen.findChildren(QWidget, name)
        if len(found) > 1:
            found = [one for one in found if one.isVisibleTo(self.screen)]
        assert len(found) == 1, f"{len(found)} widgets are called {name}"
        return found[0]

    def shows(self, name: str) -> bool:
        """Whether the widget with this name is on the screen."""
        return any(one.isVisibleTo(self.screen) for one in self.screen.findChildren(QWidget, name))

    def words(self, name: str) -> str:
        """What a label, chip, notice, button or field says; "" when it is not shown."""
        if not self.shows(name):
            return ""
        widget = self.find(name)
        for attribute in ("word", "number"):
            if isinstance(getattr(widget, attribute, None), str):
                return str(getattr(widget, attribute))
        said = widget.text if isinstance(getattr(widget, "text", None), str) else widget.property("text")
        return str(said or widget.accessibleName())

    def column(self, table: str, column: int) -> list[str]:
        """What a column of a table says, row by row as far as loaded."""
        model = self.find(table).model()
        return [str(model.index(row, column).data()) for row in range(model.rowCount())]

    def rows(self, table: str) -> int:
        """How many rows a table has loaded."""
        return int(self.find(table).model().rowCount())

    async def close(self) -> None:
        """Go away, as the shell lets a screen go."""
        await self.desk.tasks.close()
        self.screen.left()
        self.screen.close()
        self.screen.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert not self.told.bugs, self.told.bugs


def nameless(person: Person) -> list[str]:
    """What can have the focus and tells assistive technology nothing; what is disabled and does not say why."""
    widgets = [one for one in person.screen.findChildren(QWidget) if one.isVisibleTo(person.screen)]
    silent = [
        f"{type(one).__name__} {one.objectName()}"
        for one in widgets
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not one.objectName().startswith("qt_")
        and not (one.accessibleName() or (isinstance(one, QAbstractButton) and one.text()))
    ]
    mute = [
        f"{one.objectName()} is disabled"
        for one in widgets
        if isinstance(one, QAbstractButton) and not one.isEnabled() and not one.toolTip()
    ]
    return silent + mute
