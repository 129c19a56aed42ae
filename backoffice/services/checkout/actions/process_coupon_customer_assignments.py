"""processCouponCustomerAssignments: coupons this order earns for the customer's e-mail; undone, taken away."""

from backoffice.domain.money import Money
from backoffice.services.checkout.work import Work
from backoffice.services.earned_coupons import earn_coupons, forget_earned


class ProcessCouponCustomerAssignments:
    """What an order is worth is what its goods cost after offers, without shipping and tax."""

    name = "processCouponCustomerAssignments"

    def execute(self, work: Work) -> None:
        """Write the earned coupons."""
        lines = work.cart.prepared.lines if work.cart.prepared else ()
        worth = sum(line.gross.minor - line.discount.minor for line in lines)
        earn_coupons(
            work.connection,
            work.order_id,
            Money(worth, work.cart.currency),
            work.settings.pricing,
            work.now,
        )

    def undo(self, work: Work) -> None:
        """Nobody was told of them."""
        forget_earned(work.connection, work.order_id)
