"""Gift certificates that are sold: issued inactive, active once their order counts as paid, cancelled with it."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from backoffice.domain.certificate import CertificateMove, CertificateStatus, certificate_code
from backoffice.domain.money import Money
from backoffice.services.gift_certificates import write_move
from backoffice.store.tables.pricing import gift_certificates

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


def issue(
    connection: Connection,
    amount: Money,
    now: datetime,
    *,
    code: str = "",
    status: CertificateStatus = CertificateStatus.ACTIVE,
    recipient: str = "",
    expires_at: datetime | None = None,
    bought_in: str = "",
    bought_as: str = "",
) -> str:
    """Make a certificate and return its code."""
    code = certificate_code(code) or new_code()
    connection.execute(
        insert(gift_certificates).values(
            code=code,
            currency=amount.currency,
            amount=amount.minor,
            balance=amount.minor,
            status=status.value,
            bought_in=bought_in,
            bought_as=bought_as,
            recipient=recipient,
            expires_at=expires_at,
            created_at=now,
            updated_at=now,
        )
    )
    write_move(connection, CertificateMove.ISSUED, code=code, amount=amount.minor, number=code, at=now)
    return code


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
