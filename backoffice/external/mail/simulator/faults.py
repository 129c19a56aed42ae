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

from pydantic import Field

from backoffice.external.simulation.faults import Schedule, ScheduledFault

Kind = Literal["slow", "later", "refuse", "refuse_content", "lost_before", "lost_after"]
AT_RECIPIENT: frozenset[Kind] = frozenset({"later", "refuse"})


class Fault(ScheduledFault):
    """Harms the next ``count`` mails (null: all, until cleared), once ``after`` have passed."""

    kind: Kind
    seconds: float = Field(default=3, ge=0, le=3600)


class Faults(Schedule[Fault]):
    """Those still to come; only the first in line acts, so that a mail suffers one at the most."""

    def __init__(self) -> None:
        """Start healthy."""
        super().__init__(Fault)

    def take(self, *, at_recipient: bool) -> Fault | None:
        """The fault of this step of this mail, if the first in line belongs to it; counts it."""
        first = next(iter(self.pending()), None)
        if first is None or (first.kind in AT_RECIPIENT) != at_recipient:
            return None
        return self.take_if(lambda fault: fault is first)
