"""The bad days of the demo: what can be switched on, at whom, and what to look at then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OUTAGE = "/control/outage"
FAULTS_PATH = "/control/faults"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A bad day that can be switched on: ``title`` for the menu, ``explanation`` for what to look at."""

    name: str
    title: str
    explanation: str
    peer: str  # dom, payments, mail
    schedule: Mapping[str, Any] | None  # an entry of the peer's schedule of faults; None: nobody can connect

    def is_scheduled_as(self, pending: Mapping[str, Any]) -> bool:
        """Tell whether an entry still to come is this fault's; its count may have gone down."""
        return self.schedule is not None and all(
            pending.get(name) == value for name, value in self.schedule.items() if name != "count"
        )


FAULTS = (
    Fault(
        name="dom_outage",
        title="DOM down",
        explanation="Nothing answers. Stock turns stale, history shows local orders, transfers wait.",
        peer="dom",
        schedule=None,
    ),
    Fault(
        name="dom_slow",
        title="DOM slow",
        explanation="Every answer takes three seconds. The window stays usable.",
        peer="dom",
        schedule={"kind": "latency", "operation": "*", "seconds": 3.0, "count": None},
    ),
    Fault(
        name="dom_refuses",
        title="DOM refuses the next transfer",
        explanation="The order waits for a supervisor on Transfers, with the reason.",
        peer="dom",
        schedule={
            "kind": "refuse",
            "operation": "transfer",
            "count": 1,
            "code": "credit_hold",
            "reason": "The customer is on credit hold.",
        },
    ),
    Fault(
        name="dom_lost_answer",
        title="DOM takes the next transfer, its answer is lost",
        explanation="The transfer is unknown, is asked for by order number, and found: never sent twice.",
        peer="dom",
        schedule={"kind": "drop_after", "operation": "transfer", "count": 1},
    ),
    Fault(
        name="payments_decline",
        title="The next card is declined",
        explanation="The order is not submitted, nothing stays charged, the cart can be used again.",
        peer="payments",
        schedule={"kind": "decline", "operation": "authorise", "count": 1, "code": "insufficient_funds"},
    ),
    Fault(
        name="payments_lost_answer",
        title="The bank's next answer is lost",
        explanation="Submit asks again by reference: charged once, and the desk says what is known.",
        peer="payments",
        schedule={"kind": "drop_after", "operation": "authorise", "count": 1},
    ),
    Fault(
        name="payments_outage",
        title="Payments down",
        explanation="Cards can not be authorised; orders on account go on.",
        peer="payments",
        schedule=None,
    ),
    Fault(
        name="mail_down",
        title="Mail server down",
        explanation="E-mails wait and go out later; no order is touched.",
        peer="mail",
        schedule=None,
    ),
)
