"""What a service needs of durable work: to write a job in its own transaction."""

from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection


class Jobs(Protocol):
    """The way to enqueue; ``backoffice.durable`` does it with DBOS."""

    def enqueue(
        self, connection: Connection, name: str, *args: str, key: str, delay: timedelta | None = None
    ) -> None:
        """Write job ``name(*args)`` in the caller's transaction; a ``key`` used before changes nothing.

        Names: transfer_order(order_id), resume_checkout(attempt_id), settle_payment(payment_id),
        release_reservation(reservation_id), send_mail(mail_id).
        """
        ...
