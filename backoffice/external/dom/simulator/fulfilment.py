"""What becomes of an order at the DOM, one step at a time.

1. M payment under way -> C, once it is paid;
2. C -> R: what is allocated is released to the warehouse;
3. R: the first half of the lines is shipped in a parcel (a partial SyncOrder), then the rest;
4. lines that wait for goods: the order is B until they come, by their date or by a delivery; then R again;
5. everything shipped: S; one step later the parcels are delivered;
6. a person at the DOM may cancel: what is not shipped goes back to the shelf, X when nothing was shipped.
"""

from dataclasses import dataclass
from datetime import datetime

from backoffice.external.dom.simulator.ledger import Ledger, moment, text
from backoffice.external.dom.simulator.orders import Orders
from backoffice.external.dom.simulator.stock import Stock
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import CONFLICT, Refusal

_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What one step did: ``lines`` and ``shipments`` named when it was partial, else the whole is told."""

    order_number: str
    lines: frozenset[str] = frozenset()
    shipments: frozenset[str] = frozenset()


class Fulfilment:
    """The warehouse. Call inside a transaction."""

    def __init__(self, ledger: Ledger, stock: Stock, orders: Orders) -> None:
        """Share the ledger's transaction with stock and orders."""
        self._ledger = ledger
        self._stock = stock
        self._orders = orders

    def advance(self, now: datetime, *, goods_arrive: bool = False) -> list[Change]:
        """Move every order that can by one step. ``goods_arrive``: back-orders do not wait for their date."""
        moving = self._ledger.rows(
            "SELECT * FROM orders WHERE status IN ('M', 'C', 'R', 'B') OR order_number IN"
            " (SELECT order_number FROM shipments WHERE status = 'shipped') ORDER BY updated_at LIMIT ?",
            _AT_ONCE,
        )
        steps = [self.step(order, now, goods_arrive=goods_arrive) for order in moving]
        return [change for change in steps if change]

    def step(self, order: Row, now: datetime, *, goods_arrive: bool = False) -> Change | None:
        """Move one order by one step; None when it has to wait."""
        match order["status"]:
            case "M":
                return self._move(order, "C", now)
            case "C":
                return self._release(order, now, goods_arrive=goods_arrive)
            case "R":
                return self._ship(order, now, all_of_it=False)
            case "B":
                return self._fill_backorders(order, now, goods_arrive=goods_arrive)
            case _:
                return self._deliver(order, now)

    def ship_all(self, order: Row, now: datetime) -> Change | None:
        """Ship whatever can be shipped now, in one parcel.

        Raises:
            Refusal: nothing of it is left to ship.
        """
        if order["status"] not in {"M", "C", "R", "B"}:
            raise Refusal(CONFLICT, "nothing_to_ship", "Nothing of this order is left to ship.")
        for line in self._orders.lines_of(order["order_number"]):
            self._fill(line, goods_arrive=True, now=now)
        return self._ship(order, now, all_of_it=True)

    def cancel(self, order: Row, now: datetime) -> Change:
        """Cancel what is not shipped.

        Raises:
            Refusal: everything is shipped or cancelled already.
        """
        lines = self._orders.lines_of(order["order_number"])
        left = [line for line in lines if _open(line)]
        if not left:
            raise Refusal(CONFLICT, "nothing_to_cancel", "Nothing of this order is left to cancel.")
        for line in left:
            self._stock.free(line["sku"], line["location"], line["allocated"])
            self._ledger.change(
                "UPDATE order_lines SET cancelled = cancelled + ?, allocated = 0, available_from = NULL"
                " WHERE order_number = ? AND line_id = ?",
                _open(line),
                line["order_number"],
                line["line_id"],
            )
        return self._move(order, "S" if any(line["shipped"] for line in lines) else "X", now)

    def _release(self, order: Row, now: datetime, *, goods_arrive: bool) -> Change | None:
        lines = self._orders.lines_of(order["order_number"])
        if any(line["allocated"] for line in lines):
            return self._move(order, "R", now)
        return self._fill_backorders(order, now, goods_arrive=goods_arrive)

    def _ship(self, order: Row, now: datetime, *, all_of_it: bool) -> Change | None:
        number = order["order_number"]
        ready = [line for line in self._orders.lines_of(number) if line["allocated"]]
        if not ready:
            return self._move(order, "B", now)
        earlier = self._ledger.number("SELECT count(*) FROM shipments WHERE order_number = ?", number)
        parcel = ready if all_of_it or earlier else ready[: (len(ready) + 1) // 2]
        shipment_id = f"{number}-{earlier + 1}"[-64:]
        self._ledger.insert(
            "shipments",
            {
                "shipment_id": shipment_id,
                "order_number": number,
                "status": "shipped",
                "carrier": order["ship_method"],
                "tracking": f"1ZDOM{order['seq']:08d}{earlier + 1:02d}",
                "shipped_at": text(now),
            },
        )
        for line in parcel:
            self._pack(shipment_id, line)
        left = [line for line in self._orders.lines_of(number) if _open(line)]
        status = "R" if any(line["allocated"] for line in left) else "B" if left else "S"
        self._move(order, status, now)
        if status == "S":
            return Change(order_number=number)
        return Change(
            order_number=number,
            lines=frozenset(line["line_id"] for line in parcel),
            shipments=frozenset({shipment_id}),
        )

    def _pack(self, shipment_id: str, line: Row) -> None:
        self._stock.ship(line["sku"], line["location"], line["allocated"])
        self._ledger.insert(
            "shipment_lines",
            {"shipment_id": shipment_id, "line_id": line["line_id"], "quantity": line["allocated"]},
        )
        self._ledger.change(
            "UPDATE order_lines SET shipped = shipped + allocated, allocated = 0"
            " WHERE order_number = ? AND line_id = ?",
            line["order_number"],
            line["line_id"],
        )

    def _fill_backorders(self, order: Row, now: datetime, *, goods_arrive: bool) -> Change | None:
        filled = [
            self._fill(line, goods_arrive=goods_arrive, now=now)
            for line in self._orders.lines_of(order["order_number"])
        ]
        return self._move(order, "R", now) if any(filled) else None

    def _fill(self, line: Row, *, goods_arrive: bool, now: datetime) -> bool:
        missing = _open(line) - line["allocated"]
        if not missing:
            return False
        due = line["available_from"] is not None and moment(line["available_from"]) <= now
        if goods_arrive or due:
            self._stock.receive(line["sku"], line["location"], missing)
        held = self._stock.hold(line["sku"], line["location"], missing)
        self._ledger.change(
            "UPDATE order_lines SET allocated = allocated + ?, available_from = ?"
            " WHERE order_number = ? AND line_id = ?",
            held,
            None if held == missing else line["available_from"],
            line["order_number"],
            line["line_id"],
        )
        return held > 0

    def _deliver(self, order: Row, now: datetime) -> Change | None:
        delivered = self._ledger.change(
            "UPDATE shipments SET status = 'delivered' WHERE order_number = ? AND status = 'shipped'",
            order["order_number"],
        )
        return self._move(order, order["status"], now) if delivered else None

    def _move(self, order: Row, status: str, now: datetime) -> Change:
        self._ledger.change(
            "UPDATE orders SET status = ?, sequence = sequence + 1, updated_at = ? WHERE order_number = ?",
            status,
            text(now),
            order["order_number"],
        )
        return Change(order_number=order["order_number"])


def _open(line: Row) -> int:
    return int(line["quantity"] - line["shipped"] - line["cancelled"])
