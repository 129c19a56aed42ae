"""Which amounts a rule holds, however deep: so that one in another currency is refused, not added."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from backoffice.domain.money import Money


def amounts_in(value: object) -> Iterator[Money]:
    """Each Money within a value, its fields and its tuples."""
    if isinstance(value, Money):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from amounts_in(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from amounts_in(getattr(value, field.name))
