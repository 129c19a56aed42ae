"""The machine's time: the real one, running ahead by what was jumped over. Every process of a schedule shares it."""

import mmap
import struct
from datetime import datetime, timedelta

from backoffice.domain.ids import utc_now

_AHEAD = struct.Struct("d")


class MachineClock:
    """Made before the forks; where one process jumps, the others are too."""

    def __init__(self) -> None:
        """Start level with the real time."""
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)

    def __call__(self) -> datetime:
        """Now, in UTC."""
        return utc_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """How far the machine's time is ahead of the real one."""
        [seconds] = _AHEAD.unpack_from(self._shared)
        return timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """Let so much time have passed."""
        _AHEAD.pack_into(self._shared, 0, self.ahead.total_seconds() + seconds)

    def reset(self) -> None:
        """Be level with the real time again."""
        _AHEAD.pack_into(self._shared, 0, 0.0)
