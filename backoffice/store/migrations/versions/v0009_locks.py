"""Who holds a cart or an order."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Who holds a cart or an order."""
