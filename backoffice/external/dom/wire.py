"""What every message of the DOM is made of: strict scalars, the business context, the model they stand in.

Wire names are camelCase. A value of the wrong type is an error, a field nobody knows is ignored (the other
side may be newer). Times are RFC 3339 with an offset and become UTC; amounts are whole minor units;
quantities of stock are exact decimals written as text.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel

MAX_LINES = 1000
_EXACT = 9_007_199_254_740_991  # whole numbers up to here are the same in every language
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_moment(value: object) -> datetime:
    """Read RFC 3339 text as UTC.

    Raises:
        ValueError: it is no such text, or no such moment.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs its offset from UTC")
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("not a moment such as 2026-11-22T05:00:00Z")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment outside the years that can be counted") from None


def write_moment(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _read_quantity(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError('not a quantity such as "288" or "2.5"')
    return Decimal(value)


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("a line of text has no control characters")
    return text


def _plain_text(text: str) -> str:
    if _CONTROL_BUT_LINES.search(text):
        raise ValueError("plain text has no control characters but line breaks and tabs")
    return text


Moment = Annotated[
    datetime, BeforeValidator(read_moment), PlainSerializer(write_moment, return_type=str, when_used="json")
]
StockQuantity = Annotated[
    Decimal, BeforeValidator(_read_quantity), PlainSerializer(str, return_type=str, when_used="json")
]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Label = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
SkuText = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_one_line)]
PlainText = Annotated[str, StringConstraints(max_length=20000), AfterValidator(_plain_text)]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,3}$")]
Minor = Annotated[int, Field(ge=-_EXACT, le=_EXACT)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Quantity = Annotated[int, Field(ge=1, le=1_000_000_000)]
Sequence = Annotated[int, Field(ge=1, le=_EXACT)]


class Wire(BaseModel):
    """A JSON object on the wire, read strictly and never changed."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", alias_generator=to_camel, validate_by_name=True
    )

    def to_json(self) -> bytes:
        """Write it as it goes over the wire."""
        return self.model_dump_json(by_alias=True).encode()

    def to_values(self) -> dict[str, Any]:
        """Give the JSON object as plain values."""
        return self.model_dump(by_alias=True, mode="json")


class Context(Wire):
    """On whose behalf a message is sent."""

    store: Label
    currency: CurrencyCode
    locale: Label
    acting_user: Label
    on_behalf_of: Label


class Reply(Wire):
    """What every answer carries: its own BODID, its creation time, and the BODID it answers."""

    bod_id: Id
    created_at: Moment
    answers: Id


class Problem(Wire):
    """A refusal, with a stable code and one sentence for a person."""

    bod_id: Id
    created_at: Moment
    answers: Id | None
    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


def first_fault(error: ValidationError) -> str:
    """Say in one sentence what is wrong with a message, without repeating what it said."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(str(part) for part in faults[0]["loc"]) or "the message"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{place}: {faults[0]['msg']}{more}."
