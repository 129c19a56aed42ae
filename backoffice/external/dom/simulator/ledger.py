"""The simulator's own book: one SQLite file that survives restarts and kill -9.

Whatever one message does is one transaction: stock, order, idempotency key, and the pushes that tell of it.
Times are RFC 3339 text in UTC to the microsecond, so that text order is time order; amounts are minor units.
``Ledger.export`` gives everything, for programs that compare the store's book with this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite3

from backoffice.external.dom.wire import read_moment, write_moment

Row = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS items (sku TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stock (
    sku TEXT NOT NULL REFERENCES items (sku), location TEXT NOT NULL,
    on_hand INTEGER NOT NULL, held INTEGER NOT NULL, restock_days INTEGER,
    PRIMARY KEY (sku, location), CHECK (held BETWEEN 0 AND on_hand)) STRICT;
CREATE TABLE IF NOT EXISTS reservations (
    reservation_id TEXT PRIMARY KEY, status TEXT NOT NULL, expires_at TEXT NOT NULL, order_number TEXT,
    updated_at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS reservations_due ON reservations (status, expires_at);
CREATE TABLE IF NOT EXISTS reservation_lines (
    reservation_id TEXT NOT NULL REFERENCES reservations (reservation_id), position INTEGER NOT NULL,
    line_id TEXT NOT NULL, sku TEXT NOT NULL, location TEXT NOT NULL, asked INTEGER NOT NULL,
    result TEXT NOT NULL, quantity INTEGER NOT NULL, available_from TEXT,
    PRIMARY KEY (reservation_id, line_id)) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    seq INTEGER PRIMARY KEY, order_number TEXT NOT NULL UNIQUE, external_order_id TEXT NOT NULL UNIQUE,
    placed_at TEXT NOT NULL, status TEXT NOT NULL, customer_id TEXT NOT NULL, customer_name TEXT NOT NULL,
    company TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL, phone TEXT NOT NULL,
    phone_key TEXT NOT NULL, purchase_order TEXT NOT NULL, ship_method TEXT NOT NULL, currency TEXT NOT NULL,
    items INTEGER NOT NULL, discount INTEGER NOT NULL, shipping INTEGER NOT NULL, tax INTEGER NOT NULL,
    total INTEGER NOT NULL, line_count INTEGER NOT NULL, bill_to TEXT, ship_to TEXT, payments TEXT NOT NULL,
    notes TEXT NOT NULL, reservation_id TEXT, context TEXT NOT NULL, sequence INTEGER NOT NULL,
    acknowledged_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS orders_placed ON orders (placed_at, seq);
CREATE INDEX IF NOT EXISTS orders_status ON orders (status, placed_at, seq);
CREATE INDEX IF NOT EXISTS orders_customer ON orders (customer_id, placed_at, seq);
CREATE INDEX IF NOT EXISTS orders_email ON orders (email_key, placed_at, seq);
CREATE INDEX IF NOT EXISTS orders_phone ON orders (phone_key, placed_at, seq);
CREATE VIRTUAL TABLE IF NOT EXISTS order_names USING fts5 (names, tokenize = 'trigram');
CREATE TABLE IF NOT EXISTS order_lines (
    order_number TEXT NOT NULL REFERENCES orders (order_number), line_id TEXT NOT NULL,
    position INTEGER NOT NULL, sku TEXT NOT NULL, name TEXT NOT NULL, location TEXT NOT NULL,
    quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL, discount INTEGER NOT NULL, tax INTEGER NOT NULL,
    total INTEGER NOT NULL, allocated INTEGER NOT NULL, shipped INTEGER NOT NULL, cancelled INTEGER NOT NULL,
    available_from TEXT, PRIMARY KEY (order_number, line_id),
    CHECK (allocated >= 0 AND shipped >= 0 AND cancelled >= 0 AND allocated + shipped + cancelled <= quantity)
    ) STRICT;
CREATE INDEX IF NOT EXISTS order_lines_sku ON order_lines (sku, order_number);
CREATE TABLE IF NOT EXISTS shipments (
    shipment_id TEXT PRIMARY KEY, order_number TEXT NOT NULL REFERENCES orders (order_number),
    status TEXT NOT NULL, carrier TEXT NOT NULL, tracking TEXT NOT NULL, shipped_at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS shipments_order ON shipments (order_number);
CREATE TABLE IF NOT EXISTS shipment_lines (
    shipment_id TEXT NOT NULL REFERENCES shipments (shipment_id), line_id TEXT NOT NULL,
    quantity INTEGER NOT NULL, PRIMARY KEY (shipment_id, line_id)) STRICT;
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, body_hash TEXT NOT NULL, order_number TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS key_conflicts (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL, body_hash TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pushes (
    seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, order_number TEXT,
    body TEXT NOT NULL, created_at TEXT NOT NULL, due_at TEXT, tries INTEGER NOT NULL, delivered_at TEXT,
    last_answer TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS pushes_due ON pushes (due_at, seq) WHERE due_at IS NOT NULL;
"""
_EXPORTED = (
    "stock",
    "reservations",
    "reservation_lines",
    "orders",
    "order_lines",
    "shipments",
    "shipment_lines",
    "keys",
    "key_conflicts",
    "pushes",
)


class Ledger:
    """The open book on one connection; whoever shares it among threads takes turns."""

    def __init__(self, file: Path) -> None:
        """Open or create ``file``. NORMAL: a commit outlives the process, if not a power cut."""
        self._connection = sqlite3.connect(str(file), isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "busy_timeout = 5000",
            "foreign_keys = ON",
        ):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it. Blocks do not nest."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
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
        self.change(
            "INSERT INTO settings (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    def export(self) -> dict[str, list[Row]]:
        """Everything but the catalogue, one list of rows per table, in order of row id."""
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in _EXPORTED}  # noqa: S608 - our own names

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def text(moment: datetime) -> str:
    """Write a moment as the book keeps it."""
    return write_moment(moment)


def moment(value: str) -> datetime:
    """Read a moment of the book."""
    return read_moment(value)
