"""Children of a test: programs of ours in processes of their own, over real HTTP.

A child prints one JSON line ``{"ready": true, "url": ...}`` when it listens and ends when its stdin closes::

    with Child.start("backoffice.external.dom.simulator", "--ledger", str(path)) as dom:
        httpx.get(dom.url + "/availability")
        dom.kill()   # SIGKILL, as a power cut would
        dom.again()  # the same command line, a new process, a new free port
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0
STOP_WITHIN = 20.0


class Child:
    """One running program. A block, or ``stop`` or ``kill``, ends it; each may be called twice."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command = command
        self.environment = environment
        self.ready: dict[str, object] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        self._err: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child

    @classmethod
    def start(cls, module: str, *arguments: str, environment: dict[str, str] | None = None) -> Self:
        """Start ``python -m module arguments --until-stdin-closes`` and wait for its ready line.

        Raises:
            RuntimeError: it ended, or said nothing in time; the message carries what it wrote.
        """
        command = [sys.executable, "-m", module, *arguments, "--until-stdin-closes"]
        child = cls(command, {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})})
        child.again()
        return child

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.ready["url"])

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it still lives."""
        return self._process is not None and self._process.poll() is None

    def again(self) -> None:
        """Start the same command line in a new process and wait for its ready line."""
        self.kill()
        self._out.seek(0)
        self._out.truncate()
        self._process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=self._out,
            stderr=self._err,
        )
        try:
            self.ready = self._wait_for_ready_line()
        except BaseException:
            self.close()
            raise

    def stop(self) -> int:
        """Close its stdin, wait until it has ended by itself, and return its exit code."""
        if self._process is None:
            return 0
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            return self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"{self.command} did not end when its stdin closed\n{self.errors()}") from None

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None

    def errors(self) -> str:
        """What it wrote to stderr so far."""
        return os.pread(self._err.fileno(), 1_000_000, 0).decode(errors="replace")

    def close(self) -> None:
        """Kill it if it still lives, and let go of its files."""
        self.kill()
        self._out.close()
        self._err.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self.close()

    def _wait_for_ready_line(self) -> dict[str, object]:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            # The child shares this file's offset, so reading must not move it: pread.
            line, newline, _ = os.pread(self._out.fileno(), 65536, 0).partition(b"\n")
            if newline:
                answer: dict[str, object] = json.loads(line)
                return answer
            if not self.running:
                raise RuntimeError(f"{self.command} ended before it was ready\n{self.errors()}")
            time.sleep(0.02)
        raise RuntimeError(f"{self.command} was not ready in {READY_WITHIN} s\n{self.errors()}")
