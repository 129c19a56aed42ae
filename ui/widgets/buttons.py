"""Buttons that show their action's key, and why they can not be pressed."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from ui import icons
from ui.theme import scaled
from ui.widgets.labels import Label, plain_tip, restyle
from ui.words import tr

NATIVE = QKeySequence.SequenceFormat.NativeText


class KeyHintButton(QPushButton):
    """A button for an action: its words on the left, its shortcut on the right, its state, its reason."""

    def __init__(self, action: QAction, *, kind: str = "") -> None:
        super().__init__()
        self._action = action
        self._why = ""
        self.setObjectName(f"{action.objectName()}Button")
        self.setProperty("kind", kind)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + 16, max(hint.height(), 32))

    def set_kind(self, kind: str) -> None:
        """Be "primary", "danger", "flat" or ordinary (""); one primary button in view."""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            restyle(self)
            self.setIcon(self._fitting_icon())

    def _fitting_icon(self) -> QIcon:
        name = icons.name_of(self._action)
        if name and self.property("kind") == "primary":
            return icons.icon(name, "on_accent")
        return self._action.icon()

    def _follow(self) -> None:
        key = self._action.shortcut().toString(NATIVE)
        words = self._action.text()
        self.setText(f"{words}   {key}" if key else words)
        self.setIcon(self._fitting_icon())
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(words)
        self.setAccessibleDescription(key if self.isEnabled() else self._action.statusTip())


def explain(action: QAction, why_not: str) -> None:
    """Disable an action and say why; "" enables it. The reason is its tooltip and accessible description."""
    if not action.property("tip"):
        action.setProperty("tip", action.toolTip())
    action.setEnabled(not why_not)
    action.setStatusTip(why_not)
    action.setToolTip(plain_tip(why_not) if why_not else str(action.property("tip")))


class IconButton(QToolButton):
    """A small flat button that is only an icon; its words are its tooltip and its name."""

    def __init__(self, icon: str, words: str, *, name: str = "") -> None:
        super().__init__()
        icons.attach(self, icon, "muted")
        self.setObjectName(name)
        self.setProperty("kind", "flat")
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setAutoRaise(True)


class KeyCap(Label):
    """A key as drawn in the shortcut sheet: "Ctrl+K"."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys, size="small")
        self.setProperty("tone", "muted")
        self.setAccessibleName(tr("Key {keys}", keys=keys))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class ButtonRow(QWidget):
    """Buttons side by side, the last ones pushed to the far side after ``stretch``."""

    def __init__(self, *buttons: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)


class EnterPresses(QObject):
    """Makes Enter press a push button that has the focus, as people expect of it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(watched, QPushButton):
            key = event.key()  # type: ignore[attr-defined]  # a key press is a QKeyEvent
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and watched.isEnabled():
                watched.click()
                return True
        return False


def small(button: QPushButton) -> QPushButton:
    """Make a button's words a step smaller."""
    button.setFont(scaled(button.font(), 0.9))
    return button
