"""What an order freezes, in tables of its own."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What an order freezes, in tables of its own."""
