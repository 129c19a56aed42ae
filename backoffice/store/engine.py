"""Engines: the embedded SQLite file and a shared PostgreSQL.

SQLite comes from the ``sqlcipher3`` wheel because the operating system's may be a version that corrupts a WAL database
when two connections write and checkpoint at once. Every transaction of ours begins IMMEDIATE: a deferred one that reads
first and writes later fails at once when another writer was faster.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlcipher3 import dbapi2 as sqlite

SAFE_SQLITE = (3, 51, 3)
BUSY_SECONDS = 10.0
_BEGIN = "begin"  # in a connection's ``info``: DEFERRED while it only reads
KEPT_STATEMENTS = (
    512  # per connection; a call uses more than the 100 that drivers keep, and each then comes anew
)
IDLE_SECONDS = 8.0  # a desk that stops in the middle of its turn is cut off before the others give up


class OldSqliteError(RuntimeError):
    """The SQLite at hand is one of those that can corrupt a WAL database."""


def open_engine(database_url: str) -> Engine:
    """Return an engine for our own transactions.

    ``database_url`` is SQLAlchemy's: ``sqlite:///file`` or ``postgresql+psycopg://...``.
    """
    if make_url(database_url).get_backend_name() == "sqlite":
        return _sqlite(database_url, explicit_begin=True)
    waits = {"lock_timeout": BUSY_SECONDS, "idle_in_transaction_session_timeout": IDLE_SECONDS}
    engine = create_engine(
        database_url,
        pool_size=6,
        connect_args={"options": " ".join(f"-c {name}={int(end * 1000)}" for name, end in waits.items())},
    )

    @event.listens_for(engine, "connect")
    def keep_more(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.prepared_max = KEPT_STATEMENTS

    return engine


def open_durable_engine(database_url: str) -> Engine:
    """Return an engine for DBOS, which begins its transactions itself."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return _sqlite(database_url, explicit_begin=False)
    return create_engine(database_url, pool_size=6, pool_pre_ping=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Have a connection whose transaction only reads; on SQLite it waits for no writer, and none for it."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(
                isolation_level="REPEATABLE READ"
            )  # one moment, however many questions
        info = connection.info
        info[_BEGIN] = "DEFERRED"
        try:
            yield connection
        finally:
            info.pop(_BEGIN, None)


def require_safe(version: tuple[int, ...]) -> None:
    """Raise OldSqliteError for a SQLite that can corrupt a WAL database."""
    if version < SAFE_SQLITE:
        words = ".".join(str(part) for part in version)
        message = f"SQLite {words} can corrupt a WAL database; 3.51.3 or later is needed."
        raise OldSqliteError(message)


def sqlite_file(database_url: str) -> Path | None:
    """Return the file of an embedded database, None for a server."""
    url = make_url(database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _sqlite(database_url: str, *, explicit_begin: bool) -> Engine:
    require_safe(sqlite.sqlite_version_info)
    engine = create_engine(
        database_url,
        module=sqlite,
        poolclass=QueuePool,
        pool_size=6,
        connect_args={
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            "cached_statements": KEPT_STATEMENTS,
        },
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own untyped connection
        connection.isolation_level = None if explicit_begin else "IMMEDIATE"
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.close()

    if explicit_begin:
        # Not SQLAlchemy's "begin" event: an engine that is listened to asks for listeners at every statement.
        engine.dialect.do_begin = _begin  # type: ignore[method-assign] # see above
    return engine


def _begin(dbapi_connection: PoolProxiedConnection) -> None:
    mode = dbapi_connection.info.get(_BEGIN, "IMMEDIATE")
    dbapi_connection.cursor().execute(f"BEGIN {mode}")
