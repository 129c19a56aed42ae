"""How money moves after the pivot, and links to pay by."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """How money moves after the pivot, and links to pay by."""
    op.add_column("payments", sa.Column("authorised", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("payments", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE payments SET authorised = amount WHERE status IN ('authorised', 'voiding')")
    op.add_column(
        "products", sa.Column("is_recurring", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "payment_moves",
        sa.Column("move_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("gives_back", sa.Boolean(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.payment_id"], name=op.f("fk_payment_moves_payment_id")
        ),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_payment_moves")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_moves_key")),
    )
    op.create_index(
        "uq_payment_moves_payment_id_place", "payment_moves", ["payment_id", "place"], unique=True
    )
    op.create_index("ix_payment_moves_status_next_try_at", "payment_moves", ["status", "next_try_at"])
    op.create_table(
        "payment_links",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closing_because", sa.Text(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.payment_id"], name=op.f("fk_payment_links_payment_id")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payment_links")),
    )
    op.create_index("ix_payment_links_status_expires_at", "payment_links", ["status", "expires_at"])
