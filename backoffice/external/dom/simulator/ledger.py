"""The DOM's own book.

Whatever one message does is one transaction: stock, order, idempotency key, and the pushes that tell of it.
Times are RFC 3339 text in UTC to the microsecond, so that text order is time order; amounts are minor units.
``Ledger.export`` gives everything, for programs that compare the store's book with this one.
"""

from datetime import datetime
from pathlib import Path

from backoffice.external.dom.wire import read_moment, write_moment
from backoffice.external.simulation.book import Book, Row

_SCHEMA = """
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


class Ledger(Book):
    """The open book."""

    def __init__(self, file: Path) -> None:
        """Open or create ``file``."""
        super().__init__(file, _SCHEMA)

    def export(self) -> dict[str, list[Row]]:
        """Everything but the catalogue, one list of rows per table, in order of row id."""
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in _EXPORTED}  # noqa: S608 - our own names


def text(moment: datetime) -> str:
    """Write a moment as the book keeps it."""
    return write_moment(moment)


def moment(value: str) -> datetime:
    """Read a moment of the book."""
    return read_moment(value)
