"""No card number and no security code gets into any field of the application, and a sentence says why."""

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backoffice.domain.payment import holds_card_number, holds_security_code
from tests.ui.conftest import Until
from ui.desk import Desk
from ui.screens.calls.view import CallsScreen
from ui.shell.frame import DeskFrame
from ui.shell.registry import screens_for
from ui.shell.sign_in import SignInPage
from ui.widgets.card_guard import CardGuards, Numbers, is_secret, may_hold
from ui.widgets.labels import Label

CARD = "4242 4242 4242 4242"
TextEdit = QLineEdit | QPlainTextEdit | QTextEdit


def fields(root: QWidget) -> list[TextEdit]:
    """Every field that can be written in."""
    found: tuple[TextEdit, ...] = (
        *root.findChildren(QLineEdit),
        *root.findChildren(QPlainTextEdit),
        *root.findChildren(QTextEdit),
    )
    return [edit for edit in found if not edit.isReadOnly()]


def text(edit: TextEdit) -> str:
    return edit.text() if isinstance(edit, QLineEdit) else edit.toPlainText()


def took_it(root: QWidget) -> list[str]:
    """Paste a card number into every field below; return the names of those that kept it."""
    QApplication.clipboard().setText(CARD)
    kept = []
    for edit in fields(root):
        edit.selectAll()
        edit.paste()
        if holds_card_number(text(edit)):
            kept.append(f"{type(edit).__name__} {edit.objectName()}")
    return kept


async def test_no_field_of_any_screen_takes_a_card_number(
    make_desk: Callable[[str], Awaitable[Desk]], qtbot: QtBot, until: Until
) -> None:
    desk = await make_desk("susan")
    frame = DeskFrame(desk, screens_for(desk.actor))
    qtbot.addWidget(frame)
    await frame.fill()
    frame.resize(1320, 820)
    frame.show()
    frame.activateWindow()
    frame.begin()
    await until(QApplication.focusWidget)
    calls = frame.screen_of("calls")
    assert isinstance(calls, CallsScreen)
    QTest.keySequence(frame, "Ctrl+N")
    await until(lambda: calls.current_page() and _focused("callerSearch"))
    names = {edit.objectName() for edit in fields(frame)}
    assert {"globalSearch", "callerPhone", "entryLine", "notesField", "purchaseOrderNumber"} <= names
    assert {"orderSearch", "stockSearch"} <= names
    assert took_it(frame) == []
    for number, screen in enumerate(frame.screens):
        frame.show_screen(number)
        assert took_it(screen) == [], screen.title
    await until(lambda: not desk.tasks.running)  # what the screens began to look up


def test_signing_in_takes_none_either(qtbot: QtBot) -> None:
    page = SignInPage()
    qtbot.addWidget(page)
    CardGuards.watch()
    page.show()
    page.activateWindow()
    page.findChildren(QLineEdit)[0].setFocus()
    qtbot.waitUntil(lambda: page.isActiveWindow() and QApplication.focusWidget() is not None)
    assert len(fields(page)) >= 2
    assert took_it(page) == []


@pytest.fixture
def form(qtbot: QtBot) -> QWidget:
    CardGuards.watch()
    form = QWidget()
    column = QVBoxLayout(form)
    for edit in (QLineEdit(), QPlainTextEdit(), QTextEdit()):
        edit.setObjectName(type(edit).__name__)
        column.addWidget(edit)
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    column.itemAt(0).widget().setFocus()  # type: ignore[union-attr]  # it was just put there
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return form


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QTextEdit])
def test_what_stood_there_stays_and_a_sentence_says_why(form: QWidget, kind: type[TextEdit]) -> None:
    edit = form.findChild(kind)
    assert isinstance(edit, TextEdit)
    edit.setFocus()
    QTest.keyClicks(edit, "left at the door, ")
    QApplication.clipboard().setText(CARD)
    QTest.keySequence(edit, "Ctrl+V")
    assert text(edit) == "left at the door, "
    note = form.findChild(Label, "cardNote")
    assert isinstance(note, Label)
    assert "looks like a card number" in note.text()
    assert "payment link" in note.text()
    QTest.keyClicks(edit, "please")
    assert text(edit) == "left at the door, please"
    assert not [one for one in form.findChildren(Label, "cardNote") if one.isVisible()]


def test_a_number_typed_digit_by_digit_never_stands_there_whole(form: QWidget) -> None:
    edit = form.findChild(QLineEdit)
    assert edit is not None
    edit.setFocus()
    QTest.keyClicks(edit, "4242-4242-4242-4242")
    assert not holds_card_number(edit.text())
    assert form.findChild(Label, "cardNote") is not None


def test_a_security_code_that_is_called_one_is_refused_and_other_codes_are_not(form: QWidget) -> None:
    edit = form.findChild(QLineEdit)
    assert edit is not None
    edit.setFocus()
    QTest.keyClicks(edit, "cvv 123")
    assert edit.text() == "cvv 12"
    QTest.keySequence(edit, "Ctrl+A")
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, "gate code 4711, order 123")
    assert edit.text() == "gate code 4711, order 123"


@pytest.mark.parametrize(
    "typed, numbers, refused",
    [
        (CARD, None, True),
        (CARD, Numbers.PHONES, True),
        (f"+{CARD}", Numbers.PHONES, True),
        (CARD, Numbers.GOODS, True),
        ("+49 1512 3456787", Numbers.PHONES, False),
        ("4915123456787", Numbers.PHONES, True),
        ("4006381333007", Numbers.GOODS, True),
        ("3*4006381333023", Numbers.GOODS, False),
        ("3*4006381333023", None, True),
        ("Card security code: 1234", None, True),
        ("CVC2-999", None, True),
        ("CVV is never asked for; room 123", None, False),
    ],
)
def test_numbers_of_people_and_goods_are_forgiven_where_they_belong(
    typed: str, numbers: Numbers | None, refused: bool
) -> None:
    assert is_secret(typed, numbers.value if numbers else "") is refused


def test_a_field_for_bar_codes_takes_those_that_look_like_a_card(form: QWidget) -> None:
    edit = form.findChild(QLineEdit)
    assert edit is not None
    may_hold(edit, Numbers.GOODS)
    edit.setFocus()
    code = "4006381333023"  # right both as a GTIN and by Luhn
    assert holds_card_number(code)
    QTest.keyClicks(edit, code)
    assert edit.text() == code


def test_security_codes_are_told_by_their_name() -> None:
    assert holds_security_code("CVV: 123")
    assert not holds_security_code("123")


def _focused(name: str) -> bool:
    found = QApplication.focusWidget()
    return found is not None and found.objectName() == name
