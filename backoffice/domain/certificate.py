"""Gift certificates: money that was paid before, on a code whoever knows it may use."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from backoffice.domain.money import Money


class CertificateStatus(Enum):
    """Where a certificate is."""

    INACTIVE = "inactive"  # bought, but the order it was bought in is not paid yet
    ACTIVE = "active"
    CANCELLED = "cancelled"  # its order failed or was cancelled; what was left on it is gone


class CertificateMove(Enum):
    """What happens to the money on a certificate."""

    ISSUED = "issued"
    HELD = "held"  # an order wants to pay with it: off the balance at once
    RELEASED = "released"  # what was held and not taken is back on the balance
    TAKEN = "taken"  # what was held has paid; the balance was lowered when it was held
    REFUNDED = "refunded"  # what was taken is back on the balance
    CANCELLED = "cancelled"  # the rest of the balance of a cancelled certificate


BALANCE_CHANGE = {  # by which factor a move's amount changes the balance
    CertificateMove.ISSUED: 1,
    CertificateMove.HELD: -1,
    CertificateMove.RELEASED: 1,
    CertificateMove.TAKEN: 0,
    CertificateMove.REFUNDED: 1,
    CertificateMove.CANCELLED: -1,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftCertificate:
    """A certificate; ``balance`` is what may still be used of ``amount``."""

    code: str
    amount: Money
    balance: Money
    status: CertificateStatus
    bought_in: str = ""
    recipient: str = ""
    expires_at: datetime | None = None

    def objection(self, currency: str, now: datetime) -> str:
        """Return why it can not pay in that currency now, as a sentence; "" when it can."""
        if self.status is CertificateStatus.INACTIVE:
            return f"The gift certificate {self.code} is not paid for yet."
        if self.status is CertificateStatus.CANCELLED:
            return f"The gift certificate {self.code} was cancelled."
        if self.expires_at is not None and now >= self.expires_at:
            return f"The gift certificate {self.code} expired on {self.expires_at:%d %B %Y}."
        if self.balance.currency != currency:
            return f"The gift certificate {self.code} is in {self.balance.currency}, the cart in {currency}."
        if not self.balance:
            return f"There is nothing left on the gift certificate {self.code}."
        return ""


def certificate_code(written: str) -> str:
    """Return a code as it is kept: capitals, no spaces."""
    return "".join(written.split()).upper()
