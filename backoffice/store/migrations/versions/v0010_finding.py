"""Finding orders by everything people know of them."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Finding orders by everything people know of them."""
