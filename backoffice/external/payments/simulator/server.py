"""The simulator as a process.

1. Open the ledger, aim the webhooks, listen: the API on ``port`` (0: the port of last time, if free), the
   control on a port of its own.
2. Print ``{"ready": true, "url": API, "control": CONTROL}``.
3. Every tenth of a second: settle what is due, deliver what is due.
4. On SIGTERM, SIGINT or the end of stdin: close everything.
"""

import asyncio
import socket
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from backoffice.external.payments.simulator.api import Api, refusal_response
from backoffice.external.payments.simulator.bank import Bank
from backoffice.external.payments.simulator.control import PaymentControl
from backoffice.external.payments.simulator.demo_cards import Delays
from backoffice.external.payments.simulator.faults import FaultSchedule
from backoffice.external.payments.simulator.ledger import Ledger
from backoffice.external.payments.simulator.page import Page
from backoffice.external.payments.simulator.teller import Teller
from backoffice.external.payments.simulator.webhooks import Postman
from backoffice.external.serving import Listener, Outage, listening, say_ready, until_told, work_until
from backoffice.external.simulation.clock import SimulatedClock
from backoffice.external.simulation.refusals import Refusal, refusal_of

_TICK = 0.1


def run(
    *,
    ledger: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    webhook_url: str = "",
    webhook_secret: str = "",
    delays: Delays | None = None,
    until_stdin_closes: bool = False,
) -> None:
    """Run the payment simulator until told to stop; ``ledger`` is made when it is not there."""

    async def program(stop: asyncio.Event) -> None:
        book = Ledger(ledger)
        try:
            known = port or _port_of_last_time(book, host)
            simulator = Simulator(book, host=host, port=known, delays=delays or Delays())
            if webhook_url:
                simulator.postman.aim(webhook_url, webhook_secret)
            await simulator.live(stop)
        finally:
            book.close()

    until_told(program, until_stdin_closes=until_stdin_closes)


class Simulator:
    """The parts of one gateway, put together."""

    def __init__(self, ledger: Ledger, *, host: str, port: int, delays: Delays) -> None:
        """Put them together; nothing listens yet."""
        self._ledger, clock = ledger, SimulatedClock()
        bank = Bank(
            ledger=ledger,
            clock=clock,
            delays=delays,
            page_of=lambda link_id: f"{self._listener.url}/pay/{link_id}",
        )
        self._teller = Teller(bank)
        self.postman = Postman(bank)
        schedule = FaultSchedule()
        routes = [*Api(self._teller, schedule).routes(), *Page(self._teller).routes()]
        app = Starlette(
            routes=routes, exception_handlers={Refusal: _on_refusal, HTTPException: _on_http_exception}
        )
        self._listener = Listener(app, host=host, port=port)
        self._control = Listener(app)
        control = PaymentControl(
            self._teller, schedule, self.postman, clock=clock, outage=Outage(self._listener)
        )
        app.router.routes.extend(control.routes())

    async def live(self, stop: asyncio.Event) -> None:
        """Listen and work until ``stop`` is set; a bug in the work ends the program, to be noticed."""
        try:
            async with listening(self._listener, self._control):
                self._ledger.set_setting("port", str(self._listener.port))
                say_ready(url=self._listener.url, control=self._control.url)
                await work_until(stop, self._rounds())
        finally:
            await self.postman.close()

    async def _rounds(self) -> None:
        while True:
            self._teller.settle()
            await self.postman.deliver_due()
            await asyncio.sleep(_TICK)


def _port_of_last_time(ledger: Ledger, host: str) -> int:
    """The port it had before, when free: links and whoever calls survive a restart. Else 0."""
    port = int(ledger.setting("port") or 0)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return 0
    return port


async def _on_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this class alone
    return refusal_response(error)


async def _on_http_exception(_: Request, error: Exception) -> Response:
    return refusal_response(refusal_of(error))
