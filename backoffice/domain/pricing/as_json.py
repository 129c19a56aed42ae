"""Rules, carts and offers as JSON and back, strictly: what is wrong is told with the place where it stands.

A value is an object of its fields; where several kinds may stand, ``"is"`` names which: ``{"is": "Tiers", "tiers":
[{"minimum": 11, "percent": "2"}]}``. What has its default may be left out. Numbers with fractions are texts or JSON
numbers read as Decimal, never floats; amounts are ``"12.30"`` in the currency at hand, or ``{"is": "Money", "minor":
1230, "currency": "USD"}``; sets are lists; moments are ISO texts with their zone; choices are their values
(``"half-up"``) or names.
"""

import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from backoffice.domain.money import Money

T = TypeVar("T")
Json = dict[str, Any]
_IS = "is"


class JsonProblem(ValueError):
    """What is wrong, and where: ``lines[2].quantity``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


def to_json(value: object) -> Any:  # noqa: ANN401 - JSON is whatever the value is
    """The value as JSON; fields that have their default are left out, sets are sorted."""
    for kind, written in _WRITTEN.items():
        if isinstance(value, kind):
            return written(value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    kept = {
        field.name: getattr(value, field.name)
        for field in fields(value)
        if field.init and getattr(value, field.name) != _default(field)
    }
    return {_IS: type(value).__name__, **{name: to_json(item) for name, item in kept.items()}}


def from_json(data: object, kind: type[T], *, currency: str = "", path: str = "") -> T:
    """The value of that kind. `currency` is what amounts written as plain numbers are in. Raises JsonProblem."""
    return cast("T", _read(data, kind, currency, path))


def _read(data: Any, wanted: Any, currency: str, path: str) -> object:  # noqa: ANN401 - JSON in, an annotation beside it
    options = _options(wanted)
    if data is None and type(None) in options:
        return None
    if isinstance(data, dict):
        return _object(data, options, currency, path)
    if isinstance(data, list):
        return _many(data, options, currency, path)
    if isinstance(data, bool) or type(data) is int or isinstance(data, str):
        exact = type(data)
        if exact in options:
            return data
    for option in options if not isinstance(data, bool | float | types.NoneType) else ():
        if option in _SCALARS:
            return _SCALARS[option](data, currency, path)
        if isinstance(option, type) and issubclass(option, Enum):
            return _choice(data, option, path)
    raise JsonProblem(path, f"{_shown(data)} is not {_words(options)}.")


def _object(data: Json, options: tuple[Any, ...], currency: str, path: str) -> object:
    for option in options:
        if get_origin(option) is dict:
            of = get_args(option)[1]
            return {key: _read(item, of, currency, _below(path, key)) for key, item in data.items()}
    kinds: dict[str, Any] = {
        option.__name__: option for option in options if isinstance(option, type) and is_dataclass(option)
    }
    if not kinds:
        raise JsonProblem(path, f"An object can not stand here; {_words(options)} can.")
    named = data.get(_IS, next(iter(kinds)) if len(kinds) == 1 else "")
    if named not in kinds:
        choices = ", ".join(sorted(kinds))
        raise JsonProblem(_below(path, _IS), f"{_shown(named)} is none of {choices}.")
    return _build(kinds[named], data, currency, path)


def _build(kind: Any, data: Json, currency: str, path: str) -> object:  # noqa: ANN401 - a dataclass
    hints = hints_of(kind)
    for name in data:
        if name not in hints and name != _IS:
            raise JsonProblem(
                _below(path, name), f"{kind.__name__} has no such field; it has {', '.join(hints)}."
            )
    missing = [name for name in hints if name not in data and _is_needed(kind, name)]
    if missing:
        raise JsonProblem(path, f"{kind.__name__} lacks {', '.join(missing)}.")
    read = {
        name: _read(value, hints[name], currency, _below(path, name))
        for name, value in data.items()
        if name != _IS
    }
    try:
        return kind(**read)
    except (TypeError, ValueError) as error:
        raise JsonProblem(path, str(error)) from error


def _many(data: list[Any], options: tuple[Any, ...], currency: str, path: str) -> object:
    for option in options:
        origin, of = get_origin(option), get_args(option)
        if origin is frozenset:
            return frozenset(
                _read(item, of[0], currency, f"{path}[{place}]") for place, item in enumerate(data)
            )
        if origin is tuple and of[-1] is ...:
            return tuple(_read(item, of[0], currency, f"{path}[{place}]") for place, item in enumerate(data))
        if origin is tuple:
            if len(data) != len(of):
                raise JsonProblem(path, f"{len(of)} values stand here, not {len(data)}.")
            return tuple(
                _read(item, one, currency, f"{path}[{place}]")
                for place, (item, one) in enumerate(zip(data, of, strict=True))
            )
    raise JsonProblem(path, f"A list can not stand here; {_words(options)} can.")


def _amount(data: Any, currency: str, path: str) -> Money:  # noqa: ANN401 - text or number
    if not currency:
        raise JsonProblem(
            path, 'An amount without its currency; write {"is": "Money", "minor": 1230, "currency": "USD"}.'
        )
    try:
        return Money.of(data, currency)
    except ValueError as error:
        raise JsonProblem(path, str(error)) from error


def _decimal(data: Any, _currency: str, path: str) -> Decimal:  # noqa: ANN401 - as above
    try:
        number = Decimal(data)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise JsonProblem(path, f"{_shown(data)} is not a number.")
    return number


def _moment(data: Any, _currency: str, path: str) -> datetime:  # noqa: ANN401 - as above
    try:
        moment = datetime.fromisoformat(str(data))
    except ValueError:
        raise JsonProblem(path, f"{_shown(data)} is not a moment like 2026-11-22T09:00:00+00:00.") from None
    if moment.tzinfo is None:
        raise JsonProblem(path, f"{_shown(data)} has no time zone; add +00:00, or the zone it is in.")
    return moment


def _choice(data: Any, options: type[Enum], path: str) -> Enum:  # noqa: ANN401 - as above
    meant = [one for one in options if data == one.value or str(data).casefold() == one.name.casefold()]
    if not meant:
        choices = ", ".join(f"{one.value!r}" for one in options)
        raise JsonProblem(path, f"{_shown(data)} is none of {choices}.")
    return meant[0]


_WRITTEN: dict[type, Callable[[Any], object]] = {
    Enum: lambda value: value.value,
    datetime: datetime.isoformat,
    Decimal: str,
    frozenset: lambda value: sorted(to_json(item) for item in value),
    tuple: lambda value: [to_json(item) for item in value],
    dict: lambda value: {key: to_json(item) for key, item in value.items()},
}
_SCALARS = {Money: _amount, Decimal: _decimal, datetime: _moment}
_NAMES = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    Money: "an amount",
    Decimal: "a number (as a text, or without a float)",
    datetime: "a moment",
    types.NoneType: "null",
}


def _words(options: tuple[Any, ...]) -> str:
    said = [
        _NAMES.get(one, "a list" if get_origin(one) in {tuple, frozenset} else "an object") for one in options
    ]
    return " or ".join(dict.fromkeys(said))


def _shown(data: object) -> str:
    text = repr(data)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


_LONGEST_SHOWN = 60


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _options(wanted: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an annotation
    return get_args(wanted) if get_origin(wanted) in {Union, types.UnionType} else (wanted,)


@lru_cache(maxsize=128)
def hints_of(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    """The fields of a kind that can be written, each with its annotation."""
    given = {field.name for field in fields(kind) if field.init}  # the others follow from these
    return {name: hint for name, hint in get_type_hints(kind).items() if name in given}


def _is_needed(kind: Any, name: str) -> bool:  # noqa: ANN401 - a dataclass
    return any(field.name == name and _default(field) is MISSING for field in fields(kind))


def _default(field: "Field[Any]") -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default
