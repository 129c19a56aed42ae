"""The strings behind the scene: faults, outage, webhook, clock, and the whole ledger for the `check` program.

Served on a port of its own (``control`` in the ready line), so that it answers during an outage, and on the
API's port too.
"""

from collections.abc import Callable
from datetime import timedelta

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.external.payments.messages import Message
from backoffice.external.payments.simulator.api import read_json
from backoffice.external.payments.simulator.export import export
from backoffice.external.payments.simulator.faults import Fault, FaultSchedule
from backoffice.external.payments.simulator.rules import Problem
from backoffice.external.payments.simulator.teller import Teller
from backoffice.external.payments.simulator.webhooks import Postman
from backoffice.external.serving import Outage

_INVALID = 422


class OutageBody(Message):
    """POST /control/outage; with ``seconds`` it ends by itself."""

    on: bool
    seconds: float | None = Field(default=None, gt=0, le=86_400)


class WebhookBody(Message):
    """POST /control/webhook; an empty ``url`` stops deliveries."""

    url: str = Field(max_length=2000, pattern=r"^(https?://.+)?$")
    secret: str = Field(default="", max_length=200)


class ClockBody(Message):
    """POST /control/clock: the simulator's time jumps ahead, so that authorisations and links expire."""

    advance_seconds: float = Field(ge=0, le=366 * 86_400)


class Control:
    """The routes of ``/control``."""

    def __init__(
        self,
        teller: Teller,
        schedule: FaultSchedule,
        postman: Postman,
        *,
        advance: Callable[[timedelta], None],
        outage: Outage,
    ) -> None:
        """Pull the strings of these."""
        self._teller, self._schedule, self._postman = teller, schedule, postman
        self._advance, self._outage = advance, outage

    def routes(self) -> list[Route]:
        """What can be pulled."""
        return [
            Route("/control/faults", self.list_faults, methods=["GET"]),
            Route("/control/faults", self.add_fault, methods=["POST"]),
            Route("/control/faults", self.clear_faults, methods=["DELETE"]),
            Route("/control/outage", self.outage, methods=["POST"]),
            Route("/control/webhook", self.webhook, methods=["POST"]),
            Route("/control/clock", self.clock, methods=["POST"]),
            Route("/control/ledger", self.ledger, methods=["GET"]),
        ]

    async def list_faults(self, request: Request) -> Response:
        """What is still to come."""
        return JSONResponse({"faults": [fault.model_dump() for fault in self._schedule.pending()]})

    async def add_fault(self, request: Request) -> Response:
        """Add one fault to the schedule."""
        self._schedule.add(await read_json(request, Fault))
        return await self.list_faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """Be healthy again."""
        self._schedule.clear()
        return await self.list_faults(request)

    async def outage(self, request: Request) -> Response:
        """Close or open the API's port."""
        body = await read_json(request, OutageBody)
        self._outage.switch(on=body.on, seconds=body.seconds)
        return JSONResponse({"on": body.on})

    async def webhook(self, request: Request) -> Response:
        """Aim the webhooks."""
        body = await read_json(request, WebhookBody)
        try:
            self._postman.aim(body.url, body.secret)
        except (ValueError, RuntimeError) as error:
            raise Problem(_INVALID, "invalid", f"The secret is of no use: {error}.") from None
        return JSONResponse({"url": body.url})

    async def clock(self, request: Request) -> Response:
        """Let time pass."""
        body = await read_json(request, ClockBody)
        self._advance(timedelta(seconds=body.advance_seconds))
        self._teller.settle()
        return JSONResponse({"now": self._teller.bank.clock().isoformat()})

    async def ledger(self, request: Request) -> Response:
        """Everything the gateway knows."""
        self._teller.settle()
        return JSONResponse(export(self._teller.bank))
