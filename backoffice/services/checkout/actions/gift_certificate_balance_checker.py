"""giftCertificateBalanceChecker: balances re-read, enough for what is used."""

from backoffice.services.checkout.work import Work
from backoffice.services.gift_certificates import load_certificates, short


class GiftCertificateBalanceChecker:
    """Setup; changes nothing. What is held is guarded again when it is held: this only tells it early."""

    name = "giftCertificateBalanceChecker"

    def execute(self, work: Work) -> None:
        """Refuse a cart whose certificates can not pay what Prepare said they would."""
        used = work.cart.prepared.certificates if work.cart.prepared else ()
        found = load_certificates(work.connection, [use.code for use in used])
        for use in used:
            certificate = found.get(use.code)
            if (
                certificate is None
                or certificate.objection(work.cart.currency, work.now)
                or certificate.balance < use.amount
            ):
                raise short(work.connection, use.code, use.amount, work.now)

    def undo(self, work: Work) -> None:
        """Nothing was changed."""
