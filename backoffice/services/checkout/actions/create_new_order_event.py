"""createNewOrderEvent: OrderSubmit, with the transfer and the confirmation e-mail as jobs of the same transaction."""

from sqlalchemy import bindparam, delete, insert, select

from backoffice.domain.ids import new_id
from backoffice.domain.statuses import TransferStatus
from backoffice.services.checkout.work import Work
from backoffice.services.mail_texts import Occasion
from backoffice.services.mails import queue_mail
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_events, orders, transfers

_INSERT_EVENT = insert(order_events)
_INSERT_TRANSFER = insert(transfers)
_ORDER = select(
    orders.c.order_id, orders.c.number, orders.c.email, orders.c.language, orders.c.tell_customer
).where(orders.c.order_id == bindparam("order"))


class CreateNewOrderEvent:
    """The order exists if and only if its event and its jobs do."""

    name = "createNewOrderEvent"

    def execute(self, work: Work) -> None:
        """Write the event, the transfer with its key and its job, and the mail with its job."""
        work.connection.execute(
            _INSERT_EVENT,
            {"event_id": new_id(), "order_id": work.order_id, "name": "OrderSubmit", "at": work.now},
        )
        if work.settings.orders_to_dom:
            work.connection.execute(
                _INSERT_TRANSFER,
                {
                    "order_id": work.order_id,
                    "order_number": work.order_number,
                    "key": f"{work.store_id}-{work.order_number}",
                    "status": TransferStatus.QUEUED.value,
                    "maybe_there": False,
                    "cause": "",
                    "reason": "",
                    "attempts": 0,
                    "automatic_left": work.settings.transfer_tries,
                    "queued_at": work.now,
                    "updated_at": work.now,
                    "next_try_at": work.now,
                    "external_order_id": "",
                    "version": 1,
                },
            )
            work.jobs.enqueue(
                work.connection, "transfer_order", work.order_id, key=f"transfer-{work.order_id}-v1"
            )
        order = work.connection.execute(_ORDER, {"order": work.order_id}).one()
        queue_mail(work.connection, work.jobs, order, Occasion.CONFIRMATION, "", at=work.now)

    def undo(self, work: Work) -> None:
        """Take event, transfer and mail away; their jobs find nothing to do."""
        for table in (order_events, transfers, mails):
            work.connection.execute(delete(table).where(table.c.order_id == work.order_id))
