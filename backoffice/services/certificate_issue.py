"""Gift certificates that are sold: issued inactive, active once their order counts as paid, cancelled with it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from backoffice.domain.certificate import CertificateMove, CertificateStatus, certificate_code
from backoffice.domain.money import Money
from backoffice.services.gift_certificates import move_row, write_move
from backoffice.store.tables.pricing import certificate_moves, gift_certificates

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: no words; no digits: never a card number
_GROUPS, _GROUP = 4, 4
_ACTIVATE = (
    update(gift_certificates)
    .where(
        gift_certificates.c.bought_in == bindparam("order"),
        gift_certificates.c.status == CertificateStatus.INACTIVE.value,
    )
    .values(status=CertificateStatus.ACTIVE.value, updated_at=bindparam("at"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """A line of an order that is gift certificates: so many pieces of such an amount."""

    line_id: str
    pieces: int
    amount: Money


def issue(
    connection: Connection,
    amount: Money,
    now: datetime,
    *,
    code: str = "",
    expires_at: datetime | None = None,
    recipient: str = "",
) -> str:
    """Make a certificate that can be used at once, and return its code."""
    code = certificate_code(code) or new_code()
    row = _row(code, amount, now)
    _insert(connection, [row | {"expires_at": expires_at, "recipient": recipient}])
    return code


def issue_bought(
    connection: Connection,
    order_id: str,
    bought: Iterable[Bought],
    now: datetime,
    *,
    recipient: str,
    expires_at: datetime | None,
) -> None:
    """Make the certificates bought in an order, one for each piece; they can not be used yet."""
    said = {
        "status": CertificateStatus.INACTIVE.value,
        "bought_in": order_id,
        "recipient": recipient,
        "expires_at": expires_at,
    }
    rows = [
        _row(new_code(), line.amount, now) | said | {"bought_as": f"{line.line_id}-{piece}"}
        for line in bought
        for piece in range(1, line.pieces + 1)
    ]
    _insert(connection, rows)


def activate_bought(connection: Connection, order_id: str, now: datetime) -> None:
    """Let the certificates bought in an order be used: it counts as paid."""
    connection.execute(_ACTIVATE, {"order": order_id, "at": now})


def cancel_bought(connection: Connection, order_id: str, now: datetime) -> None:
    """Cancel the certificates bought in an order; what is left on them is gone. A second call changes nothing."""
    rows = connection.execute(
        select(gift_certificates).where(
            gift_certificates.c.bought_in == order_id,
            gift_certificates.c.status != CertificateStatus.CANCELLED.value,
        )
    ).all()
    for row in rows:
        connection.execute(
            update(gift_certificates)
            .where(gift_certificates.c.code == row.code)
            .values(balance=0, status=CertificateStatus.CANCELLED.value, updated_at=now)
        )
        if row.balance:
            write_move(
                connection,
                CertificateMove.CANCELLED,
                code=row.code,
                amount=row.balance,
                number=row.code,
                at=now,
            )


def new_code() -> str:
    """Return a code nobody can guess: four groups of four letters."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _row(code: str, amount: Money, now: datetime) -> dict[str, Any]:
    return {
        "code": code,
        "currency": amount.currency,
        "amount": amount.minor,
        "balance": amount.minor,
        "status": CertificateStatus.ACTIVE.value,
        "bought_in": "",
        "bought_as": "",
        "recipient": "",
        "expires_at": None,
        "created_at": now,
        "updated_at": now,
    }


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(gift_certificates), rows)
    moves = [
        move_row(
            CertificateMove.ISSUED,
            code=row["code"],
            amount=row["amount"],
            number=row["code"],
            at=row["created_at"],
        )
        for row in rows
    ]
    connection.execute(insert(certificate_moves), moves)
