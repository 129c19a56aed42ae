"""What an order freezes, in tables of its own; tax documents; what the world is still to take back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What an order freezes, in tables of its own; tax documents; what the world is still to take back."""
    op.add_column("order_lines", sa.Column("shipment_id", sa.Text(), nullable=False, server_default="1"))
    op.add_column("orders", sa.Column("held_because", sa.Text(), nullable=False, server_default=""))
    op.add_column("order_lines", sa.Column("override", sa.JSON(none_as_null=True), nullable=True))
    _of_an_order(
        "order_addresses",
        ("role", "shipment_id"),
        *_texts("role", "shipment_id", "name", "company", "line1", "line2", "city", "region", "region_name"),
        *_texts("postal_code", "country", "phone"),
    )
    _of_an_order(
        "order_shipments",
        ("shipment_id",),
        *_texts("shipment_id", "ship_method"),
        *_amounts("cost", "discount", "tax", "total"),
        *_texts("status"),
    )
    _of_an_order(
        "order_payments",
        ("place",),
        _place(),
        *_texts("method", "label", "reference"),
        *_amounts("amount"),
    )
    _of_an_order(
        "order_taxes",
        ("place",),
        _place(),
        *_texts("part_id", "rate_id", "name", "jurisdiction", "percent"),
        *_amounts("amount"),
        sa.Column("included", sa.Boolean(), nullable=False),
    )
    _of_an_order(
        "order_offers",
        ("place",),
        _place(),
        *_texts("promotion_id", "name", "coupon_code"),
        *_amounts("amount"),
    )
    _of_an_order("order_data", ("place",), _place(), *_texts("name", "value"))
    op.create_table(
        "tax_documents",
        *_texts("number", "order_id", "shipment_id", "currency"),
        *_amounts("net", "tax", "tax_included"),
        *_texts("status"),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_tax_documents_order_id"),
        sa.PrimaryKeyConstraint("number", name="pk_tax_documents"),
    )
    op.create_index("ix_tax_documents_order_id", "tax_documents", ["order_id"])
    op.create_table(
        "take_backs",
        *_texts("take_back_id", "attempt_id", "action", "subject", "key", "detail", "state", "reason"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["checkout_attempts.attempt_id"], name="fk_take_backs_attempt_id"
        ),
        sa.PrimaryKeyConstraint("take_back_id", name="pk_take_backs"),
        sa.UniqueConstraint("key", name="uq_take_backs_key"),
    )
    op.create_index("ix_take_backs_attempt_id", "take_backs", ["attempt_id"])
    op.create_index("ix_take_backs_state_updated_at", "take_backs", ["state", "updated_at"])


def _of_an_order(name: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        *_texts("order_id"),
        *columns,
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=f"fk_{name}_order_id"),
        sa.PrimaryKeyConstraint("order_id", *key, name=f"pk_{name}"),
    )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _amounts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _place() -> sa.Column[Any]:
    return sa.Column("place", sa.Integer(), nullable=False)
