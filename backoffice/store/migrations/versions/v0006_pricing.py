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
