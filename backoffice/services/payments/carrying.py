"""One try of one move at its gateway: looked up, sent, or both, as judge.py says.

A void first learns what it has to void, and closes the page of a payment by link, so that nobody pays on it later.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown
from backoffice.domain.payment import MoveKind
from backoffice.domain.statuses import MoveStatus
from backoffice.external.payments.port import GatewayPayment, PaymentGateway
from backoffice.services.payments.asking import NEVER_ARRIVED, PaymentQuestion, ask_again
from backoffice.services.payments.judge import next_try, shows_done

KEY_DEAD = Refused(
    code="key_dead", reason="It was never answered, and the gateway has forgotten by now that it was asked."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Absent:
    """The gateway's books do not hold the payment; ``certain``: and never will."""

    certain: bool


Came = Outcome[GatewayPayment] | Absent


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One try of one move. ``was`` is its status before; ``amount`` what is asked for."""

    move: Row[Any]
    payment: Row[Any]
    link_id: str | None  # of a page that is to be closed first; "" when it is not known
    link_until: datetime | None
    customer_id: str
    kind: MoveKind
    was: MoveStatus
    amount: int
    at: datetime

    @property
    def key_age(self) -> timedelta:
        """Return how long the gateway may know the move's key."""
        return self.at - (self.move.sent_at or self.at)


class Carrier:
    """Takes moves to one gateway."""

    def __init__(self, gateway: PaymentGateway) -> None:
        """Speak to ``gateway``."""
        self._gateway = gateway

    async def carry_out(self, turn: Turn) -> Came:
        """Ask, look up, or find that there is nothing to ask."""
        row, key = turn.payment, turn.move.key
        amount = Money(turn.amount, row.currency)
        if turn.kind is MoveKind.CAPTURE:
            return await self._try(turn, lambda: self._gateway.capture(row.gateway_id, amount, key=key))
        if turn.kind is MoveKind.REFUND:
            return await self._try(turn, lambda: self._gateway.refund(row.gateway_id, amount, key=key))
        if row.gateway_id:
            return await self._void(turn, row.gateway_id)
        learnt = await (self._learn(turn) if turn.link_id is None else self._close_page(turn, turn.link_id))
        if not isinstance(learnt, GatewayPayment):
            return learnt
        if _shows_done(turn, learnt):
            return Succeeded(value=learnt)
        return await self._void(turn, learnt.gateway_id)

    async def _void(self, turn: Turn, gateway_id: str) -> Came:
        return await self._try(turn, lambda: self._gateway.void(gateway_id, key=turn.move.key))

    async def _try(self, turn: Turn, send: Callable[[], Awaitable[Outcome[GatewayPayment]]]) -> Came:
        capabilities = self._gateway.capabilities
        wise = next_try(turn.kind, turn.was, key_age=turn.key_age, capabilities=capabilities)
        if wise.look_up:
            found = await self._gateway.find(turn.payment.reference)
            if not isinstance(found, Succeeded):
                return Unknown(reason=found.reason)
            if found.value is not None and _shows_done(turn, found.value):
                return Succeeded(value=found.value)
        if not wise.may_send:
            return KEY_DEAD
        answer = await send()
        if isinstance(answer, Succeeded) and not _shows_done(turn, answer.value):
            return Unknown(reason="The gateway says yes, and its figures do not show it.")
        if isinstance(answer, Refused):
            return await self._doubted(turn, answer)
        return answer

    async def _doubted(self, turn: Turn, refused: Refused) -> Came:
        """A no may mean that it was done before, or that a proxy is in the way."""
        if refused.code.startswith("http_"):
            return Unknown(reason=refused.reason)
        if self._gateway.capabilities.lookup_by_reference:
            found = await self._gateway.find(turn.payment.reference)
            if not isinstance(found, Succeeded):
                return Unknown(reason=found.reason)
            if found.value is not None and _shows_done(turn, found.value):
                return Succeeded(value=found.value)
        return refused

    async def _close_page(self, turn: Turn, link_id: str) -> GatewayPayment | Absent | Unknown:
        """Close the page; return what was paid on it all the same."""
        if not link_id:
            asked = await ask_again(self._gateway, _question(turn))
            if asked is NEVER_ARRIVED or isinstance(asked, Refused):
                return Absent(certain=True)
            if not isinstance(asked, Succeeded):
                return Unknown(reason=asked.reason)
            if isinstance(asked.value, GatewayPayment):
                return asked.value
            link_id = asked.value.link_id
        closed = await self._gateway.cancel_link(link_id, key=f"{turn.payment.key}-page")
        if not isinstance(closed, Succeeded):
            return Unknown(reason=closed.reason)
        return await self._learn(turn) if closed.value.status == "paid" else Absent(certain=True)

    async def _learn(self, turn: Turn) -> GatewayPayment | Absent | Unknown:
        """Find out which payment it is whose authorisation was never answered."""
        if self._gateway.capabilities.lookup_by_reference:
            found = await self._gateway.find(turn.payment.reference)
            if not isinstance(found, Succeeded):
                return Unknown(reason=found.reason)
            return found.value or Absent(certain=False)
        answer = await ask_again(self._gateway, _question(turn))
        if isinstance(answer, Refused):
            return Absent(certain=True)
        if isinstance(answer, Succeeded) and isinstance(answer.value, GatewayPayment):
            return answer.value
        return Unknown(reason="Nobody can say which payment it was.")


def _question(turn: Turn) -> PaymentQuestion:
    row = turn.payment
    return PaymentQuestion(
        subject=row.payment_id,
        reference=row.reference,
        key=row.key,
        token=row.token,
        amount=row.amount,
        currency=row.currency,
        customer_reference=turn.customer_id,
        asked_before=True,
        key_age=turn.at - (row.asked_at or turn.at),
        link_until=turn.link_until,
    )


def _shows_done(turn: Turn, found: GatewayPayment) -> bool:
    return shows_done(
        turn.kind,
        found,
        captured=turn.payment.captured,
        refunded=turn.payment.refunded,
        amount=turn.amount,
    )
