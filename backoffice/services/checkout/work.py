"""What an action works with, inside one transaction; and how an action looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.ids import OrderId, OrderNumber
from backoffice.domain.outcome import Outcome
from backoffice.domain.staff import Actor
from backoffice.external.payments.port import GatewayPayment, PaymentGateway
from backoffice.services.jobs import Jobs
from backoffice.settings import StoreSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One transaction of one checkout. Actions write through ``connection`` and leave the rest alone."""

    connection: Connection
    now: datetime
    actor: Actor
    attempt_id: str
    order_id: OrderId
    order_number: OrderNumber  # taken from the counter when the attempt begins
    store_id: str
    settings: StoreSettings
    cart: Cart
    jobs: Jobs


class Action(Protocol):
    """A step of the checkout. ``execute`` raises Refusal to stop; ``undo`` bears being called after half a step."""

    name: str

    def execute(self, work: Work) -> None:
        """Do it, in the transaction of the neighbours."""
        ...

    def undo(self, work: Work) -> None:
        """Take it back; a second call changes nothing."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the outside world is asked, and under which key; made in ``execute``'s transaction."""

    subject: str  # payment id
    reference: str
    key: str
    token: str
    amount: int
    currency: str
    customer_reference: str
    asked_before: bool  # an earlier try may have arrived, so nothing said now proves that it did not


Answer = Outcome[GatewayPayment]


@runtime_checkable
class RemoteAction(Action, Protocol):
    """A step that talks to the world: intent in ``execute``, the call outside a transaction, ``settle``."""

    def questions(self, work: Work) -> tuple[Question, ...]:
        """Return what is still to be asked; empty when nothing is."""
        ...

    async def ask(self, gateway: PaymentGateway, question: Question) -> Answer:
        """Ask; the same question may be asked again."""
        ...

    def settle(self, work: Work, answers: dict[str, Answer]) -> Refusal | bool:
        """Write down what came, by key. True: all is known; False: not yet; a Refusal: the world said no.

        It is returned, not raised: a declined card leaves its payment record.
        """
        ...
