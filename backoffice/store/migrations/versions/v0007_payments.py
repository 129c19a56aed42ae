"""How money moves after the pivot, and links to pay by."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """How money moves after the pivot, and links to pay by."""
