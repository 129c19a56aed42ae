"""Time that can be made to pass."""

from collections.abc import Callable
from datetime import datetime, timedelta

from backoffice.domain.ids import utc_now


class SimulatedClock:
    """A `Clock` that runs ahead of another by what it was told to."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        """Start level with ``clock``."""
        self._clock = clock
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The simulator's now, in UTC."""
        return self._clock() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Jump ahead."""
        self._ahead += by
