"""PaymentGateway: authorise, capture, void, refund. Only tokens and references pass here, no card number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayCapabilities:
    """What may be relied on when an answer is lost."""

    key_lifetime: timedelta  # how long the same key gets the same answer; then nothing unknown is sent again
    replays_errors: bool  # the same key gets the same refusal again, so a no is final
    lookup_by_reference: bool  # else what became of a lost answer is known only by asking again
    void_is_idempotent: bool  # a void may be repeated whatever became of its key
    saved_cards: bool
    payment_links: bool
    captures_once: bool = False  # a capture ends the authorisation: what it leaves is let go of


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedCard:
    """A card the gateway keeps; ``token`` stands for it, ``label`` reads "Visa ending 4242, 04/29"."""

    token: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoriseRequest:
    """Hold ``amount`` on what ``token`` stands for.

    ``reference`` is ours (order number and payment id), unique per payment.
    """

    reference: str
    token: str
    amount: Money
    customer_reference: str
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayPayment:
    """What the gateway knows of one payment, by our reference. Amounts in minor units of ``currency``."""

    gateway_id: str
    reference: str
    status: str  # pending, authorised, declined, captured, voided, refunded, partially_refunded, expired
    currency: str
    authorised: int  # still held or captured; 0 when declined, voided or expired
    captured: int
    refunded: int
    decline_code: str = ""
    decline_reason: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentLink:
    """A page of the gateway's where the customer pays by himself."""

    link_id: str
    url: str
    reference: str
    expires_at: datetime
    status: str  # open, paid, expired, cancelled


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What the gateway told us by itself; ``payment`` None: it is about nothing we follow."""

    message_id: str
    payment: GatewayPayment | None


class PaymentGateway(Protocol):
    """The bank's side. A decline is ``Refused`` with the bank's code and a sentence."""

    name: str
    capabilities: GatewayCapabilities

    async def list_saved_cards(self, customer_reference: str) -> Outcome[tuple[SavedCard, ...]]:
        """Cards kept for this customer, may be none."""
        ...

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        """Hold the amount; ``status`` is authorised (or pending, when the gateway answers later)."""
        ...

    async def capture(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Take what was held, or part of it."""
        ...

    async def void(self, gateway_id: str, *, key: str) -> Outcome[GatewayPayment]:
        """Let go of what is held; voiding again succeeds where ``void_is_idempotent``."""
        ...

    async def refund(self, gateway_id: str, amount: Money, *, key: str) -> Outcome[GatewayPayment]:
        """Give back what was captured, or part of it."""
        ...

    async def find(self, reference: str) -> Outcome[GatewayPayment | None]:
        """Look up by our reference; ``Succeeded(None)`` means the gateway has not seen it so far.

        That is no proof for good: a request that went unanswered may still be on its way. Only asking again
        with its own key settles it.
        """
        ...

    async def create_link(
        self, reference: str, amount: Money, *, expires_at: datetime, key: str, description: str = ""
    ) -> Outcome[PaymentLink]:
        """Make a page to pay on, for pay by link."""
        ...

    async def cancel_link(self, link_id: str, *, key: str) -> Outcome[PaymentLink]:
        """Close the page; a paid one stays paid."""
        ...

    def read_notice(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime
    ) -> Notice:
        """Verify and read what the gateway pushed; ``headers`` with lower-case names.

        Raises:
            NotAllowed: no secret of ours signed it about now.
            InvalidInput: it is signed, and can not be read.
        """
        ...
