"""updateCustomer: the customer exists; what is known of them is what the order will freeze."""

from sqlalchemy import bindparam, select

from backoffice.domain.errors import Refusal
from backoffice.services.checkout.work import Work
from backoffice.store.tables.people import customers

_KNOWN = select(customers.c.customer_id).where(customers.c.customer_id == bindparam("customer"))


class UpdateCustomer:
    """Setup; customers are added and changed while the call goes on, so here they are only verified."""

    name = "updateCustomer"

    def execute(self, work: Work) -> None:
        """Refuse a cart whose customer is gone."""
        found = work.connection.execute(_KNOWN, {"customer": work.cart.customer_id}).first()
        if found is None:
            sentence = "The customer of this cart does not exist any more."
            raise Refusal(sentence, field="customer", advice="Find the caller again.")

    def undo(self, work: Work) -> None:
        """Nothing was changed."""
