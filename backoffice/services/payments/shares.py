"""How much of an order is due, as pure figures: what shipped is paid for, the last parcel takes the rest.

1. a line's pieces cost the same share of its total, rounded down until its last piece;
2. what ships at once (digital goods, gift certificates) counts as shipped from the beginning;
3. shipping, its tax and odd minor units are due when the last piece has left or was cancelled;
4. cancelled pieces are never due; what was taken for them is given back.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LineState:
    """A line: its total in minor units, and its pieces."""

    total: int
    quantity: int
    shipped: int
    cancelled: int

    def cost(self, pieces: int) -> int:
        """Return what so many pieces cost, rounded down."""
        return self.total * pieces // self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """``now`` is due altogether so far, ``most`` can ever be; ``complete``: nothing more will ship."""

    now: int
    most: int
    complete: bool


def due(lines: Sequence[LineState], total: int) -> Due:
    """Return what is due of an order of ``total``."""
    cancelled = sum(line.total - line.cost(line.quantity - line.cancelled) for line in lines)
    most = max(total - cancelled, 0)
    shipped = sum(line.shipped for line in lines)
    complete = all(line.shipped + line.cancelled >= line.quantity for line in lines)
    if not shipped:
        return Due(now=0, most=most, complete=False)
    so_far = sum(line.cost(line.shipped) for line in lines)
    return Due(now=most if complete else min(so_far, most), most=most, complete=complete)
