"""`Store`: plain functions in, whole transactions out.

1. ``await store.run(fn)`` runs ``fn(connection)`` as one transaction on a writer thread and returns its result;
2. ``await store.read(fn)`` the same for reading only, beside the writer;
3. there is no await inside ``fn``, so no network call can hold a transaction open, and cancelling the caller can not
   tear one: a transaction that has begun ends, committed or not, whatever its caller does;
4. writers take turns, on a server as on the embedded file: every act ends in the one audit chain, and two that began
   side by side would only find out at its end that one of them has to start again.

A database that is locked, read-only, full or away raises ``StoreUnavailable`` with a sentence; nothing was changed.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from backoffice.domain.errors import StoreUnavailable
from backoffice.store.engine import reading

T = TypeVar("T")
_TRIES = 5
_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
_TURN = text("SELECT pg_advisory_xact_lock(4711)")  # until the transaction ends; any number nobody else takes


class Store:
    """Transactions on one database. Safe to use from any thread and any event loop."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine. Writers take turns, so one thread is enough for them."""
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(3, thread_name_prefix="store-read")
        self.on_commit: Callable[[], None] = _nothing
        self._closed = False

    async def run(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` as one transaction and return what it returns; it may run again after a serialization failure."""
        return await _uncancelled(self._submit(self._writers, self.run_here, fn))

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` on a snapshot; whatever it writes is rolled back."""
        return await _uncancelled(self._submit(self._readers, self.read_here, fn))

    def run_here(self, fn: Callable[[Connection], T]) -> T:
        """Do what ``run`` does on the calling thread (for command lines and durable jobs)."""
        for left in reversed(range(_TRIES)):
            try:
                with self.engine.begin() as connection:
                    if not self.is_sqlite:
                        connection.execute(_TURN)
                    result = fn(connection)
            except DBAPIError as error:
                if left and _may_run_again(error):
                    continue
                raise plain_trouble(error) from error
            self.on_commit()
            return result
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def read_here(self, fn: Callable[[Connection], T]) -> T:
        """Do what ``read`` does on the calling thread."""
        for left in (1, 0):
            try:
                with reading(self.engine) as connection:
                    return fn(connection)
            except DBAPIError as error:
                if left and error.connection_invalidated:
                    continue  # the server went away and may be back; nothing was written
                raise plain_trouble(error) from error
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def _submit(
        self,
        threads: ThreadPoolExecutor,
        work: Callable[[Callable[[Connection], T]], T],
        fn: Callable[[Connection], T],
    ) -> "Future[T]":
        try:
            return threads.submit(work, fn)
        except RuntimeError as late:
            if not self._closed:
                raise
            sentence = "The database is closed: the desk is closing."
            raise StoreUnavailable(sentence, advice="Nothing was changed.") from late

    def close(self) -> None:
        """End the threads after the work they hold, then the connections; who comes later is told so."""
        self._closed = True
        self._writers.shutdown()
        self._readers.shutdown()
        self.engine.dispose()


async def _uncancelled(future: "Future[T]") -> T:
    # A cancelled caller leaves; the transaction ends by itself on its thread.
    return await asyncio.shield(asyncio.wrap_future(future))


def _may_run_again(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return (
            error.statement == _TURN.text
        )  # lost before anything was done: no connection is tried out beforehand
    return getattr(error.orig, "sqlstate", None) in _SERIALIZATION_FAILURES


def is_trouble(error: Exception) -> bool:
    """Tell whether an error is the whole transaction's: lost, or to be run again. Not so a mistake in a statement."""
    return isinstance(error, DBAPIError) and (
        _may_run_again(error) or isinstance(plain_trouble(error), StoreUnavailable)
    )


def plain_trouble(error: DBAPIError) -> SQLAlchemyError | StoreUnavailable:
    """Turn the troubles a person can do something about into a sentence; leave bugs as they are."""
    words = str(error.orig).lower()
    for sign, sentence, advice in _TROUBLES:
        if sign in words:
            return StoreUnavailable(sentence, advice=advice)
    if error.connection_invalidated:
        return StoreUnavailable(
            "The connection to the database was lost.", advice="It is tried again by itself."
        )
    return error


_TROUBLES = (
    ("locked", "The database is busy: another program holds it.", "Try again; nothing was changed."),
    ("lock timeout", "The database is busy: another program holds it.", "Try again; nothing was changed."),
    ("readonly", "The database can not be written to.", "Check the rights on the data directory."),
    ("read-only", "The database can not be written to.", "Check the rights on the data directory."),
    ("is full", "The disk is full.", "Make room, then try again; nothing was changed."),
    ("disk i/o error", "The disk did not answer properly.", "Try again; nothing was changed."),
    ("unable to open", "The database file can not be opened.", "Check the data directory."),
    ("malformed", "The database file is damaged.", "Restore the last backup."),
    (
        "not a database",
        "The database file is damaged, or locked with another key.",
        "Restore the last backup.",
    ),
    ("connection refused", "The database server does not answer.", "It is tried again by itself."),
)


def _nothing() -> None:
    pass
