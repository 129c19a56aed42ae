"""How the tables came to be what they are: one revision after another (Alembic), forward only.

``upgrade`` runs what is missing; ``differences`` tells where the tables of the code and those of the
revisions part. After a change of a table::

    python -m backoffice.store.migrations.write "why the table changed"

writes the next revision from the difference: read it, add what moves data, and raise ``HEAD`` in ``schema.py``.
A revision that was released is never edited.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from backoffice.store import finding, search  # noqa: F401 - their tables belong to the metadata
from backoffice.store.tables import metadata

_FULL_TEXT = (
    "customer_words",
    "product_words",
    "product_parts",
)  # with their inner tables: customer_words_data ...
_HERE = Path(__file__).parent


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; no file says anything about it."""
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the newest revision there is."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def upgrade(connection: Connection) -> None:
    """Run the revisions that are missing, in the caller's transaction."""
    command.upgrade(configuration(connection), "head")


def differences(connection: Connection) -> list[Any]:
    """Return what autogenerate would write; nothing when revisions and tables agree."""
    context = MigrationContext.configure(connection, opts={"include_name": is_ours})
    return list(compare_metadata(context, metadata))


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tell what autogenerate can see: it knows nothing of full-text indexes."""
    return kind != "table" or not (name or "").startswith(_FULL_TEXT)
