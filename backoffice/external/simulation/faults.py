"""Faults by schedule: the n-th time, something misbehaves in a given way.

Of the faults that fit, the first that is due acts: ``after`` times pass unharmed first, then ``count`` are
harmed (null: until cleared). They live in memory: a simulator that was restarted is healthy.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class ScheduledFault(BaseModel):
    """What every entry of a schedule has; each simulator says which kinds it knows."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: str
    count: int | None = Field(default=1, ge=1, le=1_000_000)
    after: int = Field(default=0, ge=0, le=1_000_000)


class CallFault(ScheduledFault):
    """Harms a call over HTTP; ``misbehaviour.py`` has what the kinds look like on the wire."""

    operation: str = "*"
    seconds: float = Field(default=0.2, ge=0, le=86_400)
    status: int = Field(default=500, ge=400, le=599)
    retry_after: str | None = Field(default=None, max_length=100, pattern=r"^[ -~]*$")


F = TypeVar("F", bound=ScheduledFault)


class Schedule(Generic[F]):
    """Which faults are still to come."""

    def __init__(self, fault_type: type[F]) -> None:
        """Start healthy."""
        self.fault_type = fault_type
        self._faults: list[F] = []

    def add(self, fault: F) -> None:
        """Put a fault behind those already there."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Be healthy again."""
        self._faults.clear()

    def pending(self) -> list[F]:
        """Tell what is still to come, with the counts as they stand."""
        return list(self._faults)

    def take_if(self, fits: Callable[[F], bool]) -> F | None:
        """Give the fault that has to be suffered now, if any; counts it."""
        for index, fault in enumerate(self._faults):
            if not fits(fault):
                continue
            if fault.after:
                self._faults[index] = fault.model_copy(update={"after": fault.after - 1})
                continue
            if fault.count == 1:
                del self._faults[index]
            elif fault.count is not None:
                self._faults[index] = fault.model_copy(update={"count": fault.count - 1})
            return fault
        return None
