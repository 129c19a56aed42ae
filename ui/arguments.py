"""What can be said on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """How to start. ``demo`` None: the demo where nothing is configured."""

    data_dir: Path | None = None
    demo: bool | None = None
    headless: bool = False
    pictures: Path | None = None
    json: Path | None = None


def parse(given: Sequence[str]) -> Arguments:
    """Read the command line; wrong use ends the process with argparse's message."""
    parser = argparse.ArgumentParser(prog="ui", description="Backoffice, the desk of a call centre.")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep the data in DIR")
    parser.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        help="open the demo with its simulated outside world (the default when nothing is configured)",
    )
    parser.add_argument(
        "--headless",
        action="store_true",
        help="no window: drive one whole phone order through the real screens, exit 0 if all came true",
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="with --headless: write pictures to DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="with --headless: write an account to FILE")
    found = parser.parse_args(given)
    if (found.pictures or found.json) and not found.headless:
        parser.error("--pictures and --json go with --headless")
    return Arguments(**vars(found))
