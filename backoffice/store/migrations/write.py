"""``python -m backoffice.store.migrations.write "why"``: write the next revision from the difference."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from backoffice.store.engine import open_engine
from backoffice.store.migrations import configuration, head, upgrade


def write_revision(why: str) -> None:
    """Compare an empty database at the newest revision with the tables, and write what is missing."""
    with tempfile.TemporaryDirectory() as place:
        engine = open_engine(f"sqlite:///{Path(place, 'compared.db')}")
        try:
            with engine.begin() as connection:
                upgrade(connection)
                following = f"{int(head() or 0) + 1:04d}"
                command.revision(configuration(connection), why, autogenerate=True, rev_id=following)
        finally:
            engine.dispose()


if __name__ == "__main__":
    write_revision(" ".join(sys.argv[1:]))
