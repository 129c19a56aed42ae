"""Examples for everybody who speaks with the DOM: a context, an order, the lines of a reservation."""

from datetime import UTC, datetime

from backoffice.domain.ids import LineId, LocationId, OrderNumber, ReservationId, Sku
from backoffice.domain.inventory import ReservationLine
from backoffice.external.dom.port import (
    MessageContext,
    TransferAddress,
    TransferLine,
    TransferOrder,
    TransferPayment,
)

CONTEXT = MessageContext(
    store="adventure", currency="USD", locale="en-US", acting_user="ann müller", on_behalf_of="29847"
)
ONLINE = LocationId("ONLINE")
PLACED_AT = datetime(2026, 11, 22, 6, 0, 0, 123456, tzinfo=UTC)
HOME = TransferAddress(
    name="Orlando Gee",
    company="A Bike Store",
    line1="12 Main St",
    city="Van Nuys",
    region="CA",
    postal_code="91411",
    country="US",
    phone="245-555-0173",
    email="orlando0@adventure-works.com",
)


def a_line(sku: str, quantity: int, *, line_id: str = "l1") -> TransferLine:
    """A line at 34.99 a piece with 1.00 off and 2.00 tax."""
    return TransferLine(
        line_id=line_id,
        sku=Sku(sku),
        name=f"Item {sku}",
        quantity=quantity,
        unit_price=3499,
        discount=100,
        tax=200,
        total=quantity * 3499 - 100 + 200,
        location=ONLINE,
        ship_method="CARGO TRANSPORT 5",
    )


def an_order(
    number: str,
    *lines: TransferLine,
    reservation_id: str | None = None,
    method: str = "on_account",
    notes: str = "",
) -> TransferOrder:
    """An order whose figures add up: items - discount + shipping (9.95) + tax = total."""
    items = sum(line.quantity * line.unit_price for line in lines)
    discount = sum(line.discount for line in lines)
    tax = sum(line.tax for line in lines)
    total = items - discount + 995 + tax
    return TransferOrder(
        order_number=OrderNumber(number),
        placed_at=PLACED_AT,
        currency="USD",
        customer_id="29847",
        customer_name="Orlando Gee",
        email="orlando0@adventure-works.com",
        phone="245-555-0173",
        bill_to=HOME,
        ship_to=HOME,
        lines=lines,
        items=items,
        discount=discount,
        shipping=995,
        tax=tax,
        total=total,
        payments=(TransferPayment(method=method, reference="PO348186287", amount=total),),
        reservation_id=ReservationId(reservation_id) if reservation_id else None,
        notes=notes,
    )


def to_hold(sku: str, quantity: int, *, line_id: str = "l1") -> ReservationLine:
    """What is asked to be held of a SKU at the online fulfilment centre."""
    return ReservationLine(line_id=LineId(line_id), sku=Sku(sku), location=ONLINE, quantity=quantity)
