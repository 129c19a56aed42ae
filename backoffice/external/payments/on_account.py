"""On account: the customer pays later by purchase order; no gateway is asked and nothing is lost.

The purchase order's number is the token. Whether the customer has the credit is the caller's matter. The
gateway id carries all there is to know (reference, amount, currency), so there is nothing to store and a
call after a restart, or a second one with the same key, gives the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.domain.errors import NotAllowed
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.external.payments.card_guard import SENTENCE, looks_like_card
from backoffice.external.payments.port import (
    AuthoriseRequest,
    GatewayCapabilities,
    GatewayPayment,
    Notice,
    PaymentLink,
    SavedCard,
)

_NO_LINKS = Refused(code="not_supported", reason="A purchase order is not paid by link.")


class OnAccountGateway:
    """Always there: capture, void and refund succeed within the amount agreed."""

    name = "on_account"
    capabilities = GatewayCapabilities(
        key_lifetime=timedelta(days=36500),
        replays_errors=True,
        lookup_by_reference=False,
        void_is_idempotent=True,
        saved_cards=False,
        payment_links=False,
    )

    async def list_saved_cards(self, customer_reference: str) -> Outcome[tuple[SavedCard, ...]]:
        """None: nothing is kept."""
        return Succeeded(value=())

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        """Agree, when there is a purchase order number and an amount."""
        if not request.token.strip():
            return Refused(
                code="purchase_order_missing", reason="Paying on account needs a purchase order number."
            )
        if looks_like_card(request.token, request.description):
            return Refused(code="card_number", reason=SENTENCE)
        if request.amount.minor <= 0:
            return Refused(code="invalid", reason="There is nothing to pay on account.")
        account = _Account(request.reference, request.amount.minor, request.amount.currency)
        return account.answer("authorised", held=account.amount)

    async def capture(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Count as invoiced."""
        account = _Account.read(gateway_id)
        refused = account.refuses(amount)
        return refused or account.answer("captured", held=account.amount, captured=amount.minor)

    async def void(self, gateway_id: str, *, key: str) -> Outcome[GatewayPayment]:
        """Nothing was held, so nothing has to be let go."""
        return _Account.read(gateway_id).answer("voided")

    async def refund(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Count as credited."""
        account = _Account.read(gateway_id)
        status = "refunded" if amount.minor == account.amount else "partially_refunded"
        return account.refuses(amount) or account.answer(
            status, held=account.amount, captured=account.amount, refunded=amount.minor
        )

    async def find(self, reference: str) -> Outcome[GatewayPayment | None]:
        """Nothing is stored: see ``capabilities.lookup_by_reference``."""
        return Refused(code="not_supported", reason="Purchase orders are looked up in our own books.")

    async def create_link(
        self, reference: str, amount: Money, *, expires_at: datetime, key: str, description: str = ""
    ) -> Outcome[PaymentLink]:
        """There is no page for this."""
        return _NO_LINKS

    async def cancel_link(self, link_id: str, *, key: str) -> Outcome[PaymentLink]:
        """There is no page for this."""
        return _NO_LINKS

    def read_notice(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime
    ) -> Notice:
        """Nobody pushes anything."""
        raise NotAllowed("This store has no gateway that could tell of payments.", code="unsigned")


@dataclass(frozen=True, slots=True)
class _Account:
    reference: str
    amount: int
    currency: str

    @classmethod
    def read(cls, gateway_id: str) -> "_Account":
        """Read what ``authorise`` wrote; anything else is a caller's bug and raises ValueError."""
        scheme, currency, amount, reference = gateway_id.split(":", 3)
        if scheme != "account":
            message = f"{gateway_id!r} is no payment on account."
            raise ValueError(message)
        return cls(reference, int(amount), currency)

    def refuses(self, amount: Money) -> Refused | None:
        if amount.currency == self.currency and 0 < amount.minor <= self.amount:
            return None
        agreed = Money(self.amount, self.currency)
        return Refused(
            code="amount_too_large", reason=f"{amount} is not within the {agreed} agreed on account."
        )

    def answer(
        self, status: str, *, held: int = 0, captured: int = 0, refunded: int = 0
    ) -> Succeeded[GatewayPayment]:
        """What a gateway would say."""
        return Succeeded(
            value=GatewayPayment(
                gateway_id=f"account:{self.currency}:{self.amount}:{self.reference}",
                reference=self.reference,
                status=status,
                currency=self.currency,
                authorised=held,
                captured=captured,
                refunded=refunded,
            )
        )
