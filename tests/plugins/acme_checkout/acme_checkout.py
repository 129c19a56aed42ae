"""What ACME wants of a checkout: a stamp, loyalty points, stricter customers, another order, a veto, a thank-you."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, delete, insert

from backoffice.domain.errors import Refusal
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.services.checkout.actions.update_customer import UpdateCustomer
from backoffice.services.checkout.events import CheckoutEventHandler
from backoffice.services.checkout.plugins import Add, Move, Remove, Replace
from backoffice.services.checkout.take_back import TakeBack, take_back_later
from backoffice.services.checkout.work import Question, Work
from backoffice.services.notes import add_note

stamps = Table("acme_stamps", MetaData(), Column("order_id", Text, primary_key=True), Column("number", Text))


class Stamp:
    """A local action with a table of its own; made in ``pre_checkout``, it is there whatever fails later."""

    name = "stampOrder"

    def execute(self, work: Work) -> None:
        """Stamp the order."""
        work.connection.execute(insert(stamps), {"order_id": work.order_id, "number": work.order_number})

    def undo(self, work: Work) -> None:
        """Take the stamp off."""
        work.connection.execute(delete(stamps).where(stamps.c.order_id == work.order_id))


@dataclass(frozen=True, kw_only=True, slots=True)
class PointsQuestion(Question):
    """How many points are to be held, for whom."""

    customer: str
    points: int


class HoldPoints:
    """A remote action: ACME's points are kept in a file far away, by key, so that no try counts twice."""

    name = "holdPoints"

    def execute(self, work: Work) -> None:
        """Nothing to write: the key is made of the attempt, which is written."""

    def undo(self, work: Work) -> None:
        """Have them let go of, however long that takes."""
        take_back_later(work, self, subject="points", key=f"points-{work.attempt_id}")

    def questions(self, work: Work) -> tuple[PointsQuestion, ...]:
        """Return the one question."""
        return (
            PointsQuestion(
                subject="points",
                key=f"points-{work.attempt_id}",
                customer=str(work.cart.customer_id),
                points=work.prepared.totals.total.minor // 100,
            ),
        )

    async def ask(self, gateway: object, question: PointsQuestion) -> Outcome[int]:
        """Hold them."""
        if question.customer == "nobody":
            return Refused(code="unknown", reason="ACME does not know this customer.")
        with _Far() as far:
            far.setdefault(question.key, question.points)
            return Succeeded(value=far[question.key])

    def settle(self, work: Work, answers: Mapping[str, Outcome[int]]) -> Refusal | bool:
        """Write the points on the order."""
        answer = answers["points"]
        if not isinstance(answer, Succeeded):
            return False
        add_note(work.connection, work.actor, work.order_number, f"{answer.value} points.", at=work.now)
        return True

    async def take_back(self, gateway: object, question: TakeBack) -> Outcome[int]:
        """Let go of them, if they were ever held."""
        with _Far() as far:
            return Succeeded(value=far.pop(question.key, 0))


class KnownByMail(UpdateCustomer):
    """Replaces updateCustomer, and does what it does."""

    def execute(self, work: Work) -> None:
        """Refuse an order nobody can be told of."""
        super().execute(work)
        if work.cart.notes == "no e-mail":
            sentence = "ACME sells to customers with an e-mail address only."
            raise Refusal(sentence, advice="Ask for it.")


class Embargo(CheckoutEventHandler):
    """Vetoes, and makes the table of stamps."""

    def pre_checkout(self, work: Work) -> None:
        """Make the table."""
        stamps.create(work.connection, checkfirst=True)

    def pre_checkout_order_persist(self, work: Work) -> None:
        """Say no."""
        if "embargo" in work.cart.notes:
            sentence = "There is an embargo."
            raise Refusal(sentence, advice="Talk to ACME's lawyers.")


class Thanks(CheckoutEventHandler):
    """Told of each order."""

    def post_checkout(self, work: Work) -> None:
        """Thank."""
        add_note(work.connection, work.actor, work.order_number, "ACME says thank you.", at=work.now)


class _Far:
    """The file far away."""

    def __enter__(self) -> dict[str, Any]:
        self._file = Path(os.environ["ACME_POINTS"])
        self._held: dict[str, Any] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return self._held

    def __exit__(self, *_: object) -> None:
        self._file.write_text(json.dumps(self._held))


STAMP = Add(Stamp(), before="updateOrder")
POINTS = Add(HoldPoints(), after="authorizePayments")
CUSTOMERS = Replace(KnownByMail())
CHANGES = (
    Remove("processCouponCustomerAssignments"),
    Move("commitOrderTax", before="updateLimitedUsageNumbers"),
)
