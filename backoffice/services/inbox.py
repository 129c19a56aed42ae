"""The inbox: messages received, stored by their id with what became of them."""

import hashlib
import json
import math
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.staff import SYSTEM
from backoffice.domain.sync import InboxRow, InboxState, SyncSummary
from backoffice.external.dom.port import SyncInventoryMessage, SyncOrderMessage
from backoffice.external.dom.sync import parse_sync_inventory, parse_sync_order
from backoffice.services import audit
from backoffice.services.free_text import without_cards
from backoffice.services.order_sync_apply import ORDER_KIND, Applied
from backoffice.store.tables.messages import inbox
from backoffice.store.writing import Write

# Fields of messages whose numbers are what they are: ids, articles, telephones, parcels.
_NUMBERS = frozenset(
    {
        "bodId",
        "orderNumber",
        "externalOrderId",
        "customerId",
        "lineId",
        "shipmentId",
        "sku",
        "phone",
        "tracking",
    }
)
INVENTORY_KIND = "SyncInventoryAvailability"
Message = SyncOrderMessage | SyncInventoryMessage
_INSERT = Write(insert(inbox))
_HASH = select(inbox.c.body_hash).where(inbox.c.message_id == bindparam("message"))


def hash_of(body: bytes) -> str:
    """Return what tells one body from another: SHA-256 of its bytes."""
    return hashlib.sha256(body).hexdigest()


def hash_kept(connection: Connection, message_id: str) -> str | None:
    """Return the hash of the body that came under this id first, None when none did."""
    found: str | None = connection.execute(_HASH, {"message": message_id}).scalar()
    return found


def read_summary(connection: Connection) -> SyncSummary:
    """Count the inbox by state (for the screen and the metrics)."""
    counts: dict[str, int] = {
        row.state: row.messages
        for row in connection.execute(
            select(inbox.c.state, func.count().label("messages")).group_by(inbox.c.state)
        )
    }
    last = connection.execute(
        select(inbox.c.received_at, inbox.c.created_at)
        .order_by(inbox.c.received_at.desc(), inbox.c.message_id.desc())
        .limit(1)
    ).first()
    return SyncSummary(
        received=sum(counts.values()),
        applied=counts.get(InboxState.APPLIED.value, 0),
        ignored=counts.get(InboxState.IGNORED.value, 0),
        parked=counts.get(InboxState.PARKED.value, 0),
        set_aside=counts.get(InboxState.SET_ASIDE.value, 0),
        last_received_at=last.received_at if last else None,
        lag=last.received_at - last.created_at if last else None,
    )


def values_of(body: bytes) -> object:
    """Return a body as the JSON column keeps it.

    Raises:
        InvalidInput: it holds, in a field nobody reads, what no JSON column takes: a number without end.
    """
    try:
        return json.loads(body, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        raise InvalidInput("The message holds a number that is none.", code="invalid_message") from None


def keep(
    connection: Connection,
    message: Message,
    applied: Applied,
    *,
    key: str,
    body: bytes,
    now: datetime,
) -> None:
    """Store a message with what became of it."""
    kind, subject, sequence = INVENTORY_KIND, "", 0
    if isinstance(message, SyncOrderMessage):
        kind, subject, sequence = ORDER_KIND, message.order_number, message.sequence
    _INSERT(
        connection,
        {
            "message_id": key,
            "kind": kind,
            "subject": subject,
            "sequence": sequence,
            "body_hash": hash_of(body),
            "body": without_cards(values_of(body), but=_NUMBERS),
            "state": applied.state.value,
            "reason": applied.reason,
            "created_at": message.created_at,
            "received_at": now,
            "applied_at": now if applied.state is InboxState.APPLIED else None,
            "times_received": 1,
        },
    )
    record_applied(connection, key, subject, applied, now)


def record_applied(connection: Connection, key: str, subject: str, applied: Applied, now: datetime) -> None:
    """Write the audit row of a message."""
    detail: dict[str, object] = {"message": key, "reason": applied.reason}
    audit.record(connection, SYSTEM, f"sync.{applied.state.value}", subject or "stock", at=now, detail=detail)


def settle(connection: Connection, key: str, applied: Applied, now: datetime) -> None:
    """Write down what became of a message that waited."""
    connection.execute(
        update(inbox)
        .where(inbox.c.message_id == key)
        .values(
            state=applied.state.value,
            reason=applied.reason,
            applied_at=now if applied.state is InboxState.APPLIED else None,
        )
    )


def count_again(connection: Connection, key: str) -> bool:
    """Count that a stored message came again; False when it is not there."""
    changed = connection.execute(
        update(inbox).where(inbox.c.message_id == key).values(times_received=inbox.c.times_received + 1)
    )
    return bool(changed.rowcount)


def read(connection: Connection, message_id: str) -> Row[Any]:
    """Return a stored message; NotFound when there is none."""
    row = connection.execute(select(inbox).where(inbox.c.message_id == message_id)).first()
    if row is None:
        raise NotFound("There is no such message.")
    return row


def parse(kind: str, body: object) -> Message:
    """Read a stored body again."""
    text = json.dumps(body).encode()
    return parse_sync_order(text) if kind == ORDER_KIND else parse_sync_inventory(text)


def inbox_row(row: Row[Any]) -> InboxRow:
    """Return a stored message as it is shown."""
    return InboxRow(
        message_id=row.message_id,
        kind=row.kind,
        subject=row.subject,
        sequence=row.sequence,
        state=InboxState(row.state),
        reason=row.reason,
        created_at=row.created_at,
        received_at=row.received_at,
        applied_at=row.applied_at,
        times_received=row.times_received,
    )


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
