"""The tables as they have to be.

1. a database at the newest revision is taken as it is: one look, and Alembic is not even imported;
2. else the missing revisions run in one transaction that nobody else can write beside, so two starts at once do
   not collide: the second finds the work done.
"""

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from backoffice.domain.errors import StoreUnavailable
from backoffice.store.engine import reading
from backoffice.store.store import plain_trouble

HEAD = "0010"
_ONE_AT_A_TIME = 4_711_2026  # the advisory lock of PostgreSQL; any number nobody else takes


def make_schema(engine: Engine) -> None:
    """Bring the database to ``HEAD``, making it when it is empty.

    Raises:
        StoreUnavailable: it can not be had, or was made by a newer program.
    """
    try:
        if current_revision(engine) != HEAD:
            _upgrade(engine)
    except DBAPIError as error:
        raise plain_trouble(error) from error


def current_revision(engine: Engine) -> str:
    """Return the revision the database is at, "" when it is empty."""
    with reading(engine) as connection:
        return _revision(connection)


def _upgrade(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        # Who waited for the lock has to see what was committed meanwhile.
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        there = _revision(connection)
        if there == HEAD:
            return
        _check_known(connection, there)
        from backoffice.store.migrations import upgrade  # noqa: PLC0415 - 0.3 s, needed once in the life of a database

        upgrade(connection)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _check_known(connection: Connection, revision: str) -> None:
    if revision > HEAD:
        raise StoreUnavailable(
            f"The database is at revision {revision}, this program knows {HEAD} at most.",
            advice="Install the newer program.",
        )
    if not revision and inspect(connection).has_table("orders"):
        raise StoreUnavailable(
            "The database has tables, but no revision: it was made before there were any.",
            advice="Take a new data directory.",
        )
