"""The demo's outside world: the DOM, the payment gateway and the mail server as programs of their own, and the worker.

1. ``start`` brings up the three simulators side by side, then the worker, which tells the DOM where to push; where
   there is a database already the worker comes up while the desk opens, and ``ready`` waits for it;
2. every child ends when its standard input closes, so nothing survives a killed desk; one that dies comes back;
3. faults are switched on and off through the simulators' control endpoints, which answer during an outage too;
4. the ledgers are files in the data directory: the world remembers across restarts, as the real one would.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from backoffice.domain.outcome import Succeeded
from backoffice.external.http import HttpClient
from backoffice.settings import RESOURCES, Settings
from backoffice.world.addresses import control_url, environment_of, kept_secret, port_of, reached_at
from backoffice.world.child import Child, Ready, WorldError
from backoffice.world.faults import FAULTS, FAULTS_PATH, OUTAGE, Fault

__all__ = ["ADDRESSES_FILE", "FAULTS", "Fault", "World", "WorldError"]

SEED = RESOURCES / "demo" / "adventure-works"
FULFIL_EVERY = 2  # seconds between two steps of the warehouse
PAYMENTS_PATH = "/payments/authorization-complete"
ADDRESSES_FILE = "addresses.json"  # where each simulator is controlled, while it runs
_SECRET_FILE = "dom.secret"  # noqa: S105 - the name of a file
_REFUSED = 400


class World:
    """Child processes of the demo. ``on_return`` is told which of them died and is back."""

    faults = FAULTS

    def __init__(
        self,
        settings: Settings,
        *,
        on_return: Callable[[str], None] | None = None,
        fulfil_every: float = FULFIL_EVERY,
    ) -> None:
        """Nothing starts before ``start``. ``fulfil_every`` 0: the warehouse moves only when told to."""
        self._settings = settings
        self._home = settings.data_dir / "world"
        self._on_return = on_return
        self._fulfil_every = fulfil_every
        self._children: dict[str, Child] = {}
        self._clients: dict[str, tuple[str, HttpClient]] = {}
        self._outages: set[str] = set()
        self._coming: asyncio.Task[None] | None = None

    async def start(self, report: Callable[[str], None] = lambda _: None) -> Settings:
        """Start everything; return the settings with the addresses. WorldError when something does not come up."""
        self._home.mkdir(parents=True, exist_ok=True)
        secret = kept_secret(self._home / _SECRET_FILE)
        report("Starting the simulated DOM, bank and mail server …")
        try:
            dom, pay, mail = await asyncio.gather(*(child.start() for child in self._simulators(secret)))
            self._write_addresses()
            settings = self._settings.model_copy(update=reached_at(dom, pay, mail, secret))
            report("Starting the worker …")
            self._coming = asyncio.create_task(self._start_worker(settings, secret))
            self._coming.add_done_callback(self._tell_failure)
            if not (self._settings.data_dir / "backoffice.db").exists():
                await self.ready()  # it makes the database: two at it would be in each other's way
        except BaseException:
            await self.stop()
            raise
        return settings

    async def ready(self) -> None:
        """Wait until the worker works. WorldError when it did not come up."""
        if self._coming is not None:
            await asyncio.shield(self._coming)

    async def stop(self) -> None:
        """Stop all of it, the worker first."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)
            self._coming = None
        worker = self._children.pop("worker", None)
        if worker is not None:
            await worker.stop()
        await asyncio.gather(*(child.stop() for child in self._children.values()))
        self._children.clear()
        for _, client in self._clients.values():
            await client.close()
        self._clients.clear()
        self._outages.clear()
        (self._home / ADDRESSES_FILE).unlink(missing_ok=True)

    def pids(self) -> dict[str, int]:
        """Return the process ids of what runs, by name."""
        return {name: child.pid for name, child in self._children.items() if child.pid}

    def forget(self) -> None:
        """Delete the demo's database and ledgers, so that the next start begins anew; only when stopped."""
        if self._children:
            message = "The world still runs."
            raise WorldError(message)
        for pattern in ("backoffice.db*", "worker.*", "world/*.db*"):
            for kept in self._settings.data_dir.glob(pattern):
                kept.unlink(missing_ok=True)

    async def set_fault(self, name: str, on: bool) -> None:  # noqa: FBT001 - a switch
        """Switch a fault on or off; the others stay as they are. WorldError when the simulator can not be told."""
        fault = next(fault for fault in FAULTS if fault.name == name)
        if fault.schedule is None:
            await self._control(fault.peer, "POST", OUTAGE, {"on": on})
            (self._outages.add if on else self._outages.discard)(name)
            return
        pending = (await self._control(fault.peer, "GET", FAULTS_PATH))["faults"]
        await self._control(fault.peer, "DELETE", FAULTS_PATH)
        others = [entry for entry in pending if not fault.is_scheduled_as(entry)]
        wanted = [*others, fault.schedule] if on else others
        # The first that fits a call acts: what harms every call comes after what harms one.
        for entry in sorted(wanted, key=lambda entry: entry["count"] is None):
            await self._control(fault.peer, "POST", FAULTS_PATH, dict(entry))

    async def faults_on(self) -> frozenset[str]:
        """Return the names of the faults that are on; one that harms the next call only is off once it did."""
        found = set(self._outages)
        for peer in {fault.peer for fault in FAULTS}:
            pending = (await self._control(peer, "GET", FAULTS_PATH))["faults"]
            found |= {
                fault.name
                for fault in FAULTS
                if fault.peer == peer and any(fault.is_scheduled_as(entry) for entry in pending)
            }
        return frozenset(found)

    async def mails(self) -> list[dict[str, Any]]:
        """Return what the mail server received, newest first."""
        return list((await self._control("mail", "GET", "/messages"))["messages"])

    def _simulators(self, secret: str) -> tuple[Child, Child, Child]:
        return (
            self._child(
                "dom",
                ("simulate-dom", "--ledger", str(self._home / "dom.db"), "--seed", str(SEED)),
                ("--secret", secret, "--fulfil-every", str(self._fulfil_every)),
                pin=lambda ready: ("--port", port_of(ready["url"])),
            ),
            self._child(
                "payments",
                ("simulate-payments", "--ledger", str(self._home / "payments.db")),
                pin=lambda ready: ("--port", port_of(ready["url"])),
            ),
            self._child(
                "mail",
                ("simulate-mail", "--store", str(self._home / "mail.db")),
                pin=lambda ready: (
                    "--smtp-port",
                    port_of(ready["smtp"]),
                    "--http-port",
                    port_of(ready["url"]),
                ),
            ),
        )

    def _worker(self, settings: Settings) -> Child:
        return self._child(
            "worker",
            ("worker", "--data-dir", str(settings.data_dir)),
            environment=environment_of(settings),
            pin=lambda ready: ("--inbound-port", port_of(ready["url"])),
        )

    async def _start_worker(self, settings: Settings, secret: str) -> None:
        ready = await self._worker(settings).start()
        await self._control("dom", "POST", "/control/store", {"url": ready["url"], "secret": secret})
        told = {"url": f"{ready['url']}{PAYMENTS_PATH}", "secret": secret}
        await self._control("payments", "POST", "/control/webhook", told)

    def _tell_failure(self, coming: asyncio.Task[None]) -> None:
        if not coming.cancelled() and (trouble := coming.exception()) and self._on_return is not None:
            self._on_return(str(trouble))

    def _child(
        self,
        name: str,
        *arguments: tuple[str, ...],
        pin: Callable[[Ready], tuple[str, ...]],
        environment: dict[str, str] | None = None,
    ) -> Child:
        child = Child(
            name,
            *(word for words in arguments for word in words),
            log=self._home / f"{name}.log",
            environment=environment or {},
            pin=pin,
            on_return=self._is_back,
        )
        self._children[name] = child
        return child

    def _is_back(self, name: str, code: int) -> None:
        self._write_addresses()
        self._outages -= {fault.name for fault in FAULTS if fault.peer == name}
        if self._on_return is not None:
            self._on_return(f"The demo's {name} ended by itself (exit code {code}) and was started again.")

    def _write_addresses(self) -> None:
        where = {name: control_url(self._children[name].ready) for name in ("dom", "payments", "mail")}
        (self._home / ADDRESSES_FILE).write_text(json.dumps(where), encoding="utf-8")

    async def _control(
        self, peer: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        answer = await (await self._client(peer)).request(
            method,
            path,
            body=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )
        if not isinstance(answer, Succeeded):
            message = f"The simulated {peer} could not be told: {answer.reason}"
            raise WorldError(message)
        if answer.value.status >= _REFUSED:
            message = f"The simulated {peer} did not understand {path}: {answer.value.body[:300]!r}"
            raise WorldError(message)
        return dict(json.loads(answer.value.body))

    async def _client(self, peer: str) -> HttpClient:
        """Return the client of the peer's control, which has another port after a restart."""
        child = self._children.get(peer)
        if child is None or not child.ready:
            message = f"The simulated {peer} does not run."
            raise WorldError(message)
        url = control_url(child.ready)
        known = self._clients.get(peer)
        if known is not None and known[0] == url:
            return known[1]
        if known is not None:
            await known[1].close()
        client = await asyncio.get_running_loop().run_in_executor(None, HttpClient, url)
        self._clients[peer] = (url, client)
        return client
