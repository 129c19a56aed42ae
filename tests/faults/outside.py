"""The outside of one schedule: the three real simulators, each a process, over ledgers made from a template.

Their strings are pulled over HTTP, as everybody's: faults by schedule, and time, which the machine makes pass.
"""

import http.client
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backoffice.external.dom.simulator import run as run_dom
from backoffice.external.mail.simulator import run as run_mail
from backoffice.external.payments.simulator import run as run_payments
from tests.faults.forks import Child

PEERS = ("dom", "payments", "mail")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """What runs, and where it is reached: ``addresses`` are settings of the back office."""

    children: tuple[Child, ...]
    controls: Mapping[str, str]
    addresses: Mapping[str, Any]

    @classmethod
    def start(cls, folder: Path, *, ledgers: Path | None = None, seed: Path | None = None) -> "Outside":
        """Start all three over copies of ``ledgers``; with ``seed`` the DOM fills its own."""
        folder.mkdir(parents=True, exist_ok=True)
        if ledgers is not None:
            for file in ledgers.glob("*.db"):
                shutil.copyfile(file, folder / file.name)
        programs: dict[str, Callable[[], None]] = {
            "dom": lambda: run_dom(ledger=folder / "dom.db", seed_from=seed),
            "payments": lambda: run_payments(ledger=folder / "payments.db"),
            "mail": lambda: run_mail(store=folder / "mail.db"),
        }
        children = {name: _started(folder / f"{name}.log", program) for name, program in programs.items()}
        ready = {name: _ready(child) for name, child in children.items()}
        host, _, port = ready["mail"]["smtp"].rpartition(":")
        return cls(
            children=tuple(children.values()),
            controls={name: lines.get("control", lines["url"]) for name, lines in ready.items()},
            addresses={
                "dom_url": ready["dom"]["url"],
                "payments_url": ready["payments"]["url"],
                "smtp_host": host,
                "smtp_port": int(port),
            },
        )

    def fault(self, peer: str, fault: Mapping[str, object]) -> None:
        """Put a fault on a simulator's schedule, in its own words."""
        pull(self.controls[peer], "POST", "/control/faults", fault)

    def fair_weather(self) -> None:
        """Switch every fault off."""
        for peer in PEERS:
            pull(self.controls[peer], "DELETE", "/control/faults")

    def pass_time(self, seconds: float) -> None:
        """Let the DOM's and the bank's clocks run ahead."""
        for peer in ("dom", "payments"):
            pull(self.controls[peer], "POST", "/control/clock", {"advance_seconds": seconds})

    def stop(self) -> None:
        """End all three."""
        for child in self.children:
            child.kill()


def pull(control: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - a JSON document
    """Pull one string; the caller waits, as the world's time stands still meanwhile."""
    where = urlsplit(control)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, said
    return json.loads(said)


def _started(log: Path, program: Callable[[], None]) -> Child:
    def run(say: int, hear: int) -> None:
        import os  # noqa: PLC0415 - in the child alone

        os.dup2(say, 1)
        program()

    return Child.start(run, log)


def _ready(child: Child) -> dict[str, str]:
    line = child.line()
    assert line is not None, child.output.read_text()
    return dict(json.loads(line))


def wait_a_moment() -> None:
    """Let a simulator's own rounds come round."""
    time.sleep(0.05)
