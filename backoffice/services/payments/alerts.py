"""Moves of money that a person has to look at: refused ones, and those whose end nobody knows for too long."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, select, update

from backoffice.domain.payment import MoveKind
from backoffice.domain.staff import SYSTEM
from backoffice.services import audit
from backoffice.services.payments.moves import OPEN
from backoffice.store.tables.ordering import payments
from backoffice.store.tables.payments import payment_moves

LIMIT = timedelta(minutes=30)  # of a move nobody knows the end of
_log = structlog.get_logger()


def raise_alert(
    connection: Connection, move_id: str, reference: str, *, kind: MoveKind, reason: str, now: datetime
) -> None:
    """Let supervisors see a move, once."""
    connection.execute(update(payment_moves).where(payment_moves.c.move_id == move_id).values(alerted_at=now))
    detail: dict[str, object] = {"move": move_id, "kind": kind.value, "reason": reason}
    audit.record(connection, SYSTEM, "payment.alert", reference, at=now, detail=detail)
    _log.warning("payment needs a person", reference=reference, kind=kind.value, reason=reason)


def alert_overdue(connection: Connection, now: datetime) -> int:
    """Raise the alert of every open move older than the limit; return how many there were."""
    rows = connection.execute(
        select(payment_moves, payments.c.reference)
        .join(payments, payments.c.payment_id == payment_moves.c.payment_id)
        .where(
            payment_moves.c.status.in_(OPEN),
            payment_moves.c.alerted_at.is_(None),
            payment_moves.c.planned_at < now - LIMIT,
        )
        .limit(100)
    ).all()
    for row in rows:
        reason = row.reason or "It has not been answered."
        raise_alert(connection, row.move_id, row.reference, kind=MoveKind(row.kind), reason=reason, now=now)
    return len(rows)
