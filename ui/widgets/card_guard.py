"""Keeps card numbers and security codes out of every field, and says why where it happens.

1. ``CardGuards.watch()`` is called by whoever makes a window or a screen; from then on each time the focus moves, every
   field of its window is guarded, whoever made it and whenever: nobody can forget to.
2. What is typed, pasted or dropped is looked at as it stands in the field; what may be a card is put back to what
   stood there before.
3. A note under the field says why, until something else is typed or the focus goes.
4. Phone numbers and bar codes may pass for a card: a field for them says so with ``may_hold``, and is forgiven exactly
   those that are written as one.
"""

import re
from enum import Enum

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from backoffice.domain.payment import holds_card_number, holds_security_code
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import IconLabel, Label
from ui.words import tr

TextEdit = QLineEdit | QPlainTextEdit | QTextEdit

_MAY_HOLD = "mayHold"
_GUARDED = "cardGuarded"
_WIDEST, _NARROWEST = 420, 220
_LONGEST_PHONE = 15  # digits, E.164
_BAR_CODES = (13, 14)  # digits of a GTIN that are as many as a card may have


class Numbers(Enum):
    """Numbers that are no card although they may look like one."""

    PHONES = "phones"  # with their +, at most 15 digits
    GOODS = "goods"  # bar codes whose own check digit is right


def may_hold(edit: QWidget, numbers: Numbers) -> None:
    """Forgive a field the numbers it is there for."""
    edit.setProperty(_MAY_HOLD, numbers.value)


class CardGuards(QObject):
    """Guards the fields of the application; one per process."""

    _active: "CardGuards | None" = None

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.focusChanged.connect(self._look)

    @classmethod
    def watch(cls) -> None:
        """Guard every field from now on; asked again, nothing more happens."""
        application = QApplication.instance()
        if cls._active is None and isinstance(application, QApplication):
            cls._active = cls(application)

    def _look(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None:
            return
        # All of the window each time: what was made since the last look may have text dropped on it without the focus.
        window = new.window()
        fields: list[TextEdit] = [*window.findChildren(QLineEdit), *window.findChildren(QPlainTextEdit)]
        for edit in [*fields, *window.findChildren(QTextEdit)]:
            if not edit.property(_GUARDED):
                edit.setProperty(_GUARDED, True)
                CardGuard(edit)


class CardGuard(QObject):
    """Puts back what stood in a field before a card number came into it; ``refused`` says that it did."""

    refused = Signal()

    def __init__(self, edit: TextEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._good = ""
        self._note: _Note | None = None
        edit.textChanged.connect(self._check)
        edit.installEventFilter(self)
        self._check()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusOut, QEvent.Type.Hide}:
            self._take_note_away()
        return False

    def _check(self) -> None:
        text = _text(self._edit)
        if self._edit.isReadOnly() or not is_secret(text, self._edit.property(_MAY_HOLD) or ""):
            if text != self._good:
                self._take_note_away()
            self._good = text
            return
        _put(self._edit, self._good)
        if self._edit.isVisible():
            self._take_note_away()
            self._note = _Note(self._edit)
        self.refused.emit()

    def _take_note_away(self) -> None:
        if self._note is not None:
            self._note.deleteLater()
            self._note.hide()
            self._note = None


def is_secret(text: str, forgiven: str = "") -> bool:
    """Tell whether a text holds what may never be written down, in a field that is forgiven some numbers."""
    if holds_security_code(text):
        return True
    if not holds_card_number(text):
        return False
    if forgiven == Numbers.PHONES.value:
        return not _is_phone(text)
    return not (forgiven == Numbers.GOODS.value and _is_bar_code(text))


def _is_phone(text: str) -> bool:
    return text.lstrip().startswith("+") and len(re.findall("[0-9]", text)) <= _LONGEST_PHONE


def _is_bar_code(text: str) -> bool:
    code = text.rpartition("*")[2].strip()
    if not code.isdecimal() or len(code) not in _BAR_CODES:
        return False
    weighed = sum(int(digit) * (3 - place % 2 * 2) for place, digit in enumerate(reversed(code[:-1])))
    return (10 - weighed % 10) % 10 == int(code[-1])


def _text(edit: TextEdit) -> str:
    return edit.text() if isinstance(edit, QLineEdit) else edit.toPlainText()


def _put(edit: TextEdit, text: str) -> None:
    if isinstance(edit, QLineEdit):
        place = edit.cursorPosition()
        edit.setText(text)
        edit.setCursorPosition(min(place, len(text)))
        return
    cursor = edit.textCursor()
    place = min(cursor.position(), len(text))
    edit.setPlainText(text)
    cursor = edit.textCursor()
    cursor.setPosition(place)
    edit.setTextCursor(cursor)


class _Note(QFrame):
    """The sentence, over whatever stands below the field."""

    def __init__(self, edit: QWidget) -> None:
        super().__init__(edit.window())
        self.setObjectName("cardNotePopup")
        self.setProperty("note", Tone.BAD.value)
        words = Label(_sentence(edit), size="small", wrap=True)
        words.setObjectName("cardNote")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(IconLabel("card", color=Tone.BAD.value, size=16))
        row.addWidget(words, 1)
        window = edit.window()
        width = min(max(edit.width(), _NARROWEST), _WIDEST, window.width() - 2 * Space.M)
        self.setFixedWidth(width)
        self.setFixedHeight(row.totalHeightForWidth(width))
        corner = edit.mapTo(window, QPoint(0, edit.height() + Space.S))
        if corner.y() + self.height() > window.height():
            corner = edit.mapTo(window, QPoint(0, -self.height() - Space.S))
        corner.setX(max(Space.M, min(corner.x(), window.width() - width - Space.M)))
        self.move(corner)
        self.setAccessibleName(words.text())
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))


def _sentence(edit: QWidget) -> str:
    if edit.property(_MAY_HOLD) == Numbers.PHONES.value:
        return tr(
            "This looks like a card number, and none is ever written down here, so that none can leak."
            " A phone number that long goes with its +."
        )
    return tr(
        "This looks like a card number or its security code. None is ever written down here, so that none can leak."
        " Pay by a saved card or a payment link instead."
    )
