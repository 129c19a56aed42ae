"""Locks as rows: who holds what, guarded by the rule of ``domain.lock``; the cart of a call is held by changing it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, select, update

from backoffice.domain.errors import NotFound
from backoffice.domain.ids import StaffId
from backoffice.domain.lock import (
    LockKind,
    LockOutcome,
    LockState,
    Standing,
    Subject,
    Want,
    judge,
    refusal,
    stand,
)
from backoffice.domain.staff import Actor
from backoffice.store.tables.ordering import calls, carts, locks
from backoffice.store.upsert import upsert

LOCK_LIFE = timedelta(minutes=10)  # without a touch of its holder
_RENEW_BELOW = LOCK_LIFE / 2
HELD_CART = and_(locks.c.kind == LockKind.CART.value, locks.c.name == carts.c.cart_id)
_CALL = (
    select(calls.c.staff_id, carts.c.cart_id, locks)
    .join(carts, carts.c.call_id == calls.c.call_id)
    .outerjoin(locks, HELD_CART)
    .where(calls.c.call_id == bindparam("call"))
)
_LOCK = select(locks).where(locks.c.kind == bindparam("of_kind"), locks.c.name == bindparam("of_name"))


def hold_cart(connection: Connection, actor: Actor, call_id: str, now: datetime) -> LockState:
    """Hold the cart of a call, as whoever changes it does; the lock lives on by it.

    NotFound for an unknown call; Conflict or NotAllowed, with the outcome as code, when it is not the actor's to hold.
    """
    row = connection.execute(_CALL, {"call": call_id}).first()
    if row is None:
        sentence = "This call does not exist any more."
        raise NotFound(sentence, advice="Start a new call.")
    subject = Subject(kind=LockKind.CART, name=row.cart_id)
    lock = as_lock(row)
    standing = stand(lock, actor.staff_id, belongs_to=row.staff_id, now=now)
    demand(Want.LOCK, standing, lock, subject, now)
    return hold(connection, actor, subject, lock, now)


def demand(
    want: Want,
    standing: Standing,
    lock: LockState | None,
    subject: Subject,
    now: datetime,
    *,
    read: int | None = None,
    version: int = 0,
) -> None:
    """Raise the Refusal of what comes of it, unless it is valid."""
    outcome = judge(want, standing, read=read, version=version)
    if outcome is not LockOutcome.VALID:
        raise refusal(outcome, standing, lock, subject, now)


def hold(
    connection: Connection,
    actor: Actor,
    subject: Subject,
    lock: LockState | None,
    now: datetime,
    *,
    reason: str = "",
) -> LockState:
    """Write that the actor holds it from now on, or longer; ``lock`` is what was read, and allowed it."""
    mine = lock if lock is not None and lock.is_live(now) and lock.holder == actor.staff_id else None
    if mine is not None and mine.desk == actor.desk and mine.until - now > _RENEW_BELOW:
        return mine
    taken = lock if lock is not None and lock.is_live(now) and mine is None else None
    held = LockState(
        subject=subject,
        holder=actor.staff_id,
        holder_name=actor.name,
        desk=actor.desk,
        since=mine.since if mine else now,
        until=now + LOCK_LIFE,
        reason=reason or (mine.reason if mine else ""),
        taken_from=taken.holder if taken else mine.taken_from if mine else None,
        taken_from_name=taken.holder_name if taken else mine.taken_from_name if mine else "",
    )
    upsert(connection, locks, [_values(held)])
    return held


def require_unheld(connection: Connection, actor: Actor, order_number: str, now: datetime) -> None:
    """Raise Conflict ("locked") when somebody else holds the order."""
    subject = Subject(kind=LockKind.ORDER, name=order_number)
    lock = find_lock(connection, subject)
    demand(Want.LOCK, stand(lock, actor.staff_id, belongs_to=None, now=now), lock, subject, now)


def let_go_of_lock(connection: Connection, subject: Subject) -> None:
    """Nobody holds it from now on."""
    connection.execute(delete(locks).where(locks.c.kind == subject.kind.value, locks.c.name == subject.name))


def renew_all(connection: Connection, actor: Actor, now: datetime) -> int:
    """What the actor holds is held longer; return how much that is."""
    changed = connection.execute(
        update(locks)
        .where(locks.c.holder == actor.staff_id, locks.c.until > now, locks.c.until < now + _RENEW_BELOW)
        .values(until=now + LOCK_LIFE)
    )
    return int(changed.rowcount)


def find_lock(connection: Connection, subject: Subject) -> LockState | None:
    """Return the lock as it was left, live or not."""
    row = connection.execute(_LOCK, {"of_kind": subject.kind.value, "of_name": subject.name}).first()
    return as_lock(row) if row else None


def as_lock(row: Row[Any]) -> LockState | None:
    """Return the columns of ``locks`` in a row as a value, None when an outer join found none."""
    if row.holder is None:
        return None
    return LockState(
        subject=Subject(kind=LockKind(row.kind), name=row.name),
        holder=StaffId(row.holder),
        holder_name=row.holder_name,
        desk=row.desk,
        since=row.since,
        until=row.until,
        reason=row.reason,
        taken_from=StaffId(row.taken_from) if row.taken_from else None,
        taken_from_name=row.taken_from_name,
    )


def _values(lock: LockState) -> dict[str, object]:
    return {
        "kind": lock.subject.kind.value,
        "name": lock.subject.name,
        "holder": lock.holder,
        "holder_name": lock.holder_name,
        "desk": lock.desk,
        "since": lock.since,
        "until": lock.until,
        "reason": lock.reason,
        "taken_from": lock.taken_from or "",
        "taken_from_name": lock.taken_from_name,
    }
