"""Drives the window as a person does: keys to whatever has the focus, eyes on what is visible.

Nothing here looks inside a presenter or calls a service; ``until`` waits as a person does, with patience that ends.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui.widgets.labels import StatusChip
from ui.widgets.tables import LazyTable

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)
PATIENCE = 20.0  # seconds
_GLANCE = 0.02  # seconds between two looks
_KEYSTROKE = 0.004  # seconds: fast typing, and the loop turns in between
_HELD = {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Shift": Qt.KeyboardModifier.ShiftModifier}


class NotSeen(Exception):
    """What was waited for did not come; the text says what, and what was there instead."""


class Person:
    """Somebody in front of the window."""

    def __init__(self, window: QWidget) -> None:
        """Take the window to look at."""
        self._window = window

    async def press(self, keys: str) -> None:
        """Press one key or combination, "Ctrl+N", where the focus is."""
        *held, name = keys.split("+")
        modifiers = Qt.KeyboardModifier.NoModifier
        for modifier in held:
            modifiers |= _HELD[modifier]
        QTest.keyClick(self._focus(), Qt.Key[f"Key_{name}"], modifiers)
        await asyncio.sleep(_KEYSTROKE)

    async def write(self, text: str) -> None:
        """Type letter by letter into whatever has the focus."""
        for letter in text:
            QTest.keyClicks(self._focus(), letter)
            await asyncio.sleep(_KEYSTROKE)

    async def until(self, what: str, look: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
        """Look until there is something to see; raise NotSeen when patience ends."""
        end = time.monotonic() + patience
        while True:
            seen = look()
            if seen:
                return seen
            if time.monotonic() > end:
                raise NotSeen(f"{what}: not seen within {patience:.0f} s. {self._scene()}")
            await asyncio.sleep(_GLANCE)

    async def focus_on(self, name: str, *, patience: float = PATIENCE) -> QWidget:
        """Wait until the widget with this name has the focus."""

        def look() -> QWidget | None:
            focus = QApplication.focusWidget()
            return focus if focus is not None and focus.objectName() == name else None

        return await self.until(f"the cursor in {name}", look, patience=patience)

    async def tab_to(self, name: str) -> QWidget:
        """Press Tab until the widget with this name has the focus."""
        for _ in range(200):
            focus = QApplication.focusWidget()
            if focus is not None and focus.objectName() == name:
                return focus
            await self.press("Tab")
        raise NotSeen(f"{name} can not be reached with Tab. {self._scene()}")

    def see(self, kind: type[W], name: str) -> W | None:
        """Return the visible widget with this name."""
        return next((found for found in self._window.findChildren(kind, name) if found.isVisible()), None)

    def words(self, name: str) -> str:
        """Return what a visible label or chip says; "" when it is not there."""
        label = self.see(QLabel, name)
        if label is not None:
            return label.text()
        chip = self.see(StatusChip, name)
        return chip.word if chip is not None else ""

    def rows(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return what a visible table shows, row by row, as words."""
        table = self.see(LazyTable, name)
        if table is None:
            return ()
        model = table.model()
        columns = range(model.columnCount())
        return tuple(
            tuple(str(model.index(row, column).data() or "") for column in columns)
            for row in range(model.rowCount())
        )

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self._window

    def _scene(self) -> str:
        focus = self._focus()
        labels = (label for label in self._window.findChildren(QLabel) if label.isVisible())
        said = " | ".join(label.text() for label in labels if label.text())
        return f"The cursor is in {focus.objectName() or type(focus).__name__}. On the screen: {said[:1500]}"
