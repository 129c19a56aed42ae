"""Processes made by fork: everything is imported once, so a process costs milliseconds and not seconds.

1. a child has a pipe to say things on and one to be told on, and its own output in a file;
2. it ends with ``os._exit``: nothing of its parent runs in it;
3. the parent reads what it says line by line, within a time, and reaps it.
"""

import ctypes
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

PATIENCE = 600.0  # machines are busy; a process that hangs is found all the same
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class HungError(RuntimeError):
    """A child said nothing for too long; it was killed."""


@dataclass(kw_only=True)
class Child:
    """A running child. ``says`` is read, ``hears`` is written; ``output`` is the file of its stdout and stderr."""

    pid: int
    says: int
    hears: int
    output: Path
    _rest: bytes = b""
    status: int | None = field(default=None)

    @classmethod
    def start(cls, run: Callable[[int, int], None], output: Path) -> Self:
        """Fork and call ``run(say, hear)`` in the child, whose descriptors these are; returning ends it."""
        says, say = os.pipe()
        hear, hears = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            os.close(say)
            os.close(hear)
            return cls(pid=pid, says=says, hears=hears, output=output)
        code = 70
        try:
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
            os.close(says)
            os.close(hears)
            log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            run(say, hear)
            code = 0
        except BaseException:  # noqa: BLE001 - the child's end, whatever it was
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def line(self, patience: float = PATIENCE) -> str | None:
        """Return the next line it says, None when it has ended. HungError when it is silent for so long."""
        end = time.monotonic() + patience
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self.says], [], [], max(end - time.monotonic(), 0))
            if not ready:
                self.kill()
                words = self.output.read_text(errors="replace")[-2000:]
                raise HungError(f"A process said nothing for {patience:g} s. Its last words:\n{words}")
            heard = os.read(self.says, 65536)
            if not heard:
                self._reap()
                return None
            self._rest += heard
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    def go_on(self) -> None:
        """Let a child that stands still go on."""
        os.write(self.hears, b"\n")

    def kill(self) -> None:
        """End it at once, and reap it."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()

    @property
    def was_killed(self) -> bool:
        """Whether it died of SIGKILL."""
        return self.status == -signal.SIGKILL

    def _reap(self) -> None:
        if self.status is None:
            _, waited = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(waited)
            os.close(self.says)
            os.close(self.hears)


class WarmStatements:
    """What SQLAlchemy compiled in the parent, for the engines of its forks: it costs more than to run it."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._kept: dict[str, Engine] = {}

    def keep(self, name: str, engine: Engine) -> None:
        """Keep what an engine compiled; its connections are gone by now."""
        self._kept[name] = engine

    def warm(self, name: str, engine: Engine) -> None:
        """Let an engine begin with it; compiled statements belong to their dialect, so that comes along."""
        kept = self._kept.get(name)
        if kept is not None:
            engine.dialect = kept.dialect
            engine._compiled_cache = kept._compiled_cache
