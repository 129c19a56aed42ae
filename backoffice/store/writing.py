"""A statement that writes, compiled once for each kind of database.

SQLAlchemy finds the compiled form of a statement anew at each call, and reads from it what to do with each value: for a
short INSERT that is as much work as all the rest. What is written all day is declared as a ``Write`` beside the
function that uses it::

    _INSERT = Write(insert(mails))
    _INSERT(connection, {"mail_id": ..., "subject": ...})
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Dialect, Insert, Update

Values = Mapping[str, object]


class Write:
    """Call it with the values of one row, or with those of many, which all have the same names."""

    def __init__(self, statement: Insert | Update | Delete) -> None:
        """Take a statement whose own values are ``bindparam``s; an INSERT takes its columns from the values."""
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._known: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def __call__(self, connection: Connection, values: Values | Sequence[Values]) -> CursorResult[Any]:
        """Write it; ``rowcount`` of what is returned tells how many rows it met."""
        if isinstance(values, Mapping):
            compiled = self._compiled(connection.dialect, tuple(values))
            return connection.exec_driver_sql(compiled.sql, compiled.parameters(values))
        if len(values) == 1:
            return self(connection, values[0])  # for a server, many are three journeys and one is one
        compiled = self._compiled(connection.dialect, tuple(values[0]))
        return connection.exec_driver_sql(compiled.sql, [compiled.parameters(row) for row in values])

    def _compiled(self, dialect: Dialect, names: tuple[str, ...]) -> "_Compiled":
        key = (dialect.name, names)
        if key not in self._known:
            self._known[key] = _compile(self._statement, dialect, names)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    places: tuple[
        tuple[str, Callable[[Any], Any] | None], ...
    ]  # each value's name, and what its type makes of it
    constants: dict[str, object]
    is_positional: bool

    def parameters(self, values: Values) -> Any:  # noqa: ANN401 - as the driver wants them
        said = {**self.constants, **values} if self.constants else values
        if self.is_positional:
            return tuple(
                [said[name] if process is None else process(said[name]) for name, process in self.places]
            )
        return {name: said[name] if process is None else process(said[name]) for name, process in self.places}


def _compile(statement: Insert | Update | Delete, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    columns = list(names) if isinstance(statement, Insert) else None
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
    if compiled.post_compile_params:
        raise TypeError("A list in IN (...) has a new text each time: execute this statement as it is.")
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError("A column's default is made by SQLAlchemy: execute this statement as it is.")
    order = compiled.positiontup if compiled.positional else list(compiled.params)
    types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
    return _Compiled(
        sql=str(compiled),
        places=tuple((name, types[name].bind_processor(dialect)) for name in order),
        constants={name: value for name, value in compiled.params.items() if name not in names},
        is_positional=compiled.positional,
    )
