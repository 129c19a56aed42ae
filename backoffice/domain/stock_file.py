"""A batch load of stock: what it reports while it runs and when it ends."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadProgress:
    """How far a load is. ``share`` of the file's bytes, 0 to 1; ``rate`` in rows per second."""

    rows: int
    loaded: int
    unchanged: int
    rejected: int
    share: float
    rate: float
    remaining: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadResult:
    """How a load ended. ``unchanged``: not newer than what is kept; ``rejects``: line, reason, row."""

    rows: int
    loaded: int
    unchanged: int
    rejected: int
    cancelled: bool
    rejects: Path | None
    took: timedelta
