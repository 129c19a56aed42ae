"""What was received, one row per message, in a SQLite file that survives restarts."""

from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite3

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    subject TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL, raw BLOB NOT NULL,
    received_at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (recipient, id);
"""
_SHOWN = "id, message_id, sender, recipient, subject, language, body, received_at"


class Mailbox:
    """The open file; one thread, one connection."""

    def __init__(self, file: Path) -> None:
        """Open or create ``file``."""
        self._connection = sqlite3.connect(str(file), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.executescript(_SCHEMA)

    def keep(self, raw: bytes, *, sender: str, recipient: str, at: datetime) -> None:
        """Store one message for one recipient; a repeat (same Message-ID) is a row of its own."""
        message = BytesParser(_class=EmailMessage, policy=default).parsebytes(raw)
        part = message.get_body(("plain",))
        values = (
            str(message["Message-ID"] or "").strip("<>"),
            sender,
            recipient,
            str(message["Subject"] or ""),
            str(message["Content-Language"] or ""),
            part.get_content().replace("\r\n", "\n") if part is not None else "",
            raw,
            at.isoformat(),
        )
        self._connection.execute(
            "INSERT INTO messages (message_id, sender, recipient, subject, language, body, raw, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def newest(self, *, recipient: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """The newest first, of one recipient or of all."""
        cursor = self._connection.execute(
            f"SELECT {_SHOWN} FROM messages WHERE ?1 IN ('', recipient) ORDER BY id DESC LIMIT ?2",  # noqa: S608 - our own columns
            (recipient, limit),
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def count(self) -> int:
        """How many there are."""
        return int(self._connection.execute("SELECT count(*) FROM messages").fetchone()[0])

    def raw(self, number: int) -> bytes | None:
        """One message as it came over the wire."""
        row = self._connection.execute("SELECT raw FROM messages WHERE id = ?", (number,)).fetchone()
        return bytes(row[0]) if row else None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
