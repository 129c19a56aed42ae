"""What a service needs of durable work: to write a job in its own transaction."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection


class Jobs(Protocol):
    """The way to enqueue; ``backoffice.durable`` does it with DBOS."""

    def enqueue(
        self, connection: Connection, name: str, *args: str, key: str, delay: timedelta | None = None
    ) -> None:
        """Write job ``name(*args)`` in the caller's transaction; a ``key`` used before changes nothing.

        Names: transfer_order(order_id), resume_checkout(attempt_id), settle_payment(payment_id),
        watch_link(payment_id), hold_for_payment(order_id), release_reservation(reservation_id), send_mail(mail_id),
        take_back(take_back_id).
        """
        ...


def next_try_key(what: str, now: datetime, wait: timedelta) -> str:
    """Return a key for the next try of something: two who plan it for about the same time plan it once.

    The span it stands for begins after ``now``, so no job that has run already can have it.
    """
    span = max(wait.total_seconds() / 2, 0.001)
    return f"{what}-{span:.3f}-{int((now.timestamp() + wait.total_seconds()) / span)}"
