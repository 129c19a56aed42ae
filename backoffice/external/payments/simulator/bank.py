"""What all acts share: the book, the clock, and how a payment is made, decided and kept."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from backoffice.domain.ids import new_id
from backoffice.external.payments.simulator import rules
from backoffice.external.payments.simulator.demo_cards import DECLINES, Delays
from backoffice.external.payments.simulator.ledger import Ledger, text
from backoffice.external.payments.simulator.rules import Paid
from backoffice.external.simulation.refusals import Refusal

Body = dict[str, Any]
_WIRE = (
    "id", "reference", "status", "currency", "authorised", "captured", "refunded",
    "decline_code", "decline_reason", "expires_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An HTTP status and a JSON body."""

    status: int
    body: Body


def refusal_reply(refused: Refusal) -> Reply:
    """The wire's form of a no."""
    return Reply(status=refused.status, body={"error": {"code": refused.code, "message": refused.reason}})


@dataclass(frozen=True, kw_only=True, slots=True)
class Bank:
    """One ledger and its rules of time. ``page_of(link_id)`` is the address of a link's page."""

    ledger: Ledger
    clock: Callable[[], datetime]
    delays: Delays
    page_of: Callable[[str], str]

    def payment(self, payment_id: str) -> Paid:
        """One payment by its id; Refusal 404 when there is none."""
        payment = self.ledger.payment("id", payment_id)
        if payment is None:
            raise Refusal(rules.NOT_FOUND, "payment_unknown", "The gateway knows no such payment.")
        return payment

    def new_payment(self, body: Body) -> Paid:
        """A payment nobody has decided yet."""
        return Paid(id=f"pay_{new_id()}", status="pending", created_at=self.clock(), **body)

    def check_reference(self, reference: str) -> None:
        """Refusal 409 when a payment or a link has this reference."""
        used = self.ledger.row(
            "SELECT 1 FROM payments WHERE reference = ?1 UNION SELECT 1 FROM links WHERE reference = ?1",
            reference,
        )
        if used:
            raise Refusal(rules.CONFLICT, "reference_used", "There is a payment with this reference already.")

    def decide(self, payment: Paid) -> Paid:
        """The bank's word: what ``decide_code`` says, else yes."""
        if payment.decide_code:
            code = payment.decide_code
            return rules.decline(
                payment, code, DECLINES.get(code, f"The bank declined: {code.replace('_', ' ')}.")
            )
        return rules.approve(payment, self.clock() + self.delays.authorisation_for)

    def keep(
        self, payment: Paid, key: str, *, kind: str = "", amount: int | None = None, status: int = rules.OK
    ) -> Reply:
        """Write the payment with its event (its status, unless ``kind``), and answer with it."""
        moved = payment.amount if amount is None else amount
        self.ledger.keep(payment, kind or payment.status, moved, key, self.clock())
        return Reply(status=status, body=wire(payment))

    def tell_store(self, payment: Paid) -> None:
        """Put a PaymentAuthorizationComplete into the outbox."""
        now = text(self.clock())
        message = {"type": "PaymentAuthorizationComplete", "timestamp": now, "data": wire(payment)}
        self.ledger.change(
            "INSERT INTO outbox (message_id, body, attempts, due_at) VALUES (?, ?, 0, ?)",
            f"msg_{new_id()}", json.dumps(message), now,
        )  # fmt: skip


def wire(payment: Paid) -> Body:
    """A payment as the API shows it: without token and customer."""
    values = asdict(payment)
    body = {name: values[name] for name in _WIRE}
    return body | {"expires_at": text(payment.expires_at) if payment.expires_at else None}
