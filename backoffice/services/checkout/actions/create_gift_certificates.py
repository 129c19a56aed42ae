"""createGiftCertificates: those bought in this order are made, unusable until it counts as paid; undone, cancelled."""

from sqlalchemy import bindparam, select

from backoffice.domain.catalog import ProductKind
from backoffice.domain.money import Money
from backoffice.services.certificate_issue import Bought, cancel_bought, issue_bought
from backoffice.services.checkout.work import Work
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.selling import products

RECIPIENT = "gift_certificate.recipient"  # extra data of the cart
_SOLD = select(products.c.sku, products.c.list_price, products.c.currency).where(
    products.c.sku.in_(bindparam("skus", expanding=True)),
    products.c.kind == ProductKind.GIFT_CERTIFICATE.value,
)
_EMAIL = select(orders.c.email).where(orders.c.order_id == bindparam("order"))


class CreateGiftCertificates:
    """One certificate for each piece, worth its list price whatever was paid for it."""

    name = "createGiftCertificates"

    def execute(self, work: Work) -> None:
        """Make them, for the recipient named with the cart, or for the customer."""
        skus = [line.sku for line in work.cart.lines]
        worth = {
            row.sku: Money(row.list_price, row.currency)
            for row in work.connection.execute(_SOLD, {"skus": skus})
        }
        if not worth:
            return
        bought = [
            Bought(line_id=line.line_id, pieces=line.quantity, amount=worth[line.sku])
            for line in work.cart.lines
            if line.sku in worth
        ]
        email: str = work.connection.execute(_EMAIL, {"order": work.order_id}).scalar_one()
        validity = work.settings.certificate_validity
        issue_bought(
            work.connection,
            work.order_id,
            bought,
            work.now,
            recipient=dict(work.cart.data).get(RECIPIENT, email),
            expires_at=None if validity is None else work.now + validity,
        )

    def undo(self, work: Work) -> None:
        """Cancel them; they stay as a trace."""
        cancel_bought(work.connection, work.order_id, work.now)
