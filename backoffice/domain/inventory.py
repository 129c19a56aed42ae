"""Availability and reservations, in the words of GetInventoryAvailability and ProcessInventoryRequirement."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from backoffice.domain.ids import LineId, LocationId, ReservationId, Sku


class InventorySystem(Enum):
    """Who knows the stock, per store (WebSphere Commerce's numbers)."""

    ATP = -1
    NON_ATP = -2
    NONE = -3
    DOM = -5


class InventoryFlag(Enum):
    """INVENTORYFLAGS, a bit set per SKU and fulfilment centre."""

    DO_NOT_UPDATE = 1
    DO_NOT_CHECK = 2
    SHOW_ACTUAL = 4


class AvailabilityStatus(Enum):
    """What can be promised."""

    AVAILABLE = "Available"
    BACKORDERABLE = "Backorderable"
    UNAVAILABLE = "Unavailable"


class Source(Enum):
    """Where a number on the screen came from."""

    LIVE = "live"  # the DOM said so just now
    CACHED = "cached"  # our record, inside its expiry
    STALE = "stale"  # our record, past its expiry, because the DOM was silent
    FALLBACK = "fallback"  # a setting of the store, because nothing is known
    LOCAL = "local"  # our own stock (non-ATP)


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """One SKU at one place. ``quantity`` None with AVAILABLE means unlimited."""

    sku: Sku
    location: LocationId
    status: AvailabilityStatus
    quantity: Decimal | None
    unit: str = "C62"  # UN/ECE Rec. 20: one piece
    available_from: datetime | None = None
    updated_at: datetime
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """A place that holds stock: ``kind`` is online (the fulfilment centre) or store (a physical one)."""

    location_id: LocationId
    name: str
    kind: str


class LineResult(Enum):
    """What ReserveInventory did for one line."""

    ALLOCATED = "Allocated"  # held now
    BACKORDERED = "Backordered"  # held for a date
    UNALLOCATED = "Unallocated"  # nothing is held


@dataclass(frozen=True, kw_only=True, slots=True)
class ReservationLine:
    """What is asked to be held."""

    line_id: LineId
    sku: Sku
    location: LocationId
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReservedLine:
    """What was held of it; a line the answer does not mention is UNALLOCATED with quantity 0."""

    line_id: LineId
    result: LineResult
    quantity: int
    available_from: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """An answer to ReserveInventory, one entry per line asked for."""

    reservation_id: ReservationId
    lines: tuple[ReservedLine, ...]
    expires_at: datetime
