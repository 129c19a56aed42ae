"""``python -m backoffice.external.mail.simulator --store FILE``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from backoffice.external.mail.simulator import run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for whoever has a parser already."""
    parser.add_argument("--store", type=Path, required=True, help="SQLite file that keeps what was received")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--smtp-port", type=int, default=0, help="port for mail, 0 takes a free one")
    parser.add_argument("--http-port", type=int, default=0, help="port to look and meddle (0: a free one)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent does")


def run_with(options: argparse.Namespace) -> None:
    """Run with parsed options."""
    run(
        store=options.store,
        host=options.host,
        smtp_port=options.smtp_port,
        http_port=options.http_port,
        until_stdin_closes=options.until_stdin_closes,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(prog="simulate-mail", description=__doc__)
    add_arguments(parser)
    run_with(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
