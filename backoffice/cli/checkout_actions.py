"""``backofficectl checkout-actions``: the lists in force, and where each action and handler comes from."""

import argparse
import json
from typing import TYPE_CHECKING

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.table import print_table

if TYPE_CHECKING:
    from backoffice.services.checkout.pipeline import Pipeline

BUILT_IN = "built in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run_with(options: argparse.Namespace) -> None:
    """Assemble the lists as a desk would at its start, and print them."""
    from backoffice.cli.reading import open_current
    from backoffice.services.checkout.assembly import read_pipeline

    settings = load_settings(options)
    with open_current(settings) as store:
        rows = _rows(store.read_here(lambda connection: read_pipeline(connection, settings.store_id)))
    if options.json:
        names = ("list", "place", "action", "asks", "package")
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=2))
        return
    print_table(("list", "place", "action", "asks the world", "package"), rows)


def _rows(pipeline: "Pipeline") -> list[tuple[str, str, str, str, str]]:
    from backoffice.services.checkout.work import RemoteAction

    lists = (
        ("setup", pipeline.setup),
        ("reversible", pipeline.reversible),
        ("finalize", pipeline.finalize),
        ("not in force", pipeline.unlisted),
    )
    actions = [
        (
            home,
            "" if home == "not in force" else str(place),
            action.name,
            "yes" if isinstance(action, RemoteAction) else "",
            pipeline.packages.get(action.name, BUILT_IN),
        )
        for home, actions in lists
        for place, action in enumerate(actions, 1)
    ]
    handlers = [
        ("handlers", str(place), one.name, "", one.package) for place, one in enumerate(pipeline.handlers, 1)
    ]
    return actions + handlers
