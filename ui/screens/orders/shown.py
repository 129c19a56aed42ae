"""One shape for an opened order, whether we hold it, the DOM does, or both."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.money import Money
from backoffice.domain.payment import Payment
from backoffice.domain.statuses import TransferStatus
from backoffice.services.order_history import OrderDetails


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of it."""

    line_id: str
    sku: str
    name: str
    quantity: int
    unit_price: Money
    discount: Money
    total: Money
    status: str
    shipped: int
    cancelled: int
    available_from: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One shipment with what is in it, in words."""

    shipment_id: str
    status: str
    carrier: str
    tracking: str
    shipped_at: datetime
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOrder:
    """The order as the panel shows it; ``source`` is local, DOM or both."""

    number: str
    external_order_id: str
    status: str
    transfer_status: TransferStatus | None
    placed_at: datetime
    agent: str
    customer_id: str
    customer_name: str
    company: str
    email: str
    phone: str
    ship_method: str
    ship_to: tuple[str, ...]
    bill_to: tuple[str, ...]
    sums: tuple[tuple[str, Money], ...]  # items, discount, shipping, tax
    total: Money
    lines: tuple[Line, ...]
    parcels: tuple[Parcel, ...]
    payments: tuple[Payment, ...]
    notes: str
    source: str


def shown(details: OrderDetails) -> ShownOrder | None:
    """Return what is known of it, ours first; None when neither side knows it."""
    if details.local is not None:
        return _ours(details)
    return _theirs(details)


def _ours(details: OrderDetails) -> ShownOrder | None:
    order = details.local
    if order is None:
        return None
    lines = tuple(
        Line(
            line_id=line.line_id, sku=line.sku, name=line.name, quantity=line.quantity, unit_price=line.unit_price,
            discount=line.discount, total=line.total, status=line.status, shipped=line.shipped,
            cancelled=line.cancelled, available_from=line.available_from,
        )
        for line in order.lines
    )  # fmt: skip
    skus = {line.line_id: line.sku for line in lines}
    parcels = tuple(
        Parcel(
            shipment_id=parcel.shipment_id, status=parcel.status, carrier=parcel.carrier, tracking=parcel.tracking,
            shipped_at=parcel.shipped_at, content=_content(parcel.quantities, skus),
        )
        for parcel in order.shipments
    )  # fmt: skip
    sums = order.totals
    return ShownOrder(
        number=order.number, external_order_id=order.external_order_id, status=order.status.value,
        transfer_status=order.transfer_status, placed_at=order.placed_at, agent=order.agent,
        customer_id=order.customer_id, customer_name=order.customer_name, company=order.company, email=order.email,
        phone=order.phone, ship_method=order.ship_method,
        ship_to=_address(order.ship_to.name, order.ship_to.company, order.ship_to.one_line(), order.ship_to.phone),
        bill_to=_address(order.bill_to.name, order.bill_to.company, order.bill_to.one_line(), order.bill_to.phone),
        sums=(("Items", sums.items), ("Discount", -sums.discount), ("Shipping", sums.shipping), ("Tax", sums.tax)),
        total=sums.total, lines=lines, parcels=parcels, payments=order.payments, notes=order.notes,
        source="both" if details.external is not None else "local",
    )  # fmt: skip


def _theirs(details: OrderDetails) -> ShownOrder | None:
    order = details.external
    if order is None:
        return None
    head = order.summary

    def money(minor: int) -> Money:
        return Money(minor, head.currency)

    lines = tuple(
        Line(
            line_id=line.line_id, sku=line.sku, name=line.name, quantity=line.quantity,
            unit_price=money(line.unit_price), discount=money(line.discount), total=money(line.total),
            status=line.status, shipped=line.shipped, cancelled=line.cancelled, available_from=line.available_from,
        )
        for line in order.lines
    )  # fmt: skip
    skus = {line.line_id: line.sku for line in lines}
    parcels = tuple(
        Parcel(
            shipment_id=parcel.shipment_id, status=parcel.status, carrier=parcel.carrier, tracking=parcel.tracking,
            shipped_at=parcel.shipped_at, content=_content(parcel.quantities, skus),
        )
        for parcel in order.shipments
    )  # fmt: skip
    to, bill = order.ship_to, order.bill_to
    sums = (
        ("Items", money(order.items)), ("Discount", money(-order.discount)),
        ("Shipping", money(order.shipping)), ("Tax", money(order.tax)),
    )  # fmt: skip
    return ShownOrder(
        number=head.order_number, external_order_id=head.external_order_id, status=head.status, transfer_status=None,
        placed_at=head.placed_at, agent="", customer_id=head.customer_id, customer_name=head.customer_name,
        company=head.company, email=order.email, phone=order.phone, ship_method=order.ship_method,
        ship_to=_place(to.name, to.company, to.line1, to.line2, to.city, to.region, to.postal_code, to.country)
        if to else (),
        bill_to=_place(
            bill.name, bill.company, bill.line1, bill.line2, bill.city, bill.region, bill.postal_code, bill.country
        )
        if bill else (),
        sums=sums, total=money(head.total), lines=lines, parcels=parcels, payments=(), notes="", source="DOM",
    )  # fmt: skip


def _content(quantities: tuple[tuple[str, int], ...], skus: dict[str, str]) -> str:
    return ", ".join(f"{count} × {skus.get(line_id, line_id)}" for line_id, count in quantities)


def _address(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


def _place(name: str, company: str, *place: str) -> tuple[str, ...]:
    return _address(name, company, ", ".join(part for part in place if part))
