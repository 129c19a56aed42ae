"""The floors of a checkout: its durable result and nothing else, on the bare drivers.

15 inserts and 3 guarded updates in two commits, as ours makes them, or in four, as performance.md measured PostgreSQL.
The first transactions insert, the last one takes the stock as well. Each thread has a connection of its own.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlcipher3 import dbapi2 as sqlite3

from backoffice.domain.ids import new_id
from tests.benchmarks.desk import LINES, PLENTY

COMMITS = {2: (5, 10), 4: (3, 3, 4, 5)}  # inserts of each transaction
_WORDS = "x" * 200
_TABLES = (
    "CREATE TABLE floor_rows (id TEXT PRIMARY KEY, kind TEXT, amount INT, words TEXT)",
    "CREATE TABLE floor_stock (sku TEXT PRIMARY KEY, quantity INT, reserved INT)",
)
_ROW = "INSERT INTO floor_rows VALUES ({0}, {0}, {0}, {0})"
_FILL = "INSERT INTO floor_stock VALUES ({0}, {0}, 0)"
_TAKE = "UPDATE floor_stock SET quantity = quantity - {0} WHERE sku = {0} AND quantity - reserved >= {0}"


class Driver(Protocol):
    """What both drivers' connections can do."""

    def execute(self, sql: str, parameters: tuple[object, ...] = (), /) -> object:
        """Run one statement."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class Floor:
    """One floor, for any number of agents."""

    def __init__(self, connect: Callable[[], Any], mark: str) -> None:
        """``connect`` gives a connection that commits by itself; ``mark`` is how its driver writes a parameter."""
        self._connect: Callable[[], Driver] = connect
        self._row, self._fill, self._take = (words.format(mark) for words in (_ROW, _FILL, _TAKE))
        self._own = threading.local()
        self._open: list[Driver] = []
        self._threads: dict[int, ThreadPoolExecutor] = {}
        connection = self._connection()
        for table in _TABLES:
            connection.execute(table)
        for sku, _ in LINES:
            connection.execute(self._fill, (sku, PLENTY))

    def rate(self, rounds: int, agents: int, commits: int) -> float:
        """Return checkouts per second: ``rounds`` of each of ``agents`` at once."""
        threads = self._threads.setdefault(agents, ThreadPoolExecutor(agents))
        ready = threading.Barrier(agents + 1)

        def work() -> None:
            self._connection()
            ready.wait()
            for _ in range(rounds):
                self._one(commits)

        waiting = [threads.submit(work) for _ in range(agents)]
        ready.wait()
        began = time.perf_counter()
        for one in waiting:
            one.result()
        return rounds * agents / (time.perf_counter() - began)

    def close(self) -> None:
        """End the threads and their connections."""
        for threads in self._threads.values():
            threads.shutdown()
        for connection in self._open:
            connection.close()

    def transaction(self, connection: Driver) -> AbstractContextManager[None]:
        """Return a block that commits at its end."""
        raise NotImplementedError

    def _one(self, commits: int) -> None:
        connection = self._connection()
        inserts = COMMITS[commits]
        for place, number in enumerate(inserts, 1):
            with self.transaction(connection):
                for amount in range(number):
                    connection.execute(self._row, (new_id(), "order", amount, _WORDS))
                if place == len(inserts):
                    for sku, quantity in LINES:
                        connection.execute(self._take, (quantity, sku, quantity))

    def _connection(self) -> Driver:
        if not hasattr(self._own, "connection"):
            self._own.connection = self._connect()
            self._open.append(self._own.connection)
        connection: Driver = self._own.connection
        return connection


class SqliteFloor(Floor):
    """The driver and settings of ours. Writers take turns at a lock, which costs less than SQLite's own waiting."""

    def __init__(self, file: Path) -> None:
        """Make the file."""
        self._file = file
        self._turn = threading.Lock()
        super().__init__(self._sqlite, "?")

    def transaction(self, connection: Driver) -> AbstractContextManager[None]:
        """Take the turn, begin immediate, commit."""
        return _immediate(connection, self._turn)

    def _sqlite(self) -> Driver:
        connection: Driver = sqlite3.connect(str(self._file), isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


class PostgresFloor(Floor):
    """psycopg in pipeline mode: a transaction is one journey to the server."""

    def __init__(self, address: str) -> None:
        """``address`` is libpq's."""
        connect: Callable[[], Any] = partial(psycopg.connect, address, autocommit=True)
        super().__init__(connect, "%s")

    def transaction(self, connection: Driver) -> AbstractContextManager[None]:
        """Begin, and commit, within one pipeline."""
        return _pipelined(connection)


@contextmanager
def _pipelined(connection: Any) -> Iterator[None]:  # noqa: ANN401 - psycopg's own, which SQLite's has not
    with connection.pipeline(), connection.transaction():
        yield


@contextmanager
def _immediate(connection: Driver, turn: threading.Lock) -> Iterator[None]:
    with turn:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
