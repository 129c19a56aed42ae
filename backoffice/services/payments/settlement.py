"""The durable job ``settle_payment``: carry the moves of one payment to its gateway, one after the other.

1. the oldest open move is taken, guarded: its row says *sent* before the gateway is asked;
2. judge.py says whether it is looked up, sent, or both; a void first learns what it has to void, and closes the page of
   a payment by link;
3. what came is written down with the payment's figures, in one transaction: done, refused (a supervisor is told), or to
   be tried again later by another job;
4. a void that gives back goes on with the refund of what had been taken.

The gateway not knowing an authorisation that was never answered is believed only after ``CERTAIN_AFTER``: until then a
request still under way may arrive.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backoffice.domain.outcome import Refused, Succeeded, Unreachable
from backoffice.domain.payment import MoveKind
from backoffice.domain.statuses import LinkStatus, MoveStatus
from backoffice.external.payments.port import GatewayPayment, PaymentGateway
from backoffice.services.jobs import Jobs, next_try_key
from backoffice.services.payments.alerts import raise_alert
from backoffice.services.payments.carrying import KEY_DEAD, Absent, Came, Carrier, Turn
from backoffice.services.payments.judge import LET_GO, is_final, wait_after
from backoffice.services.payments.moves import OPEN, plan, record_move, write_figures
from backoffice.store.store import Store
from backoffice.store.tables.ordering import orders, payments
from backoffice.store.tables.payments import payment_links, payment_moves

CERTAIN_AFTER = timedelta(minutes=2)
_EARLY = timedelta(seconds=1)  # a job may come that much before its moment
_M = MoveStatus


class Settlement:
    """Runs the job."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        gateway: PaymentGateway,
        certain_after: timedelta = CERTAIN_AFTER,
        patience: timedelta = timedelta(seconds=25),
    ) -> None:
        """``patience``: a try that has not ended by then ended with its process."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._gateway = gateway
        self._carrier = Carrier(gateway)
        self._certain_after = certain_after
        self._patience = patience

    async def settle(self, payment_id: str) -> None:
        """Carry out what is open, until nothing is or one has to wait."""
        goes_on = True
        while goes_on:
            turn = await self._store.run(lambda connection: self._take(connection, payment_id))
            if turn is None:
                return
            came = await self._carrier.carry_out(turn)
            goes_on = await self._store.run(self._written(turn, came))

    def _take(self, connection: Connection, payment_id: str) -> Turn | None:
        """Take the oldest open move, unless somebody is at it or it has to wait."""
        now = self._clock()
        while (move := self._oldest(connection, payment_id)) is not None:
            if move.next_try_at > now + _EARLY:
                self._come_back(connection, payment_id, now, move.next_try_at - now)
                return None
            row = connection.execute(
                select(payments, orders.c.customer_id)
                .join(orders, orders.c.order_id == payments.c.order_id)
                .where(payments.c.payment_id == payment_id)
            ).one()
            amount = self._amount(move, row)
            if amount or (move.kind == MoveKind.VOID.value and not row.captured):
                return self._taken(connection, move, row, amount, now)
            self._nothing_left(connection, move, row, now)
        return None

    def _oldest(self, connection: Connection, payment_id: str) -> Row[Any] | None:
        return connection.execute(
            select(payment_moves)
            .where(payment_moves.c.payment_id == payment_id, payment_moves.c.status.in_(OPEN))
            .order_by(payment_moves.c.place)
            .limit(1)
        ).first()

    def _amount(self, move: Row[Any], row: Row[Any]) -> int:
        """Return what is to be moved: as planned, as far as it is there; all, where a capture ends the hold."""
        amount: int = move.amount
        held: int = row.authorised - row.captured
        if move.attempts:
            return amount
        if move.kind == MoveKind.REFUND.value:
            taken: int = row.captured - row.refunded
            return min(amount, taken)
        if move.kind == MoveKind.VOID.value or self._gateway.capabilities.captures_once:
            return held
        return min(amount, held)

    def _taken(
        self, connection: Connection, move: Row[Any], row: Row[Any], amount: int, now: datetime
    ) -> Turn | None:
        taken = connection.execute(
            update(payment_moves)
            .where(
                payment_moves.c.move_id == move.move_id,
                payment_moves.c.status == move.status,
                payment_moves.c.attempts == move.attempts,
            )
            .values(
                status=_M.SENT.value,
                attempts=move.attempts + 1,
                amount=amount,
                sent_at=move.sent_at or now,
                updated_at=now,
                next_try_at=now + self._patience,
            )
        )
        if not taken.rowcount:
            return None
        page = connection.execute(
            select(payment_links).where(
                payment_links.c.payment_id == row.payment_id,
                payment_links.c.status.not_in([LinkStatus.PAID.value, LinkStatus.CLOSED.value]),
            )
        ).first()
        return Turn(
            move=move,
            payment=row,
            link_id=page.link_id if page else None,
            link_until=page.expires_at if page else None,
            customer_id=row.customer_id,
            kind=MoveKind(move.kind),
            was=MoveStatus(move.status),
            amount=amount,
            at=now,
        )

    def _written(self, turn: Turn, came: Came) -> Callable[[Connection], bool]:
        def write(connection: Connection) -> bool:
            still = connection.execute(
                select(payment_moves.c.status, payment_moves.c.attempts).where(
                    payment_moves.c.move_id == turn.move.move_id
                )
            ).one()
            if (still.status, still.attempts) != (_M.SENT.value, turn.move.attempts + 1):
                return False  # somebody else was at it meanwhile, and knows more
            if isinstance(came, Succeeded):
                self._done(connection, turn, came.value)
                return True
            if isinstance(came, Absent):
                return self._absent(connection, turn, came)
            attempts = turn.move.attempts + 1
            if isinstance(came, Refused) and (
                came is KEY_DEAD or is_final(attempts, self._gateway.capabilities)
            ):
                self._refused(connection, turn, came.reason)
                return True
            told = None if isinstance(came, Refused) else came.retry_after
            # Turned away now says nothing about a try before.
            certain = isinstance(came, Unreachable | Refused) and turn.was is _M.PLANNED
            after = _M.PLANNED if certain else _M.UNKNOWN
            self._later(connection, turn, after, came.reason, wait_after(attempts, told))
            return False

        return write

    def _done(self, connection: Connection, turn: Turn, found: GatewayPayment) -> None:
        now, row = self._clock(), turn.payment
        let_go = found.status in LET_GO
        write_figures(
            connection,
            row.payment_id,
            authorised=0 if let_go else found.authorised,
            captured=found.captured,
            refunded=found.refunded,
            gateway_id=found.gateway_id,
            reason=_words(turn, found),
            now=now,
        )
        self._end(connection, turn.move.move_id, _M.DONE, "", now)
        self._close(connection, turn, LinkStatus.PAID, now)
        self._record(connection, turn, turn.move.about, now)
        self._give_back(connection, turn.move.move_id, now)

    def _nothing_left(self, connection: Connection, move: Row[Any], row: Row[Any], now: datetime) -> None:
        """The moves before it took all there was."""
        self._end(connection, move.move_id, _M.DROPPED, "There is nothing left to move.", now)
        write_figures(
            connection,
            row.payment_id,
            authorised=row.authorised,
            captured=row.captured,
            refunded=row.refunded,
            now=now,
        )
        self._give_back(connection, move.move_id, now)

    def _give_back(self, connection: Connection, move_id: str, now: datetime) -> None:
        """Refund what was taken, after a void that says so; it may have been told to while it was under way."""
        row = connection.execute(
            select(payments, payment_moves.c.about)
            .join(payment_moves, payment_moves.c.payment_id == payments.c.payment_id)
            .where(payment_moves.c.move_id == move_id, payment_moves.c.gives_back)
        ).first()
        if row is not None and row.captured > row.refunded:
            left = row.captured - row.refunded
            plan(connection, self._jobs, row, MoveKind.REFUND, amount=left, about=row.about, now=now)

    def _absent(self, connection: Connection, turn: Turn, came: Absent) -> bool:
        now = self._clock()
        if not came.certain and now - turn.move.planned_at < self._certain_after:
            wait = wait_after(turn.move.attempts + 1)
            self._later(connection, turn, _M.PLANNED, "The gateway does not know it (yet).", wait)
            return False
        reason = "never arrived at the gateway" if turn.link_id is None else "the page was closed unpaid"
        write_figures(
            connection,
            turn.payment.payment_id,
            authorised=0,
            captured=0,
            refunded=0,
            reason=reason,
            now=now,
        )
        self._end(connection, turn.move.move_id, _M.DONE, reason, now)
        self._close(connection, turn, LinkStatus.CLOSED, now)
        self._record(connection, turn, reason, now)
        return True

    def _refused(self, connection: Connection, turn: Turn, reason: str) -> None:
        now = self._clock()
        self._end(connection, turn.move.move_id, _M.REFUSED, reason, now)
        raise_alert(
            connection, turn.move.move_id, turn.payment.reference, kind=turn.kind, reason=reason, now=now
        )

    def _record(self, connection: Connection, turn: Turn, why: str, now: datetime) -> None:
        row = turn.payment
        record_move(
            connection,
            turn.kind,
            row.reference,
            amount=turn.amount,
            currency=row.currency,
            now=now,
            why=why,
        )

    def _end(
        self, connection: Connection, move_id: str, after: MoveStatus, reason: str, now: datetime
    ) -> None:
        connection.execute(
            update(payment_moves)
            .where(payment_moves.c.move_id == move_id)
            .values(status=after.value, reason=reason, updated_at=now)
        )

    def _close(self, connection: Connection, turn: Turn, after: LinkStatus, now: datetime) -> None:
        if turn.link_id is not None:
            connection.execute(
                update(payment_links)
                .where(payment_links.c.payment_id == turn.payment.payment_id)
                .values(status=after.value, updated_at=now)
            )

    def _later(
        self, connection: Connection, turn: Turn, after: MoveStatus, reason: str, wait: timedelta
    ) -> None:
        now = self._clock()
        connection.execute(
            update(payment_moves)
            .where(payment_moves.c.move_id == turn.move.move_id)
            .values(status=after.value, reason=reason, updated_at=now, next_try_at=now + wait)
        )
        self._come_back(connection, turn.payment.payment_id, now, wait)

    def _come_back(self, connection: Connection, payment_id: str, now: datetime, wait: timedelta) -> None:
        self._jobs.enqueue(
            connection,
            "settle_payment",
            payment_id,
            key=next_try_key(f"move-{payment_id}", now, wait),
            delay=wait,
        )


def _words(turn: Turn, found: GatewayPayment) -> str:
    """Say what became of what was held, for the order's page."""
    if turn.kind is not MoveKind.VOID or found.captured:
        return ""
    return "let go" if found.status == "voided" else found.status
