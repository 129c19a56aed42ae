"""When a figure kept here is good enough, and which of two is the newer: the cache rules, as pure decisions.

The rules are those of GetInventoryAvailability: what is left after the quantity asked for is held against a
threshold; plenty of stock is trusted until one expiry, little stock until another. An expiry of zero asks at
once, ``NEVER`` trusts for ever.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import Availability, AvailabilityStatus, InventoryFlag, Source

NEVER = timedelta.max


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """What is kept of one SKU at one place; ``as_of`` is the DOM's own time. ``quantity`` None: unlimited."""

    sku: Sku
    location: LocationId
    status: AvailabilityStatus
    quantity: Decimal | None
    unit: str
    available_from: datetime | None
    as_of: datetime

    def shown(self, source: Source) -> Availability:
        """Return it for the screen, with where it came from; its age is that of ``as_of``."""
        return Availability(
            sku=self.sku,
            location=self.location,
            status=self.status,
            quantity=self.quantity,
            unit=self.unit,
            available_from=self.available_from,
            updated_at=self.as_of,
            source=source,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheRules:
    """``threshold`` in pieces left after what is asked for; one expiry from there up, one below."""

    threshold: int
    expiry_above: timedelta
    expiry_below: timedelta


class Verdict(Enum):
    """What to do with what is kept."""

    USE = "use"  # young enough: no call
    EXPIRED = "expired"  # ask the DOM; show it as stale should the DOM be silent
    MISSING = "missing"  # ask the DOM; nothing to show but the fallback


def judge(figure: Figure | None, requested: int, rules: CacheRules, now: datetime) -> Verdict:
    """Decide whether a kept figure answers a question for ``requested`` pieces."""
    if figure is None:
        return Verdict.MISSING
    plenty = figure.quantity is None or figure.quantity - requested >= rules.threshold
    if figure.quantity is None and figure.status is not AvailabilityStatus.AVAILABLE:
        plenty = False
    expiry = rules.expiry_above if plenty else rules.expiry_below
    age = max(now - figure.as_of, timedelta())  # the DOM's clock may be ahead of ours
    return Verdict.USE if expiry == NEVER or age < expiry else Verdict.EXPIRED


def is_newer(figure: Figure, kept: Figure | None) -> bool:
    """Tell whether a figure replaces the kept one: the later; at the same time the one that promises less.

    Without the second rule two messages of the same moment would leave what came last, not what is so; and a
    repeat of a message would bring back stock an order has taken since.
    """
    return kept is None or (figure.as_of, _caution(figure)) > (kept.as_of, _caution(kept))


def lowered(figure: Figure, taken: int) -> Figure:
    """Return the figure after ``taken`` pieces were ordered that it does not know of; never below zero."""
    if figure.quantity is None or not taken:
        return figure
    left = max(figure.quantity - taken, Decimal(0))
    status = figure.status
    if not left and status is AvailabilityStatus.AVAILABLE:
        status = AvailabilityStatus.BACKORDERABLE if figure.available_from else AvailabilityStatus.UNAVAILABLE
    return Figure(
        sku=figure.sku,
        location=figure.location,
        status=status,
        quantity=left,
        unit=figure.unit,
        available_from=figure.available_from,
        as_of=figure.as_of,
    )


def local_stock(
    sku: Sku, location: LocationId, *, quantity: int, reserved: int, flags: int, updated_at: datetime
) -> Availability:
    """Say what our own stock promises (non-ATP); unchecked: unlimited, its figure shown if flagged."""
    left = max(quantity - reserved, 0)
    checked = not flags & InventoryFlag.DO_NOT_CHECK.value
    shows = checked or flags & InventoryFlag.SHOW_ACTUAL.value
    there = left > 0 or not checked
    return Availability(
        sku=sku,
        location=location,
        status=AvailabilityStatus.AVAILABLE if there else AvailabilityStatus.UNAVAILABLE,
        quantity=Decimal(left) if shows and not (not checked and not left) else None,
        updated_at=updated_at,
        source=Source.LOCAL,
    )


def _caution(figure: Figure) -> tuple[Decimal, int, str, str]:
    less = Decimal("-Infinity") if figure.quantity is None else -figure.quantity
    status = list(AvailabilityStatus).index(figure.status)
    return (less, status, figure.unit, figure.available_from.isoformat() if figure.available_from else "")
