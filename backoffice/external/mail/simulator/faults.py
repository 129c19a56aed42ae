"""How the mail server misbehaves, switched by ``POST /control/faults``.

| kind | what happens |
|---|---|
| slow | takes the mail after ``seconds`` |
| later | 451 to the recipient: try later |
| refuse | 550 to the recipient: no such mailbox |
| refuse_content | 554 after the data |
| lost_before, lost_after | the connection drops after the data, the mail not kept or kept |
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["slow", "later", "refuse", "refuse_content", "lost_before", "lost_after"]
AT_RECIPIENT: frozenset[Kind] = frozenset({"later", "refuse"})


class Fault(BaseModel):
    """Harms the next ``count`` mails (null: all, until cleared)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: Kind
    count: int | None = Field(default=1, ge=1, le=1_000_000)
    seconds: float = Field(default=3, ge=0, le=3600)


class Faults:
    """Those still to come; the first one acts."""

    def __init__(self) -> None:
        """Start healthy."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put one behind those already there."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Be healthy again."""
        self._faults.clear()

    def pending(self) -> list[Fault]:
        """What is still to come."""
        return list(self._faults)

    def take(self, *, at_recipient: bool) -> Fault | None:
        """The fault of this step of this mail, if the first in line belongs to it; counts it."""
        if not self._faults or (self._faults[0].kind in AT_RECIPIENT) != at_recipient:
            return None
        fault = self._faults[0]
        if fault.count == 1:
            del self._faults[0]
        elif fault.count is not None:
            self._faults[0] = fault.model_copy(update={"count": fault.count - 1})
        return fault
