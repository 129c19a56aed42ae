"""A cart with its rules as one JSON document, and what it costs as another.

The document is a `PricingRequest` as `as_json` reads it, with three short ways for the usual case: `line_id` may be
left out (the lines are numbered from 1), `at` is now, and `ship_to` with `ship_method` is one shipment "1" that all
physical lines without a shipment of their own go by.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from backoffice.domain.money import Money, currency_digits
from backoffice.domain.pricing.as_json import Json, JsonProblem, from_json
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.result import PricedCart

_SHIPMENT = "1"


def read_request(text: str, now: datetime) -> PricingRequest:
    """The question a document asks. Raises JsonProblem with the place and the reason."""
    data = _parsed(text)
    currency = data.get("currency")
    if not isinstance(currency, str):
        raise JsonProblem("currency", "Say the cart's currency, such as USD.")
    try:
        currency_digits(currency)
    except ValueError as error:
        raise JsonProblem("currency", str(error)) from error
    return from_json(_written_out(data, now), PricingRequest, currency=currency)


def to_document(priced: PricedCart) -> Json:
    """What a cart costs, as JSON: amounts are texts in major units; every cent is in `explanations`."""
    document: Json = _plain(priced)
    document["explanations"] = [_plain(entry) for entry in priced.explanations]
    return document


def _parsed(text: str) -> Json:
    def no_constant(name: str) -> None:
        raise JsonProblem("", f"{name} is not a number.")

    def once(pairs: list[tuple[str, Any]]) -> Json:
        names = [name for name, _ in pairs]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise JsonProblem(twice, "It is there twice.")
        return dict(pairs)

    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=no_constant, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise JsonProblem(f"line {error.lineno}", f"This is not JSON: {error.msg}.") from error
    except RecursionError:
        raise JsonProblem("", "It is nested too deeply.") from None
    if not isinstance(data, dict):
        raise JsonProblem("", "The document is an object: {...}.")
    return data


def _written_out(data: Json, now: datetime) -> Json:
    full = dict(data)
    full.setdefault("at", now.isoformat())
    ship_to, method = full.pop("ship_to", None), full.pop("ship_method", None)
    if method is not None and ship_to is None:
        raise JsonProblem("ship_method", "Say where it goes too: ship_to.")
    if ship_to is not None and "shipments" in full:
        raise JsonProblem("ship_to", "Either ship_to, or shipments of their own.")
    if ship_to is not None:
        full["shipments"] = [
            {
                "shipment_id": _SHIPMENT,
                "destination": ship_to,
                "method_code": "" if method is None else method,
            }
        ]
    lines = full.get("lines")
    if isinstance(lines, list):
        full["lines"] = [_line(line, place, ship_to is not None) for place, line in enumerate(lines, 1)]
    return full


def _line(line: object, place: int, travels: bool) -> object:  # noqa: FBT001 - one private caller
    if not isinstance(line, dict):
        return line
    known = {"line_id": str(place), **line}
    if travels and line.get("is_physical", True):
        known.setdefault("shipment_id", _SHIPMENT)
    return known


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, Money):
        return str(value.to_decimal())
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Enum):
        return value.value
    names = _fields_of(value)
    if names:
        return {name: _plain(getattr(value, name)) for name in names}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _fields_of(value: object) -> tuple[str, ...]:
    """Of a dataclass or a named tuple."""
    if is_dataclass(value):
        return tuple(field.name for field in fields(value))
    return tuple(getattr(value, "_fields", ()))
