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
| in_progress | 409 key_in_progress: the first try with this key still runs; no effect |
| decline | an authorisation is declined with ``code`` |
| pending | an authorisation is decided after ``seconds``: approved, or declined with ``code`` |
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Operation = Literal[
    "*", "authorise", "capture", "void", "refund", "find", "list_cards", "create_link", "cancel_link"
]
BeforeKind = Literal[
    "error_before", "drop_before", "silent_before", "too_many", "unavailable", "in_progress", "late"
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


class Fault(BaseModel):
    """One entry of the schedule; see the table above."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: Kind
    operation: Operation = "*"
    count: int | None = Field(default=1, ge=1, le=1_000_000)
    after: int = Field(default=0, ge=0, le=1_000_000)
    seconds: float = Field(default=0.2, ge=0, le=86_400)
    status: int = Field(default=500, ge=500, le=599)
    code: str = Field(default="", max_length=60, pattern=r"^[a-z0-9_]*$")
    retry_after: str | None = Field(default=None, max_length=100, pattern=r"^[ -~]*$")


class FaultSchedule:
    """Which faults are still to come."""

    def __init__(self) -> None:
        """Start healthy."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault behind those already there."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Be healthy again."""
        self._faults.clear()

    def pending(self) -> list[Fault]:
        """What is still to come, with the counts as they stand."""
        return list(self._faults)

    def take(self, operation: str) -> Fault | None:
        """The fault this call has to suffer, if any; counts it."""
        for index, fault in enumerate(self._faults):
            if fault.operation not in ("*", operation):
                continue
            if fault.after:
                self._faults[index] = fault.model_copy(update={"after": fault.after - 1})
                continue
            if fault.count is not None:
                if fault.count == 1:
                    del self._faults[index]
                else:
                    self._faults[index] = fault.model_copy(update={"count": fault.count - 1})
            return fault
        return None
