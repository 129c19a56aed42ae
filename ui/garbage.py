"""Collects garbage on the window's thread only.

Python collects on whichever thread happens to allocate. Here that may be a thread of the database, and what it would
destroy there are widgets: Qt answers "timers cannot be stopped from another thread", or crashes. So the automatic
collection is off, and a timer of the window's loop does it, the oldest generation only now and then.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY = 500  # ms
_OLDEST_EVERY = 40  # rounds: about 20 seconds


class GarbageCollector(QObject):
    """Runs while it lives; ``stop`` gives the automatic collection back."""

    def __init__(self) -> None:
        super().__init__()
        self._round = 0
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def spare_what_is_loaded(self) -> None:
        """Never look again at what the program consists of: a full collection stays short."""
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """Give the automatic collection back."""
        self._timer.stop()
        gc.enable()

    def _collect(self) -> None:
        self._round += 1
        if self._round % _OLDEST_EVERY == 0:
            gc.collect(2)
        elif gc.get_count()[0] > gc.get_threshold()[0]:
            gc.collect(1)
