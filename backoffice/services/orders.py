"""ProcessOrder Cancel of an order, before anything of it has left.

1. who may cancel says why, on the version they read; an order somebody else holds is left alone;
2. ``domain.cancel`` tells apart what can be cancelled here from what is at the DOM, on its way there, or shipped;
3. one transaction then ends it: a transfer that waits is given up, so nothing is sent; the status moves; every hold on
   money is let go and every piece of stock, by durable jobs where the world has to be told;
4. the customer is told once, by a mail of the same transaction.

Nothing outside is asked: an order of which the DOM may know is refused instead.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from backoffice.domain.cancel import CancelOutcome, cancel_refusal, judge_cancel
from backoffice.domain.errors import NotFound
from backoffice.domain.lock import LockKind, Subject, Want, stand
from backoffice.domain.order import Order
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.services import audit
from backoffice.services.free_text import checked_reason
from backoffice.services.jobs import Jobs
from backoffice.services.lock_rows import demand, find_lock, let_go_of_lock
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.services.order_rows import load_order, move_order
from backoffice.services.payments.moves import let_go
from backoffice.services.reservations import give_back
from backoffice.services.transfer_rows import find_transfer, move_transfer
from backoffice.store.store import Store
from backoffice.store.tables.ordering import order_lines, orders, transfers

_T = TransferStatus


class Orders:
    """What is done to an order after its checkout."""

    def __init__(self, store: Store, clock: Callable[[], datetime], jobs: Jobs) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs

    async def cancel(self, actor: Actor, order_number: str, reason: str, *, version: int) -> Order:
        """Cancel the order as it was read at ``version``; return it as it is then.

        Raises:
            NotFound: there is no such order here.
            Conflict: with the code of ``LockOutcome`` or ``CancelOutcome`` that says why not.
        """
        actor.require(Right.CANCEL_ORDERS)
        why = checked_reason(reason, "Cancelling")

        def work(connection: Connection) -> Order:
            now, order = self._clock(), _find(connection, order_number)
            subject = Subject(kind=LockKind.ORDER, name=order.number)
            lock = find_lock(connection, subject)
            standing = stand(lock, actor.staff_id, belongs_to=None, now=now)
            demand(Want.LOCK, standing, lock, subject, now, read=version, version=order.version)
            transfer = connection.execute(
                select(transfers).where(transfers.c.order_id == order.order_id)
            ).first()
            _require_cancellable(connection, order, transfer)
            if transfer is not None:
                _give_up_transfer(connection, order.number, why, now)
            end_order(connection, self._jobs, order, actor=actor, reason=why, now=now)
            let_go_of_lock(connection, subject)
            audit.record(
                connection,
                actor,
                "order.cancelled",
                order.number,
                at=now,
                customer_id=order.customer_id,
                detail={"reason": why},
            )
            cancelled = load_order(connection, order.number)
            if cancelled is None:
                raise AssertionError  # it was read in this transaction
            return cancelled

        return await self._store.run(work)


def end_order(
    connection: Connection, jobs: Jobs, order: Row[Any], *, actor: Actor, reason: str, now: datetime
) -> None:
    """Cancel an order (a row of ``orders``) nobody else knows of: status, lines, money, stock, and a mail about it."""
    move_order(connection, order.order_id, OrderStatus.CANCELLED, at=now, actor=actor.staff_id, reason=reason)
    connection.execute(
        update(order_lines)
        .where(order_lines.c.order_id == order.order_id)
        .values(status="Cancelled", cancelled=order_lines.c.quantity)
    )
    let_go(connection, jobs, order.order_id, now, reason)
    if order.reservation_id:
        give_back(connection, jobs, order.reservation_id, order.order_id, now)
    queue_mail(connection, jobs, order, Occasion.CANCELLED, "", at=now)


def _find(connection: Connection, order_number: str) -> Row[Any]:
    order = connection.execute(select(orders).where(orders.c.number == order_number)).first()
    if order is None:
        sentence = f"There is no order {order_number[:64]} at this desk."
        raise NotFound(sentence, advice="If the DOM shows it, it was taken elsewhere: cancel it there.")
    return order


def _require_cancellable(connection: Connection, order: Row[Any], transfer: Row[Any] | None) -> None:
    shipped: int = connection.execute(
        select(func.coalesce(func.sum(order_lines.c.shipped), 0)).where(
            order_lines.c.order_id == order.order_id
        )
    ).scalar_one()
    outcome = judge_cancel(
        OrderStatus(order.status),
        TransferStatus(transfer.status) if transfer else _T.NONE,
        maybe_there=bool(transfer and transfer.maybe_there),
        shipped=int(shipped),
    )
    if outcome is not CancelOutcome.HERE:
        raise cancel_refusal(outcome, order.number, transfer.external_order_id if transfer else "")


def _give_up_transfer(connection: Connection, order_number: str, reason: str, now: datetime) -> None:
    """A transfer that waits is held first, so that no worker takes it up, then given up."""
    row = find_transfer(connection, order_number)
    if row.status == _T.GIVEN_UP.value:
        return
    if row.status == _T.QUEUED.value:
        move_transfer(connection, row, _T.HELD, now, next_try_at=None)
        row = find_transfer(connection, order_number)
    move_transfer(
        connection,
        row,
        _T.GIVEN_UP,
        now,
        cause="cancelled",
        reason=reason,
        automatic_left=0,
        next_try_at=None,
    )
