"""``backofficectl checkouts list | show | retry-undo | reopen | clean``: what failed, and what to do about it."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.table import print_table
from backoffice.domain.failed_checkout import FailedDetails, FailedStanding
from backoffice.domain.staff import SYSTEM

if TYPE_CHECKING:
    from backoffice.bootstrap import BackOffice

WORDS = {
    FailedStanding.STUCK: "an undo failed",
    FailedStanding.CHECKING: "the bank has not answered",
    FailedStanding.OPEN: "undone, not all let go of yet",
    FailedStanding.UNDONE: "undone",
    FailedStanding.REFUSED: "refused before it began",
}
Act = Callable[["BackOffice", argparse.Namespace], Awaitable[None]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the acts and their options."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    listing = _act(acts, "list", "checkouts that failed, newest first")
    listing.add_argument("--standing", choices=[standing.value for standing in FailedStanding])
    listing.add_argument("--limit", type=int, default=50, help="how many at most (50)")
    listing.add_argument("--after", default="", help="the place the page before ended at")
    for name, words in (
        ("show", "one of them: its journal, and what is open"),
        ("retry-undo", "let the worker try now what it would try later"),
        ("reopen", "open its cart again, once nothing is open"),
    ):
        one = _act(acts, name, words)
        one.add_argument("checkout", help="its id, or the number its order would have had")
        if name == "reopen":
            one.add_argument("--reason", required=True, help="why; it is kept in the trail")
    clean = _act(acts, "clean", "remove what failed longer ago than the store keeps it")
    clean.add_argument("--dry-run", action="store_true", help="only say what would go, and what stays")


def run_with(options: argparse.Namespace) -> None:
    """Do it."""
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    from backoffice.bootstrap import open_backoffice

    office = await open_backoffice(load_settings(options))
    try:
        await _ACTS[options.act](office, options)
    finally:
        await office.close()


async def _list(office: "BackOffice", options: argparse.Namespace) -> None:
    standing = FailedStanding(options.standing) if options.standing else None
    page = await office.failed_checkouts.list(
        SYSTEM, standing=standing, limit=options.limit, after=options.after
    )
    if options.json:
        print(json.dumps([asdict(row) for row in page.rows], default=_plain, indent=2))
        return
    print_table(
        ("checkout", "order", "how it stands", "failed at", "why", "since"),
        [
            (
                row.attempt_id,
                row.order_number,
                WORDS[row.standing],
                row.failed_action,
                row.sentence,
                f"{row.started_at:%Y-%m-%d %H:%M} UTC",
            )
            for row in page.rows
        ],
    )
    if page.next:
        print(f"\nThere are more: --after '{page.next}'")


async def _show(office: "BackOffice", options: argparse.Namespace) -> None:
    _print_details(await office.failed_checkouts.get(SYSTEM, options.checkout), as_json=options.json)


async def _retry_undo(office: "BackOffice", options: argparse.Namespace) -> None:
    seen = await office.failed_checkouts.get(SYSTEM, options.checkout)
    await office.failed_checkouts.retry(SYSTEM, seen.checkout.attempt_id, seen=seen.checkout.standing)
    print("The worker tries it now. Look again in a moment.")


async def _reopen(office: "BackOffice", options: argparse.Namespace) -> None:
    seen = await office.failed_checkouts.get(SYSTEM, options.checkout)
    await office.failed_checkouts.reopen(
        SYSTEM, seen.checkout.attempt_id, options.reason, seen=seen.checkout.standing
    )
    print("The cart is open again.")


async def _clean(office: "BackOffice", options: argparse.Namespace) -> None:
    if not options.dry_run:
        print(f"{await office.cleanup.run(SYSTEM)} failed orders removed.")
        return
    plan = await office.cleanup.plan(SYSTEM)
    if options.json:
        print(json.dumps(asdict(plan), default=_plain, indent=2))
        return
    print(f"Failed before {plan.before:%Y-%m-%d %H:%M} UTC:")
    print(f"{len(plan.numbers)} orders and {plan.attempts} refused checkouts would be removed.")
    print_table(
        ("order", "what happens"),
        [
            *((number, "goes") for number in plan.numbers),
            *((number, f"stays: {why}") for number, why in plan.kept),
        ],
    )


_ACTS: dict[str, Act] = {
    "list": _list,
    "show": _show,
    "retry-undo": _retry_undo,
    "reopen": _reopen,
    "clean": _clean,
}


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str
) -> argparse.ArgumentParser:
    parser = acts.add_parser(
        name, help=words, description=f"{words[0].upper()}{words[1:]}.", allow_abbrev=False
    )
    add_data_dir(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _print_details(details: FailedDetails, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(details), default=_plain, indent=2))
        return
    checkout = details.checkout
    print(f"{checkout.order_number or 'No number'}: {WORDS[checkout.standing]}")
    print(f"Failed at {checkout.failed_action or 'nothing yet'}: {checkout.sentence or 'no answer yet.'}")
    print(
        f"By {checkout.agent} for {checkout.customer_name or 'nobody'}; cart {details.cart_status.value}.\n"
    )
    print_table(
        ("when (UTC)", "what", "action", "outcome", "why"),
        [
            (f"{line.at:%Y-%m-%d %H:%M:%S}", line.what, line.action, line.outcome, line.reason)
            for line in details.journal
        ],
    )
    print()
    if not details.open_items:
        print("Nothing is open.")
        return
    print_table(
        ("open", "what", "status", "why"),
        [(item.kind.value, item.word, item.status, item.reason) for item in details.open_items],
    )


def _plain(value: object) -> object:
    named = getattr(value, "value", None)
    return named if isinstance(named, str) else str(value)
