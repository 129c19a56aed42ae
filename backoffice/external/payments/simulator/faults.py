"""Faults by schedule: the n-th call of an operation misbehaves in a given way.

A fault is switched on by ``POST /control/faults`` with the fields of `Fault`. Of the faults whose operation
fits, the first that is due acts: ``after`` calls pass unharmed first, then ``count`` calls are harmed (null:
until cleared). They live in memory: a simulator that was restarted is healthy.

| kind | what happens |
|---|---|
| latency | waits ``seconds``, then acts and answers rightly |
| error_before, error_after | answers ``status`` (500), without or with the effect |
| drop_before, drop_after | closes the connection without an answer, without or with the effect |
| silent_before, silent_after | never answers; without or with the effect |
| late | never answers; the effect comes ``seconds`` later: the request was stuck on the way |
| cut_body | effect, then half an answer |
| wrong_types, not_json | effect, then an answer with wrong types, or a page of HTML |
| slow_drip | effect, then the answer with a byte every ``seconds`` (0.2) |
| huge_body | effect, then ten megabytes |
| too_many | 429 with ``retry_after`` as its header (seconds, a date, nonsense; null: none); no effect |
| unavailable | 503, the same |
| turned_away | a page of HTML with ``status`` (403) from a machine in between; no effect |
| in_progress | 409 key_in_progress: the first try with this key still runs; no effect |
| decline | an authorisation is declined with ``code`` |
| pending | an authorisation is decided after ``seconds``: approved, or declined with ``code`` |
"""

from typing import Literal

from pydantic import Field

from backoffice.external.simulation.faults import CallFault, Schedule

Operation = Literal[
    "*", "authorise", "capture", "void", "refund", "find", "list_cards", "create_link", "cancel_link"
]
BeforeKind = Literal[
    "error_before",
    "drop_before",
    "silent_before",
    "too_many",
    "unavailable",
    "in_progress",
    "late",
    "turned_away",
]
AfterKind = Literal[
    "error_after",
    "drop_after",
    "silent_after",
    "cut_body",
    "wrong_types",
    "not_json",
    "slow_drip",
    "huge_body",
]
Kind = Literal[BeforeKind, AfterKind, "latency", "decline", "pending"]


class Fault(CallFault):
    """One entry of the schedule; see the table above."""

    kind: Kind
    operation: Operation = "*"
    code: str = Field(default="", max_length=60, pattern=r"^[a-z0-9_]*$")


class FaultSchedule(Schedule[Fault]):
    """Which faults are still to come."""

    def __init__(self) -> None:
        """Start healthy."""
        super().__init__(Fault)

    def take(self, operation: str) -> Fault | None:
        """The fault this call has to suffer, if any; counts it."""
        return self.take_if(lambda fault: fault.operation in ("*", operation))
