"""A simulator's own book: one SQLite file that survives restarts and kill -9."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite3

Row = dict[str, Any]

_PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000", "foreign_keys = ON")
_SETTINGS = "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"


class Book:
    """The open file on one connection; whoever shares it among threads takes turns."""

    def __init__(self, file: Path, schema: str) -> None:
        """Open or create ``file``. NORMAL: a commit outlives the process, if not a power cut."""
        self._connection = sqlite3.connect(str(file), isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.executescript(_SETTINGS + schema)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it; a block inside another is part of it."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[Row]:
        """Read many rows, each by column name."""
        cursor = self._connection.execute(query, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, query: str, *values: object) -> Row | None:
        """Read the first row, or None."""
        return next(iter(self.rows(query, *values)), None)

    def number(self, query: str, *values: object) -> int:
        """Read one whole number; None counts as 0."""
        return int(self._connection.execute(query, values).fetchone()[0] or 0)

    def change(self, statement: str, *values: object) -> int:
        """Write; return how many rows were changed."""
        return int(self._connection.execute(statement, values).rowcount)

    def insert(self, table: str, values: Row) -> int:
        """Write one row; return its row id. Table and column names are ours, never a message's."""
        places = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"  # noqa: S608 - our own names
        return int(self._connection.execute(statement, tuple(values.values())).lastrowid)

    def setting(self, name: str) -> str:
        """Read a setting; "" when it was never set."""
        row = self.row("SELECT value FROM settings WHERE name = ?", name)
        return str(row["value"]) if row else ""

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting over restarts."""
        self.change("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
