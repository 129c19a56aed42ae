"""Windows on Qt's own loop, over a real database with the demo's data; nobody outside answers unless a test says so."""

import asyncio
import gc
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
import pytestqt.plugin
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.domain.staff import Actor
from backoffice.settings import Settings
from ui.desk import Desk, Notify
from ui.tasks import Tasks
from ui.text import Text
from ui.theme import Scheme, Theme
from ui.tone import Tone

os.environ["QT_API"] = "pyside6"
# After each test pytest-qt lets Qt's events happen. Here they are asyncio's too, and outside its loop a task that goes
# on finds none running.
pytestqt.plugin._process_events = lambda: None
_OUTSIDE = (
    "no running event loop"  # the same, of a task that goes on while a window is closed between two tests
)
Until = Callable[..., Awaitable[None]]


def make_qt_loop() -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = QEventLoop(QApplication.instance() or QApplication([]))
    return loop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Every coroutine test of the window runs on the loop the window runs on."""
    return {"qt": make_qt_loop}


@pytest.fixture
def until() -> Until:
    """Wait until something is so, as the loop turns."""

    async def wait(look: Callable[[], object], *, patience: float = 10.0) -> None:
        end = time.monotonic() + patience
        while not look():
            assert time.monotonic() < end, f"not so within {patience} s"
            await asyncio.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo's data, made once."""
    home = tmp_path_factory.mktemp("demo")

    async def fill() -> None:
        office = await open_backoffice(Settings(data_dir=home, demo=True))
        await office.close()

    with asyncio.Runner() as runner:
        runner.run(fill())
    return home


@pytest.fixture
def settings(demo_store: Path, tmp_path: Path) -> Settings:
    home = tmp_path / "data"
    shutil.copytree(demo_store, home)
    return Settings(data_dir=home, demo=True, desk="desk 1")


@pytest_asyncio.fixture
async def office(settings: Settings) -> AsyncIterator[BackOffice]:
    opened = await open_backoffice(settings)
    yield opened
    await opened.close()


class Heard:
    """What would have been shown: banners, toasts, bugs."""

    def __init__(self) -> None:
        self.banners: list[str] = []
        self.toasts: list[str] = []
        self.bugs: list[BaseException] = []

    def banner(self, text: str, _tone: Tone, advice: str, _details: str, _key: str) -> None:
        self.banners.append(f"{text} {advice}".strip())

    def toast(self, text: str, _tone: Tone) -> None:
        self.toasts.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def sign_in(office: BackOffice, login: str) -> Actor:
    offer = next(offer for offer in office.staff.demo_logins() if offer.login == login)
    return await office.staff.sign_in(offer.login, offer.password, desk="desk 1")


@pytest_asyncio.fixture
async def make_desk(
    office: BackOffice, heard: Heard, qtbot: QtBot
) -> AsyncIterator[Callable[[str], Awaitable[Desk]]]:
    """Sign somebody in and give them a desk."""
    notify = Notify()
    notify.bannered.connect(heard.banner)
    notify.toasted.connect(heard.toast)

    def refused(sentence: str, *, advice: str) -> None:
        notify.banner(sentence, advice=advice)

    tasks = Tasks(refused=refused, report=heard.bugs.append)

    async def make(login: str) -> Desk:
        actor = await sign_in(office, login)
        return Desk(office=office, actor=actor, tasks=tasks, text=Text("en_US"), notify=notify)

    yield make
    await tasks.close()
    assert [bug for bug in heard.bugs if str(bug) != _OUTSIDE] == []


@pytest.fixture(autouse=True)
def collect_garbage_here() -> Iterator[None]:
    """As the desk does: a widget must not be destroyed by a thread of the database."""
    gc.disable()
    gc.collect()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    Theme.active().use(Scheme.LIGHT)
    yield
    Theme.active().use(Scheme.LIGHT)
