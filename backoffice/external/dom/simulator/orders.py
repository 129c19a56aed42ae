"""ProcessOrder (Transfer) at the DOM, and the order as it is held.

1. The same key with the same body gets the first answer; with another body, or a number that is there under
   another key: refused.
2. Figures are checked, never recomputed; SKUs must be known.
3. The reservation, if live, becomes the order's stock; what it lacks is taken from the shelf, else waits for
   a date.
4. The order and its key are written together; the answer can be given again for ever.
"""

import json
from datetime import datetime, timedelta

from backoffice.external.dom.messages import HeldOrder, SentLine, SentOrder
from backoffice.external.dom.simulator.history import email_key, phone_key
from backoffice.external.dom.simulator.ledger import Ledger, text
from backoffice.external.dom.simulator.reservations import Reservations
from backoffice.external.dom.simulator.stock import Stock
from backoffice.external.dom.wire import Context
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import CONFLICT, UNPROCESSABLE, Refusal

_PATIENCE = timedelta(days=14)  # a line nobody can restock still gets a date, and a person looks at it


class Orders:
    """Orders in the ledger; call what writes inside a transaction."""

    def __init__(self, ledger: Ledger, stock: Stock, reservations: Reservations) -> None:
        """Share the ledger's transaction with stock and reservations."""
        self._ledger = ledger
        self._stock = stock
        self._reservations = reservations

    def transfer(
        self, order: SentOrder, *, key: str, body_hash: str, context: Context, now: datetime
    ) -> tuple[Row, bool]:
        """Take an order over; return its row, and whether it is new.

        Raises:
            Refusal: key_reused, order_exists, duplicate_line, unknown_sku, amounts_do_not_add_up.
        """
        used = self._ledger.row("SELECT * FROM keys WHERE key = ?", key)
        if used and used["body_hash"] == body_hash:
            row = self.find(used["order_number"])
            assert row is not None  # noqa: S101 - the key and its order were written together
            return row, False
        if used:
            raise Refusal(CONFLICT, "key_reused", "This key was used before, for another order.")
        if self.find(order.order_number):
            raise Refusal(
                CONFLICT, "order_exists", f"Order {order.order_number} was transferred under another key."
            )
        self._check(order)
        return self._take_over(order, key, body_hash, context, now), True

    def note_conflict(self, key: str, body_hash: str, now: datetime) -> None:
        """Write down that a key came with another body, for whoever checks the books."""
        self._ledger.insert("key_conflicts", {"key": key, "body_hash": body_hash, "at": text(now)})

    def find(self, order_number: str, *, own_numbers: bool = False) -> Row | None:
        """Find by the store's number; with ``own_numbers`` also by the DOM's."""
        row = self._ledger.row("SELECT * FROM orders WHERE order_number = ?", order_number)
        if row is None and own_numbers:
            row = self._ledger.row("SELECT * FROM orders WHERE external_order_id = ?", order_number)
        return row

    def lines_of(self, order_number: str) -> list[Row]:
        """Give an order's lines as the ledger has them."""
        return self._ledger.rows(
            "SELECT * FROM order_lines WHERE order_number = ? ORDER BY position", order_number
        )

    def show(self, row: Row) -> HeldOrder:
        """Show the whole order as the document describes it."""
        number = row["order_number"]
        names = set(HeldOrder.model_fields) - {"lines", "shipments", "bill_to", "ship_to"}
        return HeldOrder.model_validate(
            {name: row[name] for name in names}
            | {
                "bill_to": json.loads(row["bill_to"]) if row["bill_to"] else None,
                "ship_to": json.loads(row["ship_to"]) if row["ship_to"] else None,
                "lines": tuple(_shown_line(row["status"], line) for line in self.lines_of(number)),
                "shipments": tuple(self._shipments(number)),
            }
        )

    def _check(self, order: SentOrder) -> None:
        if len({line.line_id for line in order.lines}) != len(order.lines):
            raise Refusal(UNPROCESSABLE, "duplicate_line", "The order names a line twice.")
        for line in order.lines:
            if not self._stock.knows(line.sku):
                raise Refusal(UNPROCESSABLE, "unknown_sku", f"There is no item {line.sku}.")
        if order.total != order.items - order.discount + order.shipping + order.tax:
            raise Refusal(
                UNPROCESSABLE,
                "amounts_do_not_add_up",
                "The total is not items less discount plus shipping plus tax.",
            )

    def _take_over(self, order: SentOrder, key: str, body_hash: str, context: Context, now: datetime) -> Row:
        sequence = self._ledger.number("SELECT max(seq) FROM orders") + 1
        insert_order(
            self._ledger,
            {
                "seq": sequence,
                "order_number": order.order_number,
                "external_order_id": f"DOM{sequence:07d}",
                "placed_at": text(order.placed_at),
                "status": "M" if any(payment.method == "link" for payment in order.payments) else "C",
                "customer_id": order.customer_id,
                "customer_name": order.customer_name,
                "company": order.bill_to.company,
                "email": order.email,
                "phone": order.phone,
                "purchase_order": _purchase_order(order),
                "ship_method": order.lines[0].ship_method,
                "currency": order.currency,
                "items": order.items,
                "discount": order.discount,
                "shipping": order.shipping,
                "tax": order.tax,
                "total": order.total,
                "line_count": len(order.lines),
                "bill_to": json.dumps(order.bill_to.to_values()),
                "ship_to": json.dumps(order.ship_to.to_values()),
                "payments": json.dumps([payment.to_values() for payment in order.payments]),
                "notes": order.notes,
                "reservation_id": order.reservation_id,
                "context": json.dumps(context.to_values()),
                "sequence": 1,
                "acknowledged_at": text(now),
                "updated_at": text(now),
            },
        )
        self._allocate(order, now)
        self._ledger.insert(
            "keys",
            {"key": key, "body_hash": body_hash, "order_number": order.order_number, "at": text(now)},
        )
        row = self.find(order.order_number)
        assert row is not None  # noqa: S101 - it was written just now
        return row

    def _allocate(self, order: SentOrder, now: datetime) -> None:
        reserved = (
            self._reservations.consume(order.reservation_id, order.order_number, now)
            if order.reservation_id
            else {}
        )
        short = 0
        for position, line in enumerate(order.lines):
            allocated = self._take_reserved(line, reserved.pop(line.line_id, None))
            allocated += self._stock.hold(line.sku, line.location, line.quantity - allocated)
            self._stock.touched[line.sku, line.location] = None
            date = None
            if allocated < line.quantity:
                short += 1
                date = self._stock.backorder_date(line.sku, line.location, now) or now + _PATIENCE
            self._ledger.insert(
                "order_lines",
                {
                    "order_number": order.order_number,
                    "line_id": line.line_id,
                    "position": position,
                    "sku": line.sku,
                    "name": line.name,
                    "location": line.location,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price,
                    "discount": line.discount,
                    "tax": line.tax,
                    "total": line.total,
                    "allocated": allocated,
                    "shipped": 0,
                    "cancelled": 0,
                    "available_from": text(date) if date else None,
                },
            )
        for left in reserved.values():
            self._stock.free(left["sku"], left["location"], left["quantity"])
        if short == len(order.lines):
            self._ledger.change(
                "UPDATE orders SET status = 'B' WHERE order_number = ? AND status = 'C'", order.order_number
            )

    def _take_reserved(self, line: SentLine, reserved: Row | None) -> int:
        if reserved is None:
            return 0
        if (reserved["sku"], reserved["location"]) != (line.sku, line.location):
            self._stock.free(reserved["sku"], reserved["location"], reserved["quantity"])
            return 0
        taken = min(reserved["quantity"], line.quantity)
        self._stock.free(line.sku, line.location, reserved["quantity"] - taken)
        return int(taken)

    def _shipments(self, order_number: str) -> list[Row]:
        shipments = self._ledger.rows(
            "SELECT * FROM shipments WHERE order_number = ? ORDER BY rowid", order_number
        )
        for shipment in shipments:
            shipment["quantities"] = tuple(
                self._ledger.rows(
                    "SELECT line_id, quantity FROM shipment_lines WHERE shipment_id = ? ORDER BY rowid",
                    shipment["shipment_id"],
                )
            )
        return shipments


def insert_order(ledger: Ledger, values: Row) -> None:
    """Write an order's row with what it is found by."""
    keys = {"email_key": email_key(values["email"]), "phone_key": phone_key(values["phone"])}
    ledger.insert("orders", values | keys)
    ledger.change(
        "INSERT INTO order_names (rowid, names) VALUES (?, ?)",
        values["seq"],
        f"{values['customer_name']}\n{values['company']}",
    )


def line_status(order_status: str, line: Row) -> str:
    """Tell a line's letter from what became of its quantity."""
    open_quantity = line["quantity"] - line["shipped"] - line["cancelled"]
    if not open_quantity:
        return "S" if line["shipped"] else "X"
    if not line["allocated"]:
        return "B"
    return "R" if order_status == "R" else "M" if order_status == "M" else "C"


def _shown_line(order_status: str, line: Row) -> Row:
    return line | {"status": line_status(order_status, line)}


def _purchase_order(order: SentOrder) -> str:
    return next((payment.reference for payment in order.payments if payment.method == "on_account"), "")
