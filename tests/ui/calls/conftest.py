"""The Calls screen over the real service layer: a real database, a real DOM and a real gateway, as programs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.domain.errors import Refusal
from backoffice.domain.ids import utc_now
from backoffice.domain.staff import Actor
from backoffice.settings import Settings
from tests.external.processes import ROOT, Child
from ui.desk import Desk, Notify
from ui.screens.calls.call_page import CallPage
from ui.screens.calls.view import CallsScreen
from ui.tasks import Tasks
from ui.text import Text
from ui.theme import Theme

DEMO = ROOT / "resources" / "demo" / "adventure-works"
PATIENCE = 10.0  # seconds; a busy machine is slow, a broken screen never gets there


@pytest.fixture(scope="session")
def dom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    ledger = tmp_path_factory.mktemp("dom") / "ledger.db"
    with Child.start(
        "backoffice.external.dom.simulator", "--ledger", str(ledger), "--seed", str(DEMO)
    ) as child:
        yield child


@pytest.fixture(scope="session")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    ledger = tmp_path_factory.mktemp("payments") / "ledger.db"
    with Child.start("backoffice.external.payments.simulator", "--ledger", str(ledger)) as child:
        yield child


@dataclass
class Clock:
    """The real time, moved on by hand."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def pass_time(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(settings: Settings, dom: Child, payments: Child, clock: Clock) -> AsyncIterator[BackOffice]:
    world = settings.model_copy(
        update={
            "dom_url": dom.url,
            "dom_deadline": timedelta(seconds=2),
            "payments_url": payments.url,
            "payments_deadline": timedelta(seconds=2),
        }
    )
    office = await open_backoffice(world, clock=clock)
    yield office
    await office.close()


@pytest.fixture
async def ann(office: BackOffice) -> Actor:
    login = next(one for one in office.staff.demo_logins() if one.role.value == "agent")
    return await office.staff.sign_in(login.login, login.password, desk="desk 1")


@dataclass
class Told:
    """What the desk told the person outside the screen."""

    refusals: list[str] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)

    def refused(self, sentence: str, *, advice: str) -> None:
        self.refusals.append(f"{sentence} {advice}")


class Agent:
    """Somebody at the keyboard of the Calls screen."""

    def __init__(self, desk: Desk, told: Told) -> None:
        self.desk = desk
        self.told = told
        self.screen = CallsScreen(desk)
        self.screen.resize(1240, 760)
        self.screen.show()
        self.screen.activateWindow()
        self.screen.entered()

    @property
    def page(self) -> CallPage:
        page = self.screen.current_page()
        assert page is not None
        return page

    async def until(self, so: Callable[[], object], but: str = "") -> None:
        """Let the window live until something is so; ``but`` names what says why not."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not so():
            await asyncio.sleep(0.01)
            assert asyncio.get_running_loop().time() < end, f"never came true; {but} {self.words(but)}"

    async def settle(self, seconds: float = 0.15) -> None:
        """Let the window live for a moment."""
        await asyncio.sleep(seconds)

    def press(self, keys: str) -> None:
        """Press a key combination on what has the focus."""
        QTest.keySequence(self.focus, keys)

    def type(self, text: str) -> None:
        """Type text into what has the focus, which may move on as it is typed."""
        for letter in text:
            _type(self.focus, letter)

    def enter(self) -> None:
        QTest.keyClick(self.focus, Qt.Key.Key_Return)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.focus, key)

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def find(self, name: str) -> QWidget:
        found = [one for one in self.screen.findChildren(QWidget, name) if one.isVisibleTo(self.screen)]
        assert len(found) == 1, f"{len(found)} widgets are called {name}"
        return found[0]

    def words(self, name: str) -> str:
        """Return what a label, button or field says; "" when it is not shown."""
        found = [one for one in self.screen.findChildren(QWidget, name) if one.isVisibleTo(self.screen)]
        return str(found[0].property("text") or "") if found else ""

    def fill(self, name: str, text: str) -> None:
        """Go to a field, empty it, type."""
        field = self.find(name)
        field.setFocus()
        QTest.keySequence(field, "Ctrl+A")
        QTest.keyClick(field, Qt.Key.Key_Delete)
        for letter in text:
            _type(field, letter)

    def clear(self, *names: str) -> None:
        """Empty fields."""
        for name in names:
            self.fill(name, "")

    async def close(self) -> None:
        await self.desk.tasks.close()
        self.dispose()

    def dispose(self) -> None:
        """Close the screen."""
        self.screen.left()
        self.screen.close()
        self.screen.deleteLater()
        QCoreApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
        assert not self.told.bugs, self.told.bugs


def _type(widget: QWidget, letter: str) -> None:
    if letter.isascii():
        QTest.keyClicks(widget, letter)
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):  # QTest knows ASCII only
        event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(widget, event)


@pytest.fixture
async def agent(qapp: QApplication, office: BackOffice, ann: Actor, clock: Clock) -> AsyncIterator[Agent]:
    Theme.active()
    told = Told()
    desk = Desk(
        office=office,
        actor=ann,
        tasks=Tasks(refused=told.refused, report=told.bugs.append),
        text=Text("en_US", UTC, clock),
        notify=Notify(),
    )
    agent = Agent(desk, told)
    await agent.until(lambda: not agent.screen.presenter.state.loading)
    yield agent
    await agent.close()


__all__ = ["Agent", "Clock", "Refusal"]
