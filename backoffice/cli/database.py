"""``backofficectl db upgrade|current``."""

import argparse

from backoffice.cli.place import add_data_dir, load_settings

_OUT_OF_DATE = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument(
        "act",
        choices=("upgrade", "current"),
        help="upgrade: bring the tables up to date; current: tell the revision, exit 1 when out of date",
    )


def run_with(options: argparse.Namespace) -> int:
    """Do it or tell."""
    from backoffice.cli.reading import open_store
    from backoffice.store.engine import open_engine
    from backoffice.store.schema import HEAD, current_revision, make_schema

    settings = load_settings(options)
    if options.act == "upgrade":
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        engine = open_engine(settings.url)
        before = current_revision(engine)
        make_schema(engine)
        engine.dispose()
        print(f"The database is at revision {HEAD}; it was at {before or 'none'}.")
        return 0
    with open_store(settings) as store:
        there = current_revision(store.engine)
    print(f"The database is at revision {there or 'none'}; this program's is {HEAD}.")
    return 0 if there == HEAD else _OUT_OF_DATE
