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
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from backoffice.domain.availability_rules import Figure
from backoffice.domain.errors import InvalidInput
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.staff import Actor
from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.services import audit
from backoffice.services.inventory_cache import write_figures
from backoffice.services.inventory_rows import read_lines, read_row
from backoffice.services.stores import load_store
from backoffice.store.store import Store
from backoffice.store.tables.selling import locations, stock

BATCH = 2000


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
        for number, values, raw in read_lines(source, load.path.suffix):
            load.rows += 1
            try:
                batch.append(
                    read_row(
                        values,
                        known_locations=load.known_locations,
                        whole_pieces=load.system is InventorySystem.NON_ATP,
                        written_at=load.written_at,
                    )
                )
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
