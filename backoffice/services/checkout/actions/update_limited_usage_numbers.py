"""updateLimitedUsageNumbers: uses of offers and coupons counted, never above the limit; undone, counted back."""

from backoffice.services.checkout.work import Work
from backoffice.services.limited_uses import count_back, count_uses


class UpdateLimitedUsageNumbers:
    """Prepare looked at the counts; here they are guarded, however many submit at once."""

    name = "updateLimitedUsageNumbers"

    def execute(self, work: Work) -> None:
        """Count what the order uses; Refusal when it was used up meanwhile."""
        offers = work.cart.prepared.offers if work.cart.prepared else ()
        count_uses(work.connection, work.order_id, work.cart.customer_id or "", offers, work.now)

    def undo(self, work: Work) -> None:
        """Count back, once."""
        count_back(work.connection, work.order_id)
