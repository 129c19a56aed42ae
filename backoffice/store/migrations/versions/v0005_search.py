"""Full-text search."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_BY_WORD = "tokenize=\"unicode61 remove_diacritics 0\", prefix='1 2 3'"
_FULL_TEXT = (
    ("customer_words", "words", _BY_WORD),
    ("product_words", "words, more", _BY_WORD),
    ("product_parts", "parts", "tokenize='trigram'"),
)


def upgrade() -> None:
    """Full-text search."""
    op.create_table(
        "customer_search",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_search")),
        sa.UniqueConstraint("row", name=op.f("uq_customer_search_row")),
    )
    op.create_table(
        "product_search",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_product_search")),
        sa.UniqueConstraint("row", name=op.f("uq_product_search_row")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, columns, tokenizer in _FULL_TEXT:
            op.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {name}"
                f" USING fts5({columns}, content='', contentless_delete=1, {tokenizer})"
            )
