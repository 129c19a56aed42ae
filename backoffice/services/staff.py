"""Staff: sign in, and who may.

Signing in:
1. five wrong passwords within five minutes lock the login until five minutes after the first of them;
2. the password is checked against its argon2 hash, away from the event loop; a login nobody has takes as long;
3. success forgets the failures and leaves an audit row, as failure does.
A supervisor adds people and takes them out; nobody is deleted, for the trail names them.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, insert, select, update

from backoffice.domain.errors import Conflict, InvalidInput, NotFound, Refusal
from backoffice.domain.ids import CallId, StaffId, new_id
from backoffice.domain.staff import SYSTEM, Actor, Approval, Right, Role, StaffMember
from backoffice.services import audit
from backoffice.services.demo_staff import DEMO_LOGINS, DemoLogin
from backoffice.services.free_text import one_line, text_problem
from backoffice.store.store import Store
from backoffice.store.tables.people import failed_sign_ins, staff

MOST_FAILURES = 5
FAILURES_COUNT_FOR = timedelta(minutes=5)
SHORTEST_PASSWORD = 8
_LONGEST = 100
_HASHER = PasswordHasher()
_PEOPLE = frozenset({Role.AGENT, Role.SUPPORT, Role.SUPERVISOR})


def hash_password(password: str) -> str:
    """Return what is kept of a password. Slow on purpose: not for the event loop's thread."""
    return _HASHER.hash(password)


class StaffService:
    """Signing in and managing staff."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, demo: bool) -> None:
        """``demo``: offer the demo's logins with their passwords."""
        self._store = store
        self._clock = clock
        self._demo = demo

    async def sign_in(self, login: str, password: str, *, desk: str) -> Actor:
        """Return who signed in. Raises Refusal: wrong name or password, or locked for a while."""
        row = await self._verified(login, password, desk)
        actor = Actor(staff_id=StaffId(row.staff_id), name=row.name, role=Role(row.role), desk=desk)

        def welcome(connection: Connection) -> Actor:
            _forget_failures(connection, row.login)
            audit.record(connection, actor, "staff.signed_in", actor.staff_id, at=self._clock())
            return actor

        return await self._store.run(welcome)

    async def approve(
        self, approval: Approval, right: Right, *, desk: str, call_id: CallId | None = None
    ) -> Actor:
        """Return who approves something at another's desk; nobody is signed in.

        Wrong passwords count as they do at sign-in. Raises Refusal (``wrong_password``, ``locked``), and NotAllowed
        for somebody without the right.
        """
        row = await self._verified(approval.login, approval.password, desk)
        actor = Actor(
            staff_id=StaffId(row.staff_id), name=row.name, role=Role(row.role), desk=desk, call_id=call_id
        )
        await self._store.run(lambda connection: _forget_failures(connection, row.login))
        actor.require(right)
        return actor

    async def _verified(self, login: str, password: str, desk: str) -> Row[Any]:
        """Return the row of the person whose password it is, or count the failure and refuse."""
        name = _login(login)
        now = self._clock()
        row, failures = await self._store.read(lambda connection: _look_up(connection, name, now))
        if len(failures) >= MOST_FAILURES:
            raise _locked(min(failures), now)
        right = await asyncio.to_thread(_verify, row.password_hash if row else _nobodys_hash(), password)
        if row is None or not right or not row.active:
            await self._store.run(
                lambda connection: self._fail(connection, name, desk, known=row is not None)
            )
            raise Refusal("Name or password is wrong.", field="password", code="wrong_password")
        return row

    def demo_logins(self) -> tuple[DemoLogin, ...]:
        """Return what the demo's sign-in offers; nothing anywhere else."""
        return DEMO_LOGINS if self._demo else ()

    async def list(self, actor: Actor) -> tuple[StaffMember, ...]:
        """Return everybody, by name. Needs Right.STAFF."""
        actor.require(Right.STAFF)

        def read(connection: Connection) -> tuple[StaffMember, ...]:
            return tuple(_member(row) for row in connection.execute(select(staff).order_by(staff.c.name)))

        return await self._store.read(read)

    async def add(self, actor: Actor, *, login: str, name: str, role: Role, password: str) -> StaffMember:
        """Let somebody sign in. Raises InvalidInput, and Conflict when the login is taken."""
        actor.require(Right.STAFF)
        _check(login, name, role, password)
        hashed = await asyncio.to_thread(hash_password, password)
        row = {
            "staff_id": new_id(),
            "login": _login(login),
            "name": one_line(name),
            "role": role.value,
            "password_hash": hashed,
            "active": True,
            "created_at": self._clock(),
        }

        def write(connection: Connection) -> StaffMember:
            if _by_login(connection, _login(login)):
                raise Conflict(
                    f"The login “{_login(login)}” is taken.", field="login", advice="Choose another."
                )
            connection.execute(insert(staff).values(row))
            detail: dict[str, object] = {"login": row["login"], "role": row["role"]}
            audit.record(
                connection, actor, "staff.added", str(row["staff_id"]), at=self._clock(), detail=detail
            )
            return _load(connection, str(row["staff_id"]))

        return await self._store.run(write)

    async def deactivate(self, actor: Actor, staff_id: str) -> StaffMember:
        """Stop somebody from signing in; never oneself, so a supervisor always remains."""
        return await self._set_active(actor, staff_id, active=False)

    async def reactivate(self, actor: Actor, staff_id: str) -> StaffMember:
        """Let somebody sign in again."""
        return await self._set_active(actor, staff_id, active=True)

    async def _set_active(self, actor: Actor, staff_id: str, *, active: bool) -> StaffMember:
        actor.require(Right.STAFF)

        def write(connection: Connection) -> StaffMember:
            member = _load(connection, staff_id)
            if not active and staff_id == actor.staff_id:
                raise Refusal("You can not take out yourself.", advice="Ask another supervisor.")
            connection.execute(update(staff).where(staff.c.staff_id == staff_id).values(active=active))
            action = "staff.reactivated" if active else "staff.deactivated"
            audit.record(
                connection, actor, action, staff_id, at=self._clock(), detail={"login": member.login}
            )
            return _load(connection, staff_id)

        return await self._store.run(write)

    def _fail(self, connection: Connection, login: str, desk: str, *, known: bool) -> None:
        """What nobody is called may be a password typed into the wrong field: it is written down nowhere."""
        now = self._clock()
        stale = failed_sign_ins.c.at < now - FAILURES_COUNT_FOR
        connection.execute(delete(failed_sign_ins).where(stale))
        failure = {"failure_id": new_id(), "login": _digest(login), "at": now}
        connection.execute(insert(failed_sign_ins).values(failure))
        named = login if known else "unknown"
        audit.record(connection, SYSTEM, "staff.sign_in_failed", named, at=now, detail={"desk": desk})


def _look_up(connection: Connection, login: str, now: datetime) -> tuple[Row[Any] | None, list[datetime]]:
    since = now - FAILURES_COUNT_FOR
    failures = connection.execute(
        select(failed_sign_ins.c.at).where(
            failed_sign_ins.c.login == _digest(login), failed_sign_ins.c.at > since
        )
    )
    return _by_login(connection, login), list(failures.scalars())


def _forget_failures(connection: Connection, login: str) -> None:
    connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.login == _digest(login)))


def _by_login(connection: Connection, login: str) -> Row[Any] | None:
    return connection.execute(select(staff).where(staff.c.login == login)).first()


def _load(connection: Connection, staff_id: str) -> StaffMember:
    row = connection.execute(select(staff).where(staff.c.staff_id == staff_id)).first()
    if row is None:
        raise NotFound("There is no such person.", advice="Load the list again.")
    return _member(row)


def _member(row: Row[Any]) -> StaffMember:
    return StaffMember(
        staff_id=StaffId(row.staff_id), login=row.login, name=row.name, role=Role(row.role), active=row.active
    )


def _locked(first: datetime, now: datetime) -> Refusal:
    minutes = max(1, -(-(first + FAILURES_COUNT_FOR - now) // timedelta(minutes=1)))
    again = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    return Refusal(
        f"Too many wrong passwords for this name. Try again {again}.",
        field="password",
        advice="A supervisor can not shorten it; nobody else is kept out.",
        code="locked",
    )


def _check(login: str, name: str, role: Role, password: str) -> None:
    problems = {
        "login": text_problem("The login", login, _LONGEST) or ("" if _login(login) else "Give a login."),
        "name": text_problem("The name", name, _LONGEST) or ("" if one_line(name) else "Give a name."),
        "role": "" if role in _PEOPLE else "Choose agent, support or supervisor.",
        "password": ""
        if SHORTEST_PASSWORD <= len(password) <= _LONGEST
        else f"A password has {SHORTEST_PASSWORD} to {_LONGEST} characters.",
    }
    for field, problem in problems.items():
        if problem:
            raise InvalidInput(problem, field=field)


def _login(written: str) -> str:
    return one_line(written).casefold()[:_LONGEST]


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return hash_password(new_id())
