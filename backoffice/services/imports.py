"""Real data from files: catalogue, customers, addresses, stock, and everything that makes a price.

1. The header is checked first; a file without its columns is refused whole.
2. Rows are read one by one. A bad one is told with its line, field and reason, and the rest goes on.
3. Good rows are written in transactions of a thousand, each with its audit row; loading a file again changes nothing.
4. Between transactions progress is told and cancelling is looked for: what is loaded by then stays.

Files are UTF-8, CSV with a header line where nothing else is said. Their columns, in any order, more than these
being no harm:

catalogue     sku, name, category ("Bikes / Road Bikes"), color, size, weight_grams, list_price_usd (or any
              currency's code), sell_start, sell_end (2026-11-22, both included), photo (a file name),
              description_en, description_fr ...; optional minimum_quantity, is_physical (yes, no), tax_class (a
              name that tax rates use), kind (goods, gift_certificate, subscription). A price with more digits than
              its currency has is rounded half up
customers     customer_id, title, first_name, middle_name, last_name, suffix, company, email, phone; optional
              language, notes
addresses     customer_id, address_id, address_type, line1, line2, city, state_code, country_code, postal_code.
              Street and country are needed; states and postcodes of old records are kept as they are
stock         sku, location_id, location (its name), quantity (on hand); optional flags (INVENTORYFLAGS)
ship_methods  ship_method, base_usd, rate_usd_per_kg (or any currency's code)
tax_rates     country_code, state_code, tax_type (retail, wholesale, all), percent, name; optional rate_id (needed with
              the next two), postcodes (90210;35*;90000-90299), tax_classes (food;books), priority, compound,
              replaces_broader, on_shipping (yes, no), starts, ends (days, both included)
promotions    JSON lines, one offer a line as `backofficectl price --help` tells it, with "active" and "kind" besides
tariffs       JSON lines, one tariff a line: code (the ship method), charge, area, free_over ...; a ship method gets
              all that the file has for it
coupons       code, promotion_id; optional starts, ends (days, both included), max_uses, max_uses_per_customer,
              customer_id, email, active (yes, no)
coupon_rewards  reward_id, promotion_id (what the earned coupon opens), minimum_usd; optional name, good_for_days,
              starts, ends, active
gift_certificates  code, amount_usd; optional expires (a day, included), recipient. One that is there stays as it is
price_lists   list_id, sku, price_usd; optional name, customer_id, customer_group, minimum_quantity, starts,
              ends, active
override_reasons  code, sentence; optional position, active
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from backoffice.domain.errors import InvalidInput
from backoffice.domain.staff import Actor
from backoffice.services import audit
from backoffice.services.csv_rows import RawRow
from backoffice.services.import_certificates import GIFT_CERTIFICATES, OVERRIDE_REASONS
from backoffice.services.import_kinds import ImportContext, Kind, ReadRow, RowProblem
from backoffice.services.import_offers import (
    COUPON_REWARDS,
    COUPONS,
    PRICE_LISTS,
    PROMOTIONS,
    TARIFFS,
)
from backoffice.services.import_people import ADDRESSES, CUSTOMERS
from backoffice.services.import_selling import CATALOGUE, SHIP_METHODS, STOCK, TAX_RATES
from backoffice.store.store import Store

KINDS = {
    kind.name: kind
    for kind in (
        *(CATALOGUE, CUSTOMERS, ADDRESSES, STOCK, SHIP_METHODS, TARIFFS, TAX_RATES),
        *(PROMOTIONS, COUPONS, COUPON_REWARDS, GIFT_CERTIFICATES, PRICE_LISTS, OVERRIDE_REASONS),
    )
}
_ROWS_AT_ONCE = 1_000
_MOST_KEPT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRow:
    """A row that was not taken: ``line`` of the file (1 is the header), the column, why, and the row itself."""

    line: int
    field: str
    reason: str
    row: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """How it ended. ``rejected`` holds the first 10,000 of ``rejected_count``; ``cancelled``: not read to its end."""

    loaded: int
    rejected: tuple[RejectedRow, ...]
    rejected_count: int
    cancelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportProgress:
    """How far it is; ``share`` from 0 to 1 by the bytes of the file."""

    loaded: int
    rejected: int
    share: float


def import_file(  # the door for command lines: runs on the calling thread
    store: Store,
    kind: str,
    path: Path,
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    context: ImportContext,
    progress: Callable[[ImportProgress], None] = lambda _progress: None,
    cancel: Callable[[], bool] = lambda: False,
) -> ImportResult:
    """Load a file of one of ``KINDS``. Raises InvalidInput for a file that is none, StoreUnavailable."""
    return _Import(store, KINDS[kind], path, actor, clock, context).run(progress, cancel)


@dataclass(frozen=True, slots=True)
class _Import:
    store: Store
    kind: Kind
    path: Path
    actor: Actor
    clock: Callable[[], datetime]
    context: ImportContext

    def run(self, progress: Callable[[ImportProgress], None], cancel: Callable[[], bool]) -> ImportResult:
        loaded = count = 0
        kept: list[RejectedRow] = []
        cancelled = False
        for rows, share in self._batches():
            if cancel():
                cancelled = True
                break
            good, bad = self._read(rows)
            refused = self._write(good, len(bad)) if good else []
            bad += refused
            loaded += len(good) - len(refused)
            count += len(bad)
            kept += sorted(bad, key=lambda row: row.line)[: _MOST_KEPT - len(kept)]
            progress(ImportProgress(loaded=loaded, rejected=count, share=share))
        return ImportResult(loaded=loaded, rejected=tuple(kept), rejected_count=count, cancelled=cancelled)

    def _batches(self) -> Iterator[tuple[list[RawRow], float]]:
        rows: list[RawRow] = []
        reader = self.kind.rows(self.path, self._check_header)
        for row in reader:
            rows.append(row)
            if len(rows) == _ROWS_AT_ONCE:
                yield rows, row.share
                rows = []
        if rows:
            yield rows, 1.0

    def _check_header(self, columns: list[str]) -> None:
        missing = self.kind.missing(columns)
        if missing:
            what = "column" if len(missing) == 1 else "columns"
            sentence = (
                f"{self.path.name} is no file of {self.kind.name}: it has no {what} {', '.join(missing)}."
            )
            advice = f"It needs at least {', '.join(self.kind.required)}."
            raise InvalidInput(sentence, field="file", advice=advice)

    def _read(self, rows: list[RawRow]) -> tuple[list[ReadRow], list[RejectedRow]]:
        good: list[ReadRow] = []
        bad: list[RejectedRow] = []
        for row in rows:
            if row.problem:
                bad.append(_rejected(row, RowProblem("", row.problem)))
                continue
            try:
                good.append(ReadRow(raw=row, values=self.kind.read(row.cells, self.context)))
            except RowProblem as problem:
                bad.append(_rejected(row, problem))
        return good, bad

    def _write(self, rows: list[ReadRow], already_rejected: int) -> list[RejectedRow]:
        def write(connection: Connection) -> list[RejectedRow]:
            refused = self.kind.write(connection, rows, self.context, self.clock())
            detail: dict[str, object] = {
                "file": self.path.name,
                "lines": [rows[0].raw.line, rows[-1].raw.line],
                "loaded": len(rows) - len(refused),
                "rejected": len(refused) + already_rejected,
            }
            action = f"{self.kind.name}.imported"
            audit.record(connection, self.actor, action, self.path.name, at=self.clock(), detail=detail)
            return [_rejected(row.raw, problem) for row, problem in refused]

        return self.store.run_here(write)


def _rejected(row: RawRow, problem: RowProblem) -> RejectedRow:
    return RejectedRow(line=row.line, field=problem.field, reason=problem.reason, row=row.cells)
