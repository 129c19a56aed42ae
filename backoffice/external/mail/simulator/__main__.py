"""``python -m backoffice.external.mail.simulator --store FILE``."""

import argparse
from pathlib import Path

from backoffice.external.mail.simulator import run
from backoffice.external.simulation.command import add_process_arguments, run_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for whoever has a parser already."""
    parser.add_argument("--store", type=Path, required=True, help="SQLite file that keeps what was received")
    add_process_arguments(parser)
    parser.add_argument("--smtp-port", type=int, default=0, help="port for mail, 0 takes a free one")
    parser.add_argument("--http-port", type=int, default=0, help="port to look and meddle (0: a free one)")


def run_with(options: argparse.Namespace) -> None:
    """Run with parsed options."""
    run(
        store=options.store,
        host=options.host,
        smtp_port=options.smtp_port,
        http_port=options.http_port,
        until_stdin_closes=options.until_stdin_closes,
    )


if __name__ == "__main__":
    run_command("simulate-mail", __doc__, add_arguments=add_arguments, run_with=run_with)
