"""One reporter for every bug, wherever it surfaced.

1. three hooks end here: ``sys.excepthook`` (slots), ``threading.excepthook``, the loop's exception handler;
2. each gets an id; the traceback goes under that id to ``desk.log`` in the data directory;
3. the window shows one sentence, with the details to copy and the same id.
"""

import asyncio
import logging
import logging.handlers
import platform
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

LOG_FILE = "desk.log"
_LARGEST = 2_000_000  # bytes of one log file; three are kept
_log = logging.getLogger("backoffice.desk")


class Reporter(QObject):
    """Where bugs end. Safe to call from any thread."""

    reported = Signal(str, str)  # id, details to copy

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._place = "the terminal"

    def keep_log(self, data_dir: Path) -> None:
        """Write to the log file of this data directory from now on."""
        handler = logging.handlers.RotatingFileHandler(
            data_dir / LOG_FILE, maxBytes=_LARGEST, backupCount=2, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _log.addHandler(handler)
        self._place = str(data_dir / LOG_FILE)

    def close_log(self) -> None:
        """Close the log file."""
        for handler in tuple(_log.handlers):
            _log.removeHandler(handler)
            handler.close()

    def report(self, bug: BaseException) -> str:
        """Log a bug and tell the window; return its id."""
        identity = uuid4().hex[:8]
        story = "".join(traceback.format_exception(bug))
        self.count += 1
        _log.error("[%s] %s", identity, story)
        if not _log.handlers:
            sys.stderr.write(f"[{identity}] {story}")
        details = (
            f"Backoffice error {identity}\n{type(bug).__name__}: {bug}\n"
            f"{platform.platform()}, Python {platform.python_version()}\nLog: {self._place}\n\n{story}"
        )
        self.reported.emit(identity, details)
        return identity

    def install(self) -> None:
        """Take over the hooks of the process."""
        sys.excepthook = self._of_process
        threading.excepthook = self._of_thread

    def install_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over the hook of the loop."""
        loop.set_exception_handler(self._of_loop)

    def _of_process(self, kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, bug, trace)
            return
        self.report(bug)

    def _of_thread(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and not issubclass(given.exc_type, SystemExit):
            self.report(given.exc_value)

    def _of_loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        bug = context.get("exception")
        self.report(bug if isinstance(bug, BaseException) else RuntimeError(str(context.get("message"))))
