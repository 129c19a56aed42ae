"""``backofficectl import KIND FILE``."""

import argparse
import asyncio
import csv
from pathlib import Path

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.progress import ProgressLine
from backoffice.settings import Settings

KINDS = (
    *("catalogue", "customers", "addresses", "stock", "ship_methods", "tariffs", "tax_rates"),
    *("promotions", "coupons", "coupon_rewards", "gift_certificates", "price_lists", "override_reasons"),
)
_REJECTED = 1
_MOST_TOLD = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("kind", choices=KINDS, help="what is in the file")
    parser.add_argument(
        "file", type=Path, help="CSV in UTF-8 with a header line; promotions and tariffs: JSON lines"
    )
    parser.add_argument(
        "--online", default="", metavar="LOCATION", help="which location of the file is the online store"
    )
    parser.add_argument(
        "--currency", default="USD", help="of a store that opens with this file (%(default)s)"
    )
    parser.add_argument("--country", default="US", help="where bare phone numbers belong (%(default)s)")
    parser.add_argument("--rejects", type=Path, help="write rows that were not taken to this CSV file")


def run_with(options: argparse.Namespace) -> int:
    """Load it; 1 when rows were rejected."""
    return asyncio.run(_load(load_settings(options), options))


async def _load(settings: Settings, options: argparse.Namespace) -> int:
    from backoffice.bootstrap import open_backoffice
    from backoffice.domain.ids import utc_now
    from backoffice.domain.staff import SYSTEM
    from backoffice.services.first_start import open_store
    from backoffice.services.import_kinds import ImportContext
    from backoffice.services.imports import ImportProgress, ImportResult, import_file

    office = await open_backoffice(settings)
    line = ProgressLine()

    def show(progress: ImportProgress) -> None:
        line.show(f"{progress.share:6.1%}  {progress.loaded} loaded, {progress.rejected} rejected")

    def load() -> ImportResult:
        store = open_store(
            office.store, settings.store_id, currency=options.currency, actor=SYSTEM, clock=utc_now
        )
        context = ImportContext(
            currency=store.currency,
            country=options.country,
            online=options.online,
            online_location=store.online_location,
        )
        return import_file(
            office.store,
            options.kind,
            options.file,
            actor=SYSTEM,
            clock=utc_now,
            context=context,
            progress=show,
        )

    try:
        result = await asyncio.to_thread(load)
    finally:
        line.clear()
        await office.close()
    rejected = [(row.line, row.field, row.reason, row.row) for row in result.rejected]
    for number, field, reason, _row in rejected[:_MOST_TOLD]:
        print(f"line {number}{f', {field}' if field else ''}: {reason}")
    if result.rejected_count > _MOST_TOLD:
        print(f"... and {result.rejected_count - _MOST_TOLD} more")
    if options.rejects is not None and rejected:
        _write_rejects(options.rejects, rejected)
    print(f"{result.loaded} rows loaded, {result.rejected_count} rejected.")
    return _REJECTED if result.rejected_count else 0


def _write_rejects(path: Path, rejected: list[tuple[int, str, str, dict[str, str]]]) -> None:
    from backoffice.services.csv_rows import harmless

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "reason", *rejected[0][3]])
        for number, field, reason, row in rejected:
            writer.writerow([number, field, reason, *(harmless(cell) for cell in row.values())])
