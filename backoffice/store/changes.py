"""Somebody committed: a thread of its own asks SQLite's ``data_version`` and tells who wants to know.

The number moves when any other connection commits, of this process or another, so a worker's doings show on the desk
without a message between them.
"""

import asyncio
import threading
from collections.abc import Callable

from sqlalchemy import Engine

EVERY = 0.4  # seconds


class Changes:
    """Tells subscribers, on their own event loop, that the database changed."""

    def __init__(self, engine: Engine) -> None:
        """Start nothing before the first subscriber."""
        self._engine = engine
        self._subscribers: dict[object, tuple[asyncio.AbstractEventLoop, Callable[[], None]]] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after each change, on the running loop; returns how to unsubscribe."""
        token = object()
        self._subscribers[token] = (asyncio.get_running_loop(), callback)
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="store-changes", daemon=True)
            self._thread.start()
        return lambda: self._subscribers.pop(token, None) and None

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._subscribers.clear()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _watch(self) -> None:
        if self._engine.dialect.name != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            seen: object = None
            while not self._stop.wait(EVERY):
                cursor = connection.cursor()
                version = cursor.execute("PRAGMA data_version").fetchone()[0]
                cursor.close()
                if version != seen and seen is not None:
                    self._tell()
                seen = version
        finally:
            connection.close()

    def _tell(self) -> None:
        for loop, callback in list(self._subscribers.values()):
            if not loop.is_closed():
                loop.call_soon_threadsafe(callback)
