"""What is sold at which price, to whom, how often: carts with several shipments, certificates, overrides."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """What is sold at which price, to whom, how often: carts with several shipments, certificates, overrides."""
    op.add_column("carts", sa.Column("more_shipments", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("carts", sa.Column("gift_certificates", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("carts", sa.Column("data", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("cart_lines", sa.Column("shipment_id", sa.Text(), nullable=False, server_default="1"))
    op.add_column("cart_lines", sa.Column("override", sa.JSON(), nullable=True))
    op.add_column("products", sa.Column("tax_class", sa.Text(), nullable=False, server_default="standard"))
    op.add_column("products", sa.Column("kind", sa.Text(), nullable=False, server_default="goods"))
    op.add_column("ship_methods", sa.Column("tariffs", sa.JSON(), nullable=False, server_default="[]"))
    _coupons()
    _uses()
    _gift_certificates()
    _prices()
    _tax_rates()


def _coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("max_uses_per_customer", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("earned_by_order", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_coupons")),
    )
    op.create_index("ix_coupons_earned_by_order", "coupons", ["earned_by_order"], unique=False)
    op.create_index(op.f("ix_coupons_promotion_id"), "coupons", ["promotion_id"], unique=False)
    op.create_table(
        "coupon_rewards",
        sa.Column("reward_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("good_for_days", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("reward_id", name=op.f("pk_coupon_rewards")),
    )


def _uses() -> None:
    op.create_table(
        "use_counts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_use_counts_uses_not_negative")),
        sa.PrimaryKeyConstraint("kind", "key", "customer_id", name=op.f("pk_use_counts")),
    )
    op.create_table(
        "order_uses",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_order_uses_order_id")),
        sa.PrimaryKeyConstraint("order_id", "kind", "key", name=op.f("pk_order_uses")),
    )
    op.create_index("ix_order_uses_kind_key", "order_uses", ["kind", "key"], unique=False)


def _gift_certificates() -> None:
    op.create_table(
        "gift_certificates",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("bought_in", sa.Text(), nullable=False),
        sa.Column("bought_as", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("balance <= amount", name=op.f("ck_gift_certificates_balance_within_amount")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_gift_certificates_balance_not_negative")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_gift_certificates")),
    )
    op.create_index("ix_gift_certificates_bought_in", "gift_certificates", ["bought_in"], unique=False)
    op.create_table(
        "certificate_moves",
        sa.Column("move_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["gift_certificates.code"], name=op.f("fk_certificate_moves_code")),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_certificate_moves")),
    )
    op.create_index(op.f("ix_certificate_moves_code"), "certificate_moves", ["code"], unique=False)
    op.create_index(
        op.f("ix_certificate_moves_payment_id"), "certificate_moves", ["payment_id"], unique=False
    )


def _prices() -> None:
    op.create_table(
        "price_lists",
        sa.Column("price_list_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("customer_group", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("price_list_id", name=op.f("pk_price_lists")),
    )
    op.create_table(
        "listed_prices",
        sa.Column("price_list_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("minimum_quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_lists.price_list_id"], name=op.f("fk_listed_prices_price_list_id")
        ),
        sa.PrimaryKeyConstraint("price_list_id", "sku", "minimum_quantity", name=op.f("pk_listed_prices")),
    )
    op.create_index("ix_listed_prices_sku", "listed_prices", ["sku"], unique=False)
    op.create_table(
        "override_reasons",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_override_reasons")),
    )


def _tax_rates() -> None:
    """A rate gets a name of its own, so that a place may have several; the few there are move over by hand."""
    columns = ("country", "region", "tax_type", "percent", "name")
    before = sa.table(
        "tax_rates",
        sa.column("country", sa.Text()),
        sa.column("region", sa.Text()),
        sa.column("tax_type", sa.Text()),
        sa.column("percent", sa.Numeric(precision=9, scale=4)),
        sa.column("name", sa.Text()),
    )
    kept = op.get_bind().execute(sa.select(*(before.c[name] for name in columns))).mappings().all()
    op.drop_table("tax_rates")
    after = op.create_table(
        "tax_rates",
        sa.Column("rate_id", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("postcodes", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("tax_type", sa.Text(), nullable=False),
        sa.Column("tax_classes", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("percent", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("compound", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("replaces_broader", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("on_shipping", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("rate_id", name=op.f("pk_tax_rates")),
    )
    rows = [
        {
            "rate_id": f"{row['country']}-{row['region']}-{row['tax_type']}",
            **{name: row[name] for name in columns},
        }
        for row in kept
    ]
    if rows:
        op.bulk_insert(after, rows)
