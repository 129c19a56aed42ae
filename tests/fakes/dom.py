"""The DOM in memory, for tests of services: the simulator's rules without a process and without HTTP.

::

    dom = FakeDom()
    dom.stock("HL-U509-R", 288)
    dom.script("transfer", Unknown(reason="No answer."), after_effect=True)
    await dom.transfer(order, key="k1", context=CONTEXT)   # Unknown, and the DOM holds the order
    dom.advance(), dom.ship("B1000001"), dom.sync_orders(), dom.sync_inventory(), dom.calls

The contract suite runs against it and against the adapter on the real simulator.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from backoffice.domain.ids import LocationId, OrderNumber, ReservationId, Sku, utc_now
from backoffice.domain.inventory import Availability, Reservation, ReservationLine
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.dom import messages as wire
from backoffice.external.dom import port, translation
from backoffice.external.dom.simulator.dom import Dom
from backoffice.external.dom.simulator.faults import Fault, FaultSchedule
from backoffice.external.dom.simulator.history import read_filter
from backoffice.external.dom.simulator.ledger import Ledger
from backoffice.external.dom.sync import parse_sync_inventory, parse_sync_order
from backoffice.external.dom.wire import Context, write_moment
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.clock import SimulatedClock
from backoffice.external.simulation.refusals import Refusal

T = TypeVar("T")
Failure = Refused | Unreachable | Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scripted:
    operation: str
    outcome: Failure
    after_effect: bool


class FakeDom:
    """ExternalOrders and ExternalInventory; operations are named as the port's methods."""

    def __init__(self, clock: Callable[[], datetime] = utc_now, store: str = "adventure") -> None:
        context = Context(store=store, currency="USD", locale="en-US", acting_user="dom", on_behalf_of="")
        self.capabilities = port.DomCapabilities()
        self.calls: list[str] = []
        self._clock = SimulatedClock(clock)
        self._ledger = Ledger(Path(":memory:"))
        self._faults = FaultSchedule()
        self._dom = Dom(self._ledger, self._faults, self._clock, context)
        self._script: list[_Scripted] = []
        self._turn = threading.Lock()

    # What a test arranges.

    def stock(
        self, sku: str, quantity: int, *, location: str = "ONLINE", restock_days: int | None = None
    ) -> None:
        """Make a SKU known, and set what is available of it; ``restock_days``: can be back-ordered."""
        self._ledger.change("INSERT OR IGNORE INTO items (sku, name) VALUES (?, ?)", sku, sku)
        self._ledger.change(
            "INSERT OR IGNORE INTO stock (sku, location, on_hand, held) VALUES (?, ?, 0, 0)", sku, location
        )
        self._ledger.change(
            "UPDATE stock SET restock_days = ? WHERE sku = ? AND location = ?", restock_days, sku, location
        )
        self._dom.count_stock(sku, location, quantity)

    def know(self, sku: str) -> None:
        """Make a SKU known that is never stocked."""
        self._ledger.change("INSERT OR IGNORE INTO items (sku, name) VALUES (?, ?)", sku, sku)

    def script(self, operation: str, outcome: Failure, *, after_effect: bool = False, times: int = 1) -> None:
        """Let the next calls of an operation end this way, without the effect or after it."""
        self._script += [
            _Scripted(operation=operation, outcome=outcome, after_effect=after_effect) for _ in range(times)
        ]

    def bend_next_reservation(self, kind: str, *, quantity: int = 0) -> None:
        """Let the next reservation be ``partial`` (``quantity`` a line), ``hollow`` or ``phantom``."""
        self._faults.add(Fault.model_validate({"kind": kind, "operation": "reserve", "quantity": quantity}))

    def pass_time(self, by: timedelta) -> None:
        """Let the DOM's clock jump ahead: reservations expire, goods come."""
        self._clock.advance(by)
        self._dom.settle()

    def advance(self, *, goods_arrive: bool = True) -> list[str]:
        """Move every order by one step."""
        return self._dom.advance(goods_arrive=goods_arrive)

    def ship(self, order_number: str) -> None:
        """Ship what is left of an order."""
        self._dom.ship(order_number)

    def cancel(self, order_number: str) -> None:
        """Cancel at the DOM what is not shipped."""
        self._dom.cancel(order_number)

    # What a test looks at.

    def ledger(self) -> dict[str, list[Row]]:
        """Everything the DOM holds, as ``GET /control/ledger`` gives it."""
        return self._ledger.export()

    def sync_orders(self) -> list[port.SyncOrderMessage]:
        """Every SyncOrder written so far, oldest first."""
        return [parse_sync_order(body) for body in self.bodies("push_order")]

    def sync_inventory(self) -> list[port.SyncInventoryMessage]:
        """Every SyncInventoryAvailability written so far, oldest first."""
        return [parse_sync_inventory(body) for body in self.bodies("push_inventory")]

    def bodies(self, kind: str) -> list[bytes]:
        """The bodies of pushes as they would go over the wire."""
        rows = self._ledger.rows("SELECT body FROM pushes WHERE kind = ? ORDER BY seq", kind)
        return [row["body"].encode() for row in rows]

    def close(self) -> None:
        """Forget everything."""
        self._ledger.close()

    # The port.

    async def transfer(
        self, order: port.TransferOrder, *, key: str, context: port.MessageContext
    ) -> Outcome[port.TransferAcknowledged]:
        def act() -> port.TransferAcknowledged:
            message = translation.sent_order(order)
            held = wire.AcknowledgeOrder.model_validate(
                self._dom.transfer(
                    message,
                    key=key,
                    body_hash=hashlib.sha256(message.to_json()).hexdigest(),
                    context=Context.model_validate(context, from_attributes=True),
                )
                | _REPLY
            )
            return translation.acknowledged(held.order_number, held.external_order_id, held.acknowledged_at)

        return self._do("transfer", act)

    async def find_transferred(self, order_number: OrderNumber) -> Outcome[port.TransferAcknowledged | None]:
        def act() -> port.TransferAcknowledged | None:
            shown = self._show(order_number, own_numbers=False)
            if shown is None:
                return None
            return translation.acknowledged(
                shown.order.order_number, shown.order.external_order_id, shown.acknowledged_at
            )

        return self._do("find_transferred", act)

    async def get_order_details(self, order_number: str) -> Outcome[port.ExternalOrder | None]:
        def act() -> port.ExternalOrder | None:
            shown = self._show(order_number, own_numbers=True)
            return None if shown is None else translation.external_order(shown.order)

        return self._do("get_order_details", act)

    async def get_order_history(self, query: port.HistoryQuery) -> Outcome[port.HistoryPage]:
        def act() -> port.HistoryPage:
            values = {
                "customerId": query.customer_id,
                "email": query.email,
                "phone": query.phone,
                "name": query.name,
                "sku": query.sku,
                "orderNumber": query.order_number,
                "status": query.status,
                "placedFrom": write_moment(query.placed_from) if query.placed_from else "",
                "placedUntil": write_moment(query.placed_until) if query.placed_until else "",
                "limit": str(min(max(query.limit, 1), 200)),
                "cursor": query.cursor,
            }
            given = {name: text for name, text in values.items() if text}
            return translation.history_page(
                wire.ShowOrders.model_validate(self._dom.history(read_filter(given)) | _REPLY)
            )

        return self._do("get_order_history", act)

    async def get_inventory_availability(
        self, skus: tuple[Sku, ...], locations: tuple[LocationId, ...] = ()
    ) -> Outcome[tuple[Availability, ...]]:
        def act() -> tuple[Availability, ...]:
            shown = wire.ShowInventoryAvailability.model_validate(
                self._dom.availability(list(dict.fromkeys(skus)), list(locations)) | _REPLY
            )
            return tuple(translation.availability(record) for record in shown.records)

        return self._do("get_inventory_availability", act)

    async def reserve_inventory(
        self,
        reservation_id: ReservationId,
        lines: tuple[ReservationLine, ...],
        *,
        expires_at: datetime,
        context: port.MessageContext,
    ) -> Outcome[Reservation]:
        def act() -> Reservation:
            asked = translation.reserve_inventory(lines, expires_at)
            held = self._dom.reserve(reservation_id, asked, self._faults.take("reserve"))
            return translation.reservation(wire.AcknowledgeReservation.model_validate(held | _REPLY), lines)

        return self._do("reserve_inventory", act)

    async def cancel_inventory_reservation(
        self, reservation_id: ReservationId, *, context: port.MessageContext
    ) -> Outcome[None]:
        def act() -> None:
            self._dom.release(reservation_id)

        return self._do("cancel_inventory_reservation", act)

    def _show(self, order_number: str, *, own_numbers: bool) -> wire.ShowOrder | None:
        try:
            shown = self._dom.order(order_number, own_numbers=own_numbers)
        except Refusal:
            return None
        return wire.ShowOrder.model_validate(shown | _REPLY)

    def _do(self, operation: str, act: Callable[[], T]) -> Outcome[T]:
        with self._turn:
            self.calls.append(operation)
            scripted = next((entry for entry in self._script if entry.operation == operation), None)
            if scripted:
                self._script.remove(scripted)
                if not scripted.after_effect:
                    return scripted.outcome
            try:
                value = act()
            except Refusal as refusal:
                outcome: Outcome[T] = Refused(code=refusal.code, reason=refusal.reason)
            except ValidationError:
                outcome = Refused(code="not_sendable", reason="The DOM could not take this.")
            else:
                outcome = Succeeded(value=value)
            return scripted.outcome if scripted else outcome


_REPLY: Row = {"bod_id": "reply", "created_at": utc_now(), "answers": "request"}
