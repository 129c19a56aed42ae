"""The demo's outside world: the DOM, the payment gateway and the mail server as programs of their own, and the worker.

1. ``start`` brings up the three simulators side by side, then the worker, then tells the DOM where to push;
2. every child ends when its standard input closes, so nothing survives a killed desk;
3. faults are switched on and off through the simulators' control endpoints;
4. the ledgers are files in the data directory: the world remembers across restarts, as the real one would.
"""

import asyncio
import contextlib
import json
import os
import secrets
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backoffice.domain.outcome import Succeeded
from backoffice.external.http import HttpClient
from backoffice.settings import RESOURCES, Settings

READY_WITHIN = 30.0
STOP_WITHIN = 8.0
SEED = RESOURCES / "demo" / "adventure-works"
_SECRET_FILE = "dom.secret"  # noqa: S105 - the name of a file


class WorldError(RuntimeError):
    """A program of the demo did not start; the text says which and where its log is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A bad day that can be switched on: ``title`` for the menu, ``explanation`` for what to look at."""

    name: str
    title: str
    explanation: str
    peer: str  # dom, payments, mail
    body: dict[str, Any]


FAULTS = (
    Fault(
        name="dom_outage",
        title="DOM down",
        explanation="Nothing answers. Stock turns stale, history shows local orders, transfers wait.",
        peer="dom",
        body={"kind": "outage"},
    ),
    Fault(
        name="dom_slow",
        title="DOM slow",
        explanation="Every answer takes three seconds. The window stays usable.",
        peer="dom",
        body={"kind": "latency", "seconds": 3},
    ),
    Fault(
        name="dom_refuses",
        title="DOM refuses the next transfer",
        explanation="The order waits for a supervisor on Transfers, with the reason.",
        peer="dom",
        body={"kind": "refusal", "operation": "transfer", "count": 1, "reason": "Customer is on credit hold"},
    ),
    Fault(
        name="dom_lost_answer",
        title="DOM takes the next transfer, its answer is lost",
        explanation="The transfer is unknown, is asked for by order number, and found: never sent twice.",
        peer="dom",
        body={"kind": "error_after_effect", "operation": "transfer", "count": 1},
    ),
    Fault(
        name="payments_decline",
        title="The next card is declined",
        explanation="The order is not submitted, nothing stays charged, the cart can be used again.",
        peer="payments",
        body={"kind": "decline", "operation": "authorise", "count": 1, "code": "insufficient_funds"},
    ),
    Fault(
        name="payments_lost_answer",
        title="The bank's next answer is lost",
        explanation="Submit asks again by reference: charged once, and the desk says what is known.",
        peer="payments",
        body={"kind": "error_after_effect", "operation": "authorise", "count": 1},
    ),
    Fault(
        name="payments_outage",
        title="Payments down",
        explanation="Cards can not be authorised; orders on account go on.",
        peer="payments",
        body={"kind": "outage"},
    ),
    Fault(
        name="mail_down",
        title="Mail server down",
        explanation="E-mails wait and go out later; no order is touched.",
        peer="mail",
        body={"kind": "down"},
    ),
)


class World:
    """Child processes of the demo."""

    faults = FAULTS

    def __init__(self, settings: Settings) -> None:
        """Nothing starts before ``start``."""
        self._settings = settings
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._clients: dict[str, HttpClient] = {}
        self._on: set[str] = set()

    async def start(self, report: Callable[[str], None] = lambda _: None) -> Settings:
        """Start everything; return the settings with the addresses. WorldError when something does not come up."""
        home = self._settings.data_dir / "world"
        home.mkdir(parents=True, exist_ok=True)
        secret = _secret(home / _SECRET_FILE)
        report("Starting the simulated DOM, bank and mail server …")
        dom, pay, mail = await asyncio.gather(
            self._child(
                "dom",
                "simulate-dom",
                "--ledger",
                str(home / "dom.db"),
                "--seed",
                str(SEED),
                "--secret",
                secret,
                "--fulfil-every",
                "2",
            ),
            self._child("payments", "simulate-payments", "--ledger", str(home / "payments.db")),
            self._child("mail", "simulate-mail", "--store", str(home / "mail.db")),
        )
        host, port = str(mail["smtp"]).rsplit(":", 1)
        settings = self._settings.model_copy(
            update={
                "dom_url": dom["url"],
                "dom_secrets": (secret,),
                "payments_url": pay["url"],
                "smtp_host": host,
                "smtp_port": int(port),
            }
        )
        report("Starting the worker …")
        worker = await self._child("worker", "worker", environment=_environment(settings))
        for name, ready in (("dom", dom), ("payments", pay), ("mail", mail)):
            self._clients[name] = await asyncio.to_thread(HttpClient, str(ready["url"]))
        await self._control("dom", "PUT", "/control/store", {"url": worker["url"]})
        return settings

    async def stop(self) -> None:
        """Stop all of it, the worker first."""
        for client in self._clients.values():
            await client.close()
        for name in ("worker", "dom", "payments", "mail"):
            child = self._children.pop(name, None)
            if child is None or child.returncode is not None:
                continue
            if child.stdin is not None:
                child.stdin.close()
            try:
                await asyncio.wait_for(child.wait(), STOP_WITHIN)
            except TimeoutError:
                child.kill()
                await child.wait()

    def forget(self) -> None:
        """Delete the demo's database and ledgers, so that the next start begins anew; only when stopped."""
        home = self._settings.data_dir
        for pattern in ("backoffice.db*", "worker.*", "world/*.db*"):
            for kept in home.glob(pattern):
                kept.unlink(missing_ok=True)
        self._on.clear()

    async def set_fault(self, name: str, on: bool) -> None:  # noqa: FBT001 - a switch
        """Switch a fault on or off; those of one peer that are on stay on."""
        fault = next(fault for fault in FAULTS if fault.name == name)
        (self._on.add if on else self._on.discard)(name)
        await self._control(fault.peer, "DELETE", "/control/faults", None)
        for other in FAULTS:
            if other.peer == fault.peer and other.name in self._on:
                await self._control(other.peer, "POST", "/control/faults", other.body)

    async def mails(self) -> list[dict[str, Any]]:
        """Return what the mail server received, newest first."""
        answer = await self._clients["mail"].request("GET", "/messages")
        if not isinstance(answer, Succeeded):
            return []
        messages = json.loads(answer.value.body)
        return list(messages["messages"] if isinstance(messages, dict) else messages)

    async def _control(self, peer: str, method: str, path: str, body: dict[str, Any] | None) -> None:
        answer = await self._clients[peer].request(
            method,
            path,
            body=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )
        if not isinstance(answer, Succeeded):
            message = f"The simulated {peer} could not be told: {answer.reason}"
            raise WorldError(message)

    async def _child(
        self, name: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> dict[str, Any]:
        log_file = self._settings.data_dir / "world" / f"{name}.log"
        with log_file.open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "backoffice.cli",
                *arguments,
                "--until-stdin-closes",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **(environment or {})},
            )
        self._children[name] = child
        line = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN):
                while child.stdout is not None and not line.startswith(b"{"):
                    line = await child.stdout.readline()
                    if not line:
                        break
        try:
            return dict(json.loads(line))
        except ValueError:
            message = f"The program {arguments[0]} did not start; see {log_file}."
            raise WorldError(message) from None


def _environment(settings: Settings) -> dict[str, str]:
    """Return the settings a child needs as environment variables."""
    return {
        "BACKOFFICE_DATA_DIR": str(settings.data_dir),
        "BACKOFFICE_DATABASE_URL": settings.database_url,
        "BACKOFFICE_DEMO": "1" if settings.demo else "0",
        "BACKOFFICE_DOM_URL": settings.dom_url,
        "BACKOFFICE_DOM_SECRETS": json.dumps(settings.dom_secrets),
        "BACKOFFICE_PAYMENTS_URL": settings.payments_url,
        "BACKOFFICE_SMTP_HOST": settings.smtp_host,
        "BACKOFFICE_SMTP_PORT": str(settings.smtp_port),
    }


def _secret(path: Path) -> str:
    """Return the secret the simulated DOM signs with, made once per data directory."""
    if not path.exists():
        path.write_text("whsec_" + b64encode(secrets.token_bytes(32)).decode(), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()
