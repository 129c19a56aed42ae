"""The money on gift certificates: held, taken, released, refunded; each move a row of a ledger that only grows.

1. ``hold`` takes an amount off the balance for a payment, guarded, so that it is never below zero however many try;
2. ``take`` says that what is held has paid, in one piece or in several;
3. ``release`` puts back what was held and not taken; ``refund`` what was taken;
4. every move is written once: by its kind, its payment, and a number where a payment moves in several pieces. The same
   move again changes nothing; the same move with another amount is a bug.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from backoffice.domain.certificate import (
    BALANCE_CHANGE,
    CertificateMove,
    CertificateStatus,
    GiftCertificate,
    certificate_code,
)
from backoffice.domain.errors import Conflict, Refusal
from backoffice.domain.money import Money
from backoffice.store.tables.pricing import certificate_moves, gift_certificates

_M = CertificateMove
_MOVE = select(certificate_moves).where(certificate_moves.c.move_id == bindparam("move"))
_HOLD = (
    update(gift_certificates)
    .where(
        gift_certificates.c.code == bindparam("held_code"),
        gift_certificates.c.currency == bindparam("held_currency"),
        gift_certificates.c.status == CertificateStatus.ACTIVE.value,
        gift_certificates.c.balance >= bindparam("held_amount"),
        or_(gift_certificates.c.expires_at.is_(None), gift_certificates.c.expires_at > bindparam("held_at")),
    )
    .values(
        balance=gift_certificates.c.balance - bindparam("held_amount"),
        updated_at=bindparam("held_at", type_=gift_certificates.c.updated_at.type),
    )
)


def load_certificates(connection: Connection, codes: Iterable[str]) -> dict[str, GiftCertificate]:
    """Return the certificates there are of these codes, by code, in the order asked for."""
    wanted = list(dict.fromkeys(certificate_code(code) for code in codes))
    if not wanted:
        return {}
    rows = connection.execute(select(gift_certificates).where(gift_certificates.c.code.in_(wanted)))
    found = {row.code: _certificate(row) for row in rows}
    return {code: found[code] for code in wanted if code in found}


def hold(connection: Connection, code: str, amount: Money, payment_id: str, now: datetime) -> None:
    """Take the amount off the balance for a payment; once, whatever is asked again.

    Raises:
        Refusal: ``certificate_short``: not enough left, expired, cancelled, or not paid for.
        Conflict: this payment's hold was released already, or was for another amount.
    """
    code = certificate_code(code)
    if _done(connection, _M.HELD, payment_id, amount.minor):
        if _done(connection, _M.RELEASED, payment_id):
            raise _conflict("What this payment held of the gift certificate was released already.")
        return
    changed = connection.execute(
        _HOLD,
        {
            "held_code": code,
            "held_currency": amount.currency,
            "held_amount": amount.minor,
            "held_at": now,
        },
    )
    if not changed.rowcount:
        raise short(connection, code, amount, now)
    write_move(connection, _M.HELD, code=code, amount=amount.minor, payment_id=payment_id, at=now)


def take(
    connection: Connection, payment_id: str, now: datetime, *, amount: int | None = None, number: str = ""
) -> int:
    """Say that what is held has paid; return how much (minor units).

    ``amount`` None: all that is left of the hold. ``number`` tells the takes of one payment apart.
    Raises Conflict when more would be taken than is held.
    """
    if done := _done(connection, _M.TAKEN, payment_id, amount, number):
        return done
    code, left, _taken = _position(connection, payment_id)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise _conflict(f"{wanted} can not be taken: this payment holds {left} of the gift certificate.")
    write_move(connection, _M.TAKEN, code=code, amount=wanted, payment_id=payment_id, number=number, at=now)
    return wanted


def release(connection: Connection, payment_id: str, now: datetime) -> int:
    """Put back what a payment holds and has not taken; return how much. Nothing held is nothing to do."""
    if done := _done(connection, _M.RELEASED, payment_id):
        return done
    if not _done(connection, _M.HELD, payment_id):
        return 0
    code, left, _taken = _position(connection, payment_id)
    if left:
        _give_back(connection, code, left, now)
        write_move(connection, _M.RELEASED, code=code, amount=left, payment_id=payment_id, at=now)
    return left


def refund(
    connection: Connection, payment_id: str, now: datetime, *, amount: int | None = None, number: str = ""
) -> int:
    """Put back what was taken, all of it or ``amount``; return how much. Raises Conflict for more than was taken.

    A certificate that has expired meanwhile gets its money all the same: the store decides what becomes of it.
    """
    if done := _done(connection, _M.REFUNDED, payment_id, amount, number):
        return done
    code, _left, taken = _position(connection, payment_id)
    wanted = taken if amount is None else amount
    if not 0 < wanted <= taken:
        raise _conflict(f"{wanted} can not be refunded: this payment took {taken} of the gift certificate.")
    _give_back(connection, code, wanted, now)
    write_move(
        connection, _M.REFUNDED, code=code, amount=wanted, payment_id=payment_id, number=number, at=now
    )
    return wanted


def short(connection: Connection, code: str, amount: Money, now: datetime) -> Refusal:
    """Return why a certificate can not pay the amount, for a person."""
    found = load_certificates(connection, [code]).get(code)
    if found is None:
        sentence = f"There is no gift certificate {code}."
    else:
        sentence = (
            found.objection(amount.currency, now)
            or f"Only {found.balance} is left on the gift certificate {code}; the order needs {amount}."
        )
    return Refusal(
        sentence,
        field="gift_certificates",
        advice="Prepare again (F5): what is left to pay is worked out anew.",
        code="certificate_short",
    )


def _certificate(row: Row[Any]) -> GiftCertificate:
    return GiftCertificate(
        code=row.code,
        amount=Money(row.amount, row.currency),
        balance=Money(row.balance, row.currency),
        status=CertificateStatus(row.status),
        bought_in=row.bought_in,
        recipient=row.recipient,
        expires_at=row.expires_at,
    )


def _done(
    connection: Connection,
    kind: CertificateMove,
    payment_id: str,
    amount: int | None = None,
    number: str = "",
) -> int:
    """Return the amount of a move that was made already, 0 when it was not; Conflict for another amount."""
    row = connection.execute(_MOVE, {"move": _move_id(kind, payment_id, number)}).first()
    if row is None:
        return 0
    if amount is not None and amount != row.amount:
        raise _conflict(f"The gift certificate's move {row.move_id} was for {row.amount}, not {amount}.")
    return int(row.amount)


def _position(connection: Connection, payment_id: str) -> tuple[str, int, int]:
    """Return the code, what the payment still holds, and what it has taken and not given back.

    The certificate's row is touched first, so that of two who look at once on PostgreSQL one has to look again.
    """
    code: str | None = connection.execute(
        select(certificate_moves.c.code).where(
            certificate_moves.c.move_id == _move_id(_M.HELD, payment_id, "")
        )
    ).scalar()
    if code is None:
        raise _conflict("This payment holds nothing of a gift certificate.")
    connection.execute(
        update(gift_certificates)
        .where(gift_certificates.c.code == code)
        .values(updated_at=gift_certificates.c.updated_at)
    )
    rows = connection.execute(
        select(certificate_moves.c.kind, func.sum(certificate_moves.c.amount).label("amount"))
        .where(certificate_moves.c.payment_id == payment_id)
        .group_by(certificate_moves.c.kind)
    )
    sums = {CertificateMove(row.kind): int(row.amount) for row in rows}
    taken = sums.get(_M.TAKEN, 0)
    left = sums[_M.HELD] - taken - sums.get(_M.RELEASED, 0)
    return code, left, taken - sums.get(_M.REFUNDED, 0)


def _give_back(connection: Connection, code: str, amount: int, now: datetime) -> None:
    connection.execute(
        update(gift_certificates)
        .where(gift_certificates.c.code == code)
        .values(balance=gift_certificates.c.balance + amount, updated_at=now)
    )


def write_move(
    connection: Connection,
    kind: CertificateMove,
    *,
    code: str,
    amount: int,
    at: datetime,
    payment_id: str = "",
    number: str = "",
) -> None:
    """Add a row to the ledger, in the transaction that changes the balance."""
    row = move_row(kind, code=code, amount=amount, at=at, payment_id=payment_id, number=number)
    connection.execute(insert(certificate_moves), row)


def move_row(
    kind: CertificateMove,
    *,
    code: str,
    amount: int,
    at: datetime,
    payment_id: str = "",
    number: str = "",
) -> dict[str, object]:
    """Return a row of the ledger."""
    return {
        "move_id": _move_id(kind, payment_id, number),
        "code": code,
        "kind": kind.value,
        "amount": amount,
        "change": amount * BALANCE_CHANGE[kind],
        "payment_id": payment_id,
        "at": at,
    }


def _move_id(kind: CertificateMove, payment_id: str, number: str) -> str:
    return ":".join(part for part in (kind.value, payment_id, number) if part)


def _conflict(sentence: str) -> Conflict:
    return Conflict(
        sentence, advice="Tell a supervisor: this payment needs a look.", code="certificate_moves"
    )
