"""Fields to type into, with the sentence of what is wrong right beside them."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui import icons
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import Label, restyle

_PAUSE = (
    120  # ms after the last key before a search runs: shorter than people notice, longer than a keystroke
)


class SearchField(QLineEdit):
    """Searches while being typed into: ``searched`` after a short pause, ``down_pressed`` for the list."""

    searched = Signal(str)
    down_pressed = Signal()
    up_pressed = Signal()

    def __init__(self, placeholder: str, *, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        look = QAction(self)
        icons.attach(look, "search", "muted")
        self.addAction(look, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._say)
        self.textChanged.connect(self._wait)

    def search_now(self) -> None:
        """Search for what is there without waiting for the pause."""
        self._pause.stop()
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        elif event.key() == Qt.Key.Key_Up:
            self.up_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _wait(self) -> None:
        self._pause.start()

    def _say(self) -> None:
        self.searched.emit(self.text().strip())


class Field(QWidget):
    """A caption, an input, and the sentence of what is wrong with it."""

    def __init__(self, caption: str, edit: QWidget) -> None:
        super().__init__()
        self.edit = edit
        self._caption = Label(caption, size="small", tone=Tone.NEUTRAL)
        self._caption.setBuddy(edit)
        self._wrong = Label("", size="small", tone=Tone.BAD, wrap=True)
        self._wrong.hide()
        if not edit.accessibleName():
            edit.setAccessibleName(caption)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._caption)
        column.addWidget(edit)
        column.addWidget(self._wrong)

    @property
    def wrong(self) -> str:
        """Return the sentence shown, "" when all is well."""
        return self._wrong.text()

    def show_wrong(self, sentence: str) -> None:
        """Say what is wrong with what was typed; "" takes it back."""
        if sentence == self._wrong.text():
            return
        self._wrong.setText(sentence)
        self._wrong.setVisible(bool(sentence))
        self.edit.setProperty("wrong", "true" if sentence else "")
        self.edit.setAccessibleDescription(sentence)
        restyle(self.edit)


class EscapeGoesBack(QObject):
    """Emits ``escaped`` when Esc is pressed in a widget it watches (``widget.installEventFilter``)."""

    escaped = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self.escaped.emit()
            return True
        return False


class EnterGoesOn(QObject):
    """Emits ``entered`` when Enter is pressed in a choice it watches: a combo box does nothing with it itself."""

    entered = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        ):
            self.entered.emit()
            return True
        return False
