"""ExternalOrder and ExternalInventory: what this application asks of a Distributed Order Management system.

Amounts are in minor units of the order's currency. Every call returns an ``Outcome``; none raises for what
the DOM did.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from backoffice.domain.ids import LocationId, OrderNumber, ReservationId, Sku
from backoffice.domain.inventory import Availability, Reservation, ReservationLine
from backoffice.domain.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageContext:
    """On whose behalf a message is sent (the business context of every BOD)."""

    store: str
    currency: str
    locale: str
    acting_user: str
    on_behalf_of: str  # customer id, or "" when nobody is known yet


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferAddress:
    """A postal address as the DOM gets it. ``country`` is ISO 3166 alpha-2."""

    name: str
    company: str = ""
    line1: str
    line2: str = ""
    city: str
    region: str = ""
    postal_code: str = ""
    country: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferLine:
    """One frozen line. ``total`` = net after discounts + tax; ``discount`` >= 0.

    ``ship_to`` None: it goes where the order goes.
    """

    line_id: str
    sku: Sku
    name: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    total: int
    location: LocationId
    ship_method: str
    ship_to: TransferAddress | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferPayment:
    """How it is paid: ``method`` on_account, card, link, gift_certificate; ``reference`` is theirs."""

    method: str
    reference: str
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferOrder:
    """ProcessOrder Transfer: the order as frozen at submit."""

    order_number: OrderNumber
    placed_at: datetime
    currency: str
    customer_id: str
    customer_name: str
    email: str
    phone: str
    bill_to: TransferAddress
    ship_to: TransferAddress
    lines: tuple[TransferLine, ...]
    items: int
    discount: int
    shipping: int
    tax: int
    total: int
    payments: tuple[TransferPayment, ...]
    reservation_id: ReservationId | None
    notes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferAcknowledged:
    """The DOM holds the order now (or held it already: same key, same answer)."""

    order_number: OrderNumber
    external_order_id: str
    acknowledged_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryQuery:
    """GetOrderHistory (External_Summary), newest first. Empty text restricts nothing."""

    customer_id: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""
    sku: str = ""
    order_number: str = ""
    status: str = ""
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    limit: int = 50
    cursor: str = ""  # of the last page


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One order in a list. ``status`` is the letter of flows.md (M, C, R, S, X, B ...)."""

    order_number: str
    external_order_id: str
    placed_at: datetime
    status: str
    customer_id: str
    customer_name: str
    company: str
    currency: str
    total: int
    line_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPage:
    """ShowOrder. ``next_cursor`` "" means complete; ``total`` counts all that matched."""

    rows: tuple[HistoryRow, ...]
    total: int
    next_cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalShipment:
    """A parcel: which lines, how many, by whom, and its tracking number."""

    shipment_id: str
    status: str  # shipped, delivered
    carrier: str
    tracking: str
    shipped_at: datetime
    quantities: tuple[tuple[str, int], ...]  # (line id, quantity)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalLine:
    """A line as the DOM sees it."""

    line_id: str
    sku: str
    name: str
    quantity: int
    shipped: int
    cancelled: int
    unit_price: int
    discount: int
    total: int
    status: str
    available_from: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalOrder:
    """GetOrderDetails (External_Details): the whole order as the DOM holds it."""

    summary: HistoryRow
    sequence: int  # grows with each change at the DOM
    email: str
    phone: str
    purchase_order: str
    ship_method: str
    bill_to: TransferAddress | None
    ship_to: TransferAddress | None
    items: int
    discount: int
    shipping: int
    tax: int
    lines: tuple[ExternalLine, ...]
    shipments: tuple[ExternalShipment, ...] = ()
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DomCapabilities:
    """What may be relied on; decides how an unknown transfer is resolved."""

    idempotency_keys: bool = True
    lookup_by_order_number: bool = True


class ExternalOrders(Protocol):
    """Orders at the DOM."""

    capabilities: DomCapabilities

    async def transfer(
        self, order: TransferOrder, *, key: str, context: MessageContext
    ) -> Outcome[TransferAcknowledged]:
        """ProcessOrder Transfer with the order's own key; the same key may be sent any number of times."""
        ...

    async def find_transferred(self, order_number: OrderNumber) -> Outcome[TransferAcknowledged | None]:
        """Ask whether the DOM holds our order number; ``Succeeded(None)`` means it does not."""
        ...

    async def get_order_history(self, query: HistoryQuery) -> Outcome[HistoryPage]:
        """GetOrder with External_Summary."""
        ...

    async def get_order_details(self, order_number: str) -> Outcome[ExternalOrder | None]:
        """GetOrder with External_Details, by our number or the DOM's own; None: no such order."""
        ...


class ExternalInventory(Protocol):
    """Stock at the DOM."""

    async def get_inventory_availability(
        self, skus: tuple[Sku, ...], locations: tuple[LocationId, ...] = ()
    ) -> Outcome[tuple[Availability, ...]]:
        """One call for all SKUs; no locations means everywhere. Records come with ``Source.LIVE``."""
        ...

    async def reserve_inventory(
        self,
        reservation_id: ReservationId,
        lines: tuple[ReservationLine, ...],
        *,
        expires_at: datetime,
        context: MessageContext,
    ) -> Outcome[Reservation]:
        """ReserveInventory under an id of ours: asking again with the same id replaces what it held.

        Every line asked for is in the answer; one the DOM left out comes back UNALLOCATED.
        """
        ...

    async def cancel_inventory_reservation(
        self, reservation_id: ReservationId, *, context: MessageContext
    ) -> Outcome[None]:
        """CancelInventoryReservation; an id the DOM does not know succeeds, for nothing is held."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncOrderMessage:
    """SyncOrder(Change) as received. ``complete`` False: only lines named changed."""

    message_id: str
    order_number: OrderNumber
    sequence: int  # grows per order
    complete: bool
    created_at: datetime
    order: ExternalOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncInventoryMessage:
    """SyncInventoryAvailability(Change) as received; each record counts for itself, by its ``updated_at``."""

    message_id: str
    created_at: datetime
    records: tuple[Availability, ...] = field(default=())
