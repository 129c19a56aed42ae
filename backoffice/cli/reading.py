"""A look into the database that changes nothing and needs nobody's services."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from backoffice.domain.errors import NotFound, StoreUnavailable
from backoffice.settings import Settings
from backoffice.store.engine import open_engine, sqlite_file
from backoffice.store.schema import HEAD, current_revision
from backoffice.store.store import Store


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Open an existing database. NotFound when there is none, StoreUnavailable when it can not be read."""
    file = sqlite_file(settings.url)
    if file is not None and not file.is_file():
        raise NotFound(f"There is no database at {file}.", advice="Say where with --data-dir.")
    store = Store(open_engine(settings.url))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_current(settings: Settings) -> Iterator[Store]:
    """Open an existing database whose tables are those of this program."""
    with open_store(settings) as store:
        there = store.read_here(_revision)
        if there != HEAD:
            raise StoreUnavailable(
                f"The database is at revision {there or 'none'}, this program needs {HEAD}.",
                advice="Run: backofficectl db upgrade",
            )
        yield store


def _revision(connection: Connection) -> str:
    return current_revision(connection.engine)
