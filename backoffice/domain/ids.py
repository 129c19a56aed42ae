"""Names of things. Every id is text; natural ones (SKU, order number) are what people read aloud."""

from datetime import UTC, datetime
from typing import NewType
from uuid import uuid4

StoreId = NewType("StoreId", str)
LocationId = NewType("LocationId", str)
Sku = NewType("Sku", str)
CustomerId = NewType("CustomerId", str)
AddressId = NewType("AddressId", str)
StaffId = NewType("StaffId", str)
CallId = NewType("CallId", str)
CartId = NewType("CartId", str)
LineId = NewType("LineId", str)
OrderId = NewType("OrderId", str)
OrderNumber = NewType("OrderNumber", str)
PaymentId = NewType("PaymentId", str)
ReservationId = NewType("ReservationId", str)
AttemptId = NewType("AttemptId", str)
MessageId = NewType("MessageId", str)


def new_id() -> str:
    """Return a fresh id: 32 lower-case hexadecimal digits."""
    return uuid4().hex


def utc_now() -> datetime:
    """Return the present moment in UTC; the only clock that is not handed in."""
    return datetime.now(UTC)
