"""What an action works with, inside one transaction; and how an action looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

from sqlalchemy import Connection

from backoffice.domain.cart import Cart, Prepared
from backoffice.domain.errors import Refusal
from backoffice.domain.ids import OrderId, OrderNumber
from backoffice.domain.outcome import Outcome
from backoffice.domain.staff import Actor
from backoffice.external.payments.port import PaymentGateway
from backoffice.services.jobs import Jobs
from backoffice.settings import StoreSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One transaction of one checkout. Actions write through ``connection`` and leave the rest alone."""

    connection: Connection
    now: datetime
    actor: Actor
    attempt_id: str  # made once; the same in every transaction of this checkout, so keys can be made of it
    order_id: OrderId
    order_number: OrderNumber  # "" in the setup list: it is taken when the order is created
    store_id: str
    settings: StoreSettings
    cart: Cart
    jobs: Jobs

    @property
    def prepared(self) -> Prepared:
        """Return what Prepare promised; Refusal when nothing was."""
        if self.cart.prepared is None:
            sentence = "The cart is not prepared."
            raise Refusal(sentence, advice="Prepare (F5), then submit.", code="prepare_again")
        return self.cart.prepared


class Action(Protocol):
    """A step of the checkout. ``execute`` raises Refusal to stop; ``undo`` bears being called after half a step.

    When a step stops the checkout, those of its transaction are taken back and executed again one by one: what is
    written through ``connection`` is there once all the same.
    """

    @property
    def name(self) -> str:
        """Return what it is called in the lists and in the journal."""
        ...

    def execute(self, work: Work) -> None:
        """Do it, in the transaction of the neighbours."""
        ...

    def undo(self, work: Work) -> None:
        """Take it back; a second call changes nothing."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing the outside world is asked; an action's own kind of question adds what it needs for it.

    ``subject`` tells the questions of one action apart. ``key`` goes with every try: it is made once, of what
    ``execute``'s transaction wrote or of ``work.attempt_id``, never anew.
    """

    subject: str
    key: str


Q = TypeVar("Q", bound=Question)
A = TypeVar("A")


@runtime_checkable
class RemoteAction(Action, Protocol[Q, A]):
    """A step that talks to the world: intent in ``execute``, the call outside a transaction, ``settle``.

    Its ``undo`` writes, too: what the world is to take back is durable work (see ``take_back_later``).
    """

    def questions(self, work: Work) -> tuple[Q, ...]:
        """Return what is still to be asked; empty when nothing is."""
        ...

    async def ask(self, gateway: PaymentGateway, question: Q) -> Outcome[A]:
        """Ask; the same question may be asked again. What else than the gateway it asks, it brings itself."""
        ...

    def settle(self, work: Work, answers: Mapping[str, Outcome[A]]) -> Refusal | bool:
        """Write down what came, by the question's subject. True: all is known; False: not yet; a Refusal: no.

        It is returned, not raised: a declined card leaves its payment record.
        """
        ...


@runtime_checkable
class TakesBackLate(Protocol):
    """A remote action that can take back what was answered after somebody else had undone its checkout."""

    def too_late(self, work: Work, answers: "Answers") -> None:
        """Write what is to be taken back, as durable work; silence may have been a yes, too."""
        ...


Remote = RemoteAction[Any, Any]
Answers = Mapping[str, Outcome[Any]]


def as_remote(action: Action) -> Remote | None:
    """Return the action as one that talks to the world, None when it does not."""
    return cast("Remote", action) if _is_remote(type(action)) else None


@cache
def _is_remote(kind: type) -> bool:
    """Found out once for each class: asking a protocol takes as long as a statement, and each step asks."""
    return all(callable(getattr(kind, part, None)) for part in ("questions", "ask", "settle"))
