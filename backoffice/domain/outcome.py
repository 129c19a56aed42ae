"""How a call to the outside world can end; see "Three outcomes, never two" in the design.

A port never raises for what the world did: it returns one of these. *Unreachable* is the one kind of refusal that
may be tried again with a clear conscience, because nothing reached the other side; *Unknown* may never be read as
failure: ask again with the same key, or look up our own reference.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Succeeded(Generic[T_co]):
    """The other side did it and said so."""

    value: T_co


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The other side understood and said no; asking the same again gets the same answer."""

    code: str
    """Short and stable, for grouping: ``declined``, ``unknown_sku``, ``http_422``."""
    reason: str
    """One sentence for a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreachable:
    """Nothing happened over there: not connected, or turned away before any effect (429)."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """It was sent and no usable answer came: it may or may not have happened."""

    reason: str
    retry_after: timedelta | None = None


Outcome = Succeeded[T_co] | Refused | Unreachable | Unknown
