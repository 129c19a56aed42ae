"""Frozen values as JSON columns and back."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


def pack(value: object) -> Any:  # noqa: ANN401 - JSON is whatever the value is
    """Return what a JSON column takes: dicts, lists, texts, numbers."""
    return _adapter(type(value)).dump_python(value, mode="json")


def unpack(kind: type[T], data: object) -> T:
    """Return the frozen value that ``pack`` took apart."""
    return cast("T", _adapter(kind).validate_python(data))


@lru_cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
