"""Messages of the wire to values of the port, and back. No rule lives here."""

from datetime import datetime

from backoffice.domain.ids import LineId, LocationId, OrderNumber, ReservationId, Sku
from backoffice.domain.inventory import (
    Availability,
    AvailabilityStatus,
    LineResult,
    Reservation,
    ReservationLine,
    ReservedLine,
    Source,
)
from backoffice.external.dom import messages as wire
from backoffice.external.dom import port


def availability(record: wire.AvailabilityRecord) -> Availability:
    """Read one record; what the DOM says is live."""
    return Availability(
        sku=Sku(record.sku),
        location=LocationId(record.location),
        status=AvailabilityStatus(record.status),
        quantity=record.quantity,
        unit=record.unit,
        available_from=record.available_from,
        updated_at=record.updated_at,
        source=Source.LIVE,
    )


def reserve_inventory(lines: tuple[ReservationLine, ...], expires_at: datetime) -> wire.ReserveInventory:
    """Write what is asked to be held.

    Raises:
        ValidationError: a value does not fit the document.
    """
    return wire.ReserveInventory(
        expires_at=expires_at,
        lines=tuple(wire.RequiredLine.model_validate(line, from_attributes=True) for line in lines),
    )


def reservation(answer: wire.AcknowledgeReservation, asked: tuple[ReservationLine, ...]) -> Reservation:
    """Read an answer, one entry per line asked for, in the order asked.

    A line it leaves out, and one it calls held with a quantity of 0, hold nothing: UNALLOCATED.
    """
    held = {line.line_id: line for line in answer.lines}
    return Reservation(
        reservation_id=ReservationId(answer.reservation_id),
        lines=tuple(_reserved_line(line.line_id, held.get(line.line_id)) for line in asked),
        expires_at=answer.expires_at,
    )


def _reserved_line(line_id: LineId, held: wire.HeldLine | None) -> ReservedLine:
    if held is None or not held.quantity:
        return ReservedLine(line_id=line_id, result=LineResult.UNALLOCATED, quantity=0)
    return ReservedLine(
        line_id=line_id,
        result=LineResult(held.result),
        quantity=held.quantity,
        available_from=held.available_from,
    )


def sent_order(order: port.TransferOrder) -> wire.SentOrder:
    """Write an order as frozen at submit; both sides use the same names.

    Raises:
        ValidationError: a value does not fit the document.
    """
    return wire.SentOrder.model_validate(order, from_attributes=True)


def acknowledged(order_number: str, external_order_id: str, at: datetime) -> port.TransferAcknowledged:
    """Read that the DOM holds an order of ours."""
    return port.TransferAcknowledged(
        order_number=OrderNumber(order_number), external_order_id=external_order_id, acknowledged_at=at
    )


def history_page(answer: wire.ShowOrders) -> port.HistoryPage:
    """Read one page of a list."""
    return port.HistoryPage(
        rows=tuple(history_row(order) for order in answer.orders),
        total=answer.total,
        next_cursor=answer.next_cursor,
    )


def history_row(order: wire.OrderSummary) -> port.HistoryRow:
    """Read one order of a list."""
    return port.HistoryRow(
        order_number=order.order_number,
        external_order_id=order.external_order_id,
        placed_at=order.placed_at,
        status=order.status,
        customer_id=order.customer_id,
        customer_name=order.customer_name,
        company=order.company,
        currency=order.currency,
        total=order.total,
        line_count=order.line_count,
    )


def external_order(order: wire.HeldOrder) -> port.ExternalOrder:
    """Read a whole order as the DOM holds it."""
    return port.ExternalOrder(
        summary=history_row(order),
        sequence=order.sequence,
        email=order.email,
        phone=order.phone,
        purchase_order=order.purchase_order,
        ship_method=order.ship_method,
        bill_to=_read_address(order.bill_to),
        ship_to=_read_address(order.ship_to),
        items=order.items,
        discount=order.discount,
        shipping=order.shipping,
        tax=order.tax,
        lines=tuple(_external_line(line) for line in order.lines),
        shipments=tuple(_shipment(shipment) for shipment in order.shipments),
        updated_at=order.updated_at,
    )


def _external_line(line: wire.OrderLine) -> port.ExternalLine:
    return port.ExternalLine(
        line_id=line.line_id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        shipped=line.shipped,
        cancelled=line.cancelled,
        unit_price=line.unit_price,
        discount=line.discount,
        total=line.total,
        status=line.status,
        available_from=line.available_from,
    )


def _shipment(shipment: wire.Shipment) -> port.ExternalShipment:
    return port.ExternalShipment(
        shipment_id=shipment.shipment_id,
        status=shipment.status,
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        shipped_at=shipment.shipped_at,
        quantities=tuple((part.line_id, part.quantity) for part in shipment.quantities),
    )


def _read_address(value: wire.Address | None) -> port.TransferAddress | None:
    if value is None:
        return None
    return port.TransferAddress(
        name=value.name,
        company=value.company,
        line1=value.line1,
        line2=value.line2,
        city=value.city,
        region=value.region,
        postal_code=value.postal_code,
        country=value.country,
        phone=value.phone,
        email=value.email,
    )
