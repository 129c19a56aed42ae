"""Moves of money: captures, voids and refunds, each a row whose key is made once.

1. a move is planned in the transaction that makes it necessary, with the job that carries it out: intent first;
2. it never asks for more than is there: 0 <= refunded <= captured <= authorised, moves under way included;
3. the moves of one payment are carried out one after the other, in the order they were planned;
4. what nobody outside has to be asked about (on account, gift certificates) moves at once;
5. letting go of an order drops what was only planned, voids what is held and gives back what was taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from backoffice.domain.ids import new_id
from backoffice.domain.payment import MoveKind, PaymentMethod
from backoffice.domain.staff import SYSTEM
from backoffice.domain.statuses import MoveStatus, PaymentStatus
from backoffice.services import audit, gift_certificates
from backoffice.services.jobs import Jobs
from backoffice.store.tables.ordering import payments
from backoffice.store.tables.payments import payment_moves

LOCAL = frozenset({PaymentMethod.ON_ACCOUNT.value, PaymentMethod.GIFT_CERTIFICATE.value})
CREDIT_CHECK = "credit_check"  # the gateway column of a payment that is no part of its order's total
OPEN = (MoveStatus.PLANNED.value, MoveStatus.SENT.value, MoveStatus.UNKNOWN.value)
_P = PaymentStatus
ASKED = (_P.AUTHORISING.value, _P.UNKNOWN.value, _P.PENDING.value)
_ALIVE = (*ASKED, _P.AUTHORISED.value, _P.CAPTURED.value, _P.VOIDING.value)
DONE_WORDS = {MoveKind.CAPTURE: "captured", MoveKind.VOID: "voided", MoveKind.REFUND: "refunded"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What of a payment can still move, in minor units, after the moves under way."""

    capture: int
    refund: int
    capturing: int  # under way


def rooms(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Room]:
    """Return the room of each payment."""
    pending: dict[tuple[str, str], int] = {
        (row.payment_id, row.kind): int(row.amount)
        for row in connection.execute(
            select(
                payment_moves.c.payment_id,
                payment_moves.c.kind,
                func.sum(payment_moves.c.amount).label("amount"),
            )
            .where(
                payment_moves.c.payment_id.in_([row.payment_id for row in rows]),
                payment_moves.c.status.in_(OPEN),
            )
            .group_by(payment_moves.c.payment_id, payment_moves.c.kind)
        )
    }
    return {row.payment_id: _room(row, pending) for row in rows}


def release_rest(connection: Connection, jobs: Jobs, row: Row[Any], about: str, now: datetime) -> None:
    """Let go of what is held beyond what was taken; what was taken stays taken."""
    plan(connection, jobs, row, MoveKind.VOID, amount=row.authorised - row.captured, about=about, now=now)


def let_go(
    connection: Connection,
    jobs: Jobs,
    order_id: str,
    now: datetime,
    about: str = "cancelled",
    *,
    keeps_taken: bool = False,
) -> None:
    """Give the money of an order back: void what is held or may be held, refund what was taken.

    ``keeps_taken``: what was taken has been delivered.
    """
    rows = connection.execute(
        select(payments).where(payments.c.order_id == order_id, payments.c.status.in_(_ALIVE))
    ).all()
    for row in rows:
        if keeps_taken and row.captured:
            drop_planned(connection, row.payment_id, now)
            if row.captured < row.authorised:
                release_rest(connection, jobs, row, about, now)
        else:
            let_go_of(connection, jobs, row, now, about)


def let_go_of(
    connection: Connection, jobs: Jobs, row: Row[Any], now: datetime, about: str = "cancelled"
) -> None:
    """The same for one payment."""
    drop_planned(connection, row.payment_id, now)
    if row.method in LOCAL:
        _let_go_locally(connection, jobs, row, about, now)
        return
    if _make_void_give_back(connection, row.payment_id) or row.status == _P.VOIDING.value:
        _set_status(connection, row, _P.VOIDING, now)
        return
    if row.status == _P.CAPTURED.value:
        left = rooms(connection, [row])[row.payment_id].refund
        if left:
            plan(connection, jobs, row, MoveKind.REFUND, amount=left, about=about, now=now)
        return
    _set_status(connection, row, _P.VOIDING, now)
    held = row.authorised - row.captured
    plan(connection, jobs, row, MoveKind.VOID, amount=held, about=about, now=now, gives_back=True)


def plan(
    connection: Connection,
    jobs: Jobs,
    row: Row[Any],
    kind: MoveKind,
    *,
    amount: int,
    about: str,
    now: datetime,
    gives_back: bool = False,
) -> None:
    """Write a move down with its key and its job, or make it at once."""
    move_id = new_id()
    local = row.method in LOCAL
    connection.execute(
        insert(payment_moves).values(
            move_id=move_id,
            payment_id=row.payment_id,
            place=select(func.coalesce(func.max(payment_moves.c.place), 0) + 1)
            .where(payment_moves.c.payment_id == row.payment_id)
            .scalar_subquery(),
            kind=kind.value,
            amount=amount,
            gives_back=gives_back,
            key=f"{row.key}-{move_id}",
            about=about,
            status=(MoveStatus.DONE if local else MoveStatus.PLANNED).value,
            attempts=0,
            reason="",
            planned_at=now,
            updated_at=now,
            next_try_at=now,
        )
    )
    if local:
        _move_locally(connection, row, kind, amount, move_id=move_id, now=now)
    else:
        jobs.enqueue(connection, "settle_payment", row.payment_id, key=f"move-{row.payment_id}-{move_id}")


def void_again(connection: Connection, jobs: Jobs, payment_id: str, gateway_id: str, now: datetime) -> None:
    """Let go of a payment that counted as let go of, and turns out to be held; ``gateway_id`` "" when not known."""
    changed = connection.execute(
        update(payments)
        .where(payments.c.payment_id == payment_id, payments.c.status == _P.VOIDED.value)
        .values(status=_P.VOIDING.value, gateway_id=gateway_id, updated_at=now)
    )
    if changed.rowcount:
        row = connection.execute(select(payments).where(payments.c.payment_id == payment_id)).one()
        plan(
            connection,
            jobs,
            row,
            MoveKind.VOID,
            amount=row.amount,
            about="It came too late.",
            now=now,
            gives_back=True,
        )


def drop_planned(connection: Connection, payment_id: str, now: datetime) -> None:
    """Forget the captures of a payment that the gateway has certainly not been asked for."""
    connection.execute(
        update(payment_moves)
        .where(
            payment_moves.c.payment_id == payment_id,
            payment_moves.c.kind == MoveKind.CAPTURE.value,
            payment_moves.c.status == MoveStatus.PLANNED.value,
        )
        .values(status=MoveStatus.DROPPED.value, reason="Not wanted any more.", updated_at=now)
    )


def write_figures(
    connection: Connection,
    payment_id: str,
    *,
    authorised: int,
    captured: int,
    refunded: int,
    now: datetime,
    gateway_id: str | None = None,
    reason: str = "",
) -> None:
    """Write what of a payment is held, taken and given back, and the status that follows from it."""
    values: dict[str, object] = {
        "authorised": authorised,
        "captured": captured,
        "refunded": refunded,
        "status": status_of(authorised, captured, refunded).value,
        "reason": reason,
        "updated_at": now,
    }
    if gateway_id is not None:
        values["gateway_id"] = gateway_id
    connection.execute(update(payments).where(payments.c.payment_id == payment_id).values(values))


def status_of(authorised: int, captured: int, refunded: int) -> PaymentStatus:
    """Return the status of a payment the gateway has decided on."""
    if not authorised:
        return _P.VOIDED
    if captured < authorised:
        return _P.AUTHORISED
    return _P.REFUNDED if refunded == captured else _P.CAPTURED


def record_move(
    connection: Connection,
    kind: MoveKind,
    reference: str,
    *,
    amount: int,
    currency: str,
    now: datetime,
    why: str,
) -> None:
    """Write the audit row of a move that was made."""
    audit.record(
        connection,
        SYSTEM,
        f"payment.{DONE_WORDS[kind]}",
        reference,
        at=now,
        detail={"amount": amount, "currency": currency, "reason": why},
    )


def _room(row: Row[Any], pending: dict[tuple[str, str], int]) -> Room:
    capturing = pending.get((row.payment_id, MoveKind.CAPTURE.value), 0)
    refunding = pending.get((row.payment_id, MoveKind.REFUND.value), 0)
    letting_go = (row.payment_id, MoveKind.VOID.value) in pending
    held = 0 if letting_go else row.authorised - row.captured - capturing
    return Room(
        capture=max(held, 0),
        refund=row.captured + capturing - row.refunded - refunding,
        capturing=capturing,
    )


def _make_void_give_back(connection: Connection, payment_id: str) -> bool:
    """A void under way gives back from now on what was taken; False: there is none."""
    changed = connection.execute(
        update(payment_moves)
        .where(
            payment_moves.c.payment_id == payment_id,
            payment_moves.c.kind == MoveKind.VOID.value,
            payment_moves.c.status.in_(OPEN),
        )
        .values(gives_back=True)
    )
    return bool(changed.rowcount)


def _set_status(connection: Connection, row: Row[Any], status: PaymentStatus, now: datetime) -> None:
    connection.execute(
        update(payments)
        .where(payments.c.payment_id == row.payment_id)
        .values(status=status.value, updated_at=now)
    )


def _let_go_locally(connection: Connection, jobs: Jobs, row: Row[Any], about: str, now: datetime) -> None:
    if held := row.authorised - row.captured:
        plan(connection, jobs, row, MoveKind.VOID, amount=held, about=about, now=now)
    if taken := row.captured - row.refunded:
        current = connection.execute(select(payments).where(payments.c.payment_id == row.payment_id)).one()
        plan(connection, jobs, current, MoveKind.REFUND, amount=taken, about=about, now=now)


def _move_locally(
    connection: Connection, row: Row[Any], kind: MoveKind, amount: int, *, move_id: str, now: datetime
) -> None:
    if row.method == PaymentMethod.GIFT_CERTIFICATE.value:
        _move_certificate(connection, row.payment_id, kind, amount=amount, move_id=move_id, now=now)
    authorised, captured, refunded = row.authorised, row.captured, row.refunded
    if kind is MoveKind.CAPTURE:
        captured += amount
    elif kind is MoveKind.REFUND:
        refunded += amount
    else:
        authorised = captured
    write_figures(
        connection, row.payment_id, authorised=authorised, captured=captured, refunded=refunded, now=now
    )
    record_move(connection, kind, row.reference, amount=amount, currency=row.currency, now=now, why="")


def _move_certificate(
    connection: Connection, payment_id: str, kind: MoveKind, *, amount: int, move_id: str, now: datetime
) -> None:
    if kind is MoveKind.CAPTURE:
        gift_certificates.take(connection, payment_id, now, amount=amount, number=move_id)
    elif kind is MoveKind.REFUND:
        gift_certificates.refund(connection, payment_id, now, amount=amount, number=move_id)
    else:
        gift_certificates.release(connection, payment_id, now)
