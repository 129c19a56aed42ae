"""What people do about payments, and what the gateway tells by itself.

1. the desk shows the page to pay on, sends it again, closes it;
2. a supervisor sees the moves of money that need a person, and has a refused one tried anew, under a new key, or says
   that it was seen to;
3. a notice of the gateway's is verified before it is read, and applied in one transaction; told twice, it changes
   nothing the second time.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backoffice.domain.errors import Conflict, NotFound, Refusal
from backoffice.domain.money import Money
from backoffice.domain.payment import MoneyMove, MoveKind, PayLink
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import LinkStatus, MoveStatus
from backoffice.domain.sync import Receipt, SyncOutcome
from backoffice.external.payments.port import PaymentGateway
from backoffice.services import audit
from backoffice.services.free_text import checked_reason
from backoffice.services.jobs import Jobs
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.services.payments.arrivals import apply_payment
from backoffice.services.payments.links import open_links, read_link, watch
from backoffice.services.payments.moves import plan
from backoffice.services.payments.waiting import Waiting
from backoffice.store.store import Store
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import orders, payments
from backoffice.store.tables.payments import payment_links, payment_moves

_SHOWN = (
    select(payment_moves, payments.c.label, payments.c.currency, payments.c.reference, orders.c.number)
    .join(payments, payments.c.payment_id == payment_moves.c.payment_id)
    .join(orders, orders.c.order_id == payments.c.order_id)
)


class Payments:
    """Payments as the desk and the gateway see them."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        gateway: PaymentGateway,
        waiting: Waiting,
        secrets: Sequence[str],
    ) -> None:
        """Believe notices that one of ``secrets`` signed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._gateway = gateway
        self._waiting = waiting
        self._secrets = tuple(secrets)

    async def link(self, actor: Actor, order_number: str) -> PayLink:
        """Return the order's page to pay on, as it stands.

        Raises:
            NotFound: there is no such order, or it is not paid by link.
        """
        actor.require(Right.HISTORY)
        return await self._store.read(lambda connection: _link(connection, _order(connection, order_number)))

    async def resend_link(self, actor: Actor, order_number: str) -> PayLink:
        """Mail the page once more, because the customer asks for it now.

        Raises:
            Conflict: nobody can pay on it any more.
            Refusal: the customer has no e-mail address.
        """
        actor.require(Right.SUBMIT)

        def work(connection: Connection) -> PayLink:
            order, now = _order(connection, order_number), self._clock()
            for page in self._open_pages(connection, order):
                self._mail_again(connection, order, page.payment_id, now)
            audit.record(connection, actor, "payment.link_sent", order.number, at=now)
            return _link(connection, order)

        return await self._store.run(work)

    async def cancel_link(self, actor: Actor, order_number: str, reason: str) -> PayLink:
        """Close the page; the order is cancelled with it, unless the customer was faster. The gateway is asked now.

        The returned page is CLOSING while the gateway does not answer: durable work goes on asking.
        Raises Conflict when nobody can pay on it any more.
        """
        actor.require(Right.SUBMIT)
        why = checked_reason(reason, "Closing the link")

        def intend(connection: Connection) -> list[str]:
            order, now = _order(connection, order_number), self._clock()
            pages = [page.payment_id for page in self._open_pages(connection, order)]
            connection.execute(
                update(payment_links)
                .where(payment_links.c.payment_id.in_(pages))
                .values(status=LinkStatus.CLOSING.value, closing_because=why, updated_at=now)
            )
            for payment_id in pages:
                watch(connection, self._jobs, payment_id, now, self._waiting.patience)
            audit.record(
                connection, actor, "payment.link_closed", order.number, at=now, detail={"reason": why}
            )
            return pages

        for payment_id in await self._store.run(intend):
            await self._waiting.watch_link(payment_id)
        return await self.link(actor, order_number)

    async def moves(self, actor: Actor, order_number: str) -> tuple[MoneyMove, ...]:
        """Return the moves of an order's money, oldest first."""
        actor.require(Right.HISTORY)
        query = _SHOWN.where(orders.c.number == order_number).order_by(
            payment_moves.c.planned_at, payment_moves.c.place
        )
        return await self._store.read(lambda connection: tuple(map(_shown, connection.execute(query))))

    async def alerts(self, actor: Actor, limit: int = 100) -> tuple[MoneyMove, ...]:
        """Return the moves that need a person, oldest first: refused ones, and those not answered for too long."""
        actor.require(Right.MOVE_MONEY)
        ended = [MoveStatus.DONE.value, MoveStatus.DROPPED.value]
        query = (
            _SHOWN.where(payment_moves.c.alerted_at.is_not(None), payment_moves.c.status.not_in(ended))
            .order_by(payment_moves.c.planned_at)
            .limit(limit)
        )
        return await self._store.read(lambda connection: tuple(map(_shown, connection.execute(query))))

    async def try_anew(self, actor: Actor, move_id: str) -> None:
        """Plan a refused move once more, as a move and with a key of its own. Conflict when it is not refused."""
        actor.require(Right.MOVE_MONEY)

        def work(connection: Connection) -> None:
            now = self._clock()
            move = self._settle_refused(connection, move_id, "Tried anew.", now)
            row = connection.execute(select(payments).where(payments.c.payment_id == move.payment_id)).one()
            plan(
                connection,
                self._jobs,
                row,
                MoveKind(move.kind),
                amount=move.amount,
                about=move.about,
                now=now,
                gives_back=move.gives_back,
            )
            audit.record(
                connection, actor, "payment.tried_anew", move.reference, at=now, detail={"move": move_id}
            )

        await self._store.run(work)

    async def seen_to(self, actor: Actor, move_id: str, reason: str) -> None:
        """Say that a refused move was seen to by a person, outside. Conflict when it is not refused."""
        actor.require(Right.MOVE_MONEY)
        why = checked_reason(reason, "Setting it aside")

        def work(connection: Connection) -> None:
            now = self._clock()
            move = self._settle_refused(connection, move_id, why, now)
            detail: dict[str, object] = {"move": move_id, "reason": why}
            audit.record(connection, actor, "payment.seen_to", move.reference, at=now, detail=detail)

        await self._store.run(work)

    async def receive(self, body: bytes, headers: Mapping[str, str]) -> Receipt:
        """Take a notice of the gateway's; it is applied when this returns.

        Raises:
            NotAllowed: no secret of ours signed it now.
            InvalidInput: it can not be read.
            StoreUnavailable: it could not be applied; the gateway tries again.
        """
        now = self._clock()
        notice = self._gateway.read_notice(body, headers, secrets=self._secrets, now=now)
        payment = notice.payment
        if payment is None:
            return Receipt(
                message_id=notice.message_id, outcome=SyncOutcome.STALE, reason="It is about nothing of ours."
            )
        arrival = await self._store.run(
            lambda connection: apply_payment(connection, self._jobs, payment, now)
        )
        return Receipt(message_id=notice.message_id, outcome=arrival.outcome, reason=arrival.reason)

    def _open_pages(self, connection: Connection, order: Row[Any]) -> list[Row[Any]]:
        pages = open_links(connection, order.order_id)
        if not pages:
            sentence = f"Nobody can pay order {order.number} by link any more."
            raise Conflict(sentence, advice="Look at how the order stands.", code="link_closed")
        return pages

    def _mail_again(self, connection: Connection, order: Row[Any], payment_id: str, now: datetime) -> None:
        sent = connection.execute(
            select(mails).where(
                mails.c.order_id == order.order_id,
                mails.c.occasion == Occasion.PAYMENT_LINK.value,
                mails.c.about == payment_id,
            )
        ).first()
        if sent is None:
            queued = queue_mail(
                connection,
                self._jobs,
                order,
                Occasion.PAYMENT_LINK,
                payment_id,
                at=now,
                asked_for=True,
            )
            if queued is None:
                sentence = "The customer has no e-mail address."
                raise Refusal(
                    sentence, advice="Read the address of the page out, or close it.", code="no_email"
                )
        elif sent.status != "queued":
            connection.execute(
                update(mails)
                .where(mails.c.mail_id == sent.mail_id)
                .values(status="queued", tries=0, reason="", resent=sent.resent + 1)
            )
            key = f"mail-{sent.mail_id}-{sent.resent + 1}"
            self._jobs.enqueue(connection, "send_mail", sent.mail_id, key=key)

    def _settle_refused(self, connection: Connection, move_id: str, reason: str, now: datetime) -> Row[Any]:
        move = connection.execute(_SHOWN.where(payment_moves.c.move_id == move_id)).first()
        changed = connection.execute(
            update(payment_moves)
            .where(payment_moves.c.move_id == move_id, payment_moves.c.status == MoveStatus.REFUSED.value)
            .values(status=MoveStatus.DROPPED.value, reason=reason, updated_at=now)
        )
        if move is None or not changed.rowcount:
            sentence = "This move of money does not wait for anybody."
            raise Conflict(sentence, advice="Reload: somebody may have been faster.")
        return move


def _order(connection: Connection, order_number: str) -> Row[Any]:
    order = connection.execute(select(orders).where(orders.c.number == order_number)).first()
    if order is None:
        raise NotFound(f"There is no order {order_number[:64]} at this desk.")
    return order


def _link(connection: Connection, order: Row[Any]) -> PayLink:
    link = read_link(connection, order.order_id)
    if link is None:
        raise NotFound(f"Order {order.number} is not paid by link.")
    return link


def _shown(row: Row[Any]) -> MoneyMove:
    return MoneyMove(
        move_id=row.move_id,
        order_number=row.number,
        payment=row.label,
        kind=MoveKind(row.kind),
        amount=Money(row.amount, row.currency),
        status=MoveStatus(row.status),
        about=row.about,
        attempts=row.attempts,
        reason=row.reason,
        planned_at=row.planned_at,
        updated_at=row.updated_at,
        alerted_at=row.alerted_at,
    )
