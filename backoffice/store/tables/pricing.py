"""Coupons, limits and their counters, gift certificates and their ledger, price lists, reasons for overrides."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    true,
)

from backoffice.store.tables.base import Moment, metadata

coupons = Table(
    "coupons",
    metadata,
    Column("code", Text, primary_key=True),  # in capitals
    Column("promotion_id", Text, nullable=False, index=True),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("max_uses", Integer),
    Column("max_uses_per_customer", Integer),
    Column("customer_id", Text, nullable=False),  # "": anybody
    Column("email", Text, nullable=False),  # in small letters; "": anybody
    Column("earned_by_order", Text, nullable=False),  # the order whose customer earned it, or ""
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_coupons_earned_by_order", "earned_by_order"),
)

coupon_rewards = Table(  # an order above an amount earns a coupon for the customer's e-mail address
    "coupon_rewards",
    metadata,
    Column("reward_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("promotion_id", Text, nullable=False),  # what the earned coupon opens
    Column("minimum", BigInteger, nullable=False),  # minor units of the order's goods after offers
    Column("currency", Text, nullable=False),
    Column("good_for_days", Integer),  # None: without end
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("active", Boolean, nullable=False),
)

use_counts = Table(  # guarded: never above the limit, never below zero
    "use_counts",
    metadata,
    Column("kind", Text, nullable=False),  # promotion, coupon
    Column("key", Text, nullable=False),  # promotion id, coupon code
    Column("customer_id", Text, nullable=False),  # "": in all
    Column("uses", Integer, nullable=False),
    PrimaryKeyConstraint("kind", "key", "customer_id"),
    CheckConstraint("uses >= 0", name="uses_not_negative"),
)

order_uses = Table(  # one row per order and what it used; gone again when the order fails
    "order_uses",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("order_id", "kind", "key"),
    Index("ix_order_uses_kind_key", "kind", "key"),
)

gift_certificates = Table(
    "gift_certificates",
    metadata,
    Column("code", Text, primary_key=True),  # in capitals
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units it was issued for
    Column("balance", BigInteger, nullable=False),  # what may still be used; what orders hold is off it
    Column("status", Text, nullable=False),  # CertificateStatus
    Column("bought_in", Text, nullable=False),  # order id, or ""
    Column("bought_as", Text, nullable=False),  # its line id and piece, or ""
    Column("recipient", Text, nullable=False),
    Column("expires_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("balance >= 0", name="balance_not_negative"),
    CheckConstraint("balance <= amount", name="balance_within_amount"),
    Index("ix_gift_certificates_bought_in", "bought_in"),
)

certificate_moves = Table(  # the ledger: never changed, never deleted; the balance is the sum of `change`
    "certificate_moves",
    metadata,
    Column(
        "move_id", Text, primary_key=True
    ),  # kind, payment and the payment's own number: so none comes twice
    Column("code", ForeignKey("gift_certificates.code"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # CertificateMove
    Column("amount", BigInteger, nullable=False),  # minor units, above zero
    Column("change", BigInteger, nullable=False),  # of the balance, signed
    Column("payment_id", Text, nullable=False, index=True),  # or ""
    Column("at", Moment, nullable=False),
)

price_lists = Table(
    "price_lists",
    metadata,
    Column("price_list_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("customer_id", Text, nullable=False),  # for one customer, or ""
    Column("customer_group", Text, nullable=False),  # for a group, or ""; both "": for everybody
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("active", Boolean, nullable=False),
)

listed_prices = Table(
    "listed_prices",
    metadata,
    Column("price_list_id", ForeignKey("price_lists.price_list_id"), nullable=False),
    Column("sku", Text, nullable=False),
    Column("minimum_quantity", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units of one piece
    Column("currency", Text, nullable=False),
    PrimaryKeyConstraint("price_list_id", "sku", "minimum_quantity"),
    Index("ix_listed_prices_sku", "sku"),
)

override_reasons = Table(
    "override_reasons",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
)

tax_rates = Table(
    "tax_rates",
    metadata,
    Column("rate_id", Text, primary_key=True),
    Column("country", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("postcodes", JSON, nullable=False, server_default="[]"),  # 90210, 35*, 90000-90299; none: all
    Column("tax_type", Text, nullable=False),  # retail, wholesale, all: the customer's tax group
    Column("tax_classes", JSON, nullable=False, server_default="[]"),  # categories of goods; none: all
    Column("percent", Numeric(9, 4), nullable=False),
    Column("name", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("compound", Boolean, nullable=False, server_default=false()),
    Column("replaces_broader", Boolean, nullable=False, server_default=false()),
    Column("on_shipping", Boolean, nullable=False, server_default=true()),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
)
