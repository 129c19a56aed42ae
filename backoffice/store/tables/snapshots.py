"""What an order freezes besides itself and its lines (OrderSku), each in a table of its own; and its tax documents."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text

from backoffice.store.tables.base import Moment, metadata

order_addresses = Table(  # OrderAddress
    "order_addresses",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("role", Text, nullable=False),  # bill_to, ship_to
    Column("shipment_id", Text, nullable=False),  # "" of bill_to
    Column("name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("line1", Text, nullable=False),
    Column("line2", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("region_name", Text, nullable=False),
    Column("postal_code", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("phone", Text, nullable=False),
    PrimaryKeyConstraint("order_id", "role", "shipment_id"),
)

order_shipments = Table(  # OrderShipment: what travels together, and its shipping cost, in minor units
    "order_shipments",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("shipment_id", Text, nullable=False),
    Column("ship_method", Text, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("status", Text, nullable=False),  # OrderShipmentStatus; not frozen
    PrimaryKeyConstraint("order_id", "shipment_id"),
)

order_payments = Table(  # how it was to be paid when it was placed; what became of it is in payments
    "order_payments",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("method", Text, nullable=False),  # PaymentMethod
    Column("label", Text, nullable=False),
    Column("reference", Text, nullable=False),  # PO number, token, code
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("order_id", "place"),
)

order_taxes = Table(
    "order_taxes",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("part_id", Text, nullable=False),  # a line or a shipment
    Column("rate_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("percent", Text, nullable=False),  # as written, so that it is never rounded
    Column("amount", BigInteger, nullable=False),
    Column("included", Boolean, nullable=False),  # in the price already
    PrimaryKeyConstraint("order_id", "place"),
)

order_offers = Table(
    "order_offers",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("promotion_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("coupon_code", Text, nullable=False),  # "" without one
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("order_id", "place"),
)

order_data = Table(  # extra data of the cart, as an integration gave it
    "order_data",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("order_id", "place"),
)

tax_documents = Table(  # one per shipment; a deleted one keeps its number
    "tax_documents",
    metadata,
    Column("number", Text, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("shipment_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("net", BigInteger, nullable=False),  # goods and shipping after discounts, without the tax added
    Column("tax", BigInteger, nullable=False),  # added to it
    Column("tax_included", BigInteger, nullable=False),  # in it
    Column("status", Text, nullable=False),  # TaxDocumentStatus
    Column("committed_at", Moment, nullable=False),
    Column("deleted_at", Moment),
)

OF_AN_ORDER = (  # all that hangs on one
    *(order_addresses, order_shipments, order_payments, order_taxes, order_offers, order_data),
    tax_documents,
)
