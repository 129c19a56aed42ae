"""What an order froze, beside its own row and its lines, as values."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, select

from backoffice.domain.cart import OfferUse, TaxLine
from backoffice.domain.customer import Address
from backoffice.domain.ids import AddressId
from backoffice.domain.money import Money
from backoffice.domain.order import OrderShipment, OrderSnapshot, PlannedPayment, TaxDocument
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import OrderShipmentStatus, TaxDocumentStatus
from backoffice.store.tables import snapshots

_ROWS = {
    table: select(table)
    .where(table.c.order_id == bindparam("order"))
    .order_by(*(column for column in table.primary_key if column.name != "order_id"))
    for table in snapshots.OF_AN_ORDER
}


def load_snapshot(connection: Connection, order_id: str, currency: str) -> OrderSnapshot:
    """Return what was frozen; of orders placed before there were tables for it, nothing."""

    def rows(table: Table) -> list[Row[Any]]:
        return list(connection.execute(_ROWS[table], {"order": order_id}))

    def amount(minor: int) -> Money:
        return Money(minor, currency)

    places = {
        row.shipment_id: _address(row) for row in rows(snapshots.order_addresses) if row.role == "ship_to"
    }
    return OrderSnapshot(
        shipments=tuple(
            OrderShipment(
                shipment_id=row.shipment_id,
                ship_to=places[row.shipment_id],
                ship_method=row.ship_method,
                cost=amount(row.cost),
                discount=amount(row.discount),
                tax=amount(row.tax),
                total=amount(row.total),
                status=OrderShipmentStatus(row.status),
            )
            for row in rows(snapshots.order_shipments)
        ),
        payments=tuple(
            PlannedPayment(
                method=PaymentMethod(row.method),
                label=row.label,
                reference=row.reference,
                amount=amount(row.amount),
            )
            for row in rows(snapshots.order_payments)
        ),
        taxes=tuple(
            TaxLine(
                part_id=row.part_id,
                rate_id=row.rate_id,
                name=row.name,
                jurisdiction=row.jurisdiction,
                percent=Decimal(row.percent),
                amount=amount(row.amount),
                included=row.included,
            )
            for row in rows(snapshots.order_taxes)
        ),
        offers=tuple(
            OfferUse(
                promotion_id=row.promotion_id,
                name=row.name,
                coupon_code=row.coupon_code,
                amount=amount(row.amount),
            )
            for row in rows(snapshots.order_offers)
        ),
        data=tuple((row.name, row.value) for row in rows(snapshots.order_data)),
        tax_documents=tuple(
            TaxDocument(
                number=row.number,
                shipment_id=row.shipment_id,
                net=amount(row.net),
                tax=amount(row.tax),
                tax_included=amount(row.tax_included),
                status=TaxDocumentStatus(row.status),
            )
            for row in rows(snapshots.tax_documents)
        ),
    )


def _address(row: Row[Any]) -> Address:
    return Address(
        address_id=AddressId(""),
        kind="Shipping",
        name=row.name,
        company=row.company,
        line1=row.line1,
        line2=row.line2,
        city=row.city,
        region=row.region,
        region_name=row.region_name,
        postal_code=row.postal_code,
        country=row.country,
        phone=row.phone,
    )
