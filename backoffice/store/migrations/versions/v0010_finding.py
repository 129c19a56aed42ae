"""Finding orders by everything people know of them.

1. who called and where it ships to get columns of their own, filled for the orders there are;
2. each criterion gets an index in the order of the list;
3. searches are kept per person.
"""

import sqlalchemy as sa
from alembic import op

from backoffice.store.finding import found_by, keep_pieces

revision = "0010"
down_revision = "0009"

_BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_AT_ONCE = 2000  # orders
_INDEXES = (
    ("orders", ("total", "order_id")),
    ("orders", ("status", "placed_at", "order_id")),
    ("orders", ("customer_id", "placed_at", "order_id")),
    ("orders", ("agent_id", "placed_at", "order_id")),
    ("orders", ("caller", "placed_at", "order_id")),
    ("orders", ("ship_postcode", "placed_at", "order_id")),
    ("order_lines", ("sku", "order_id")),
    ("transfers", ("external_order_id",)),
)
_REPLACED = (
    ("orders", "ix_orders_customer_id"),
    ("orders", "ix_orders_email"),
    ("orders", "ix_orders_phone_digits"),
    ("orders", "ix_orders_status_placed_at"),
    ("order_lines", "ix_order_lines_sku"),
)
_ORDERS = sa.table(
    "orders",
    sa.column("order_id"),
    sa.column("customer_name"),
    sa.column("company"),
    sa.column("email"),
    sa.column("phone_digits"),
    sa.column("ship_to", sa.JSON()),
    sa.column("caller"),
    sa.column("ship_postcode"),
)


def upgrade() -> None:
    """Finding orders by everything people know of them."""
    op.add_column("orders", sa.Column("caller", sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("ship_postcode", _BY_BYTES, nullable=False, server_default=""))
    op.create_table(
        "caller_pieces",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("piece", _BY_BYTES, nullable=False),
        sa.PrimaryKeyConstraint("caller", "piece", name=op.f("pk_caller_pieces")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_caller_pieces_piece_caller", "caller_pieces", ["piece", "caller"])
    _fill(op.get_bind())
    for table, name in _REPLACED:
        op.drop_index(name, table_name=table)
    for table, columns in _INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
    op.create_index("ix_payments_lower_token", "payments", [sa.text("lower(token)")])
    op.create_index("ix_payments_lower_gateway_id", "payments", [sa.text("lower(gateway_id)")])
    op.create_table(
        "saved_searches",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_saved_searches_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "name", name=op.f("pk_saved_searches")),
    )


def _fill(connection: sa.Connection) -> None:
    last = ""
    while True:
        page = sa.select(_ORDERS).where(_ORDERS.c.order_id > last).order_by(_ORDERS.c.order_id)
        found = connection.execute(page.limit(_AT_ONCE)).mappings()
        rows = [dict(row) for row in found]
        if not rows:
            return
        keys = [{"id": row["order_id"], **found_by(row)} for row in rows]
        keep_pieces(
            connection,
            [{**row, "caller": one["caller"]} for row, one in zip(rows, keys, strict=True)],
        )
        connection.execute(
            sa.update(_ORDERS)
            .where(_ORDERS.c.order_id == sa.bindparam("id"))
            .values(caller=sa.bindparam("key"), ship_postcode=sa.bindparam("postcode")),
            [{"id": one["id"], "key": one["caller"], "postcode": one["ship_postcode"]} for one in keys],
        )
        last = rows[-1]["order_id"]
