"""What was received, one row per message, in a SQLite file that survives restarts."""

from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from backoffice.external.simulation.book import Book, Row

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    subject TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL, raw BLOB NOT NULL,
    received_at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (recipient, id);
"""
_SHOWN = "id, message_id, sender, recipient, subject, language, body, received_at"


class Mailbox:
    """The open file."""

    def __init__(self, file: Path) -> None:
        """Open or create ``file``."""
        self._book = Book(file, _SCHEMA)

    def keep(self, raw: bytes, *, sender: str, recipient: str, at: datetime) -> None:
        """Store one message for one recipient; a repeat (same Message-ID) is a row of its own."""
        message = BytesParser(_class=EmailMessage, policy=default).parsebytes(raw)
        part = message.get_body(("plain",))
        self._book.insert(
            "messages",
            {
                "message_id": str(message["Message-ID"] or "").strip("<>"),
                "sender": sender,
                "recipient": recipient,
                "subject": str(message["Subject"] or ""),
                "language": str(message["Content-Language"] or ""),
                "body": part.get_content().replace("\r\n", "\n") if part is not None else "",
                "raw": raw,
                "received_at": at.isoformat(),
            },
        )

    def newest(self, *, recipient: str = "", limit: int = 100) -> list[Row]:
        """The newest first, of one recipient or of all."""
        return self._book.rows(
            f"SELECT {_SHOWN} FROM messages WHERE ?1 IN ('', recipient) ORDER BY id DESC LIMIT ?2",  # noqa: S608 - our own columns
            recipient,
            limit,
        )

    def count(self) -> int:
        """How many there are."""
        return self._book.number("SELECT count(*) FROM messages")

    def raw(self, number: int) -> bytes | None:
        """One message as it came over the wire."""
        row = self._book.row("SELECT raw FROM messages WHERE id = ?", number)
        return bytes(row["raw"]) if row else None

    def close(self) -> None:
        """Close the file."""
        self._book.close()
