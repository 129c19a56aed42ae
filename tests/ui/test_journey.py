"""The whole application as it is started: one day at the desk, a second start, a demo begun anew, an orderly end."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.ui.conftest import Until, sign_in
from ui.arguments import Arguments, parse
from ui.errors import Reporter
from ui.garbage import GarbageCollector
from ui.person import Person
from ui.session import Session
from ui.shell.window import Window

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ("sign-in", "calls", "calls-submitted", "orders", "transfers", "checkouts", "sync", "stock")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ui", *arguments]


def run_desk(*arguments: str, patience: float) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments), cwd=ROOT, check=False, capture_output=True, text=True, timeout=patience
    )


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_one_day_at_the_desk_comes_true(tmp_path: Path) -> None:
    account_file, pictures = tmp_path / "account.json", tmp_path / "pictures"
    data = ("--data-dir", str(tmp_path / "data"))
    ended = run_desk(
        "--headless", *data, "--json", str(account_file), "--pictures", str(pictures), patience=200
    )
    assert ended.returncode == 0, ended.stderr
    account = json.loads(account_file.read_text(encoding="utf-8"))
    assert account["came_true"]
    assert account["order_number"] == "B1000001"
    assert account["transfer_status"] == "transferred"
    assert account["external_order_id"]
    assert "Status: shipped" in account["statuses"]
    assert account["second_attempts"] == ["refused", "succeeded"]
    assert account["history_count"] >= 3
    for scheme in ("light", "dark"):
        assert [name for name in SCREENS if not (pictures / f"{name}-{scheme}.png").is_file()] == []
    checked = subprocess.run(
        [sys.executable, "-m", "backoffice.cli", "check", *data], cwd=ROOT, check=False, capture_output=True
    )
    assert checked.returncode == 0, checked.stdout.decode()


@pytest.mark.slow
def test_a_second_start_says_that_there_is_a_first_and_sigterm_ends_in_order(tmp_path: Path) -> None:
    data = ("--data-dir", str(tmp_path), "--no-demo")
    with subprocess.Popen(command(*data), cwd=ROOT, stderr=subprocess.PIPE) as first:
        end = time.monotonic() + 30
        while not (tmp_path / "backoffice.db").exists() and time.monotonic() < end:
            time.sleep(0.05)
        second = run_desk(*data, patience=30)
        first.send_signal(signal.SIGTERM)
        first.wait(30)
    assert second.returncode == 1
    assert "already open on this data directory" in second.stderr
    assert first.returncode == 0
    assert not (tmp_path / "desk.lock").exists()


@pytest.mark.slow
async def test_the_demo_begins_anew_after_a_second_press(tmp_path: Path, until: Until) -> None:
    window, reporter, garbage = Window(), Reporter(), GarbageCollector()
    window.show()
    session = Session(Arguments(data_dir=tmp_path, demo=True), window, reporter=reporter, garbage=garbage)
    running = asyncio.get_running_loop().create_task(session.run())
    person = Person(window)
    await until(lambda: session.sign_in, patience=40)
    actor = await sign_in(session.office, "ann")
    await session.office.carts.open_call(actor)
    await person.focus_on("loginField")
    await person.write("ann")
    await person.press("Tab")
    await person.write("red-helmet")
    await person.press("Return")
    await until(lambda: session.frame)
    await person.press("Ctrl+Shift+D")
    reset = await person.until("the button", lambda: person.see(QPushButton, "resetDemo"))
    reset.setFocus()
    QTest.keyClick(reset, Qt.Key.Key_Space)
    assert "press again" in reset.text()
    QTest.keyClick(reset, Qt.Key.Key_Space)
    await until(lambda: session.frame is None and session.sign_in, patience=40)
    again = await sign_in(session.office, "ann")
    assert await session.office.carts.calls(again) == ()
    window.close()
    assert await running == 0
    assert reporter.count == 0
    assert not window.isVisible()


async def test_what_can_not_be_closed_is_reported_and_the_window_goes(tmp_path: Path, until: Until) -> None:
    window, reporter, garbage = Window(), Reporter(), GarbageCollector()
    window.show()
    session = Session(Arguments(data_dir=tmp_path, demo=False), window, reporter=reporter, garbage=garbage)
    running = asyncio.get_running_loop().create_task(session.run())
    await until(lambda: session.sign_in, patience=40)
    # Whoever clears temporary files takes the folder away under the open desk.
    shutil.rmtree(tmp_path)
    session.ask_to_close()
    assert await running == 0
    assert not window.isVisible()


def test_pictures_without_headless_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--pictures", "somewhere"])
    assert "go with --headless" in capsys.readouterr().err


def test_nothing_slow_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    script = (
        "import sys, os, ui.app\n"
        "def paint():\n"
        "    slow = {'sqlalchemy', 'dbos', 'pydantic', 'babel', 'httpx', 'qasync'} & set(sys.modules)\n"
        "    print(sorted(slow)); sys.stdout.flush(); os._exit(0)\n"
        "ui.app.paint = paint\n"
        "from ui.arguments import Arguments\n"
        "ui.app.run(Arguments())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60,
        env=dict(os.environ),
    )  # fmt: skip
    assert ended.stdout.strip() == "[]"


def test_a_database_that_can_not_be_opened_is_said_in_the_window(tmp_path: Path) -> None:
    (tmp_path / "backoffice.db").mkdir()
    ended = run_desk("--headless", "--no-demo", "--data-dir", str(tmp_path), patience=60)
    assert ended.returncode == 1
    assert "database file can not be opened" in ended.stderr
