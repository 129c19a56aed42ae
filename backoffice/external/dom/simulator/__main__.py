"""``python -m backoffice.external.dom.simulator --ledger FILE``."""

import argparse
from pathlib import Path

from backoffice.external.dom.simulator import run
from backoffice.external.simulation.command import add_process_arguments, run_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options, for whoever has a parser already."""
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file that holds what happened")
    add_process_arguments(parser)
    parser.add_argument("--port", type=int, default=0, help="port to listen on, 0 takes a free one")
    parser.add_argument("--seed", type=Path, help="folder of CSV files to fill an empty ledger from")
    parser.add_argument(
        "--store-url", default="", help="where to push SyncOrder and SyncInventoryAvailability"
    )
    parser.add_argument(
        "--secret", default="", help="whsec_... to sign pushes with; one is made when left out"
    )
    parser.add_argument("--control-token", default="", help="what calls of /control have to bear")
    parser.add_argument(
        "--fulfil-every",
        type=float,
        default=0,
        metavar="SECONDS",
        help="move orders along by themselves (0: no)",
    )
    parser.add_argument("--store", default="adventure", help="store in the context of pushes (%(default)s)")
    parser.add_argument("--currency", default="USD", help="its currency (%(default)s)")
    parser.add_argument("--locale", default="en-US", help="its locale (%(default)s)")


def run_with(options: argparse.Namespace) -> None:
    """Run with parsed options."""
    run(
        ledger=options.ledger,
        host=options.host,
        port=options.port,
        seed_from=options.seed,
        store_url=options.store_url,
        secret=options.secret,
        control_token=options.control_token,
        fulfil_every=options.fulfil_every,
        store=options.store,
        currency=options.currency,
        locale=options.locale,
        until_stdin_closes=options.until_stdin_closes,
    )


if __name__ == "__main__":
    run_command("simulate-dom", __doc__, add_arguments=add_arguments, run_with=run_with)
