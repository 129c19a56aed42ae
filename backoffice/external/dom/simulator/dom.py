"""The simulator's DOM without its HTTP: one method per operation of ``dom.yaml``, each one transaction.

Before anything is done, reservations whose time is over are freed; after it, the store is told what changed.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from backoffice.external.dom import messages as wire
from backoffice.external.dom.simulator.faults import Fault, FaultSchedule
from backoffice.external.dom.simulator.fulfilment import Change, Fulfilment
from backoffice.external.dom.simulator.history import HistoryFilter, read_page
from backoffice.external.dom.simulator.ledger import Ledger, text
from backoffice.external.dom.simulator.orders import Orders
from backoffice.external.dom.simulator.pushes import Pushes
from backoffice.external.dom.simulator.reservations import Reservations
from backoffice.external.dom.simulator.stock import Stock
from backoffice.external.dom.wire import Context
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import NOT_FOUND, UNPROCESSABLE, Refusal

_RECORDS_PER_MESSAGE = 5000
Values = dict[str, object]


class Dom:
    """Availability, reservations, orders, warehouse and outbox over one ledger."""

    def __init__(
        self, ledger: Ledger, faults: FaultSchedule, clock: Callable[[], datetime], context: Context
    ) -> None:
        """Put the parts together; ``context`` stands on what is pushed about stock."""
        self.ledger = ledger
        self.faults = faults
        self.clock = clock
        self.pushes = Pushes(ledger, faults, clock)
        self._context = context
        self._stock = Stock(ledger)
        self._reservations = Reservations(ledger, self._stock)
        self._orders = Orders(ledger, self._stock, self._reservations)
        self._fulfilment = Fulfilment(ledger, self._stock, self._orders)

    def availability(self, skus: list[str], locations: list[str]) -> Values:
        """ShowInventoryAvailability."""
        self.settle()
        records = self._stock.records(skus, locations, self.clock())
        return {
            "total": len(records),
            "start": 0,
            "count": len(records),
            "complete": True,
            "records": tuple(records),
        }

    def reserve(self, reservation_id: str, asked: wire.ReserveInventory, fault: Fault | None) -> Values:
        """Acknowledge ReserveInventory; the faults partial, hollow and phantom bend it."""
        with self._transaction() as now:
            expires_at, lines = self._reservations.reserve(reservation_id, asked, now, fault)
        if fault and fault.kind == "hollow":
            lines = []
        if fault and fault.kind == "phantom":
            lines = [
                wire.HeldLine(
                    line_id=line.line_id, result="Allocated", quantity=line.quantity, available_from=None
                )
                for line in asked.lines
            ]
        return {"reservation_id": reservation_id, "expires_at": expires_at, "lines": tuple(lines)}

    def show_reservation(self, reservation_id: str) -> Values:
        """ShowReservation.

        Raises:
            Refusal: there is none.
        """
        self.settle()
        row = self._reservations.find(reservation_id)
        if row is None:
            raise Refusal(NOT_FOUND, "no_such_reservation", "There is no such reservation.")
        return {
            "reservation_id": reservation_id,
            "expires_at": row["expires_at"],
            "status": row["status"],
            "lines": tuple(self._reservations.lines(reservation_id)) if row["status"] == "held" else (),
        }

    def release(self, reservation_id: str) -> Values:
        """Acknowledge CancelInventoryReservation."""
        with self._transaction() as now:
            released = self._reservations.release(reservation_id, now)
        return {"reservation_id": reservation_id, "released": released}

    def transfer(self, order: wire.SentOrder, *, key: str, body_hash: str, context: Context) -> Values:
        """AcknowledgeOrder, the same one for the same key and body."""
        try:
            with self._transaction() as now:
                row, is_new = self._orders.transfer(
                    order, key=key, body_hash=body_hash, context=context, now=now
                )
                if is_new:
                    self._tell(Change(order_number=order.order_number), now)
        except Refusal as refusal:
            if refusal.code == "key_reused":
                with self._transaction() as now:
                    self._orders.note_conflict(key, body_hash, now)
            raise
        return {name: row[name] for name in ("order_number", "external_order_id", "acknowledged_at")}

    def order(self, order_number: str, *, own_numbers: bool) -> Values:
        """ShowOrder with everything.

        Raises:
            Refusal: there is no such order.
        """
        row = self._find(order_number, own_numbers=own_numbers)
        return {"acknowledged_at": row["acknowledged_at"], "order": self._orders.show(row)}

    def history(self, query: HistoryFilter) -> Values:
        """ShowOrder, one page of summaries."""
        page = read_page(self.ledger, query)
        return {
            "total": page.total,
            "start": page.start,
            "count": len(page.orders),
            "complete": not page.next_cursor,
            "next_cursor": page.next_cursor,
            "orders": page.orders,
        }

    def settle(self) -> None:
        """Free every reservation whose time is over."""
        due = "SELECT count(*) FROM reservations WHERE status = 'held' AND expires_at <= ?"
        if self.ledger.number(due, text(self.clock())):
            with self._transaction():
                pass

    def advance(self, *, goods_arrive: bool) -> list[str]:
        """Move every order that can move by one step; return their numbers."""
        with self._transaction() as now:
            changes = self._fulfilment.advance(now, goods_arrive=goods_arrive)
            for change in changes:
                self._tell(change, now)
        return [change.order_number for change in changes]

    def ship(self, order_number: str) -> Values:
        """Ship at once whatever is left of an order, goods arriving as needed."""
        with self._transaction() as now:
            change = self._fulfilment.ship_all(self._find(order_number), now)
            if change:
                self._tell(change, now)
        return self._state(order_number)

    def cancel(self, order_number: str) -> Values:
        """Cancel at the DOM what is not shipped of an order."""
        with self._transaction() as now:
            self._tell(self._fulfilment.cancel(self._find(order_number), now), now)
        return self._state(order_number)

    def count_stock(self, sku: str, location: str, quantity: int) -> Values:
        """Set what is available of a SKU at a place.

        Raises:
            Refusal: there is no such SKU.
        """
        if not self._stock.knows(sku):
            raise Refusal(UNPROCESSABLE, "unknown_sku", f"There is no item {sku}.")
        with self._transaction():
            on_hand = self._stock.count(sku, location, quantity)
        return {"sku": sku, "location": location, "available": quantity, "on_hand": on_hand}

    def _state(self, order_number: str) -> Values:
        row = self._find(order_number)
        return {"order_number": row["order_number"], "status": row["status"], "sequence": row["sequence"]}

    def _find(self, order_number: str, *, own_numbers: bool = False) -> Row:
        row = self._orders.find(order_number, own_numbers=own_numbers)
        if row is None:
            raise Refusal(NOT_FOUND, "no_such_order", "There is no such order.")
        return row

    def _tell(self, change: Change, now: datetime) -> None:
        row = self._find(change.order_number)
        order = self._orders.show(row)
        complete = not change.lines
        if not complete:
            order = order.model_copy(
                update={
                    "lines": tuple(line for line in order.lines if line.line_id in change.lines),
                    "shipments": tuple(
                        parcel for parcel in order.shipments if parcel.shipment_id in change.shipments
                    ),
                }
            )
        context = Context.model_validate(json.loads(row["context"]))
        self.pushes.tell_order(order, context, now, complete=complete)

    @contextmanager
    def _transaction(self) -> Iterator[datetime]:
        try:
            with self.ledger.transaction():
                now = self.clock()
                self._reservations.expire(now)
                yield now
                places = list(self._stock.touched)
                for start in range(0, len(places), _RECORDS_PER_MESSAGE):
                    self.pushes.tell_stock(
                        [
                            record
                            for sku, location in places[start : start + _RECORDS_PER_MESSAGE]
                            for record in self._stock.records([sku], [location], now)
                        ],
                        self._context,
                        now,
                    )
        finally:
            self._stock.touched.clear()
