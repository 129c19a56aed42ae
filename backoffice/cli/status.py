"""``backofficectl status``: how much there is of everything, by status."""

import argparse
import json
import time
from typing import TYPE_CHECKING

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.table import print_table
from backoffice.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

Counts = dict[str, dict[str, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run_with(options: argparse.Namespace) -> None:
    """Count and print."""
    from backoffice.cli.reading import open_current

    settings = load_settings(options)
    with open_current(settings) as store:
        counts = store.read_here(count)
    alive = worker_is_alive(settings)
    if options.json:
        print(json.dumps({**counts, "worker": {"alive": alive}}, indent=2))
        return
    rows = [(what, status, number) for what, found in counts.items() for status, number in found.items()]
    print_table(("what", "status", "number"), rows)
    print(f"\nThe worker {'is alive' if alive else 'does not run'}.")


def count(connection: "Connection") -> Counts:
    """Return how many orders, transfers, checkouts, jobs, messages and e-mails there are, by status."""
    from sqlalchemy import func, select

    from backoffice.services.checks.jobs import jobs_by_status
    from backoffice.store.tables import messages, ordering

    columns = {
        "orders": ordering.orders.c.status,
        "transfers": ordering.transfers.c.status,
        "checkouts": ordering.checkout_attempts.c.state,
        "inbox": messages.inbox.c.state,
        "mails": messages.mails.c.status,
    }
    counts: Counts = {}
    for what, column in columns.items():
        found = connection.execute(select(column, func.count()).group_by(column).order_by(column))
        counts[what] = {str(status): int(str(number)) for status, number in found}
    return counts | {"jobs": jobs_by_status(connection)}


def worker_is_alive(settings: Settings) -> bool:
    """Tell whether a worker gave a sign of life lately."""
    from backoffice.services.health import PULSE_FILE, PULSE_GOOD_FOR

    try:
        beat = (settings.data_dir / PULSE_FILE).stat().st_mtime
    except OSError:
        return False
    return time.time() - beat < PULSE_GOOD_FOR.total_seconds()
