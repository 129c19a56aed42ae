"""ProcessOrder Lock, Unlock and take-over.

1. a cart is held by whoever changes it, the agent of its call first of all; the desk renews what it holds while it is
   open, and what nobody touches is free again after ``LOCK_LIFE``;
2. an order is held by who locks it, before something is done to it that others should see coming;
3. a supervisor takes over, with a reason: both people stand in the audit trail, and the agent is told by whom and why
   at the next change; once the supervisor lets go, the cart is the agent's again;
4. whoever may not is told in one of four ways: modified, locked, unlocked, not yours (``domain.lock``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, null, select

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
    stand,
)
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import CartStatus
from backoffice.services import audit
from backoffice.services.free_text import checked_reason
from backoffice.services.lock_rows import (
    HELD_CART,
    as_lock,
    demand,
    find_lock,
    hold,
    let_go_of_lock,
    renew_all,
)
from backoffice.store.store import Store
from backoffice.store.tables.ordering import calls, carts, locks, orders
from backoffice.store.tables.people import customers, staff

_LONGEST_LIST = 500
_TO_LOCK = {LockKind.CART: Right.CARTS, LockKind.ORDER: Right.CANCEL_ORDERS}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenWork:
    """Something people are at: an unfinished call with its cart, or a locked order.

    ``lock`` None: nobody touches it now. ``agent`` is whose call it is, "" for an order; ``name`` what people call it:
    the customer of a call, the number of an order.
    """

    subject: Subject
    name: str
    agent: str
    since: datetime
    parked_since: datetime | None
    lock: LockState | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A subject as it is now, and how the asker stands to it."""

    standing: Standing
    lock: LockState | None
    version: int
    customer_id: str
    now: datetime


class Locks:
    """Who holds what."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock

    async def state(self, actor: Actor, subject: Subject) -> LockState | None:
        """Return who holds it now, None when nobody does."""
        actor.require(Right.HISTORY if subject.kind is LockKind.ORDER else Right.CARTS)
        lock = await self._store.read(lambda connection: find_lock(connection, subject))
        return lock if lock is not None and lock.is_live(self._clock()) else None

    async def check(self, actor: Actor, subject: Subject, *, version: int) -> LockOutcome:
        """Say whether the actor may change what they read at ``version``; nothing is locked by asking."""
        actor.require(_TO_LOCK[subject.kind])
        seen = await self._store.read(lambda connection: self._see(connection, actor, subject))
        return judge(Want.CHANGE, seen.standing, read=version, version=seen.version)

    async def lock(self, actor: Actor, subject: Subject, *, version: int | None = None) -> LockState:
        """Hold it, or hold it longer. ``version``: only if it is still what was read."""
        actor.require(_TO_LOCK[subject.kind])

        def work(connection: Connection) -> LockState:
            seen = self._see(connection, actor, subject)
            _demand(Want.LOCK, seen, subject, version)
            held = hold(connection, actor, subject, seen.lock, seen.now)
            if seen.standing is not Standing.MINE:
                self._tell(connection, actor, "locked", seen, subject)
            return held

        return await self._store.run(work)

    async def unlock(self, actor: Actor, subject: Subject) -> None:
        """Let go of it; a cart that was taken over is its agent's again."""
        actor.require(_TO_LOCK[subject.kind])

        def work(connection: Connection) -> None:
            seen = self._see(connection, actor, subject)
            _demand(Want.UNLOCK, seen, subject, None)
            let_go_of_lock(connection, subject)
            self._tell(connection, actor, "unlocked", seen, subject)

        await self._store.run(work)

    async def take_over(
        self, actor: Actor, subject: Subject, reason: str, *, version: int | None = None
    ) -> LockState:
        """Hold what somebody else holds, or what is a colleague's call; the reason is shown to them and kept."""
        actor.require(Right.TAKE_OVER)
        why = checked_reason(reason, "Taking over")

        def work(connection: Connection) -> LockState:
            seen = self._see(connection, actor, subject)
            _demand(Want.TAKE_OVER, seen, subject, version)
            if seen.standing is Standing.MINE and seen.lock is not None:
                return hold(connection, actor, subject, seen.lock, seen.now)
            held = hold(connection, actor, subject, seen.lock, seen.now, reason=why)
            self._tell(
                connection,
                actor,
                "taken_over",
                seen,
                subject,
                reason=why,
                taken_from=held.taken_from or "",
                taken_from_name=held.taken_from_name,
            )
            return held

        return await self._store.run(work)

    async def renew(self, actor: Actor) -> int:
        """Hold what the actor holds for longer; the desk calls it while it is open. Returns how many were renewed."""
        return await self._store.run(lambda connection: renew_all(connection, actor, self._clock()))

    async def open_work(self, actor: Actor) -> tuple[OpenWork, ...]:
        """Return the unfinished calls of everybody and the orders being held, opened first. Needs Right.TAKE_OVER."""
        actor.require(Right.TAKE_OVER)
        return await self._store.read(lambda connection: _open_work(connection, self._clock()))

    def _see(self, connection: Connection, actor: Actor, subject: Subject) -> _Seen:
        row = connection.execute(_SUBJECTS[subject.kind].where(_NAMES[subject.kind] == subject.name)).first()
        if row is None:
            what = "cart" if subject.kind is LockKind.CART else f"order {subject.name[:64]}"
            sentence = f"There is no such {what} to hold."
            raise NotFound(sentence)
        now, lock = self._clock(), find_lock(connection, subject)
        belongs_to = StaffId(row.staff_id) if row.staff_id else None
        return _Seen(
            standing=stand(lock, actor.staff_id, belongs_to=belongs_to, now=now),
            lock=lock,
            version=row.version,
            customer_id=row.customer_id or "",
            now=now,
        )

    def _tell(
        self,
        connection: Connection,
        actor: Actor,
        what: str,
        seen: _Seen,
        subject: Subject,
        **detail: object,
    ) -> None:
        audit.record(
            connection,
            actor,
            f"{subject.kind.value}.{what}",
            subject.name,
            at=seen.now,
            customer_id=seen.customer_id,
            detail=dict(detail),
        )


def _demand(want: Want, seen: _Seen, subject: Subject, read: int | None) -> None:
    demand(want, seen.standing, seen.lock, subject, seen.now, read=read, version=seen.version)


_SUBJECTS: dict[LockKind, Any] = {
    LockKind.CART: select(calls.c.staff_id, carts.c.version, carts.c.customer_id)
    .join(carts, carts.c.call_id == calls.c.call_id)
    .where(calls.c.closed_at.is_(None)),
    LockKind.ORDER: select(null().label("staff_id"), orders.c.version, orders.c.customer_id),
}
_NAMES = {LockKind.CART: carts.c.cart_id, LockKind.ORDER: orders.c.number}


def _open_work(connection: Connection, now: datetime) -> tuple[OpenWork, ...]:
    unfinished = connection.execute(
        select(
            carts.c.cart_id,
            calls.c.opened_at,
            calls.c.parked_since,
            func.coalesce(staff.c.name, calls.c.staff_id).label("agent"),
            customers.c.first_name,
            customers.c.last_name,
            customers.c.company,
            locks,
        )
        .join(calls, calls.c.call_id == carts.c.call_id)
        .outerjoin(staff, staff.c.staff_id == calls.c.staff_id)
        .outerjoin(customers, customers.c.customer_id == carts.c.customer_id)
        .outerjoin(locks, HELD_CART)
        .where(
            calls.c.closed_at.is_(None),
            carts.c.status.in_((CartStatus.OPEN.value, CartStatus.IN_CHECKOUT.value)),
        )
        .order_by(calls.c.opened_at, carts.c.cart_id)
        .limit(_LONGEST_LIST)
    )
    held = connection.execute(
        select(locks, orders.c.placed_at)
        .join(orders, and_(locks.c.kind == LockKind.ORDER.value, locks.c.name == orders.c.number))
        .where(locks.c.until > now)
        .order_by(locks.c.since, locks.c.name)
        .limit(_LONGEST_LIST)
    )
    return tuple(
        [
            OpenWork(
                subject=Subject(kind=LockKind.CART, name=row.cart_id),
                name=f"{row.first_name or ''} {row.last_name or ''}".strip() or row.company or "",
                agent=row.agent,
                since=row.opened_at,
                parked_since=row.parked_since,
                lock=_live(row, now),
            )
            for row in unfinished
        ]
        + [
            OpenWork(
                subject=Subject(kind=LockKind.ORDER, name=row.name),
                name=row.name,
                agent="",
                since=row.since,
                parked_since=None,
                lock=_live(row, now),
            )
            for row in held
        ]
    )


def _live(row: Row[Any], now: datetime) -> LockState | None:
    lock = as_lock(row)
    return lock if lock is not None and lock.is_live(now) else None
