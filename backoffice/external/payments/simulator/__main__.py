"""``python -m backoffice.external.payments.simulator --ledger FILE``."""

import argparse
from datetime import timedelta
from pathlib import Path

from backoffice.external.payments.simulator import Delays, run
from backoffice.external.simulation.command import add_process_arguments, run_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for whoever has a parser already."""
    usual = Delays()
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file that holds what happened")
    add_process_arguments(parser)
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on (0: as last time, or a free one)"
    )
    parser.add_argument("--webhook-url", default="", help="where to tell of late decisions and paid links")
    parser.add_argument("--webhook-secret", default="", help="whsec_... to sign with")
    parser.add_argument(
        "--pending-for", type=float, default=usual.pending_for.total_seconds(), metavar="SECONDS",
        help="how long card_answers_late stays pending (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--late-for", type=float, default=usual.late_for.total_seconds(), metavar="SECONDS",
        help="when the effect of card_late_effect comes (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--authorisation-for", type=float, default=usual.authorisation_for.total_seconds(), metavar="SECONDS",
        help="how long an amount stays held (%(default)s)",
    )  # fmt: skip


def run_with(options: argparse.Namespace) -> None:
    """Run with parsed options."""
    run(
        ledger=options.ledger,
        host=options.host,
        port=options.port,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        delays=Delays(
            pending_for=timedelta(seconds=options.pending_for),
            late_for=timedelta(seconds=options.late_for),
            authorisation_for=timedelta(seconds=options.authorisation_for),
        ),
        until_stdin_closes=options.until_stdin_closes,
    )


if __name__ == "__main__":
    run_command("simulate-payments", __doc__, add_arguments=add_arguments, run_with=run_with)
