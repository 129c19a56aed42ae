"""The outside of one schedule: the three real simulators in a process of theirs, over ledgers made from a template.

Their strings are pulled over HTTP, as everybody's: faults by schedule, and time, which the machine makes pass.
"""

import asyncio
import http.client
import json
import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backoffice.external.dom.simulator.ledger import Ledger as Orders
from backoffice.external.dom.simulator.seed import seed
from backoffice.external.dom.simulator.server import Simulator as DomSimulator
from backoffice.external.dom.wire import Context
from backoffice.external.mail.simulator.faults import Faults as MailFaults
from backoffice.external.mail.simulator.http import MailHttp
from backoffice.external.mail.simulator.mailbox import Mailbox
from backoffice.external.mail.simulator.smtp import SmtpPort
from backoffice.external.payments.simulator.demo_cards import Delays
from backoffice.external.payments.simulator.ledger import Ledger as Money
from backoffice.external.payments.simulator.server import Simulator as BankSimulator
from backoffice.external.serving import Listener, Outage, listening
from tests.faults.forks import Child

_HOST = "127.0.0.1"
_CONTEXT = Context(store="adventure", currency="USD", locale="en-US", acting_user="dom", on_behalf_of="")
PEERS = ("dom", "payments", "mail")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """What runs, and where it is reached: ``addresses`` are settings of the back office."""

    child: Child
    controls: Mapping[str, str]
    addresses: Mapping[str, Any]

    @classmethod
    def start(cls, folder: Path, *, ledgers: Path | None = None, seed: Path | None = None) -> "Outside":
        """Start all three over copies of ``ledgers``; with ``seed`` the DOM fills its own."""
        folder.mkdir(parents=True, exist_ok=True)
        if ledgers is not None:
            for file in ledgers.glob("*.db"):
                shutil.copyfile(file, folder / file.name)
        child = Child.start(lambda say, hear: asyncio.run(_live(folder, seed, say)), folder / "outside.log")
        line = child.line()
        assert line is not None, child.output.read_text()
        ready = json.loads(line)
        return cls(child=child, controls=ready["controls"], addresses=ready["addresses"])

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

    def pay_links(self) -> int:
        """Press Pay on every page that is open; return how many there were."""
        links = pull(self.controls["payments"], "GET", "/control/ledger")["links"]
        pages = [link["id"] for link in links if link["status"] == "open"]
        for page in pages:
            _press(f"{self.addresses['payments_url']}/pay/{page}")
        return len(pages)

    def stop(self) -> None:
        """End all three at once."""
        self.child.kill()

    def close(self) -> None:
        """End all three, their ledgers whole in their files."""
        os.kill(self.child.pid, signal.SIGTERM)
        assert self.child.line() is None


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


def _press(page: str) -> None:
    where = urlsplit(page)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)
    try:
        connection.request("POST", where.path)
        assert connection.getresponse().status == 200, page
    finally:
        connection.close()


async def _live(folder: Path, seed_from: Path | None, say: int) -> None:
    """One process and one loop for all three, for a process costs more than what it does here."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    orders, money, mails = (
        Orders(folder / "dom.db"),
        Money(folder / "payments.db"),
        Mailbox(folder / "mail.db"),
    )
    if seed_from is not None:
        seed(orders, seed_from, _CONTEXT)
        orders.set_setting("secret", "whsec_" + "A" * 44)
    dom = DomSimulator(orders, _CONTEXT, host=_HOST, port=0, control_token="")
    bank = BankSimulator(money, host=_HOST, port=0, delays=Delays())
    mail_faults = MailFaults()
    smtp = SmtpPort(mails, mail_faults, host=_HOST, port=0)
    mail = Listener(MailHttp(mails, mail_faults, Outage(smtp)).app(), host=_HOST, port=0)
    async with listening(smtp, mail):
        rounds = [asyncio.create_task(dom.live(stop, 0)), asyncio.create_task(bank.live(stop))]
        while not (dom._control.port and bank._control.port):
            await asyncio.sleep(0.001)
            assert not any(task.done() for task in rounds)
        host, _, port = smtp.address.rpartition(":")
        ready = {
            "controls": {"dom": dom._control.url, "payments": bank._control.url, "mail": mail.url},
            "addresses": {
                "dom_url": dom._listener.url,
                "payments_url": bank._listener.url,
                "smtp_host": host,
                "smtp_port": int(port),
            },
        }
        os.write(say, f"{json.dumps(ready)}\n".encode())
        await asyncio.gather(*rounds)
    for book in (orders, money, mails):
        book.close()
