"""What every kind of file has in common: its columns, how a cell is read, what is wrong with a row."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, select

from backoffice.domain.money import Money, Rounding
from backoffice.services.csv_rows import RawRow, read_csv
from backoffice.services.free_text import one_line, text_problem
from backoffice.services.phone import HOME
from backoffice.store.upsert import MOST_IN_ONE_QUESTION

Cells = dict[str, str]
Values = dict[str, Any]
LARGEST_NUMBER = Decimal(10**9)
_YES_AND_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportContext:
    """What a file does not say itself.

    ``country`` is where bare phone numbers belong. ``online`` is the location of the file that is the store's online
    fulfilment centre, kept as ``online_location``; other bare numbers become LOC-<number>.
    """

    currency: str = "USD"
    country: str = HOME
    online: str = ""
    online_location: str = "ONLINE"

    def location_id(self, written: str) -> str:
        """Return our id of a location of the file."""
        if written in {self.online, self.online_location}:
            return self.online_location
        return f"LOC-{written}" if written.isdigit() else written


class RowProblem(Exception):
    """Why a row is not taken, and the column it is about ("" for the whole row)."""

    def __init__(self, field: str, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadRow:
    """A row that can be read, and what it says."""

    raw: RawRow
    values: Values


Refused = list[tuple[ReadRow, RowProblem]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of file. ``required`` may hold a pattern (``list_price_...``); ``write`` returns what it had to refuse."""

    name: str
    required: tuple[str, ...]
    read: Callable[[Cells, ImportContext], Values]
    write: Callable[[Connection, list[ReadRow], ImportContext, datetime], Refused]
    rows: Callable[[Path, Callable[[list[str]], None]], Iterator[RawRow]] = read_csv

    def missing(self, columns: Collection[str]) -> tuple[str, ...]:
        """Return the required columns that are not there."""
        return tuple(
            name for name in self.required if not any(_same_column(name, column) for column in columns)
        )


def read_text(
    cells: Cells, name: str, *, longest: int = 200, needed: bool = False, may_be_number: bool = False
) -> str:
    """Return the text on one line. Raises RowProblem."""
    written = one_line(cells.get(name, ""))
    if needed and not written:
        raise RowProblem(name, "It is missing.")
    if problem := text_problem("It", written, longest, may_be_number=may_be_number):
        raise RowProblem(name, problem.replace(" Nothing was saved and nothing is lost:", " To load it,"))
    return written


def read_number(cells: Cells, name: str, *, needed: bool = True) -> Decimal | None:
    """Return a number from 0 to 10^9, written with a point and without thousands separators."""
    written = cells.get(name, "").strip()
    if not written and not needed:
        return None
    try:
        number = Decimal(written) if _PLAIN_NUMBER.fullmatch(written) else None
    except InvalidOperation:  # pragma: no cover - the pattern lets none of those through
        number = None
    if number is None:
        raise RowProblem(
            name, f"“{written[:40]}” is not a number like 1234.5." if written else "It is missing."
        )
    if not 0 <= number <= LARGEST_NUMBER:
        raise RowProblem(name, f"{written} is not between 0 and 1,000,000,000.")
    return number


def read_count(cells: Cells, name: str, *, default: int | None = None) -> int:
    """Return a whole number from 0 to 10^9."""
    if default is not None and not cells.get(name, "").strip():
        return default
    number = read_number(cells, name) or Decimal(0)
    if number != int(number):
        raise RowProblem(name, f"{number} is not a whole number.")
    return int(number)


def read_amount(cells: Cells, stem: str, context: ImportContext) -> Money:
    """Return the amount in a column named ``stem_usd`` (any currency's code) or ``stem``; rounded half up."""
    name = next((column for column in cells if _same_column(f"{stem}...", column)), stem)
    code = name.removeprefix(stem).strip("_").split("_")[0].upper() or context.currency
    number = read_number(cells, name) or Decimal(0)
    try:
        return Money.of(number, code, Rounding.HALF_UP)
    except ValueError as error:
        raise RowProblem(name, str(error)) from error


def read_day(cells: Cells, name: str) -> date | None:
    """Return a day like 2026-11-22, None for an empty cell."""
    written = cells.get(name, "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise RowProblem(name, f"“{written[:40]}” is not a day like 2026-11-22.") from error


def read_moment(cells: Cells, name: str, *, end_of_day: bool = False) -> datetime | None:
    """Return midnight (UTC) of a day like 2026-11-22; with ``end_of_day`` that of the next, for a day is included."""
    day = read_day(cells, name)
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1) if end_of_day else day, time(), UTC)


def read_list(cells: Cells, name: str) -> list[str]:
    """Return the texts of a cell that are parted by ``;``."""
    return [part for part in (part.strip() for part in read_text(cells, name).split(";")) if part]


def read_yes(cells: Cells, name: str, *, default: str = "yes") -> bool:
    """Return yes or no."""
    written = cells.get(name, "").strip().casefold() or default
    if written not in _YES_AND_NO:
        raise RowProblem(name, f"“{written[:40]}” is neither yes nor no.")
    return _YES_AND_NO[written]


def known(connection: Connection, column: "Column[str]", wanted: Iterable[str]) -> frozenset[str]:
    """Return those of the wanted keys that the table has."""
    keys = sorted(set(wanted))
    found: set[str] = set()
    for start in range(0, len(keys), MOST_IN_ONE_QUESTION):
        some = keys[start : start + MOST_IN_ONE_QUESTION]
        found.update(connection.execute(select(column).where(column.in_(some))).scalars())
    return frozenset(found)


def last_of_each(rows: Iterable[ReadRow], *keys: str) -> list[Values]:
    """Return what the rows say, of rows with the same keys only the last."""
    return list({tuple(row.values[key] for key in keys): row.values for row in rows}.values())


def _same_column(required: str, column: str) -> bool:
    stem = required.removesuffix("...")
    return column == required or (
        stem != required and re.fullmatch(rf"{re.escape(stem)}(_[a-z]{{3}}.*)?", column) is not None
    )
