"""An offer as the JSON of ``promotions.data`` and back.

Each value is an object that names what it is: ``{"is": "Tiers", "tiers": [{"is": "Tier", "minimum": 11, ...}]}``.
What has its default is left out. Amounts are {"is": "Money", "minor", "currency"}, sets are sorted lists.
"""

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    BundlePrice,
    BuyGet,
    FixedPrice,
    Limits,
    Minimum,
    PercentOff,
    Promotion,
    Selection,
    ShippingOff,
    Tier,
    Tiers,
)

Json = dict[str, Any]
_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(AmountOff, BundlePrice, BuyGet, FixedPrice, PercentOff, ShippingOff, Tiers),
        *(Area, Limits, Minimum, Money, Promotion, Selection, Tier),
    )
}


def as_data(promotion: Promotion) -> Json:
    """Return the offer as JSON."""
    return cast("Json", _taken_apart(promotion))


def as_promotion(data: Json) -> Promotion:
    """Return the offer; ValueError for JSON that is none."""
    try:
        promotion = _put_together(data, Promotion)
    except (AttributeError, KeyError, TypeError) as error:
        message = f"This is no offer: {error}."
        raise ValueError(message) from error
    return cast("Promotion", promotion)


def _taken_apart(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | Decimal):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    if isinstance(value, frozenset):
        return sorted(_taken_apart(item) for item in value)  # type: ignore[type-var]  # sets hold texts only
    if isinstance(value, tuple):
        return [_taken_apart(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        said = {field.name: getattr(value, field.name) for field in fields(value)}
        kept = {
            field.name: said[field.name] for field in fields(value) if said[field.name] != _default(field)
        }
        return {"is": type(value).__name__, **{name: _taken_apart(item) for name, item in kept.items()}}
    return value


def _put_together(data: Any, wanted: Any) -> object:  # noqa: ANN401 - JSON in, a type's annotation beside it
    if isinstance(data, dict):
        kind = _KINDS[data["is"]]
        hints = _hints(kind)
        return kind(
            **{name: _put_together(value, hints[name]) for name, value in data.items() if name != "is"}
        )
    options = _options(wanted)
    if isinstance(data, list):
        return _many(data, next(option for option in options if get_origin(option) in {tuple, frozenset}))
    if data is None or type(data) in options:
        return data
    for option in options:
        if option is Decimal:
            return Decimal(data)
        if option is datetime:
            return datetime.fromisoformat(data)
        if isinstance(option, type) and issubclass(option, Enum):
            return option(data)
    message = f"{data!r} can not be {wanted}"
    raise TypeError(message)


def _many(data: list[Any], wanted: Any) -> object:  # noqa: ANN401 - as above
    of = get_args(wanted)[0]
    items = (_put_together(item, of) for item in data)
    return frozenset(items) if get_origin(wanted) is frozenset else tuple(items)


def _options(wanted: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    return get_args(wanted) if get_origin(wanted) in {Union, types.UnionType} else (wanted,)


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _default(field: "Field[Any]") -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default
