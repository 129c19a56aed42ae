"""Calls and carts; orders frozen at submit; the journal of checkouts; transfers and their attempts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)

from backoffice.store.tables.base import ByBytes, Moment, metadata

calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("staff_id", Text, nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("parked_since", Moment),
    Column("closed_at", Moment),
)

locks = Table(  # ProcessOrder Lock: who holds a cart or an order; a row past ``until`` holds nothing
    "locks",
    metadata,
    Column("kind", Text, nullable=False),  # LockKind
    Column("name", Text, nullable=False),  # cart id, order number
    Column("holder", Text, nullable=False, index=True),
    Column("holder_name", Text, nullable=False),
    Column("desk", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("taken_from", Text, nullable=False),  # who held it before a take-over
    Column("taken_from_name", Text, nullable=False),
    PrimaryKeyConstraint("kind", "name"),
)

carts = Table(
    "carts",
    metadata,
    Column("cart_id", Text, primary_key=True),
    Column("call_id", ForeignKey("calls.call_id"), nullable=False, unique=True),
    Column("store_id", Text, nullable=False),
    Column("customer_id", Text, index=True),
    Column("status", Text, nullable=False),  # CartStatus
    Column("version", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("ship_to", JSON(none_as_null=True)),
    Column("bill_to", JSON(none_as_null=True)),
    Column("ship_method", Text, nullable=False),
    Column("coupons", JSON, nullable=False),
    Column("payments", JSON, nullable=False),
    Column("notes", Text, nullable=False),
    Column("tell_customer", Boolean, nullable=False),
    Column("prepared", JSON(none_as_null=True)),
    Column("updated_at", Moment, nullable=False),
    Column("more_shipments", JSON, nullable=False, server_default="[]"),  # CartShipment, besides the first
    Column("gift_certificates", JSON, nullable=False, server_default="[]"),  # codes
    Column("data", JSON, nullable=False, server_default="[]"),  # [[name, value] ...]
)

cart_lines = Table(
    "cart_lines",
    metadata,
    Column("line_id", Text, primary_key=True),
    Column("cart_id", ForeignKey("carts.cart_id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("photo", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("location_id", Text, nullable=False),
    Column("availability", JSON(none_as_null=True)),
    Column("shipment_id", Text, nullable=False, server_default="1"),
    Column("override", JSON(none_as_null=True)),  # LineOverride
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("cart_id", Text, nullable=False),
    Column("cart_version", Integer, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("status", Text, nullable=False),  # OrderStatus
    Column("placed_at", Moment, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("agent_name", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("desk", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("phone_digits", Text, nullable=False),
    Column("caller", Text, nullable=False, server_default=""),  # key of name, company, e-mail and phone
    Column("ship_postcode", ByBytes, nullable=False, server_default=""),  # capitals, no spaces
    Column("language", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("ship_method", Text, nullable=False),
    Column("bill_to", JSON, nullable=False),  # OrderAddress, frozen
    Column("ship_to", JSON, nullable=False),
    Column("explanations", JSON, nullable=False),
    Column("notes", Text, nullable=False),
    Column("tell_customer", Boolean, nullable=False),
    Column("reservation_id", Text),
    Column("snapshot_hash", Text, nullable=False),  # SHA-256 over everything frozen
    Column("sync_sequence", BigInteger, nullable=False),  # of the last SyncOrder applied; 0 none
    Column(
        "held_because", Text, nullable=False, server_default=""
    ),  # a sentence: why it is not released by itself
    Column("version", Integer, nullable=False, server_default="1"),  # grows with each change after the pivot
    Index(
        "uq_orders_cart_version_live",
        "cart_id",
        "cart_version",
        unique=True,
        sqlite_where=text("status != 'FAILED'"),
        postgresql_where=text("status != 'FAILED'"),
    ),
    # Each criterion in the order of the list: the first page is the beginning of one stretch of an index.
    Index("ix_orders_placed_at_order_id", "placed_at", "order_id"),
    Index("ix_orders_total_order_id", "total", "order_id"),
    Index("ix_orders_status_placed_at_order_id", "status", "placed_at", "order_id"),
    Index("ix_orders_customer_id_placed_at_order_id", "customer_id", "placed_at", "order_id"),
    Index("ix_orders_agent_id_placed_at_order_id", "agent_id", "placed_at", "order_id"),
    Index("ix_orders_caller_placed_at_order_id", "caller", "placed_at", "order_id"),
    Index("ix_orders_ship_postcode_placed_at_order_id", "ship_postcode", "placed_at", "order_id"),
)

order_lines = Table(  # OrderSku
    "order_lines",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("line_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("photo", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("location_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("shipped", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("available_from", Moment),
    Column("shipment_id", Text, nullable=False, server_default="1"),
    Column("override", JSON(none_as_null=True)),  # LineOverride: a unit price set by hand
    PrimaryKeyConstraint("order_id", "line_id"),
    Index("ix_order_lines_sku_order_id", "sku", "order_id"),
)

shipments = Table(  # parcels the DOM told us of
    "shipments",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("shipment_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("tracking", Text, nullable=False),
    Column("shipped_at", Moment, nullable=False),
    Column("quantities", JSON, nullable=False),  # [[line id, quantity] ...]
    PrimaryKeyConstraint("order_id", "shipment_id"),
)

order_statuses = Table(
    "order_statuses",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("place", Integer, nullable=False),  # 1, 2, 3 ...
    Column("status", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("order_id", "place"),
)

payments = Table(
    "payments",
    metadata,
    Column("payment_id", Text, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("method", Text, nullable=False),  # PaymentMethod
    Column("gateway", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),  # ours: order number and place
    Column("token", Text, nullable=False),  # PO number or the gateway's token
    Column("label", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("status", Text, nullable=False),  # PaymentStatus
    Column("gateway_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("authorised", BigInteger, nullable=False, server_default="0"),  # held or taken; 0 once let go of
    Column("asked_at", Moment),  # first: the gateway knows the key since then
)

Index("ix_payments_lower_token", func.lower(payments.c.token))  # a purchase order number is typed in any case
Index("ix_payments_lower_gateway_id", func.lower(payments.c.gateway_id))

order_events = Table(
    "order_events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),  # OrderSubmit, PaymentAuthorizationComplete ...
    Column("at", Moment, nullable=False),
)

checkout_attempts = Table(
    "checkout_attempts",
    metadata,
    Column("attempt_id", Text, primary_key=True),
    Column("cart_id", Text, nullable=False),
    Column("cart_version", Integer, nullable=False),
    Column("order_id", Text),
    Column("order_number", Text, nullable=False),
    Column("state", Text, nullable=False),  # CheckoutState
    Column("failed_action", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("actor", JSON, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("owner", Text, nullable=False),  # the process at it
    Column("lease_until", Moment, nullable=False),
    Index(
        "uq_checkout_attempts_cart_live",
        "cart_id",
        unique=True,
        sqlite_where=text("state IN ('running', 'checking', 'stuck')"),
        postgresql_where=text("state IN ('running', 'checking', 'stuck')"),
    ),
    Index("ix_checkout_attempts_state_updated_at", "state", "updated_at"),
    Index("ix_checkout_attempts_cart", "cart_id", "cart_version"),
    Index("ix_checkout_attempts_started_at_attempt_id", "started_at", "attempt_id"),
    Index("ix_checkout_attempts_order_id", "order_id"),
)

checkout_steps = Table(  # the journal: one row per execute and per undo
    "checkout_steps",
    metadata,
    Column("attempt_id", ForeignKey("checkout_attempts.attempt_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("what", Text, nullable=False),  # execute, undo
    Column("outcome", Text, nullable=False),  # intended, done, failed, unknown
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("attempt_id", "place"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("order_number", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),  # TransferStatus
    Column("maybe_there", Boolean, nullable=False),  # ask before sending again
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("automatic_left", Integer, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("next_try_at", Moment),
    Column("external_order_id", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_transfers_status_updated_at", "status", "updated_at"),
)

transfer_attempts = Table(
    "transfer_attempts",
    metadata,
    Column("attempt_id", Text, primary_key=True),
    Column("order_id", ForeignKey("transfers.order_id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # transfer, lookup
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("worker", Text, nullable=False),
)
