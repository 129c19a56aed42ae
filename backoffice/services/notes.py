"""Notes on orders and customers: plain text, by whom and when, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from backoffice.domain.cart import LONGEST_NOTE
from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import Note
from backoffice.domain.ids import new_id
from backoffice.domain.staff import Actor
from backoffice.services import audit
from backoffice.services.free_text import text_problem
from backoffice.store.tables.messages import notes

LONGEST_SUBJECT = 64  # an order number or a customer id


def add_note(
    connection: Connection, actor: Actor, subject: str, text: str, *, at: datetime, customer_id: str = ""
) -> Note:
    """Keep a note on an order number or a customer id.

    Raises:
        InvalidInput: it is empty, too long, or holds what may be a card number.
    """
    kept = text.strip()
    if not kept:
        raise InvalidInput("There is nothing to note.", field="note")
    problem = text_problem("A note", kept, LONGEST_NOTE, lines=True) or text_problem(
        "What the note is about", subject, LONGEST_SUBJECT
    )
    if problem:
        raise InvalidInput(problem, field="note", advice="What you typed is still there.")
    values = {
        "note_id": new_id(),
        "subject": subject,
        "text": kept,
        "staff_id": actor.staff_id,
        "staff_name": actor.name,
        "at": at,
    }
    connection.execute(insert(notes).values(values))
    audit.record(connection, actor, "note.added", subject, at=at, customer_id=customer_id)
    return Note(note_id=str(values["note_id"]), subject=subject, text=kept, author=actor.name, at=at)


def read_notes(connection: Connection, subject: str) -> tuple[Note, ...]:
    """Return the notes on a subject, oldest first."""
    rows = connection.execute(select(notes).where(notes.c.subject == subject).order_by(notes.c.at))
    return tuple(_note(row) for row in rows)


def _note(row: Row[Any]) -> Note:
    return Note(note_id=row.note_id, subject=row.subject, text=row.text, author=row.staff_name, at=row.at)
