"""The frame around the screens, driven by keys over the real service layer."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from backoffice.bootstrap import BackOffice
from backoffice.domain.ids import utc_now
from backoffice.services.health import Peer
from tests.ui.conftest import Heard, Until
from ui.desk import Desk
from ui.errors import LOG_FILE, Reporter
from ui.heartbeat import Heartbeat
from ui.instance import Instance
from ui.shell.frame import DeskFrame
from ui.shell.registry import screens_for
from ui.shell.window import Window
from ui.theme import Theme
from ui.tone import Tone

MakeFrame = Callable[[str], Awaitable[DeskFrame]]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
async def make_frame(make_desk: Callable[[str], Awaitable[Desk]], qtbot: QtBot, until: Until) -> MakeFrame:
    async def make(login: str) -> DeskFrame:
        desk = await make_desk(login)
        frame = DeskFrame(desk, screens_for(desk.actor))
        qtbot.addWidget(frame)
        await frame.fill()
        frame.resize(1320, 820)
        frame.show()
        frame.activateWindow()
        frame.begin()
        await until(QApplication.focusWidget)
        return frame

    return make


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def titles(frame: DeskFrame) -> list[str]:
    return [screen.icon for screen in frame.screens]


async def test_each_role_sees_its_screens(make_frame: MakeFrame) -> None:
    assert titles(await make_frame("ann")) == ["calls", "orders", "stock"]
    assert titles(await make_frame("sam")) == ["orders", "stock"]
    assert titles(await make_frame("susan")) == ["calls", "orders", "transfers", "sync", "stock", "checkouts"]


async def test_control_and_a_figure_go_to_a_screen(make_frame: MakeFrame) -> None:
    frame = await make_frame("susan")
    for number, title in enumerate(titles(frame), start=1):
        QTest.keyClick(focus(), getattr(Qt.Key, f"Key_{number}"), CTRL)
        await asyncio.sleep(0)
        assert frame.current.icon == title


async def test_a_new_call_is_one_key_away_on_every_screen(make_frame: MakeFrame, until: Until) -> None:
    frame = await make_frame("ann")
    QTest.keyClick(focus(), Qt.Key.Key_2, CTRL)
    assert frame.current.icon == "orders"
    QTest.keyClick(focus(), Qt.Key.Key_N, CTRL)
    await until(lambda: frame.current.icon == "calls")
    await until(lambda: focus().objectName() == "callerSearch")


async def test_the_search_finds_a_customer_and_enter_starts_the_call(
    make_frame: MakeFrame, until: Until
) -> None:
    frame = await make_frame("ann")
    QTest.keyClick(focus(), Qt.Key.Key_K, CTRL)
    assert focus() is frame.search
    QTest.keyClicks(frame.search, "245 555 0173")
    await until(lambda: frame.search.results.current)
    choice = frame.search.results.current
    assert choice is not None
    assert "Orlando Gee" in choice.title
    QTest.keyClick(frame.search, Qt.Key.Key_Return)
    await until(lambda: frame.current.icon == "calls" and focus().objectName() == "entryLine")


async def test_the_search_groups_what_it_finds_and_esc_gives_the_focus_back(
    make_frame: MakeFrame, until: Until
) -> None:
    frame = await make_frame("sam")
    before = focus()
    QTest.keyClick(before, Qt.Key.Key_K, CTRL)
    QTest.keyClicks(frame.search, "HL-U509-R")
    await until(lambda: frame.search.results.current)
    headings = [choice.title for choice in frame.search.results.choices.choices if choice.is_heading]
    assert headings == ["Products: Enter shows the stock"]
    QTest.keyClick(frame.search, Qt.Key.Key_Escape)
    assert not frame.search.results.isVisible()


async def test_the_palette_runs_an_action_by_its_words(make_frame: MakeFrame, until: Until) -> None:
    frame = await make_frame("susan")
    dark = Theme.active().is_dark
    QTest.keyClick(focus(), Qt.Key.Key_P, CTRL | SHIFT)
    await until(lambda: focus().objectName() == "paletteField")
    QTest.keyClicks(focus(), "light dark")
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    assert not frame.palette_panel.isVisible()
    assert Theme.active().is_dark is not dark


async def test_every_action_of_the_desk_has_words_and_no_key_means_two_things(make_frame: MakeFrame) -> None:
    frame = await make_frame("susan")
    commands = frame.commands()
    assert [command for command in commands if not command.action.text()] == []
    everywhere = {"Go to", "Desk"}
    keys = [
        command.action.shortcut().toString()
        for command in commands
        if command.place in everywhere and not command.action.shortcut().isEmpty()
    ]
    assert len(keys) == len(set(keys))
    own = {
        (command.place, command.action.shortcut().toString())
        for command in commands
        if command.place not in everywhere and not command.action.shortcut().isEmpty()
    }
    assert {key for _, key in own} & set(keys) == set()


async def test_the_question_mark_shows_the_keys_but_is_typed_into_fields(
    make_frame: MakeFrame, until: Until
) -> None:
    frame = await make_frame("ann")
    QTest.keyClick(focus(), Qt.Key.Key_K, CTRL)
    QTest.keyClick(focus(), Qt.Key.Key_Question, SHIFT)
    assert not frame.sheet.isVisible()
    button = frame.findChild(QPushButton)
    assert button is not None
    frame.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    frame.setFocus()
    QTest.keyClick(frame, Qt.Key.Key_Question)
    await until(frame.sheet.isVisible)
    QTest.keyClick(focus(), Qt.Key.Key_Escape)
    assert not frame.sheet.isVisible()


async def test_lights_say_who_answers_and_a_banner_what_it_means(make_frame: MakeFrame, heard: Heard) -> None:
    frame = await make_frame("ann")
    at = utc_now()
    down = Peer(name="DOM", state="down", since=at, sentence="Connection refused.")
    frame.lights.show_peers((down,))
    assert frame.lights.words["DOM"] == "down"
    assert any(text.startswith("DOM not answering since") for text in frame.banners.texts)
    frame.lights.show_peers((Peer(name="DOM", state="live", since=at, sentence=""),))
    assert not any(text.startswith("DOM not answering") for text in frame.banners.texts)
    assert heard.toasts[-1] == "DOM answers again."


async def test_a_banner_takes_the_place_of_the_one_before(make_frame: MakeFrame) -> None:
    frame = await make_frame("sam")
    notify = frame.desk.notify
    notify.banner("Saving …", Tone.INFO, key="save")
    notify.banner("Saved.", Tone.GOOD, key="save")
    assert list(frame.banners.texts) == ["Saved."]
    notify.clear("save")
    assert list(frame.banners.texts) == []


async def test_unfinished_calls_are_told_at_the_next_sign_in(
    make_frame: MakeFrame, office: BackOffice, until: Until
) -> None:
    frame = await make_frame("ann")
    await office.carts.open_call(frame.desk.actor)
    again = await make_frame("ann")
    await until(lambda: any("One unfinished call." in text for text in again.banners.texts))


async def test_a_bug_is_one_sentence_with_details_and_an_id_that_is_in_the_log(tmp_path: Path) -> None:
    reporter = Reporter()
    told: list[tuple[str, str]] = []
    reporter.reported.connect(lambda identity, details: told.append((identity, details)))
    reporter.keep_log(tmp_path)
    identity = reporter.report(ZeroDivisionError("by the way"))
    reporter.close_log()
    assert told[0][0] == identity
    assert "by the way" in told[0][1]
    assert identity in (tmp_path / LOG_FILE).read_text(encoding="utf-8")


async def test_the_loop_sends_its_bugs_to_the_same_reporter(tmp_path: Path, until: Until) -> None:
    reporter = Reporter()
    reporter.keep_log(tmp_path)
    loop = asyncio.get_running_loop()
    reporter.install_loop(loop)
    loop.call_exception_handler({"message": "lost", "exception": ZeroDivisionError("lost")})
    reporter.close_log()
    loop.set_exception_handler(None)
    assert reporter.count == 1


async def test_the_second_desk_of_a_directory_calls_the_first(tmp_path: Path, until: Until) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)
    called: list[bool] = []
    first.called.connect(lambda: called.append(True))
    assert first.claim()
    assert not second.claim()
    assert second.call_first()
    await until(lambda: called)
    first.release()
    assert second.claim()
    second.release()


async def test_the_window_asks_before_it_closes(qtbot: QtBot) -> None:
    window = Window()
    asked: list[bool] = []
    window.closing_wanted.connect(lambda: asked.append(True))
    window.show()
    window.close()
    assert asked == [True]
    assert window.isVisible()
    window.close_now()
    assert not window.isVisible()


async def test_the_heartbeat_sees_a_loop_that_was_held(until: Until) -> None:
    heart = Heartbeat()
    heart.start()
    await asyncio.sleep(0.05)
    end = asyncio.get_running_loop().time() + 0.08
    while asyncio.get_running_loop().time() < end:
        pass
    await asyncio.sleep(0.05)
    heart.stop()
    assert heart.gaps().longest >= 60
    assert heart.gaps().busiest > 0


async def test_building_a_desk_shows_no_window_of_its_own(
    make_desk: Callable[[str], Awaitable[Desk]], qapp: QApplication, qtbot: QtBot
) -> None:
    desk = await make_desk("susan")
    seen = WindowsSeen()
    qapp.installEventFilter(seen)
    frame = DeskFrame(desk, screens_for(desk.actor))
    qtbot.addWidget(frame)
    await frame.fill()
    qapp.removeEventFilter(seen)
    assert seen.names == []


class WindowsSeen(QObject):
    """Notes every window that is shown: a widget shown before it has its place flashes as one."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(f"{type(watched).__name__} {watched.objectName()}")
        return False
