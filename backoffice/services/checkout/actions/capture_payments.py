"""capturePayments: take what ships at once (digital goods, gift certificates bought), after the pivot."""

from backoffice.services.checkout.work import Work
from backoffice.services.payments.captures import capture_what_is_due, ships_at_once
from backoffice.services.payments.moves import let_go
from backoffice.services.payments.parts import waits_for_customer


class CapturePayments:
    """The moves are planned in the pivot's own transaction; nobody is asked before it is committed."""

    name = "capturePayments"

    def execute(self, work: Work) -> None:
        """Plan the captures; a payment that is pending is taken when it has come."""
        if waits_for_customer(work.cart):
            return
        if ships_at_once(work.connection, [line.sku for line in work.cart.lines]):
            capture_what_is_due(work.connection, work.jobs, work.order_id, "ships at once", work.now)

    def undo(self, work: Work) -> None:
        """Void or refund; what was only planned is dropped."""
        let_go(work.connection, work.jobs, work.order_id, work.now, "checkout rolled back")
