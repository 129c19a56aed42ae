"""What is on hand, what of it is held, and what can be promised.

``held`` is what live reservations and unshipped order lines hold; available = on hand - held, never below
zero. A place with ``restock_days`` takes back-orders for a date that many days ahead; one without says no.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.external.dom.messages import AvailabilityRecord
from backoffice.external.dom.simulator.ledger import Ledger
from backoffice.external.simulation.book import Row

ONLINE = "ONLINE"


class Stock:
    """Stock in the ledger. ``touched`` collects the (SKU, location) whose figure changed, for the push."""

    def __init__(self, ledger: Ledger) -> None:
        """Work inside the transactions of whoever calls."""
        self._ledger = ledger
        self.touched: dict[tuple[str, str], None] = {}

    def knows(self, sku: str) -> bool:
        """Whether this SKU is in the catalogue."""
        return self._ledger.row("SELECT 1 FROM items WHERE sku = ?", sku) is not None

    def records(self, skus: list[str], locations: list[str], now: datetime) -> list[AvailabilityRecord]:
        """Tell what can be promised; an unknown SKU has no record, a place without it is Unavailable."""
        found: list[AvailabilityRecord] = []
        for sku in skus:
            if not self.knows(sku):
                continue
            rows = {
                row["location"]: row
                for row in self._ledger.rows(
                    "SELECT * FROM stock WHERE sku = ? ORDER BY location <> ?, location", sku, ONLINE
                )
            }
            found.extend(self._record(sku, place, rows.get(place), now) for place in (locations or rows))
        return found

    def hold(self, sku: str, location: str, quantity: int) -> int:
        """Hold up to ``quantity`` of what is available and return how many."""
        row = self._row(sku, location)
        held = min(quantity, row["on_hand"] - row["held"]) if row else 0
        if held > 0:
            self._change(sku, location, held=held)
        return max(held, 0)

    def free(self, sku: str, location: str, quantity: int) -> None:
        """Let go of what was held."""
        if quantity:
            self._change(sku, location, held=-quantity)

    def ship(self, sku: str, location: str, quantity: int) -> None:
        """Send away what was held."""
        if quantity:
            self._change(sku, location, on_hand=-quantity, held=-quantity)

    def receive(self, sku: str, location: str, quantity: int) -> None:
        """Put goods on the shelf."""
        self._ledger.change(
            "INSERT INTO stock (sku, location, on_hand, held) VALUES (?, ?, ?, 0)"
            " ON CONFLICT (sku, location) DO UPDATE SET on_hand = on_hand + excluded.on_hand",
            sku,
            location,
            quantity,
        )
        self.touched[sku, location] = None

    def count(self, sku: str, location: str, quantity: int) -> int:
        """Set what is available, after a count; what is held stays held. Return what is there."""
        row = self._row(sku, location)
        held = row["held"] if row else 0
        self._ledger.change(
            "INSERT INTO stock (sku, location, on_hand, held) VALUES (?, ?, ?, 0)"
            " ON CONFLICT (sku, location) DO UPDATE SET on_hand = excluded.on_hand",
            sku,
            location,
            quantity + held,
        )
        self.touched[sku, location] = None
        return int(quantity + held)

    def backorder_date(self, sku: str, location: str, now: datetime) -> datetime | None:
        """Return when a back-order could be met (midnight UTC), or None when none is taken."""
        row = self._row(sku, location)
        return _restocked(row, now)

    def _row(self, sku: str, location: str) -> Row | None:
        return self._ledger.row("SELECT * FROM stock WHERE sku = ? AND location = ?", sku, location)

    def _change(self, sku: str, location: str, *, on_hand: int = 0, held: int = 0) -> None:
        self._ledger.change(
            "UPDATE stock SET on_hand = on_hand + ?, held = held + ? WHERE sku = ? AND location = ?",
            on_hand,
            held,
            sku,
            location,
        )
        self.touched[sku, location] = None

    def _record(self, sku: str, location: str, row: Row | None, now: datetime) -> AvailabilityRecord:
        available = row["on_hand"] - row["held"] if row else 0
        restocked = None if available else _restocked(row, now)
        status = "Available" if available else "Backorderable" if restocked else "Unavailable"
        return AvailabilityRecord.model_validate(
            {
                "sku": sku,
                "location": location,
                "status": status,
                "quantity": str(available),
                "unit": "C62",
                "available_from": restocked,
                "updated_at": now,
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What ReserveInventory did for a line."""

    result: str
    quantity: int
    available_from: datetime | None = None


def _restocked(row: Row | None, now: datetime) -> datetime | None:
    if row is None or row["restock_days"] is None:
        return None
    day = now + timedelta(days=row["restock_days"])
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
