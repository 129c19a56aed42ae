"""Faults by schedule: the n-th call of an operation misbehaves in a given way.

A fault is switched on by ``POST /control/faults`` with the fields of `Fault`. Of the faults whose operation
fits, the first that is due acts: ``after`` calls pass unharmed first, then ``count`` calls are harmed (null:
until cleared). They live in memory: a simulator that was restarted is healthy.

Operations: availability, reserve, release, show_reservation, transfer, find (the look-up by our number),
details, history; ``*`` is any of these. push_order, push_inventory; ``push`` is either.

| kind of a call | what happens |
|---|---|
| latency | waits ``seconds``, then does it and answers rightly, whether or not anybody still waits |
| error_before, error_after | answers ``status`` (500), without or with the effect |
| drop_before, drop_after | closes the connection without an answer, without or with the effect |
| silent_before, silent_after | never answers; without or with the effect |
| cut_body, not_json, wrong_types | effect, then half an answer, a page of HTML, or one with wrong types |
| slow_drip, huge_body | effect, then a byte every ``seconds``, or ten megabytes |
| wrong_echo | effect, then an answer about another order, reservation or message |
| redirect | 302 to elsewhere; no effect |
| too_many, unavailable | 429, 503 with ``retry_after`` as the header's value (null: no header); no effect |
| turned_away | a page of HTML with ``status`` (403) from a machine in between; no effect |
| refuse | 422 with ``code`` and ``reason``; no effect |
| partial | a reservation holds at most ``quantity`` of each line, and says so |
| hollow | a reservation answers 200 without lines and holds nothing |
| phantom | a reservation says everything is Allocated and holds nothing |

| kind of a push | what happens |
|---|---|
| duplicate | is delivered, and then delivered again |
| reorder | is held back ``seconds``, so that later ones overtake it |
| contradict | is delivered, and then the same id with another body |
| bad_signature | this try is signed by nobody's secret |
"""

from typing import Literal

from pydantic import Field

from backoffice.external.simulation.faults import CallFault, Schedule

Operation = Literal[
    "*",
    "availability",
    "reserve",
    "release",
    "show_reservation",
    "transfer",
    "find",
    "details",
    "history",
    "push",
    "push_order",
    "push_inventory",
]
BEFORE = frozenset(
    {
        "error_before",
        "drop_before",
        "silent_before",
        "redirect",
        "too_many",
        "unavailable",
        "refuse",
        "turned_away",
    }
)
Kind = Literal[
    "latency",
    "error_before",
    "error_after",
    "drop_before",
    "drop_after",
    "silent_before",
    "silent_after",
    "cut_body",
    "not_json",
    "wrong_types",
    "slow_drip",
    "huge_body",
    "wrong_echo",
    "redirect",
    "too_many",
    "unavailable",
    "turned_away",
    "refuse",
    "partial",
    "hollow",
    "phantom",
    "duplicate",
    "reorder",
    "contradict",
    "bad_signature",
]


class Fault(CallFault):
    """One entry of the schedule; see the tables above."""

    kind: Kind
    operation: Operation = "*"
    code: str = Field(default="refused", max_length=60, pattern=r"^[a-z0-9_]+$")
    reason: str = Field(default="The DOM refuses, because it was told to.", min_length=1, max_length=500)
    quantity: int = Field(default=0, ge=0, le=1_000_000_000)


class FaultSchedule(Schedule[Fault]):
    """Which faults are still to come."""

    def __init__(self) -> None:
        """Start healthy."""
        super().__init__(Fault)

    def take(self, operation: str) -> Fault | None:
        """Give the fault this call or push has to suffer, if any; counts it."""
        every = "push" if operation.startswith("push_") else "*"
        return self.take_if(lambda fault: fault.operation in (every, operation))
