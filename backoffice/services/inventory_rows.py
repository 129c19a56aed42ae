"""One row of a stock file: read from CSV or JSON lines, and checked."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TextIO

from backoffice.domain.availability_rules import Figure
from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import AvailabilityStatus

LONGEST_LINE = 10_000
_OTHER_NAMES = {
    "location_id": "location",
    "locationId": "location",
    "availableFrom": "available_from",
    "updatedAt": "updated_at",
}
_LARGEST = Decimal(10**12)


def read_lines(source: TextIO, suffix: str) -> Iterator[tuple[int, object, str]]:
    """Yield line number, values by column (or what a JSON line was), and the line as it stood."""
    if suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        for number, line in enumerate(_lines(source), start=1):
            if line.strip():
                yield number, _read_json(line), line.rstrip("\r\n")
        return
    lines = _lines(source)
    header = [_OTHER_NAMES.get(name.strip(), name.strip()) for name in _cells(next(lines, ""))]
    if not {"sku", "location", "quantity"} <= set(header):
        raise InvalidInput(
            "The file has no header with sku, location and quantity.",
            field="path",
            advice="Give the columns their names in the first line.",
        )
    for number, line in enumerate(lines, start=2):
        cells = _cells(line)
        if cells:
            values = dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None
            yield number, values, line.rstrip("\r\n")


def _cells(line: str) -> list[str]:
    # Line by line: a stray quotation mark spoils its own row, not all that follow.
    try:
        return next(csv.reader([line.rstrip("\r\n")]), [])
    except csv.Error:
        return [line]


def _lines(source: TextIO) -> Iterator[str]:
    """Yield lines; of one that is no row of ours by its length alone, the beginning."""
    while line := source.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith("\n") and (rest := source.readline(LONGEST_LINE)):
            pass
        yield line


def _read_json(line: str) -> object:
    try:
        found = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {_OTHER_NAMES.get(name, name): value for name, value in found.items()}


def read_row(
    values: object, *, known_locations: frozenset[str], whole_pieces: bool, written_at: datetime
) -> Figure:
    """Check one row; InvalidInput says what is wrong with it."""
    if not isinstance(values, dict):
        raise InvalidInput("This is not a row with the columns of the header.")
    sku, location = (str(values.get(name) or "").strip() for name in ("sku", "location"))
    if not sku or len(sku) > 64 or not sku.isprintable():  # noqa: PLR2004 - the length of a SKU on the wire
        raise InvalidInput("The SKU is missing, too long, or not one line of text.")
    if location not in known_locations:
        raise InvalidInput(f"There is no location {location[:64]}.")
    quantity = _read_quantity(values.get("quantity"))
    status = str(values.get("status") or "").strip()
    if not status:
        status = "Unavailable" if quantity == 0 else "Available"
    if status not in {kind.value for kind in AvailabilityStatus}:
        raise InvalidInput(f"{status[:40]} is no status: Available, Backorderable or Unavailable.")
    if whole_pieces and (quantity is None or quantity != int(quantity)):
        raise InvalidInput("Our own stock is counted in whole pieces.")
    return Figure(
        sku=Sku(sku),
        location=LocationId(location),
        status=AvailabilityStatus(status),
        quantity=quantity,
        unit=str(values.get("unit") or "C62").strip()[:3],
        available_from=_read_moment(values.get("available_from")),
        as_of=_read_moment(values.get("updated_at")) or written_at,
    )


def _read_quantity(value: object) -> Decimal | None:
    if value is None or str(value).strip() == "":
        return None
    try:
        quantity = Decimal(str(value).strip())
    except InvalidOperation:
        raise InvalidInput(f"{str(value)[:40]} is not a quantity.") from None
    if not quantity.is_finite() or not 0 <= quantity < _LARGEST:
        raise InvalidInput(f"{str(value)[:40]} is not a quantity between 0 and a million million.")
    return quantity


def _read_moment(value: object) -> datetime | None:
    if value is None or str(value).strip() == "":
        return None
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise InvalidInput(f"{str(value)[:40]} is not a moment such as 2026-11-22T05:00:00Z.") from None
    if moment.tzinfo is None:
        raise InvalidInput(f"{str(value)[:40]} does not say its offset from UTC.")
    return moment.astimezone(UTC)
