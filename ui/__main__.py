"""``python -m ui``: imports next to nothing, so that the window is painted first."""

import sys

from ui.arguments import parse


def main() -> int:
    """Start the desk; the exit code is 0, or 1 when the headless journey did not come true."""
    arguments = parse(sys.argv[1:])
    from ui.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
