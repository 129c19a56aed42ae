"""What the checks look into beside the database, and what they find."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Table = list[Mapping[str, Any]]
Ledger = Mapping[str, Any]  # table -> rows, as the simulators' /control/ledger gives them


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledgers:
    """The others' books, where they can be had; ``quiet``: faults are off and no work is under way."""

    now: datetime
    quiet: bool
    payments: Ledger | None = None
    dom: Ledger | None = None
    files: Path | None = None  # the data directory

    def gateway_payments(self) -> Table:
        """Return the gateway's payments: id, reference, status, authorised, captured, refunded, events."""
        return list(self.payments["payments"]) if self.payments else []

    def gateway_pages(self) -> Table:
        """Return the gateway's pages to pay on: id, reference, amount, status, expires_at."""
        return list(self.payments["links"]) if self.payments else []

    def dom_table(self, name: str) -> Table:
        """Return a table of the DOM's book."""
        return list(self.dom[name]) if self.dom else []


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One thing that is not as it must be. ``subject``: order number, SKU, message, whatever it is about."""

    subject: str
    sentence: str


def violations(found: Iterable[tuple[str, str]]) -> list[Violation]:
    """Return (subject, sentence) pairs as violations."""
    return [Violation(subject=str(subject), sentence=sentence) for subject, sentence in found]
