"""commitOrderTax: each shipment gets a tax document with a number of its own; undone, it is deleted, its number is not.

The documents of an order add up to its tax: a shipment has the tax of its lines and of its own cost.
"""

from typing import Any

from sqlalchemy import bindparam, insert, update

from backoffice.domain.cart import Cart, Prepared
from backoffice.domain.statuses import TaxDocumentStatus
from backoffice.services.checkout.freeze import shipment_totals, used_shipments
from backoffice.services.checkout.work import Work
from backoffice.store.tables.snapshots import tax_documents
from backoffice.store.writing import Write

_INSERT = Write(insert(tax_documents))
_DELETE = (
    update(tax_documents)
    .where(
        tax_documents.c.order_id == bindparam("order"),
        tax_documents.c.status == TaxDocumentStatus.COMMITTED.value,
    )
    .values(status=TaxDocumentStatus.DELETED.value, deleted_at=bindparam("now"))
)


class CommitOrderTax:
    """Also for a shipment without tax: that there is none is what its document says."""

    name = "commitOrderTax"

    def execute(self, work: Work) -> None:
        """Write the documents."""
        _INSERT(
            work.connection,
            [
                {
                    "number": f"{work.order_number}-T{shipment_id}",
                    "order_id": work.order_id,
                    "shipment_id": shipment_id,
                    "currency": work.cart.currency,
                    **_amounts(work.cart, work.prepared, shipment_id),
                    "status": TaxDocumentStatus.COMMITTED.value,
                    "committed_at": work.now,
                }
                for shipment_id in used_shipments(work.cart)
            ],
        )

    def undo(self, work: Work) -> None:
        """Delete the documents: they stay as deleted, so that no number is without its story."""
        work.connection.execute(_DELETE, {"order": work.order_id, "now": work.now})


def _amounts(cart: Cart, prepared: Prepared, shipment_id: str) -> dict[str, Any]:
    inside = {line.line_id for line in cart.lines if line.shipment_id == shipment_id}
    lines = [line for line in prepared.lines if line.line_id in inside]
    shipping = [total for key, total in shipment_totals(cart, prepared).items() if key == shipment_id]
    parts = {*inside, shipment_id}
    tax = sum(line.tax.minor for line in lines) + sum(total.tax.minor for total in shipping)
    total = sum(line.total.minor for line in lines) + sum(total.total.minor for total in shipping)
    return {
        "net": total - tax,
        "tax": tax,
        "tax_included": sum(
            each.amount.minor for each in prepared.taxes if each.included and each.part_id in parts
        ),
    }
