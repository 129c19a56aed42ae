"""Pictures of the window as a journey comes to it: each once, in both themes; their time is not the day's."""

import asyncio
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ui.heartbeat import Heartbeat
from ui.theme import Scheme, Theme


class Album:
    """Takes pictures into a folder; none where there is no folder."""

    def __init__(self, folder: Path | None, window: QWidget, heartbeat: Heartbeat) -> None:
        """The heartbeat rests while a picture is taken."""
        self._folder = folder
        self._window = window
        self._heartbeat = heartbeat
        self._taken: set[str] = set()
        self.painting = 0.0  # seconds that went into pictures so far
        self.bound: asyncio.Timeout | None = None  # moves away by what a picture takes

    def take(self, name: str) -> None:
        """Picture the window in dark and in light, once under this name."""
        if self._folder is None or name in self._taken:
            return
        self._taken.add(name)
        self._heartbeat.pause()
        began = time.perf_counter()
        self._folder.mkdir(parents=True, exist_ok=True)
        theme = Theme.active()
        for scheme in (Scheme.DARK, Scheme.LIGHT):
            theme.use(scheme)
            self._window.grab().save(str(self._folder / f"{name}-{scheme.value}.png"))
        # What the change of themes left behind is part of the picture, not of the day.
        QCoreApplication.sendPostedEvents()
        self._window.repaint()
        spent = time.perf_counter() - began
        self.painting += spent
        if self.bound is not None and (end := self.bound.when()) is not None:
            self.bound.reschedule(end + spent)
        self._heartbeat.resume()
