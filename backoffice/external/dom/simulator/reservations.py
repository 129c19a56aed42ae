"""Reservations that really expire.

1. ``reserve`` frees what the same id held, then holds line by line: all of a line now, else all of it for a
   date, else nothing of it;
2. ``release`` frees; an unknown id holds nothing, which is what was asked for;
3. ``expire`` frees what is past its time: a date alone frees nothing.
"""

from datetime import datetime, timedelta

from backoffice.external.dom.messages import HeldLine, RequiredLine, ReserveInventory
from backoffice.external.dom.simulator.faults import Fault
from backoffice.external.dom.simulator.ledger import Ledger, moment, text
from backoffice.external.dom.simulator.stock import Held, Stock
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import CONFLICT, UNPROCESSABLE, Refusal

LONGEST = timedelta(days=1)


class Reservations:
    """Reservations in the ledger; call inside a transaction."""

    def __init__(self, ledger: Ledger, stock: Stock) -> None:
        """Share the ledger's transaction with the stock."""
        self._ledger = ledger
        self._stock = stock

    def reserve(
        self, reservation_id: str, asked: ReserveInventory, now: datetime, fault: Fault | None
    ) -> tuple[datetime, list[HeldLine]]:
        """Hold what can be held; return until when, and an entry per line.

        Raises:
            Refusal: an unknown SKU, a line named twice, a time that is over, or an order has taken it.
        """
        self._check(reservation_id, asked, now)
        self._free(reservation_id)
        self._ledger.change("DELETE FROM reservation_lines WHERE reservation_id = ?", reservation_id)
        expires_at = min(asked.expires_at, now + LONGEST)
        self._ledger.change(
            "INSERT INTO reservations (reservation_id, status, expires_at, updated_at)"
            " VALUES (?, 'held', ?, ?) ON CONFLICT (reservation_id) DO UPDATE SET"
            " status = 'held', expires_at = excluded.expires_at, updated_at = excluded.updated_at",
            reservation_id,
            text(expires_at),
            text(now),
        )
        held = [self._hold(line, now, fault) for line in asked.lines]
        for position, (line, got) in enumerate(zip(asked.lines, held, strict=True)):
            self._ledger.insert(
                "reservation_lines",
                {
                    "reservation_id": reservation_id,
                    "position": position,
                    "line_id": line.line_id,
                    "sku": line.sku,
                    "location": line.location,
                    "asked": line.quantity,
                    "result": got.result,
                    "quantity": got.quantity,
                    "available_from": text(got.available_from) if got.available_from else None,
                },
            )
        return expires_at, self.lines(reservation_id)

    def lines(self, reservation_id: str) -> list[HeldLine]:
        """Tell what each line holds."""
        return [
            HeldLine.model_validate(
                {name: row[name] for name in ("line_id", "result", "quantity", "available_from")}
            )
            for row in self.rows_of(reservation_id)
        ]

    def rows_of(self, reservation_id: str) -> list[Row]:
        """Give the lines as the ledger has them."""
        return self._ledger.rows(
            "SELECT * FROM reservation_lines WHERE reservation_id = ? ORDER BY position", reservation_id
        )

    def find(self, reservation_id: str) -> Row | None:
        """Give the reservation as the ledger has it."""
        return self._ledger.row("SELECT * FROM reservations WHERE reservation_id = ?", reservation_id)

    def release(self, reservation_id: str, now: datetime) -> bool:
        """Free what it holds; whether it held anything until now.

        Raises:
            Refusal: an order has taken it.
        """
        row = self.find(reservation_id)
        self._refuse_consumed(row)
        if row is None or row["status"] != "held":
            return False
        self._free(reservation_id)
        self._close(reservation_id, "released", now)
        return True

    def consume(self, reservation_id: str, order_number: str, now: datetime) -> dict[str, Row]:
        """Hand what a live reservation holds now to an order: line id to row. Nothing when it is not live."""
        row = self.find(reservation_id)
        if row is None or row["status"] != "held":
            return {}
        self._ledger.change(
            "UPDATE reservations SET order_number = ? WHERE reservation_id = ?", order_number, reservation_id
        )
        self._close(reservation_id, "consumed", now)
        return {
            line["line_id"]: line for line in self.rows_of(reservation_id) if line["result"] == "Allocated"
        }

    def expire(self, now: datetime) -> int:
        """Free every reservation whose time is over; return how many."""
        due = self._ledger.rows(
            "SELECT reservation_id FROM reservations WHERE status = 'held' AND expires_at <= ?", text(now)
        )
        for row in due:
            self._free(row["reservation_id"])
            self._close(row["reservation_id"], "expired", now)
        return len(due)

    def _check(self, reservation_id: str, asked: ReserveInventory, now: datetime) -> None:
        self._refuse_consumed(self.find(reservation_id))
        if asked.expires_at <= now:
            raise Refusal(UNPROCESSABLE, "expired", "The reservation would be over before it begins.")
        if len({line.line_id for line in asked.lines}) != len(asked.lines):
            raise Refusal(UNPROCESSABLE, "duplicate_line", "The reservation names a line twice.")
        for line in asked.lines:
            if not self._stock.knows(line.sku):
                raise Refusal(UNPROCESSABLE, "unknown_sku", f"There is no item {line.sku}.")

    def _hold(self, line: RequiredLine, now: datetime, fault: Fault | None) -> Held:
        if fault and fault.kind in {"phantom", "hollow"}:
            return Held(result="Unallocated", quantity=0)
        if fault and fault.kind == "partial":
            some = self._stock.hold(line.sku, line.location, min(line.quantity, fault.quantity))
            return Held(result="Allocated" if some else "Unallocated", quantity=some)
        quantity = self._stock.hold(line.sku, line.location, line.quantity)
        if quantity == line.quantity:
            return Held(result="Allocated", quantity=quantity)
        self._stock.free(line.sku, line.location, quantity)
        date = self._stock.backorder_date(line.sku, line.location, now)
        if date is None:
            return Held(result="Unallocated", quantity=0)
        return Held(result="Backordered", quantity=line.quantity, available_from=date)

    def _free(self, reservation_id: str) -> None:
        row = self.find(reservation_id)
        if row is None or row["status"] != "held":
            return
        for line in self.rows_of(reservation_id):
            if line["result"] == "Allocated":
                self._stock.free(line["sku"], line["location"], line["quantity"])

    def _close(self, reservation_id: str, status: str, now: datetime) -> None:
        self._ledger.change(
            "UPDATE reservations SET status = ?, updated_at = ? WHERE reservation_id = ?",
            status,
            text(now),
            reservation_id,
        )

    def _refuse_consumed(self, row: Row | None) -> None:
        if row is not None and row["status"] == "consumed":
            raise Refusal(CONFLICT, "reservation_consumed", "An order has taken what was reserved.")


def expiry_of(row: Row) -> datetime:
    """Read until when a reservation holds."""
    return moment(row["expires_at"])
