"""backofficectl: what can be done without a window.

1. the first word names a command; only its module is imported, so that a simulator starts fast;
2. each command's module has ``add_arguments(parser)`` and ``run_with(options) -> exit code or None``;
3. expected trouble is one sentence on stderr and exit code 2; anything else is a bug and shows its traceback.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from backoffice.domain.errors import Refusal, StoreUnavailable

TROUBLE = 2
_INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One command: its line in the help, and the module that has it."""

    help: str
    module: str


class Part(Protocol):
    """What a command's module holds."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own options."""

    def run_with(self, options: argparse.Namespace) -> int | None:
        """Do it; None is 0."""


COMMANDS = {
    "worker": Command(
        help="execute durable work, keep house, receive what the DOM sends", module="backoffice.cli.working"
    ),
    "serve": Command(help="receive what the DOM sends, and nothing else", module="backoffice.cli.serving"),
    "check": Command(help="verify every invariant, read-only", module="backoffice.cli.checking"),
    "checkouts": Command(
        help="look at checkouts that failed, try their undo again, clean up old ones",
        module="backoffice.cli.checkouts",
    ),
    "status": Command(
        help="count orders, transfers, jobs, messages and e-mails", module="backoffice.cli.status"
    ),
    "checkout-actions": Command(
        help="print the steps of a checkout, in order, and which package each comes from",
        module="backoffice.cli.checkout_actions",
    ),
    "orders": Command(help="find orders, and show one whole", module="backoffice.cli.orders"),
    "price": Command(
        help="price a cart described in JSON and tell where each cent comes from",
        module="backoffice.cli.pricing",
    ),
    "store-settings": Command(
        help="show what the store decides, pricing rules and all, and change it",
        module="backoffice.cli.store_settings",
    ),
    "import": Command(help="load real data from a file", module="backoffice.cli.importing"),
    "add-staff": Command(help="let somebody sign in", module="backoffice.cli.staffing"),
    "load-inventory": Command(
        help="load a file of availability, of any size", module="backoffice.cli.loading"
    ),
    "demo-data": Command(
        help="fill a data directory with the demo's products and people", module="backoffice.cli.demo"
    ),
    "db": Command(help="bring the database up to date, or tell how it is", module="backoffice.cli.database"),
    "simulate-dom": Command(
        help="be a DOM, over real HTTP", module="backoffice.external.dom.simulator.__main__"
    ),
    "simulate-payments": Command(
        help="be a payment gateway", module="backoffice.external.payments.simulator.__main__"
    ),
    "simulate-mail": Command(
        help="be a mail server, and show what came", module="backoffice.external.mail.simulator.__main__"
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="backofficectl", description="What can be done without a window.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parts = {}
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(
            name, help=command.help, description=_sentence(command.help), allow_abbrev=False
        )
        if name == _first_word(given):
            parts[name] = cast(Part, importlib.import_module(command.module))
            parts[name].add_arguments(subparser)
    options = parser.parse_args(given)
    try:
        return parts[options.command].run_with(options) or 0
    except (Refusal, StoreUnavailable) as trouble:
        return _tell(trouble.sentence, trouble.advice)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as trouble:
        return _tell(_what_the_system_says(trouble))
    except KeyboardInterrupt:
        return _INTERRUPTED


def _first_word(given: Sequence[str]) -> str:
    return next((word for word in given if not word.startswith("-")), "")


def _tell(sentence: str, advice: str = "") -> int:
    print(f"backofficectl: {sentence} {advice}".rstrip(), file=sys.stderr)
    return TROUBLE


def _what_the_system_says(trouble: OSError) -> str:
    where = f"{trouble.filename}: " if trouble.filename else ""
    return f"{where}{trouble.strerror or trouble}."


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
