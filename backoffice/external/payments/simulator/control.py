"""The strings behind the scene: faults, outage, webhook, clock, and the whole ledger for the `check` program.

Served on a port of its own (``control`` in the ready line), so that it answers during an outage, and on the
API's port too. Faults and outage are as in ``simulation/control.py``.

| call | body | answer |
|---|---|---|
| POST /control/webhook | ``{"url": ..., "secret": "whsec_..."}``; "" stops | ``{"url": ...}`` |
| POST /control/clock | ``{"advance_seconds": 3600}`` | ``{"now": ...}`` |
| GET /control/ledger | | see ``export.py`` |
"""

from starlette.requests import Request
from starlette.routing import Route

from backoffice.external.payments.simulator.export import export
from backoffice.external.payments.simulator.faults import FaultSchedule
from backoffice.external.payments.simulator.teller import Teller
from backoffice.external.payments.simulator.webhooks import Postman
from backoffice.external.serving import Outage
from backoffice.external.simulation.clock import SimulatedClock
from backoffice.external.simulation.control import AddressBody, Control, pass_time, read_control
from backoffice.external.simulation.refusals import UNPROCESSABLE, Refusal


class PaymentControl:
    """The routes of ``/control``."""

    def __init__(
        self,
        teller: Teller,
        schedule: FaultSchedule,
        postman: Postman,
        *,
        clock: SimulatedClock,
        outage: Outage,
    ) -> None:
        """Pull the strings of these."""
        self._teller, self._postman, self._clock = teller, postman, clock
        self._control = Control(schedule, outage)

    def routes(self) -> list[Route]:
        """What can be pulled."""
        return self._control.routes(
            ("POST", "webhook", self._webhook),
            ("POST", "clock", pass_time(self._clock, self._teller.settle)),
            ("GET", "ledger", self._ledger),
        )

    async def _webhook(self, request: Request) -> object:
        body = await read_control(request, AddressBody)
        try:
            self._postman.aim(body.url, body.secret)
        except (ValueError, RuntimeError) as error:
            raise Refusal(UNPROCESSABLE, "invalid", f"The secret is of no use: {error}.") from None
        return {"url": body.url}

    async def _ledger(self, request: Request) -> object:
        self._teller.settle()
        return export(self._teller.bank)
