"""Checkouts that did not become an order: what supervisors see of them, and what they may do.

1. the list is every attempt that was rolled back, is stuck, or waits for the bank; each with how it stands;
2. one of them opened shows its journal in order, and what is still open: payments being voided, stock being released,
   an order that is not marked FAILED;
3. *try the undo again* only brings forward what durable work would do by itself: the undo of a stuck one, the question
   of one that waits, the void or release of what is open;
4. *re-open the cart* ends a stuck one once nothing is open: what could not be undone was seen to by a person, and the
   reason says so. The order stays FAILED, with its trail.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, update

from backoffice.domain.errors import Conflict
from backoffice.domain.failed_checkout import (
    FailedDetails,
    FailedPage,
    FailedStanding,
    FailedSummary,
    OpenKind,
)
from backoffice.domain.lock import modified
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import CartStatus, CheckoutState, MoveStatus
from backoffice.services import audit
from backoffice.services.failed_checkout_rows import read_details, read_page, read_summary
from backoffice.services.free_text import checked_reason
from backoffice.services.jobs import Jobs
from backoffice.store.store import Store
from backoffice.store.tables.ordering import carts, checkout_attempts
from backoffice.store.tables.payments import payment_moves

LARGEST_PAGE = 500
_JOBS = {
    OpenKind.PAYMENT: "settle_payment",
    OpenKind.STOCK: "release_reservation",
    OpenKind.TAKE_BACK: "take_back",
}
_NOT_UNDER_WAY = (MoveStatus.PLANNED.value, MoveStatus.UNKNOWN.value)


class FailedCheckouts:
    """The supervisor's view and acts. Every act names the standing it was decided on."""

    def __init__(self, store: Store, clock: Callable[[], datetime], jobs: Jobs) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs

    async def summary(self, actor: Actor) -> FailedSummary:
        """Count by standing, and by the action that failed."""
        actor.require(Right.FAILED_CHECKOUTS)
        return await self._store.read(read_summary)

    async def list(
        self,
        actor: Actor,
        *,
        standing: FailedStanding | None = None,
        action: str = "",
        limit: int = 100,
        after: str = "",
    ) -> FailedPage:
        """Return a page, newest first; ``after`` is the ``next`` of the page before."""
        actor.require(Right.FAILED_CHECKOUTS)
        most = min(limit, LARGEST_PAGE)
        return await self._store.read(
            lambda connection: read_page(
                connection, standing=standing, action=action, limit=most, after=after
            )
        )

    async def get(self, actor: Actor, attempt_id: str) -> FailedDetails:
        """Return one of them; NotFound when it is none, or not failed."""
        actor.require(Right.FAILED_CHECKOUTS)
        return await self._store.read(lambda connection: read_details(connection, attempt_id))

    async def retry(self, actor: Actor, attempt_id: str, *, seen: FailedStanding) -> FailedDetails:
        """Let durable work try now what it would try later; Conflict when there is nothing to try."""
        actor.require(Right.FAILED_CHECKOUTS)

        def work(connection: Connection) -> FailedDetails:
            details, now = _as_seen(connection, attempt_id, seen), self._clock()
            if details.retry_refused:
                raise Conflict(details.retry_refused, advice="There is nothing to do.", code="nothing_open")
            if seen in {FailedStanding.STUCK, FailedStanding.CHECKING}:
                connection.execute(
                    update(checkout_attempts)
                    .where(checkout_attempts.c.attempt_id == attempt_id)
                    .values(lease_until=now)
                )
                self._now(connection, "resume_checkout", attempt_id, now)
            for item in details.open_items:
                if item.kind is OpenKind.PAYMENT:
                    _bring_forward(connection, item.subject, now)
                if item.kind in _JOBS:
                    self._now(connection, _JOBS[item.kind], item.subject, now)
            self._tell(connection, actor, "checkout.undo_retried", details, now)
            return read_details(connection, attempt_id)

        return await self._store.run(work)

    async def reopen(
        self, actor: Actor, attempt_id: str, reason: str, *, seen: FailedStanding
    ) -> FailedDetails:
        """Open the cart again, once nothing is open; Conflict says what is."""
        actor.require(Right.FAILED_CHECKOUTS)
        why = checked_reason(reason, "Opening the cart again")

        def work(connection: Connection) -> FailedDetails:
            details, now = _as_seen(connection, attempt_id, seen), self._clock()
            if details.reopen_refused:
                raise Conflict(details.reopen_refused, advice="Try the undo again first.", code="still_open")
            connection.execute(
                update(checkout_attempts)
                .where(checkout_attempts.c.attempt_id == attempt_id)
                .values(state=CheckoutState.ROLLED_BACK.value, updated_at=now)
            )
            connection.execute(
                update(carts)
                .where(
                    carts.c.cart_id == details.checkout.cart_id,
                    carts.c.status == CartStatus.IN_CHECKOUT.value,
                )
                .values(status=CartStatus.OPEN.value, updated_at=now)
            )
            self._tell(connection, actor, "checkout.reopened", details, now, reason=why)
            # The trail of a FAILED order ends like that of any other: rolled back.
            self._tell(connection, actor, "checkout.rolled_back", details, now, why=details.checkout.sentence)
            return read_details(connection, attempt_id)

        return await self._store.run(work)

    def _now(self, connection: Connection, job: str, subject: str, now: datetime) -> None:
        """Each press is a job of its own; one too many finds out and ends."""
        self._jobs.enqueue(connection, job, subject, key=f"by-hand-{job}-{subject}-{now.timestamp():.3f}")

    def _tell(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        details: FailedDetails,
        now: datetime,
        **detail: object,
    ) -> None:
        checkout = details.checkout
        audit.record(
            connection,
            actor,
            action,
            checkout.order_number or checkout.cart_id,
            at=now,
            detail={"attempt": checkout.attempt_id, "cart": checkout.cart_id, **detail},
        )


def _as_seen(connection: Connection, attempt_id: str, seen: FailedStanding) -> FailedDetails:
    details = read_details(connection, attempt_id)
    if details.checkout.standing is not seen:
        raise modified("checkout")
    return details


def _bring_forward(connection: Connection, payment_id: str, now: datetime) -> None:
    """What of a payment waits for its time waits no longer; a try under way is left to end."""
    connection.execute(
        update(payment_moves)
        .where(payment_moves.c.payment_id == payment_id, payment_moves.c.status.in_(_NOT_UNDER_WAY))
        .values(next_try_at=now)
    )
