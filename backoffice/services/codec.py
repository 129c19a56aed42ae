"""Frozen values as JSON columns and back."""

from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")
_adapters: dict[Any, TypeAdapter[Any]] = {}


def pack(value: object) -> Any:  # noqa: ANN401 - JSON is whatever the value is
    """Return what a JSON column takes: dicts, lists, texts, numbers."""
    return _adapter(type(value)).dump_python(value, mode="json")


def unpack(kind: type[T], data: object) -> T:
    """Return the frozen value that ``pack`` took apart."""
    return cast("T", _adapter(kind).validate_python(data))


def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any frozen value's class
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]
