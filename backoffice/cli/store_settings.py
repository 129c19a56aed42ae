"""``backofficectl store-settings [--set NAME=VALUE ...]``."""

import argparse
import json

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.table import print_table
from backoffice.domain.errors import InvalidInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="changes",
        help="change one: pricing.tax_rounded_per=unit, price_lock=PT30M, override_limits='{\"agent\": 5}'",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run_with(options: argparse.Namespace) -> int:
    """Change what is to be changed, and print all of it."""
    from backoffice.cli.reading import open_current
    from backoffice.domain.ids import utc_now
    from backoffice.domain.staff import SYSTEM
    from backoffice.services.store_settings import change_settings, named_settings
    from backoffice.services.stores import load_store

    settings = load_settings(options)
    changes = dict(_parted(written) for written in options.changes)
    with open_current(settings) as store:
        if changes:
            change_settings(store, settings.store_id, changes, actor=SYSTEM, clock=utc_now)
        found = store.read_here(lambda connection: load_store(connection, settings.store_id))
    named = named_settings(found)
    if options.json:
        print(json.dumps(named, indent=2))
    else:
        print_table(("setting", "value"), [(name, json.dumps(value)) for name, value in named.items()])
    return 0


def _parted(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name.strip():
        sentence = f"“{written[:60]}” is not NAME=VALUE."
        raise InvalidInput(sentence)
    return name.strip(), value
