"""createNewOrderEvent: OrderSubmit, with the transfer and the confirmation e-mail as jobs of the same transaction.

While a payment is pending (pay by link) OrderSubmit is not raised: what waits for the customer begins instead.
"""

from sqlalchemy import delete

from backoffice.services.checkout.order_submit import raise_order_submit
from backoffice.services.checkout.work import Work
from backoffice.services.payments.links import await_customer
from backoffice.services.payments.parts import waits_for_customer
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_events, transfers


class CreateNewOrderEvent:
    """The order exists if and only if its event and its jobs do, or somebody watches for its payment."""

    name = "createNewOrderEvent"

    def execute(self, work: Work) -> None:
        """Raise OrderSubmit, or begin to wait for the customer's payment."""
        if waits_for_customer(work.cart):
            await_customer(work.connection, work.jobs, work.order_id, work.now)
        else:
            raise_order_submit(work.connection, work.jobs, work.order_id, work.settings, work.now)

    def undo(self, work: Work) -> None:
        """Take event, transfer and mail away; their jobs find nothing to do."""
        for table in (order_events, transfers, mails):
            work.connection.execute(delete(table).where(table.c.order_id == work.order_id))
