"""Signing in, by keyboard, against the real staff."""

import asyncio
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from backoffice.bootstrap import BackOffice
from backoffice.domain.staff import Actor, Role
from tests.ui.conftest import Until
from ui.shell.sign_in import SignInPage, SignInPresenter


class Door:
    """The page with its presenter, and who came in."""

    def __init__(self, office: BackOffice, qtbot: QtBot) -> None:
        self.page = SignInPage(office.staff.demo_logins())
        self.presenter = SignInPresenter(partial(office.staff.sign_in, desk="desk 1"), self.page.show_state)
        self.came: list[Actor] = []
        self.trying: list[asyncio.Task[None]] = []
        self.page.submitted.connect(self.submit)
        qtbot.addWidget(self.page)
        self.page.show()
        self.page.activateWindow()
        self.page.entered()

    def submit(self, login: str, password: str) -> None:
        self.trying.append(asyncio.get_running_loop().create_task(self.try_in(login, password)))

    async def try_in(self, login: str, password: str) -> None:
        actor = await self.presenter.try_in(login, password)
        if actor is not None:
            self.came.append(actor)

    def field(self, name: str) -> QLineEdit:
        found = self.page.findChild(QLineEdit, name)
        assert isinstance(found, QLineEdit)
        return found

    @property
    def sentence(self) -> str:
        label = self.page.findChild(QLabel, "signInWrong")
        assert isinstance(label, QLabel)
        return label.text()


@pytest.fixture
async def door(office: BackOffice, qtbot: QtBot) -> Door:
    return Door(office, qtbot)


def press(key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


async def test_name_tab_password_enter(door: Door, until: Until) -> None:
    QTest.keyClicks(door.field("loginField"), "ann")
    press(Qt.Key.Key_Tab)
    QTest.keyClicks(door.field("passwordField"), "red-helmet")
    press(Qt.Key.Key_Return)
    await until(lambda: door.came)
    assert (door.came[0].name, door.came[0].role, door.came[0].desk) == ("Ann", Role.AGENT, "desk 1")


async def test_a_wrong_password_is_a_sentence_and_the_password_is_typed_again(
    door: Door, until: Until
) -> None:
    door.field("loginField").setText("ann")
    door.field("passwordField").setText("blue-helmet")
    QTest.keyClick(door.field("passwordField"), Qt.Key.Key_Return)
    await until(lambda: door.sentence)
    assert door.sentence == "Name or password is wrong."
    assert door.came == []
    assert QApplication.focusWidget() is door.field("passwordField")
    assert door.field("passwordField").selectedText() != ""


async def test_nothing_typed_is_said_without_asking_anybody(door: Door, until: Until) -> None:
    QTest.keyClick(door.field("loginField"), Qt.Key.Key_Return)
    await until(lambda: door.sentence)
    assert door.sentence == "Type your name and your password."


async def test_while_it_is_checked_nothing_can_be_pressed_twice(door: Door, until: Until) -> None:
    door.field("loginField").setText("ann")
    door.field("passwordField").setText("red-helmet")
    button = door.page.findChild(QPushButton, "signInButton")
    assert isinstance(button, QPushButton)
    button.click()
    await until(lambda: not button.isEnabled())
    assert button.text() == "Signing in …"
    await until(lambda: door.came)
    assert len(door.came) == 1


async def test_the_demo_fills_in_and_enter_goes_on(door: Door, until: Until) -> None:
    offer = door.page.findChild(QPushButton, "demo-susan")
    assert isinstance(offer, QPushButton)
    offer.setFocus()
    press(Qt.Key.Key_Return)
    assert door.field("loginField").text() == "susan"
    press(Qt.Key.Key_Return)
    await until(lambda: door.came)
    assert door.came[0].role is Role.SUPERVISOR


async def test_nothing_is_offered_outside_the_demo(qtbot: QtBot) -> None:
    page = SignInPage(())
    qtbot.addWidget(page)
    assert [button.objectName() for button in page.findChildren(QPushButton)] == ["signInButton"]
