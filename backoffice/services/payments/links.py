"""Pay by link: pages of the gateway's where the customer pays, while the order waits in PAYMENT_INITIATED.

1. the page's row is written with its payment, and its end is fixed there; authorizePayments has the page made;
2. past the pivot the order waits: the customer is mailed the page, the DOM holds the goods until the page ends
   (waiting.py), and somebody looks whether it was paid, should the gateway's word be lost;
3. paid: in one transaction the payment is authorised and, when no other part is pending, the order too, OrderSubmit is
   raised with its transfer and mail, and what ships at once is taken;
4. not paid by the end, closed by the agent, or declined: the order is cancelled, the goods are released, what its other
   payments hold is let go of, and the customer is told;
5. paid all the same after that: the money is let go of, and the customer is told that too.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from backoffice.domain.money import Money
from backoffice.domain.payment import PayLink, PaymentMethod
from backoffice.domain.staff import SYSTEM, Actor
from backoffice.domain.statuses import LinkStatus, OrderStatus, PaymentStatus
from backoffice.external.payments.port import PaymentLink
from backoffice.services import audit
from backoffice.services.checkout.order_submit import raise_event, raise_order_submit
from backoffice.services.jobs import Jobs
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.services.order_rows import move_order
from backoffice.services.orders import end_order
from backoffice.services.payments.captures import capture_what_is_due
from backoffice.services.stores import load_store
from backoffice.store.tables.ordering import orders, payments
from backoffice.store.tables.payments import payment_links

FIRST_LOOK = timedelta(minutes=1)  # the gateway's own word mostly comes sooner
COMPLETE = "PaymentAuthorizationComplete"
_P = PaymentStatus
OPEN_PAGE = (LinkStatus.OPEN.value, LinkStatus.CLOSING.value)


def intend_links(connection: Connection, order_id: str, until: datetime, now: datetime) -> None:
    """Write the row of each page the order's planned payments need."""
    ids: Iterable[str] = connection.execute(
        select(payments.c.payment_id).where(
            payments.c.order_id == order_id, payments.c.method == PaymentMethod.LINK.value
        )
    ).scalars()
    connection.execute(
        insert(payment_links),
        [
            {
                "payment_id": payment_id,
                "link_id": "",
                "url": "",
                "status": LinkStatus.MAKING.value,
                "expires_at": until,
                "closing_because": "",
                "looks": 0,
                "reason": "",
                "updated_at": now,
            }
            for payment_id in ids
        ],
    )


def forget_links(connection: Connection, order_id: str) -> None:
    """Take away the rows of pages nobody was asked for yet."""
    planned = select(payments.c.payment_id).where(
        payments.c.order_id == order_id, payments.c.status == _P.PLANNED.value
    )
    connection.execute(delete(payment_links).where(payment_links.c.payment_id.in_(planned)))


def link_until(connection: Connection, payment_id: str) -> datetime:
    """Return when a payment's page ends."""
    until: datetime = connection.execute(
        select(payment_links.c.expires_at).where(payment_links.c.payment_id == payment_id)
    ).scalar_one()
    return until


def keep_link(connection: Connection, payment_id: str, link: PaymentLink, now: datetime) -> None:
    """Write down the page the gateway has made: its payment waits for the customer."""
    connection.execute(
        update(payments)
        .where(payments.c.payment_id == payment_id, payments.c.status.in_(_BEING_MADE))
        .values(status=_P.PENDING.value, reason="The customer pays by link.", updated_at=now)
    )
    connection.execute(
        update(payment_links)
        .where(payment_links.c.payment_id == payment_id, payment_links.c.status == LinkStatus.MAKING.value)
        .values(
            link_id=link.link_id,
            url=link.url,
            status=LinkStatus.OPEN.value,
            expires_at=link.expires_at,
            updated_at=now,
        )
    )


def reopen_page(connection: Connection, payment_id: str, link: PaymentLink, now: datetime) -> None:
    """A page taken for never made was made after all: it has to be closed."""
    connection.execute(
        update(payment_links)
        .where(payment_links.c.payment_id == payment_id, payment_links.c.status == LinkStatus.CLOSED.value)
        .values(link_id=link.link_id, url=link.url, status=LinkStatus.CLOSING.value, updated_at=now)
    )


def await_customer(connection: Connection, jobs: Jobs, order_id: str, now: datetime) -> None:
    """Begin to wait: mail the page, watch it, hold the goods."""
    order = connection.execute(select(orders).where(orders.c.order_id == order_id)).one()
    for row in open_links(connection, order_id):
        queue_mail(connection, jobs, order, Occasion.PAYMENT_LINK, row.payment_id, at=now)
        watch(connection, jobs, row.payment_id, now, min(FIRST_LOOK, row.expires_at - now))
    jobs.enqueue(connection, "hold_for_payment", order_id, key=f"hold-{order_id}")


def watch(connection: Connection, jobs: Jobs, payment_id: str, now: datetime, wait: timedelta) -> None:
    """Have somebody look after ``wait`` whether the page was paid. One job per moment."""
    due = now + wait
    jobs.enqueue(
        connection,
        "watch_link",
        payment_id,
        key=f"watch-{payment_id}-{due.timestamp():.3f}",
        delay=wait,
    )


def open_links(connection: Connection, order_id: str) -> list[Row[Any]]:
    """Return the pages of an order on which the customer can pay, or which are being closed."""
    return list(
        connection.execute(
            select(payment_links)
            .join(payments, payments.c.payment_id == payment_links.c.payment_id)
            .where(payments.c.order_id == order_id, payment_links.c.status.in_(OPEN_PAGE))
            .order_by(payments.c.place)
        )
    )


def read_link(connection: Connection, order_id: str) -> PayLink | None:
    """Return the order's page to pay on as it stands, None when it has none."""
    row = connection.execute(
        select(payment_links, payments.c.amount, payments.c.currency)
        .join(payments, payments.c.payment_id == payment_links.c.payment_id)
        .where(payments.c.order_id == order_id)
        .order_by(payments.c.place)
        .limit(1)
    ).first()
    if row is None:
        return None
    return PayLink(
        url=row.url,
        amount=Money(row.amount, row.currency),
        status=LinkStatus(row.status),
        expires_at=row.expires_at,
    )


def paid(connection: Connection, jobs: Jobs, row: Row[Any], gateway_id: str, now: datetime) -> None:
    """The customer paid the whole amount of a pending payment: it is authorised, and perhaps its order."""
    connection.execute(
        update(payments)
        .where(payments.c.payment_id == row.payment_id)
        .values(
            status=_P.AUTHORISED.value,
            authorised=row.amount,
            gateway_id=gateway_id,
            reason="",
            updated_at=now,
        )
    )
    _end_page(connection, row.payment_id, LinkStatus.PAID, now)
    raise_event(connection, row.order_id, COMPLETE, now)
    _tell(connection, "payment.authorised", row.reference, now, {"amount": row.amount})
    pending = connection.execute(
        select(payments.c.payment_id).where(
            payments.c.order_id == row.order_id, payments.c.status == _P.PENDING.value
        )
    ).first()
    if pending is not None:
        return
    order = connection.execute(select(orders).where(orders.c.order_id == row.order_id)).one()
    move_order(
        connection,
        row.order_id,
        OrderStatus.AUTHORISED,
        at=now,
        actor=SYSTEM.staff_id,
        reason="paid by link",
    )
    raise_order_submit(connection, jobs, row.order_id, load_store(connection, order.store_id), now)
    capture_what_is_due(connection, jobs, row.order_id, "ships at once", now)


def give_up_waiting(
    connection: Connection, jobs: Jobs, row: Row[Any], *, because: str, now: datetime, actor: Actor = SYSTEM
) -> None:
    """The page of a pending payment ended unpaid: the order is cancelled, and lets go of all it holds."""
    connection.execute(
        update(payments)
        .where(payments.c.payment_id == row.payment_id)
        .values(status=_P.VOIDED.value, reason=because, updated_at=now)
    )
    _end_page(connection, row.payment_id, LinkStatus.CLOSED, now)
    _tell(connection, "payment.not_paid", row.reference, now, {"reason": because})
    order = connection.execute(select(orders).where(orders.c.order_id == row.order_id)).one()
    if order.status != OrderStatus.PAYMENT_INITIATED.value:
        return
    end_order(connection, jobs, order, actor=actor, reason=because, now=now)


def _end_page(connection: Connection, payment_id: str, after: LinkStatus, now: datetime) -> None:
    connection.execute(
        update(payment_links)
        .where(payment_links.c.payment_id == payment_id)
        .values(status=after.value, updated_at=now)
    )


def _tell(
    connection: Connection, action: str, subject: str, now: datetime, detail: dict[str, object]
) -> None:
    audit.record(connection, SYSTEM, action, subject, at=now, detail=detail)


_BEING_MADE = (_P.AUTHORISING.value, _P.UNKNOWN.value)
