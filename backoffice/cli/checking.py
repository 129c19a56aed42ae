"""``backofficectl check``: verify the invariants, read-only; exit 1 on a violation."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backoffice.cli.place import add_data_dir, load_settings
from backoffice.cli.table import print_table
from backoffice.domain.errors import InvalidInput
from backoffice.settings import Settings

if TYPE_CHECKING:
    from backoffice.services.check import Finding

_BROKEN = 1
_OK = 200
_LEDGER = "/control/ledger"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data_dir(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--payments-ledger", metavar="URL", help="control address of the payment simulator, to compare with"
    )
    parser.add_argument(
        "--dom-ledger", metavar="URL", help="control address of the DOM simulator, to compare with"
    )
    parser.add_argument(
        "--quiet",
        action="store_true",
        help="take it for quiet: check also what holds only once work has ended (found out when left out)",
    )


def run_with(options: argparse.Namespace) -> int:
    """Check and print; 1 when an invariant is broken."""
    from backoffice.cli.reading import open_current
    from backoffice.domain.ids import utc_now
    from backoffice.services.check import check_all
    from backoffice.services.checks.jobs import is_quiet
    from backoffice.services.checks.ledgers import Ledgers

    settings = load_settings(options)
    books = asyncio.run(_read_ledgers(settings, options))
    with open_current(settings) as store:
        findings = store.read_here(
            lambda connection: check_all(
                connection,
                Ledgers(
                    now=utc_now(),
                    quiet=options.quiet or (is_quiet(connection) and not _is_still_pushing(books["dom"])),
                    payments=books["payments"],
                    dom=books["dom"],
                    files=settings.data_dir,
                ),
            )
        )
    if options.json:
        print(json.dumps([_as_json(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    return _BROKEN if any(finding.violations for finding in findings) else 0


def _is_still_pushing(dom: Mapping[str, Any] | None) -> bool:
    return dom is not None and any(push["due_at"] is not None for push in dom["pushes"])


def _print(findings: "tuple[Finding, ...]") -> None:
    rows = [
        (finding.invariant.number, finding.state, finding.reason or finding.invariant.sentence)
        for finding in findings
    ]
    print_table(("no", "state", "invariant, or why it was skipped"), rows)
    broken = [finding for finding in findings if finding.violations]
    for finding in broken:
        print(f"\n{finding.invariant.number}. {finding.invariant.sentence}")
        for violation in finding.violations:
            print(f"   {violation.subject}: {violation.sentence}")
    held = sum(finding.state == "holds" for finding in findings)
    print(f"\n{held} hold, {len(broken)} broken, {len(findings) - held - len(broken)} skipped.")


def _as_json(finding: "Finding") -> dict[str, Any]:
    return {
        "number": finding.invariant.number,
        "sentence": finding.invariant.sentence,
        "state": finding.state,
        "reason": finding.reason,
        "violations": [
            {"subject": violation.subject, "sentence": violation.sentence} for violation in finding.violations
        ],
    }


async def _read_ledgers(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    """Read the ledgers asked for; those of a demo that runs on this data directory are found by themselves."""
    from backoffice.cli.world_ledgers import ledgers_of_world

    found: dict[str, Any] = await asyncio.to_thread(ledgers_of_world, settings.data_dir / "world")
    for name, url in (("payments", options.payments_ledger), ("dom", options.dom_ledger)):
        if url:
            found[name] = await _fetch(url)
    return found


async def _fetch(url: str) -> Any:  # noqa: ANN401 - a JSON document
    from backoffice.domain.outcome import Succeeded
    from backoffice.external.http import HttpClient

    base = url.removesuffix("/").removesuffix(_LEDGER)
    async with HttpClient(base) as client:
        answer = await client.request("GET", _LEDGER)
    if not isinstance(answer, Succeeded) or answer.value.status != _OK:
        why = answer.value.status if isinstance(answer, Succeeded) else answer.reason
        raise InvalidInput(f"The ledger at {base} can not be read: {why}")
    return json.loads(answer.value.body)
