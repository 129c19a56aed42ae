"""What is sold, at what rules, from where: stores, catalogue, rules, stock."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    func,
)

from backoffice.store.tables.base import Moment, metadata

stores = Table(
    "stores",
    metadata,
    Column("store_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("settings", JSON, nullable=False),  # StoreSettings, see backoffice.settings
    Column("version", Integer, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("color", Text, nullable=False),
    Column("size", Text, nullable=False),
    Column("weight_grams", Numeric(14, 3)),
    Column("list_price", BigInteger, nullable=False),  # minor units
    Column("currency", Text, nullable=False),
    Column("sell_from", Date),
    Column("sell_until", Date),
    Column("photo", Text, nullable=False),
    Column("descriptions", JSON, nullable=False),  # language -> text
    Column("minimum_quantity", Integer, nullable=False),
    Column("is_physical", Boolean, nullable=False),
    Column("tax_class", Text, nullable=False, server_default="standard"),  # category of goods that rates name
    Column("kind", Text, nullable=False, server_default="goods"),  # ProductKind
    Column("is_recurring", Boolean, nullable=False, server_default=false()),  # paid again every period
)
Index("ix_products_upper_sku", func.upper(products.c.sku))  # a SKU is typed in any case

promotions = Table(
    "promotions",
    metadata,
    Column("promotion_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("data", JSON, nullable=False),
)

ship_methods = Table(
    "ship_methods",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("base", BigInteger, nullable=False),  # minor units
    Column("per_kg", BigInteger, nullable=False),  # minor units
    Column("currency", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column(
        "tariffs", JSON, nullable=False, server_default="[]"
    ),  # ShippingTariff by area; none: base and per_kg
)

locations = Table(
    "locations",
    metadata,
    Column("location_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # online, store
)

stock = Table(
    "stock",
    metadata,
    Column("sku", Text, nullable=False),
    Column("location_id", ForeignKey("locations.location_id"), nullable=False),
    Column("quantity", Integer, nullable=False),  # on hand, reservations included
    Column("reserved", Integer, nullable=False),
    Column("flags", Integer, nullable=False),  # INVENTORYFLAGS
    Column("updated_at", Moment, nullable=False),
    PrimaryKeyConstraint("sku", "location_id"),
    CheckConstraint("reserved >= 0", name="reserved_not_negative"),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
)

availability = Table(  # the cache of the DOM's answers
    "availability",
    metadata,
    Column("sku", Text, nullable=False),
    Column("location_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("quantity", Numeric(18, 4)),  # none: unlimited, or not known
    Column("unit", Text, nullable=False),
    Column("available_from", Moment),
    Column("as_of", Moment, nullable=False),  # the DOM's own time of the figure
    Column("received_at", Moment, nullable=False),
    PrimaryKeyConstraint("sku", "location_id"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("reservation_id", Text, primary_key=True),
    Column("cart_id", Text, nullable=False, index=True),
    Column("order_id", Text, index=True),
    Column("system", Integer, nullable=False),  # InventorySystem
    Column("status", Text, nullable=False),  # ReservationStatus
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("ix_reservations_status_expires_at", "status", "expires_at"),
)

reservation_lines = Table(
    "reservation_lines",
    metadata,
    Column("reservation_id", ForeignKey("reservations.reservation_id"), nullable=False),
    Column("line_id", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("location_id", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),  # held
    Column("result", Text, nullable=False),  # LineResult
    Column("available_from", Moment),
    PrimaryKeyConstraint("reservation_id", "line_id"),
)

decrements = Table(  # one per order line: DecrementCache, or the local decrement at submit
    "decrements",
    metadata,
    Column("order_id", Text, nullable=False),
    Column("line_id", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("location_id", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),  # figures from then on leave it out already
    PrimaryKeyConstraint("order_id", "line_id"),
)
