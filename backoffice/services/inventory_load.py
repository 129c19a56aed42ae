"""Batch load of stock from a file, streaming.

1. The file is read line by line on a thread, CSV with a header or JSON lines, up to any size.
2. Each row is checked; a bad one goes to the rejects file with its line number and reason, the rest load.
3. Rows are written in batches, one transaction each: into the cache (inventory system DOM), where an older
   figure never replaces a newer one, or as counted quantities into our own stock (non-ATP).
4. After each batch the progress is told and the caller may cancel; what is written stays, and loading the
   same file again changes nothing more.

Columns: ``sku, location, quantity`` and, for the cache, ``status, unit, available_from, updated_at`` (JSON
lines also take ``locationId``, ``availableFrom``, ``updatedAt``). A row without its own time counts from
when the file was written.
"""

import asyncio
import csv
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, insert, select, update

from backoffice.domain.availability_rules import Figure
from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import AvailabilityStatus, InventorySystem
from backoffice.domain.staff import Actor
from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.services import audit
from backoffice.services.inventory_cache import write_figures
from backoffice.services.stores import load_store
from backoffice.store.store import Store
from backoffice.store.tables.selling import locations, stock

BATCH = 2000
LONGEST_LINE = 10_000
_OTHER_NAMES = {
    "location_id": "location",
    "locationId": "location",
    "availableFrom": "available_from",
    "updatedAt": "updated_at",
}
_LARGEST = Decimal(10**12)


@dataclass(kw_only=True, slots=True)
class _Load:
    """A load under way."""

    path: Path
    size: int
    written_at: datetime
    system: InventorySystem
    known_locations: frozenset[str]
    progress: Callable[[LoadProgress], None]
    cancel: Callable[[], bool]
    rows: int = 0
    loaded: int = 0
    unchanged: int = 0
    rejected: int = 0
    cancelled: bool = False
    begun: float = field(default_factory=time.monotonic)

    @property
    def rejects(self) -> Path:
        return self.path.with_name(self.path.name + ".rejects.csv")

    def told(self, offset: int) -> LoadProgress:
        took = max(time.monotonic() - self.begun, 1e-6)
        share = min(offset / self.size, 1.0) if self.size else 1.0
        left = timedelta(seconds=took * (1 - share) / share) if share else None
        return LoadProgress(
            rows=self.rows,
            loaded=self.loaded,
            unchanged=self.unchanged,
            rejected=self.rejected,
            share=share,
            rate=self.rows / took,
            remaining=left,
        )


async def load_stock_file(
    store: Store,
    actor: Actor,
    path: Path,
    *,
    store_id: str,
    clock: Callable[[], datetime],
    progress: Callable[[LoadProgress], None],
    cancel: Callable[[], bool],
) -> LoadResult:
    """Load a file; ``progress`` and ``cancel`` are called on the thread that reads.

    Raises:
        InvalidInput: there is no such file, or its header is not one.
    """
    if not await asyncio.to_thread(path.is_file):
        raise InvalidInput(f"There is no file {path}.", field="path")
    facts = await asyncio.to_thread(path.stat)
    system, known = await store.read(lambda connection: _read_store(connection, store_id))
    load = _Load(
        path=path,
        size=facts.st_size,
        written_at=min(datetime.fromtimestamp(facts.st_mtime, UTC), clock()),
        system=system,
        known_locations=known,
        progress=progress,
        cancel=cancel,
    )
    await asyncio.to_thread(_run, store, load, clock)
    result = LoadResult(
        rows=load.rows,
        loaded=load.loaded,
        unchanged=load.unchanged,
        rejected=load.rejected,
        cancelled=load.cancelled,
        rejects=load.rejects if load.rejected else None,
        took=timedelta(seconds=time.monotonic() - load.begun),
    )
    await store.run(lambda connection: _record(connection, actor, result, path, clock()))
    return result


def _read_store(connection: Connection, store_id: str) -> tuple[InventorySystem, frozenset[str]]:
    known: list[str] = list(connection.execute(select(locations.c.location_id)).scalars())
    return load_store(connection, store_id).inventory_system, frozenset(known)


def _run(store: Store, load: _Load, clock: Callable[[], datetime]) -> None:
    with ExitStack() as files:
        rejects: Any = None
        batch: list[Figure] = []
        source = files.enter_context(load.path.open(encoding="utf-8-sig", errors="replace", newline=""))
        for number, values, raw in _rows(source, load.path.suffix):
            load.rows += 1
            try:
                batch.append(_read_row(values, load))
            except InvalidInput as fault:
                if rejects is None:
                    target = files.enter_context(load.rejects.open("w", encoding="utf-8", newline=""))
                    rejects = csv.writer(target)
                    rejects.writerow(["line", "reason", "row"])
                rejects.writerow([number, fault.sentence, _harmless(raw)])
                load.rejected += 1
            if load.rows % BATCH == 0:
                _write(store, load, batch, clock())
                batch = []
                # The text layer reads ahead by a buffer: near enough for a share of the file.
                load.progress(load.told(source.buffer.tell()))  # type: ignore[attr-defined] # a file has one
                if load.cancel():
                    load.cancelled = True
                    return
        _write(store, load, batch, clock())
        load.progress(load.told(load.size))


def _rows(source: TextIO, suffix: str) -> Iterator[tuple[int, object, str]]:
    """Yield line number, values by column (or what a JSON line was), and the line as it stood."""
    if suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        for number, line in enumerate(_lines(source), start=1):
            if line.strip():
                yield number, _read_json(line), line.rstrip("\r\n")
        return
    reader = csv.reader(_lines(source))
    header = [_OTHER_NAMES.get(name.strip(), name.strip()) for name in next(reader, [])]
    if not {"sku", "location", "quantity"} <= set(header):
        raise InvalidInput(
            "The file has no header with sku, location and quantity.",
            field="path",
            advice="Give the columns their names in the first line.",
        )
    for cells in reader:
        if cells:
            values = dict(zip(header, cells, strict=False)) if len(cells) == len(header) else len(cells)
            yield reader.line_num, values, ",".join(cells)


def _lines(source: TextIO) -> Iterator[str]:
    while line := source.readline(LONGEST_LINE):
        yield line


def _read_json(line: str) -> object:
    try:
        found = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {_OTHER_NAMES.get(name, name): value for name, value in found.items()}


def _read_row(values: object, load: _Load) -> Figure:
    if not isinstance(values, dict):
        raise InvalidInput("This is not a row with the columns of the header.")
    sku, location = (str(values.get(name) or "").strip() for name in ("sku", "location"))
    if not sku or len(sku) > 64 or not sku.isprintable():  # noqa: PLR2004 - the length of a SKU on the wire
        raise InvalidInput("The SKU is missing, too long, or not one line of text.")
    if location not in load.known_locations:
        raise InvalidInput(f"There is no location {location[:64]}.")
    quantity = _read_quantity(values.get("quantity"))
    status = str(values.get("status") or "").strip()
    if not status:
        status = "Unavailable" if quantity == 0 else "Available"
    if status not in {kind.value for kind in AvailabilityStatus}:
        raise InvalidInput(f"{status[:40]} is no status: Available, Backorderable or Unavailable.")
    if load.system is InventorySystem.NON_ATP and (quantity is None or quantity != int(quantity)):
        raise InvalidInput("Our own stock is counted in whole pieces.")
    return Figure(
        sku=Sku(sku),
        location=LocationId(location),
        status=AvailabilityStatus(status),
        quantity=quantity,
        unit=str(values.get("unit") or "C62").strip()[:3],
        available_from=_read_moment(values.get("available_from")),
        as_of=_read_moment(values.get("updated_at")) or load.written_at,
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


def _write(store: Store, load: _Load, batch: list[Figure], now: datetime) -> None:
    if not batch:
        return
    into = _count_stock if load.system is InventorySystem.NON_ATP else write_figures
    loaded = store.run_here(lambda connection: into(connection, batch, now))
    load.loaded += loaded
    load.unchanged += len(batch) - loaded


def _count_stock(connection: Connection, figures: list[Figure], now: datetime) -> int:
    """Set what is on hand, as counted, even below what is reserved: then nothing more is promised."""
    written = 0
    for figure in figures:
        quantity = int(figure.quantity or 0)
        changed = connection.execute(
            update(stock)
            .where(
                stock.c.sku == figure.sku,
                stock.c.location_id == figure.location,
                stock.c.quantity != quantity,
            )
            .values(quantity=quantity, updated_at=now)
        )
        written += changed.rowcount
        if not changed.rowcount:
            written += _add_stock(connection, figure, quantity, now)
    return written


def _add_stock(connection: Connection, figure: Figure, quantity: int, now: datetime) -> int:
    there = connection.execute(
        select(stock.c.sku).where(stock.c.sku == figure.sku, stock.c.location_id == figure.location)
    ).first()
    if there:
        return 0
    connection.execute(
        insert(stock).values(
            sku=figure.sku,
            location_id=figure.location,
            quantity=quantity,
            reserved=0,
            flags=0,
            updated_at=now,
        )
    )
    return 1


def _record(connection: Connection, actor: Actor, result: LoadResult, path: Path, at: datetime) -> None:
    audit.record(
        connection,
        actor,
        "stock.loaded",
        path.name,
        at=at,
        detail={
            "rows": result.rows,
            "loaded": result.loaded,
            "rejected": result.rejected,
            "cancelled": result.cancelled,
        },
    )


def _harmless(raw: str) -> str:
    """Keep a spreadsheet from running a cell."""
    return "'" + raw if raw[:1] in "=+-@\t" else raw
