"""Who holds a cart or an order."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Who holds a cart or an order."""
    op.create_table(
        "locks",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_from", sa.Text(), nullable=False),
        sa.Column("taken_from_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_locks")),
    )
    op.create_index(op.f("ix_locks_holder"), "locks", ["holder"], unique=False)
    op.add_column("orders", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(
        "ix_checkout_attempts_started_at_attempt_id",
        "checkout_attempts",
        ["started_at", "attempt_id"],
        unique=False,
    )
    op.create_index("ix_checkout_attempts_order_id", "checkout_attempts", ["order_id"], unique=False)
