"""Whether the others answer: the DOM, the payment gateway, the mail server, the worker. Asked every few seconds."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from backoffice.domain.outcome import Succeeded
from backoffice.external.http import HttpClient

EVERY = 2.0
DEADLINE = timedelta(seconds=2)
SLOW = timedelta(seconds=0.7)
PULSE_FILE = "worker.pulse"
PULSE_GOOD_FOR = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """One of the others. ``state``: live, slow, down, unknown (not asked yet), absent (not configured)."""

    name: str
    state: str
    since: datetime
    sentence: str


class Health:
    """Asks in the background; ``status`` returns at once what was last heard."""

    def __init__(
        self,
        *,
        dom: HttpClient | None,
        payments: HttpClient | None,
        mail: tuple[str, int] | None,
        data_dir: Path,
        clock: Callable[[], datetime],
    ) -> None:
        """None stands for what is not configured."""
        self._dom = dom
        self._payments = payments
        self._mail = mail
        self._pulse = data_dir / PULSE_FILE
        self._clock = clock
        self._peers = {name: self._peer(name, "unknown") for name in ("DOM", "Payments", "Mail", "Worker")}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin asking, on the running loop."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._ask_on())

    async def close(self) -> None:
        """Stop asking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def status(self) -> tuple[Peer, ...]:
        """Return what was last heard of each; the first call begins the asking."""
        self.start()
        return tuple(self._peers.values())

    async def _ask_on(self) -> None:
        while True:
            states = await asyncio.gather(
                self._http(self._dom), self._http(self._payments), self._smtp(), self._worker()
            )
            for name, state in zip(self._peers, states, strict=True):
                if self._peers[name].state != state:
                    self._peers[name] = self._peer(name, state)
            await asyncio.sleep(EVERY)

    async def _http(self, client: HttpClient | None) -> str:
        if client is None:
            return "absent"
        begun = self._clock()
        answer = await client.request("GET", "/healthz", deadline=DEADLINE)
        if not isinstance(answer, Succeeded):
            return "down"
        return "slow" if self._clock() - begun > SLOW else "live"

    async def _smtp(self) -> str:
        if self._mail is None:
            return "absent"
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                reader, writer = await asyncio.open_connection(*self._mail)
                greeting = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return "down"
        return "live" if greeting.startswith(b"220") else "down"

    async def _worker(self) -> str:
        try:
            beat = await asyncio.to_thread(lambda: self._pulse.stat().st_mtime)
        except OSError:
            return "down"
        age = self._clock().timestamp() - beat
        return "live" if age < PULSE_GOOD_FOR.total_seconds() else "down"

    def _peer(self, name: str, state: str) -> Peer:
        return replace(
            Peer(name=name, state=state, since=self._clock(), sentence=""), sentence=_SENTENCES[state](name)
        )


_SENTENCES: dict[str, Callable[[str], str]] = {
    "live": lambda name: f"{name} answers.",
    "slow": lambda name: f"{name} answers slowly.",
    "down": lambda name: f"{name} does not answer.",
    "unknown": lambda name: f"{name} has not been asked yet.",
    "absent": lambda name: f"{name} is not set up.",
}
