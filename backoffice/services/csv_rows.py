"""CSV as it comes: rows with their line, a bad row said to be bad without stopping the others."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backoffice.domain.errors import InvalidInput

_BEGIN_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawRow:
    """One row: ``line`` where it begins (1 is the header), ``problem`` when it can not be read at all."""

    line: int
    cells: dict[str, str]
    problem: str
    share: float  # of the file read so far, by bytes


def read_csv(path: Path, check_header: Callable[[list[str]], None]) -> Iterator[RawRow]:
    """Yield the rows of a UTF-8 file with a header; empty lines are passed over. Raises InvalidInput."""
    try:
        size = path.stat().st_size or 1
        # A byte that is no UTF-8 spoils its own row, not the file.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = _Counted(file)
            reader = csv.reader(lines, strict=True)
            columns = [column.strip() for column in next(reader, [])]
            check_header(columns)
            yield from _rows(reader, columns, lines, size)
    except (OSError, csv.Error) as error:
        raise InvalidInput(f"{path.name} can not be read: {error}.", field="file") from error


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell: what looks like a formula is marked as text."""
    return "'" + cell if cell[:1] in _BEGIN_A_FORMULA else cell


class _Counted:
    """Lines of a file, counted, and their characters, near enough to bytes for a bar of progress."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.read = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.read += len(line)
            self.number += 1
            yield line


def _rows(reader: Iterator[list[str]], columns: list[str], lines: _Counted, size: int) -> Iterator[RawRow]:
    while True:
        begins = lines.number + 1
        problem = ""
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"This line can not be read: {error}."
        if not cells and not problem:
            continue
        named = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        share = min(lines.read / size, 1.0)
        yield RawRow(line=begins, cells=named, problem=problem or _problem(cells, columns), share=share)


def _problem(cells: list[str], columns: list[str]) -> str:
    if len(cells) != len(columns):
        return f"The line has {len(cells)} cells, the header {len(columns)}."
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return "The line is not UTF-8."
    return ""
