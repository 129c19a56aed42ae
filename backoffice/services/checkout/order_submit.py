"""OrderSubmit: what follows from an order whose payment is not pending, in one transaction.

The event, the transfer with its key and its job, the confirmation e-mail with its job. Raised by createNewOrderEvent,
or later by PaymentAuthorizationComplete when the customer pays by link.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from backoffice.domain.ids import new_id
from backoffice.domain.statuses import TransferStatus
from backoffice.services.jobs import Jobs
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.settings import StoreSettings
from backoffice.store.tables.ordering import order_events, orders, transfers
from backoffice.store.writing import Write

ORDER_SUBMIT = "OrderSubmit"
_INSERT_EVENT = Write(insert(order_events))
_INSERT_TRANSFER = Write(insert(transfers))
_ORDER = select(
    *(orders.c.order_id, orders.c.number, orders.c.store_id),
    *(orders.c.email, orders.c.language, orders.c.tell_customer, orders.c.held_because),
).where(orders.c.order_id == bindparam("order"))


def raise_order_submit(
    connection: Connection, jobs: Jobs, order_id: str, settings: StoreSettings, now: datetime
) -> None:
    """Write the event, the transfer and the mail, each with its job; a held order's transfer waits without one."""
    order = connection.execute(_ORDER, {"order": order_id}).one()
    raise_event(connection, order_id, ORDER_SUBMIT, now)
    if settings.orders_to_dom:
        _INSERT_TRANSFER(
            connection,
            {
                "order_id": order_id,
                "order_number": order.number,
                "key": f"{order.store_id}-{order.number}",
                "status": (TransferStatus.HELD if order.held_because else TransferStatus.QUEUED).value,
                "maybe_there": False,
                "cause": "held" if order.held_because else "",
                "reason": order.held_because,
                "attempts": 0,
                "automatic_left": settings.transfer_tries,
                "queued_at": now,
                "updated_at": now,
                "next_try_at": None if order.held_because else now,
                "external_order_id": "",
                "version": 1,
            },
        )
        if not order.held_because:
            jobs.enqueue(connection, "transfer_order", order_id, key=f"transfer-{order_id}-v1")
    queue_mail(connection, jobs, order, Occasion.CONFIRMATION, "", at=now)


def raise_event(connection: Connection, order_id: str, name: str, now: datetime) -> None:
    """Write an event of the order's life."""
    _INSERT_EVENT(connection, {"event_id": new_id(), "order_id": order_id, "name": name, "at": now})
