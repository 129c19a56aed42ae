"""Measures how long the window's loop was held: a timer that should tick, and by how much it came late."""

import statistics
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

BEAT = 5  # ms between ticks
LIMIT = 50.0  # ms: the loop is never held longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Gaps:
    """Milliseconds by which ticks came late; ``busiest`` is the most this thread itself worked between two of them.

    On a machine that is busy with something else ticks come late too: then ``busiest`` tells whose doing it was.
    """

    count: int
    median: float
    p99: float
    longest: float
    busiest: float


class Heartbeat(QObject):
    """Ticks while started."""

    def __init__(self) -> None:
        super().__init__()
        self._gaps: list[float] = []
        self._last = self._worked = self._busiest = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin anew."""
        self._gaps.clear()
        self._busiest = 0.0
        self.resume()

    def stop(self) -> None:
        """Stop ticking; what was measured stays."""
        self._timer.stop()

    def pause(self) -> None:
        """Look away for a moment, while something is done that no person waits for."""
        self._timer.stop()

    def resume(self) -> None:
        """Look again."""
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()

    def gaps(self) -> Gaps:
        """Return what was measured since start."""
        gaps = sorted(self._gaps) or [0.0]
        return Gaps(
            count=len(self._gaps),
            median=round(statistics.median(gaps), 2),
            p99=round(gaps[min(len(gaps) - 1, int(len(gaps) * 0.99))], 2),
            longest=round(gaps[-1], 2),
            busiest=round(self._busiest, 2),
        )

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self._gaps.append(max(0.0, (now - self._last) * 1000 - BEAT))
        self._busiest = max(self._busiest, (worked - self._worked) * 1000)
        self._last, self._worked = now, worked
