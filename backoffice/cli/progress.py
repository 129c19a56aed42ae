"""A line of progress that stays in its place, on a terminal only."""

import sys

_TO_THE_START_AND_EMPTY = "\r\x1b[K"


class ProgressLine:
    """Written to stderr, so that output can go to a file."""

    def __init__(self) -> None:
        """Write nothing yet; without a terminal, nothing ever."""
        self._out = sys.stderr if sys.stderr.isatty() else None

    def show(self, words: str) -> None:
        """Replace what the line says."""
        if self._out is not None:
            self._out.write(_TO_THE_START_AND_EMPTY + words)
            self._out.flush()

    def clear(self) -> None:
        """Take the line away."""
        self.show("")
