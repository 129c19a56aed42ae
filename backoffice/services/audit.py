"""The trail of who did what, as a chain nobody can edit unseen.

1. Whatever changes something calls ``record`` inside its own transaction: no change without its row, no row
   without its change.
2. Each row carries the SHA-256 of the row before it and its own, taken over everything it says.
3. Writers take turns (``Store.run``), so nobody chains to a row that another is chaining to.
4. ``verify_chain`` walks the chain; ``Audit.find`` shows it, the newest first, a page at a time.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from backoffice.domain.staff import Actor, Right
from backoffice.services.free_text import without_cards
from backoffice.store.store import Store
from backoffice.store.tables.people import audit as trail
from backoffice.store.writing import Write

_START = "0" * 64
_LARGEST_PAGE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """One thing somebody did. ``entry`` counts from 1 without gaps; ``subject`` is what it was done to."""

    entry: int
    at: datetime
    actor: str
    actor_name: str
    role: str
    desk: str
    call_id: str
    customer_id: str
    action: str
    subject: str
    detail: dict[str, object] = field(default_factory=dict)


def record(
    connection: Connection,
    actor: Actor,
    action: str,
    subject: str,
    *,
    at: datetime,
    customer_id: str = "",
    detail: dict[str, object] | None = None,
) -> None:
    """Write one row in the caller's transaction. What JSON does not know in ``detail`` is kept as text.

    The trail can not be edited, so what may be a card number never gets into it.
    """
    last = connection.execute(_LAST).first()
    entry, previous = (last.entry + 1, last.hash) if last else (1, _START)
    row: dict[str, object] = {
        "entry": entry,
        "at": at.astimezone(UTC),
        "actor": actor.staff_id,
        "actor_name": actor.name,
        "role": actor.role.value,
        "desk": without_cards(actor.desk),
        "call_id": actor.call_id or "",
        "customer_id": customer_id,
        "action": action,
        "subject": without_cards(subject),
        "detail": without_cards(json.loads(json.dumps(detail or {}, default=str))),
    }
    _INSERT(connection, {**row, "previous_hash": previous, "hash": _hash(previous, row)})


def verify_chain(connection: Connection) -> list[str]:
    """Return a sentence for each place where the chain is broken; none when it is whole."""
    problems: list[str] = []
    expected, previous = 1, _START
    for stored in connection.execute(_ALL.execution_options(yield_per=1_000)):
        row = {name: stored._mapping[name] for name in _SAID}  # noqa: SLF001 - SQLAlchemy's public name for it
        if stored.entry != expected:
            problems.append(f"Entries {expected} to {stored.entry - 1} of the audit trail are missing.")
        elif stored.previous_hash != previous:
            problems.append(f"Entry {stored.entry} of the audit trail does not follow the one before it.")
        if stored.hash != _hash(stored.previous_hash, row):
            problems.append(f"Entry {stored.entry} of the audit trail was changed after it was written.")
        expected, previous = stored.entry + 1, stored.hash
    return problems


class Audit:
    """Reading the trail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(
        self, actor: Actor, *, subject: str = "", limit: int = 100, before: int | None = None
    ) -> tuple[AuditRow, ...]:
        """Return the newest entries, of one subject or of all, below entry ``before``. Needs Right.AUDIT."""
        actor.require(Right.AUDIT)
        query = _ALL.order_by(None).order_by(trail.c.entry.desc()).limit(min(limit, _LARGEST_PAGE))
        if subject:
            query = query.where(trail.c.subject == subject)
        if before is not None:
            query = query.where(trail.c.entry < before)

        def read(connection: Connection) -> tuple[AuditRow, ...]:
            return tuple(_as_value(row) for row in connection.execute(query))

        return await self._store.read(read)


_SAID = tuple(column.name for column in trail.c if column.name not in {"previous_hash", "hash"})
_LAST = select(trail.c.entry, trail.c.hash).order_by(trail.c.entry.desc()).limit(1)
_ALL = select(trail).order_by(trail.c.entry)
_INSERT = Write(insert(trail))


def _hash(previous: str, row: dict[str, object]) -> str:
    said = json.dumps([row[name] for name in _SAID], default=_moment, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{previous}\n{said}".encode("utf-8", "surrogatepass")).hexdigest()


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(value)


def _as_value(row: Row[Any]) -> AuditRow:
    said = {name: row._mapping[name] for name in _SAID}  # noqa: SLF001 - SQLAlchemy's public name for it
    return AuditRow(**said)
