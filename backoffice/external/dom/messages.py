"""The messages of ``dom.yaml`` and ``store.yaml``, field by field, as strict models.

What they mean to the rest of the application is in ``translation``.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from backoffice.external.dom.wire import (
    MAX_LINES,
    Context,
    Count,
    CountryCode,
    CurrencyCode,
    Id,
    Label,
    Minor,
    Moment,
    PlainText,
    Quantity,
    Reply,
    Sequence,
    SkuText,
    StockQuantity,
    UnitCode,
    Wire,
)

OrderLetter = Literal["P", "I", "M", "C", "D", "W", "N", "A", "B", "L", "E", "R", "S", "X", "J"]
Cursor = Annotated[str, StringConstraints(max_length=500)]


class AvailabilityRecord(Wire):
    """One SKU at one place; ``quantity`` None with Available means unlimited."""

    sku: SkuText
    location: Id
    status: Literal["Available", "Backorderable", "Unavailable"]
    quantity: StockQuantity | None
    unit: UnitCode
    available_from: Moment | None
    updated_at: Moment


class ShowInventoryAvailability(Reply):
    """The answer to GetInventoryAvailability."""

    total: Count
    start: Count
    count: Count
    complete: bool
    records: tuple[AvailabilityRecord, ...]


class RequiredLine(Wire):
    """What is asked to be held."""

    line_id: Id
    sku: SkuText
    location: Id
    quantity: Quantity


class ReserveInventory(Wire):
    """ProcessInventoryRequirement (ReserveInventory)."""

    expires_at: Moment
    lines: Annotated[tuple[RequiredLine, ...], Field(min_length=1, max_length=MAX_LINES)]


class HeldLine(Wire):
    """What was held of a line."""

    line_id: Id
    result: Literal["Allocated", "Backordered", "Unallocated"]
    quantity: Count
    available_from: Moment | None


class AcknowledgeReservation(Reply):
    """The answer to ReserveInventory."""

    reservation_id: Id
    expires_at: Moment
    lines: tuple[HeldLine, ...]


class ShowReservation(AcknowledgeReservation):
    """What a reservation holds now."""

    status: Literal["held", "consumed", "released", "expired"]


class AcknowledgeRelease(Reply):
    """The answer to CancelInventoryReservation; ``released``: something was held until now."""

    reservation_id: Id
    released: bool


class Address(Wire):
    """A postal address."""

    name: Label
    company: Label
    line1: Label
    line2: Label
    city: Label
    region: Label
    postal_code: Label
    country: CountryCode
    phone: Label
    email: Label


class SentLine(Wire):
    """A line as frozen at submit."""

    line_id: Id
    sku: SkuText
    name: Label
    quantity: Quantity
    unit_price: Minor
    discount: Minor
    tax: Minor
    total: Minor
    location: Id
    ship_method: Label
    # Left out where it is the order's own: what is sent again under its key stays the same to the byte.
    ship_to: Annotated[Address | None, Field(default=None, exclude_if=lambda value: value is None)]


class SentPayment(Wire):
    """How it is paid."""

    method: Literal["on_account", "card", "link", "gift_certificate"]
    reference: Label
    amount: Minor


class SentOrder(Wire):
    """ProcessOrder (Transfer): the order as frozen at submit."""

    order_number: Id
    placed_at: Moment
    currency: CurrencyCode
    customer_id: Label
    customer_name: Label
    email: Label
    phone: Label
    bill_to: Address
    ship_to: Address
    lines: Annotated[tuple[SentLine, ...], Field(min_length=1, max_length=MAX_LINES)]
    items: Minor
    discount: Minor
    shipping: Minor
    tax: Minor
    total: Minor
    payments: Annotated[tuple[SentPayment, ...], Field(max_length=100)]
    reservation_id: Id | None
    notes: PlainText


class AcknowledgeOrder(Reply):
    """The answer to ProcessOrder (Transfer)."""

    order_number: Id
    external_order_id: Id
    acknowledged_at: Moment


class OrderSummary(Wire):
    """One order in a list."""

    order_number: Id
    external_order_id: Id
    placed_at: Moment
    status: OrderLetter
    customer_id: Label
    customer_name: Label
    company: Label
    currency: CurrencyCode
    total: Minor
    line_count: Count


class OrderLine(Wire):
    """A line as the DOM sees it; shipped + cancelled never exceed the quantity."""

    line_id: Id
    sku: SkuText
    name: Label
    quantity: Count
    shipped: Count
    cancelled: Count
    unit_price: Minor
    discount: Minor
    total: Minor
    status: OrderLetter
    available_from: Moment | None

    @model_validator(mode="after")
    def _not_more_than_ordered(self) -> "OrderLine":
        if self.shipped + self.cancelled > self.quantity:
            raise ValueError("more was shipped and cancelled than ordered")
        return self


class ShippedQuantity(Wire):
    """How many of a line are in a parcel."""

    line_id: Id
    quantity: Quantity


class Shipment(Wire):
    """A parcel."""

    shipment_id: Id
    status: Literal["shipped", "delivered"]
    carrier: Label
    tracking: Label
    shipped_at: Moment
    quantities: Annotated[tuple[ShippedQuantity, ...], Field(min_length=1, max_length=MAX_LINES)]


class HeldOrder(OrderSummary):
    """An order as the DOM holds it; the figures are those frozen at submit."""

    sequence: Sequence
    email: Label
    phone: Label
    purchase_order: Label
    ship_method: Label
    bill_to: Address | None
    ship_to: Address | None
    items: Minor
    discount: Minor
    shipping: Minor
    tax: Minor
    lines: Annotated[tuple[OrderLine, ...], Field(max_length=MAX_LINES)]
    shipments: Annotated[tuple[Shipment, ...], Field(max_length=MAX_LINES)]
    updated_at: Moment


class ShowOrders(Reply):
    """The answer to GetOrder (External_Summary); ``total`` counts all that matched when page one was read."""

    total: Count
    start: Count
    count: Count
    complete: bool
    next_cursor: Cursor
    orders: tuple[OrderSummary, ...]


class ShowOrder(Reply):
    """The answer to GetOrder (External_Details)."""

    acknowledged_at: Moment
    order: HeldOrder


class SyncOrder(Wire):
    """SyncOrder (Change), as the DOM pushes it."""

    bod_id: Id
    created_at: Moment
    verb: Literal["Sync"]
    noun: Literal["Order"]
    action_code: Literal["Change"]
    context: Context
    complete: bool
    order: HeldOrder


class SyncInventoryAvailability(Wire):
    """SyncInventoryAvailability (Change), as the DOM pushes it."""

    bod_id: Id
    created_at: Moment
    verb: Literal["Sync"]
    noun: Literal["InventoryAvailability"]
    action_code: Literal["Change"]
    context: Context
    records: Annotated[tuple[AvailabilityRecord, ...], Field(min_length=1, max_length=10000)]
