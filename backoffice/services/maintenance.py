"""Housekeeping: expired holds are freed, messages that waited for their order applied, lost jobs queued again."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from backoffice.domain.statuses import CheckoutState, PaymentStatus, ReservationStatus, TakeBackState
from backoffice.services.checkout.take_back import LONGEST_WAIT
from backoffice.services.jobs import Jobs
from backoffice.services.order_sync import apply_waiting
from backoffice.services.payments.alerts import alert_overdue
from backoffice.services.payments.links import OPEN_PAGE
from backoffice.services.payments.moves import OPEN
from backoffice.services.payments.waiting import LONGEST_LOOK
from backoffice.services.reservations import sweep
from backoffice.services.transfer import overdue
from backoffice.store.store import Store
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import checkout_attempts, payments
from backoffice.store.tables.payments import payment_links, payment_moves
from backoffice.store.tables.selling import reservations
from backoffice.store.tables.undoing import take_backs

LOST_AFTER = timedelta(minutes=1)
_GUARDED = frozenset(
    {"resume_checkout", "transfer_order", "settle_payment"}
)  # a job too many finds out and ends


class Maintenance:
    """Runs in the worker."""

    def __init__(self, *, store: Store, clock: Callable[[], datetime], jobs: Jobs) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs

    async def run_once(self) -> int:
        """Do all of it in one transaction; return how much there was to do."""
        return await self._store.run(self._work)

    def _work(self, connection: Connection) -> int:
        now = self._clock()
        done = sweep(connection, self._jobs, now) + apply_waiting(connection, self._jobs, at=now)
        done += alert_overdue(connection, now)
        lost = list(self._lost(connection, now))
        for name, subject in lost:
            # One key per minute, or per hour where a job too many would be a try too many.
            moment = f"{now:%Y%m%d%H%M}" if name in _GUARDED else f"{now:%Y%m%d%H}"
            self._jobs.enqueue(connection, name, subject, key=f"again-{name}-{subject}-{moment}")
        return done + len(lost)

    def _lost(self, connection: Connection, now: datetime) -> list[tuple[str, str]]:
        before = now - LOST_AFTER
        attempts: Iterable[str] = connection.execute(
            select(checkout_attempts.c.attempt_id).where(
                checkout_attempts.c.state.in_(
                    (
                        CheckoutState.RUNNING.value,
                        CheckoutState.CHECKING.value,
                        CheckoutState.STUCK.value,
                    )
                ),
                checkout_attempts.c.lease_until < before,
            )
        ).scalars()
        moving: Iterable[str] = connection.execute(
            select(payment_moves.c.payment_id)
            .where(payment_moves.c.status.in_(OPEN), payment_moves.c.next_try_at < before)
            .distinct()
        ).scalars()
        waiting_for_customers: Iterable[str] = connection.execute(
            select(payment_links.c.payment_id)
            .join(payments, payments.c.payment_id == payment_links.c.payment_id)
            .where(
                payments.c.status == PaymentStatus.PENDING.value,
                payment_links.c.status.in_(OPEN_PAGE),
                payment_links.c.updated_at < now - LONGEST_LOOK - LOST_AFTER,
            )
        ).scalars()
        releasing: Iterable[str] = connection.execute(
            select(reservations.c.reservation_id).where(
                reservations.c.status == ReservationStatus.RELEASING.value,
                reservations.c.expires_at < before,
            )
        ).scalars()
        waiting: Iterable[str] = connection.execute(
            select(mails.c.mail_id).where(mails.c.status == "queued", mails.c.created_at < before)
        ).scalars()
        taking_back: Iterable[str] = connection.execute(
            select(take_backs.c.take_back_id).where(
                take_backs.c.state == TakeBackState.OPEN.value,
                take_backs.c.updated_at < before - LONGEST_WAIT,
            )
        ).scalars()
        return [
            *(("resume_checkout", one) for one in attempts),
            *(("take_back", one) for one in taking_back),
            *(("settle_payment", one) for one in moving),
            *(("watch_link", one) for one in waiting_for_customers),
            *(("release_reservation", one) for one in releasing),
            *(("send_mail", one) for one in waiting),
            *(("transfer_order", one) for one in overdue(connection, now)),
        ]
