"""updateCustomer: the customer exists, and keeps the addresses this order goes to.

Callers are added and changed while the call goes on, so a cart never carries one who is not saved. An address may be
given for the order alone: it becomes one of the customer's, so that it is at hand at the next call.
"""

from dataclasses import asdict

from sqlalchemy import bindparam, insert, select

from backoffice.domain.customer import Address
from backoffice.domain.errors import Refusal
from backoffice.domain.ids import new_id
from backoffice.services import audit
from backoffice.services.checkout.freeze import used_shipments
from backoffice.services.checkout.snapshot import ADDRESS
from backoffice.services.checkout.work import Work
from backoffice.store.tables.people import addresses, customers

_KNOWN = (
    select(customers.c.customer_id, *(addresses.c[name] for name in ("address_id", *ADDRESS)))
    .outerjoin(addresses, addresses.c.customer_id == customers.c.customer_id)
    .where(customers.c.customer_id == bindparam("customer"))
)
_INSERT = insert(addresses)


class UpdateCustomer:
    """Setup; what it added is gone when the setup list refuses, and stays when the checkout fails later."""

    name = "updateCustomer"

    def execute(self, work: Work) -> None:
        """Refuse a cart whose customer is gone; keep addresses that are new."""
        rows = work.connection.execute(_KNOWN, {"customer": work.cart.customer_id}).all()
        if not rows:
            sentence = "The customer of this cart does not exist any more."
            raise Refusal(sentence, field="customer", advice="Find the caller again.")
        ids = {row.address_id for row in rows}
        texts = {tuple(row[2:]) for row in rows}
        for address in _addresses(work):
            # Neither one that was corrected since it was chosen, nor one that says the same, is new.
            if address.address_id not in ids and _text(address) not in texts:
                self._keep(work, address)

    def undo(self, work: Work) -> None:
        """Setup actions are not undone: an address more does no harm."""

    def _keep(self, work: Work, address: Address) -> None:
        row = {**asdict(address), "address_id": new_id(), "customer_id": work.cart.customer_id}
        work.connection.execute(_INSERT, row)
        audit.record(
            work.connection,
            work.actor,
            "address.added",
            str(work.cart.customer_id),
            at=work.now,
            customer_id=str(work.cart.customer_id),
            detail={"address": row},
        )


def _text(address: Address) -> tuple[str, ...]:
    return tuple(getattr(address, name) for name in ADDRESS)


def _addresses(work: Work) -> tuple[Address, ...]:
    """Return where the order and its bill go, each address once."""
    used = used_shipments(work.cart)
    places = [one.ship_to for one in work.cart.shipments if one.shipment_id in used]
    return tuple(dict.fromkeys(place for place in (*places, work.cart.bill_to) if place is not None))
