"""A simulator's command line: what every one of them can be told, and how it starts by itself."""

import argparse
from collections.abc import Callable


def add_process_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and when to end."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent does")


def run_command(
    name: str,
    description: str | None,
    *,
    add_arguments: Callable[[argparse.ArgumentParser], None],
    run_with: Callable[[argparse.Namespace], None],
) -> None:
    """Parse the process's own arguments and run; ``python -m`` of a simulator's package."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    add_arguments(parser)
    run_with(parser.parse_args())
