"""How far something asked for has come, and what a person reads when it did not work."""

from dataclasses import dataclass
from enum import Enum

from backoffice.domain.errors import Refusal, StoreUnavailable


class Phase(Enum):
    """How far something asked for has come."""

    ASKING = "asking"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What a person reads when it did not work, and what to do next."""

    sentence: str
    advice: str = ""


def trouble_of(no: Refusal | StoreUnavailable) -> Trouble:
    """Return what a person reads of it."""
    return Trouble(sentence=no.sentence, advice=no.advice)
