"""``backofficectl worker``."""

import argparse

from backoffice.cli.logs import log_to_stderr
from backoffice.cli.place import add_data_dir, load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("--inbound-host", help="address to receive on (127.0.0.1)")
    parser.add_argument("--inbound-port", type=int, help="port to receive on, 0 takes a free one")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent does")


def run_with(options: argparse.Namespace) -> None:
    """Run until told to stop."""
    from backoffice.worker import run_worker

    log_to_stderr()

    given = {
        name: getattr(options, name)
        for name in ("inbound_host", "inbound_port")
        if getattr(options, name) is not None
    }
    run_worker(load_settings(options, **given), until_stdin_closes=options.until_stdin_closes)
