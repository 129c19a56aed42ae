"""The simulator as a process.

1. Open the ledger, seed it when it is empty, listen: the API on ``port``, the control on a port of its own.
2. Print ``{"ready": true, "url": API, "control": CONTROL}``.
3. Free what has expired, move orders along every ``fulfil_every`` seconds, deliver what is due.
4. On SIGTERM, SIGINT or the end of stdin: close everything.
"""

import asyncio
import base64
import secrets
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backoffice.external.dom.simulator.api import Api
from backoffice.external.dom.simulator.control import DomControl
from backoffice.external.dom.simulator.dom import Dom
from backoffice.external.dom.simulator.faults import FaultSchedule
from backoffice.external.dom.simulator.ledger import Ledger
from backoffice.external.dom.simulator.seed import seed
from backoffice.external.dom.wire import Context
from backoffice.external.serving import Listener, Outage, listening, say_ready, until_told, work_until
from backoffice.external.signing import check_secret
from backoffice.external.simulation.clock import SimulatedClock
from backoffice.external.simulation.refusals import refusal_of

_TICK = 0.05
_SECRET_BYTES = 32


def run(
    *,
    ledger: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    seed_from: Path | None = None,
    store_url: str = "",
    secret: str = "",
    control_token: str = "",
    fulfil_every: float = 0,
    store: str = "adventure",
    currency: str = "USD",
    locale: str = "en-US",
    until_stdin_closes: bool = False,
) -> None:
    """Run the DOM simulator until told to stop; ``ledger`` is made when it is not there.

    ``seed_from`` fills an empty ledger. ``store_url`` and ``secret`` ("" keeps what the ledger has) are where
    pushes go and what signs them; without any secret one is made and kept. ``fulfil_every`` 0 moves orders
    only when told to.

    Raises:
        InvalidInput: the secret can not sign.
    """
    context = Context(store=store, currency=currency, locale=locale, acting_user="dom", on_behalf_of="")
    if secret:
        check_secret(secret)

    async def program(stop: asyncio.Event) -> None:
        book = Ledger(ledger)
        try:
            if seed_from is not None:
                seed(book, seed_from, context)
            if secret or not book.setting("secret"):
                book.set_setting("secret", secret or _new_secret())
            simulator = Simulator(book, context, host=host, port=port, control_token=control_token)
            if store_url:
                simulator.dom.pushes.set_store(store_url)
            await simulator.live(stop, fulfil_every)
        finally:
            book.close()

    until_told(program, until_stdin_closes=until_stdin_closes)


class Simulator:
    """The parts of one DOM, put together."""

    def __init__(self, ledger: Ledger, context: Context, *, host: str, port: int, control_token: str) -> None:
        """Put them together; nothing listens yet."""
        clock = SimulatedClock()
        self.dom = Dom(ledger, FaultSchedule(), clock, context)
        self._api = Api(self.dom)
        app = Starlette(
            routes=self._api.routes(), exception_handlers={HTTPException: self._on_http_exception}
        )
        app.router.redirect_slashes = False
        self._listener = Listener(app, host=host, port=port)
        self._control = Listener(app)
        control = DomControl(
            self.dom,
            token=control_token,
            clock=clock,
            outage=Outage(self._listener),
            listening=lambda: self._listener.listening,
        )
        app.router.routes.extend(control.routes())

    async def live(self, stop: asyncio.Event, fulfil_every: float) -> None:
        """Listen and work until ``stop`` is set; a bug in the work ends the program, to be noticed."""
        try:
            async with listening(self._listener, self._control):
                say_ready(url=self._listener.url, control=self._control.url)
                rounds = [self._settle(), self._deliver()]
                if fulfil_every > 0:
                    rounds.append(self._fulfil(fulfil_every))
                await work_until(stop, *rounds)
        finally:
            await self.dom.pushes.close()

    async def _settle(self) -> None:
        while True:
            self.dom.settle()
            await asyncio.sleep(_TICK * 4)

    async def _deliver(self) -> None:
        while True:
            if not await self.dom.pushes.deliver_due():
                await asyncio.sleep(_TICK)

    async def _fulfil(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            self.dom.advance(goods_arrive=False)

    async def _on_http_exception(self, request: Request, error: Exception) -> Response:
        refusal = refusal_of(error)
        return JSONResponse(self._api.problem(request, refusal), refusal.status, refusal.headers)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
