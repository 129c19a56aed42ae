"""``backofficectl orders find [WORDS] ...`` and ``orders show NUMBER``: as on the Orders screen, without a window.

1. Words are those of the screen's search line (``status:shipped agent:ann gee``); each key is an option as well.
2. The DOM is asked as the screen asks it; when it is silent that is said, and the list is what this desk knows.
"""

import argparse
import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.order_query import KEYS, OrderQuery, read_query, read_term

if TYPE_CHECKING:
    from backoffice.bootstrap import BackOffice

_FLAGS = frozenset({"failed", "sort"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two acts and their options."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    find = acts.add_parser("find", help="list orders", description="List orders, newest first.")
    find.add_argument("words", nargs="*", help="words as on the Orders screen: status:shipped agent:ann gee")
    for key, meaning in KEYS.items():
        if key not in _FLAGS:
            find.add_argument(f"--{key}", metavar="VALUE", help=f"{meaning.says}, like {meaning.example}")
    find.add_argument("--without", metavar="STATUS", help="statuses to leave out, like cancelled,junk")
    find.add_argument("--failed", action="store_true", help="failed checkouts too")
    find.add_argument("--sort", choices=KEYS["sort"].words, help="order of the list; -up turns it round")
    find.add_argument("--limit", type=_from_1_to_200, default=50, help="orders on a page, 200 at most (50)")
    find.add_argument("--cursor", default="", help="of the page before")
    find.add_argument("--csv", type=Path, metavar="FILE", help="write all that fits into a CSV file instead")
    show = acts.add_parser("show", help="one order whole", description="Show one order whole.")
    show.add_argument("number", help="our number or the DOM's")
    for part in (find, show):
        add_data_dir(part)
        part.add_argument("--json", action="store_true", help="print one JSON document")


def run_with(options: argparse.Namespace) -> None:
    """Find or show."""
    from backoffice.cli.reading import open_current

    settings = load_settings(options)
    with open_current(settings):
        pass  # where nothing is, nothing is made
    act = {"find": _find, "show": _show}[options.act]

    async def run() -> None:
        from backoffice.bootstrap import open_backoffice

        office = await open_backoffice(settings)
        try:
            await act(office, options)
        finally:
            await office.close()

    asyncio.run(run())


def read_options(options: argparse.Namespace) -> OrderQuery:
    """Return what was asked for, words and options together; an option takes the place of a word."""
    query = read_query(" ".join(options.words))
    for key in KEYS:
        if key not in _FLAGS and getattr(options, key):
            query = query.having(read_term(key, getattr(options, key)))
    if options.without:
        query = query.having(read_term("status", options.without, out=True))
    if options.failed:
        query = query.having(read_term("failed", "shown"))
    return query.having(read_term("sort", options.sort)) if options.sort else query


async def _find(office: "BackOffice", options: argparse.Namespace) -> None:
    from backoffice.cli.order_texts import as_json, print_orders
    from backoffice.domain.ids import utc_now
    from backoffice.domain.staff import SYSTEM

    criteria = read_options(options).criteria(utc_now())
    criteria = replace(criteria, limit=options.limit, cursor=options.cursor)
    if options.csv is not None:
        await _export(office, criteria, options.csv)
        return
    page = await office.order_history.search(SYSTEM, criteria)
    if options.json:
        print(json.dumps(as_json(page), indent=2))
    else:
        print_orders(page)


async def _export(office: "BackOffice", criteria: OrderSearchCriteria, file: Path) -> None:
    from backoffice.cli.progress import ProgressLine
    from backoffice.domain.staff import SYSTEM

    line = ProgressLine()
    try:
        done = await office.order_export.write(
            SYSTEM, criteria, file, progress=lambda count: line.show(f"{count:,} orders written")
        )
    finally:
        line.clear()
    print(f"{done.orders:,} orders written to {file}.")
    if not done.dom.answered:
        print(f"Without the orders only the DOM knows. {done.dom.reason}")


async def _show(office: "BackOffice", options: argparse.Namespace) -> None:
    from backoffice.cli.order_texts import as_json, print_order
    from backoffice.domain.staff import SYSTEM

    details = await office.order_history.details(SYSTEM, options.number.strip().upper())
    if options.json:
        print(json.dumps(as_json(details), indent=2))
    else:
        print_order(details)


def _from_1_to_200(written: str) -> int:
    number = int(written)
    if not 1 <= number <= 200:  # noqa: PLR2004 - the bounds of a page
        raise ValueError
    return number
