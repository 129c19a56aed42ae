"""The gateway's own book.

Every change of a payment is one transaction together with its event, its idempotency key and its webhook.
"""

from dataclasses import fields
from datetime import datetime
from pathlib import Path

from backoffice.external.payments.simulator.rules import Paid
from backoffice.external.simulation.book import Book

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, token TEXT NOT NULL,
    customer_reference TEXT NOT NULL, description TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL, status TEXT NOT NULL,
    authorised INTEGER NOT NULL CHECK (authorised BETWEEN 0 AND amount),
    captured INTEGER NOT NULL CHECK (captured BETWEEN 0 AND authorised),
    refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    decline_code TEXT NOT NULL, decline_reason TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT,
    decide_at TEXT, decide_code TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS payments_due ON payments (status, decide_at, expires_at);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, payment_id TEXT NOT NULL REFERENCES payments (id), kind TEXT NOT NULL,
    amount INTEGER NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS events_of_payment ON events (payment_id);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, operation TEXT NOT NULL, body_hash TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS key_conflicts (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL, operation TEXT NOT NULL, body_hash TEXT NOT NULL,
    at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS links (
    id TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    description TEXT NOT NULL, status TEXT NOT NULL, expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stuck (
    key TEXT PRIMARY KEY, operation TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL,
    due_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
    message_id TEXT PRIMARY KEY, body TEXT NOT NULL, attempts INTEGER NOT NULL, due_at TEXT NOT NULL,
    delivered_at TEXT) STRICT;
"""
_COLUMNS = [field.name for field in fields(Paid)]
_TIMES = ("created_at", "expires_at", "decide_at")
_UPSERT = (
    f"INSERT INTO payments ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - names of our own fields
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)


class Ledger(Book):
    """The open book."""

    def __init__(self, file: Path) -> None:
        """Open or create ``file``."""
        super().__init__(file, _SCHEMA)

    def payment(self, column: str, value: str) -> Paid | None:
        """One payment by its ``id`` or ``reference``."""
        return next(iter(self.payments(f"{column} = ?", value)), None)

    def payments(self, condition: str, *values: object) -> list[Paid]:
        """The payments a condition holds for, oldest first."""
        rows = self.rows(f"SELECT * FROM payments WHERE {condition} ORDER BY created_at, id", *values)  # noqa: S608 - conditions are ours
        return [Paid(**{**row, **{name: _moment(row[name]) for name in _TIMES}}) for row in rows]

    def keep(self, payment: Paid, kind: str, amount: int, key: str, at: datetime) -> None:
        """Write a payment as it is now, and what made it so."""
        with self.transaction():
            values = [getattr(payment, name) for name in _COLUMNS]
            self.change(_UPSERT, *[text(v) if isinstance(v, datetime) else v for v in values])
            self.change(
                "INSERT INTO events (payment_id, kind, amount, key, at) VALUES (?, ?, ?, ?, ?)",
                payment.id, kind, amount, key, text(at),
            )  # fmt: skip


def text(moment: datetime) -> str:
    """UTC with microseconds, so that text sorts as time does."""
    return moment.isoformat(timespec="microseconds")


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
