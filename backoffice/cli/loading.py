"""``backofficectl load-inventory FILE``."""

import argparse
import asyncio
from pathlib import Path

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.progress import ProgressLine
from backoffice.domain.staff import SYSTEM
from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.settings import Settings

_REJECTED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("file", type=Path, help="CSV with a header sku, location, quantity, or JSON lines")


def run_with(options: argparse.Namespace) -> int:
    """Load it; 1 when rows were rejected."""
    result = asyncio.run(_load(load_settings(options), options.file))
    print(
        f"{result.rows} rows in {result.took.total_seconds():.1f} s:"
        f" {result.loaded} loaded, {result.unchanged} not newer, {result.rejected} rejected."
    )
    if result.rejects is not None:
        print(f"Rejected rows with their reasons: {result.rejects}")
    return _REJECTED if result.rejected else 0


async def _load(settings: Settings, path: Path) -> LoadResult:
    from backoffice.bootstrap import open_backoffice

    office = await open_backoffice(settings)
    line = ProgressLine()

    def show(progress: LoadProgress) -> None:
        line.show(f"{progress.share:6.1%}  {progress.rows} rows, {progress.rate:.0f} a second")

    try:
        return await office.inventory.load_inventory(SYSTEM, path, progress=show, cancel=lambda: False)
    finally:
        line.clear()
        await office.close()
