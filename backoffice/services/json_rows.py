"""JSON lines as they come: one object a line, given on as text; who reads it says what is wrong with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from backoffice.domain.errors import InvalidInput
from backoffice.services.csv_rows import RawRow

JSON = "json"  # the one cell of a row


def read_json_lines(path: Path, check_header: Callable[[list[str]], None]) -> Iterator[RawRow]:
    """Yield the lines of a UTF-8 file; empty ones are passed over. Raises InvalidInput."""
    check_header([JSON])
    try:
        size = path.stat().st_size or 1
        read = 0
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                read += len(line)
                if line.strip():
                    spoilt = any("\udc80" <= character <= "\udcff" for character in line)
                    yield RawRow(
                        line=number,
                        cells={JSON: line.strip()},
                        problem="The line is not UTF-8." if spoilt else "",
                        share=min(read / size, 1.0),
                    )
    except OSError as error:
        raise InvalidInput(f"{path.name} can not be read: {error}.", field="file") from error
