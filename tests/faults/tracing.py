"""strace, which kills a process or fails a system call of it at an exact one.

``Injection(calls="pwrite64,fdatasync", effect="signal=SIGKILL", when="7")`` kills the process at the seventh write of
whichever thread comes to it first (strace counts by thread; SQLite has one that writes). ``effect=""`` only counts.
"""

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

WRITES = "pwrite64,fdatasync,fsync,ftruncate"
_CALL = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\(")


class NoStraceError(RuntimeError):
    """There is no strace here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Injection:
    """What strace does: to ``calls``, ``effect`` ("signal=SIGKILL", "error=ENOSPC"), at ``when`` ("3", "3+")."""

    calls: str = WRITES
    effect: str = ""
    when: str = ""

    def __str__(self) -> str:
        """Return it as strace takes it; see `injection_of` for the way back."""
        return f"{self.calls}:{self.effect}:when={self.when}" if self.effect else self.calls


def injection_of(said: str) -> Injection:
    """Read what `Injection` wrote."""
    calls, *rest = said.split(":")
    return (
        Injection(calls=calls, effect=rest[0], when=rest[1].removeprefix("when="))
        if rest
        else Injection(calls=calls)
    )


@dataclass(kw_only=True)
class Tracer:
    """strace at work on one process."""

    process: subprocess.Popen[bytes]
    trace: Path

    @classmethod
    def attach(cls, pid: int, injection: Injection, trace: Path) -> "Tracer":
        """Begin with ``pid`` and all its threads, those to come too; it is there when this returns."""
        strace = shutil.which("strace")
        if strace is None:
            raise NoStraceError("strace is missing: apt-get install strace")
        inject = ["-e", f"inject={injection}"] if injection.effect else []
        process = subprocess.Popen(
            [strace, "-f", "-o", str(trace), "-e", f"trace={injection.calls}", *inject, "-p", str(pid)],
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        said = process.stderr.readline().decode()
        if "attached" not in said:
            raise NoStraceError(f"strace can not trace here: {said.strip()}")
        return cls(process=process, trace=trace)

    def end(self) -> Counter[str]:
        """Wait for it, once its process has ended; return how often the busiest thread made each call."""
        assert self.process.stderr is not None
        self.process.stderr.read()
        self.process.stderr.close()
        self.process.wait(20)
        by_thread: dict[str, Counter[str]] = {}
        for found in _CALL.finditer(self.trace.read_text(errors="replace")):
            by_thread.setdefault(found["thread"], Counter())[found["call"]] += 1
        return max(by_thread.values(), key=lambda calls: calls.total(), default=Counter())
