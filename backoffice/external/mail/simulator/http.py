"""The HTTP side of the mail simulator.

GET /messages?to=ADDRESS&limit=100   ``{"count": all, "messages": [{"id", "message_id", "sender", "recipient",
                                     "subject", "language", "body", "received_at"}]}``, newest first
GET /messages/{id}/raw               the bytes as they came
POST /control/faults                 ``{"kind": "later", "count": 2}``, see ``faults.py``; GET, DELETE too
POST /control/outage                 ``{"on": true, "seconds": 30}``: nobody can connect
"""

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.external.mail.simulator.faults import Fault, Faults
from backoffice.external.mail.simulator.mailbox import Mailbox
from backoffice.external.serving import Outage

_MOST_LISTED = 1000
_NOT_FOUND, _INVALID = 404, 422


class OutageBody(BaseModel):
    """POST /control/outage."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    on: bool
    seconds: float | None = Field(default=None, gt=0, le=86_400)


class MailHttp:
    """Look and meddle."""

    def __init__(self, mailbox: Mailbox, faults: Faults, outage: Outage) -> None:
        """Show ``mailbox``; switch the others."""
        self._mailbox, self._faults, self._outage = mailbox, faults, outage

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/messages", self.list_messages, methods=["GET"]),
                Route("/messages/{id:int}/raw", self.raw, methods=["GET"]),
                Route("/control/faults", self.list_faults, methods=["GET"]),
                Route("/control/faults", self.add_fault, methods=["POST"]),
                Route("/control/faults", self.clear_faults, methods=["DELETE"]),
                Route("/control/outage", self.outage, methods=["POST"]),
            ],
            exception_handlers={ValidationError: _on_invalid},
        )

    async def list_messages(self, request: Request) -> Response:
        """What was received, newest first."""
        wish = request.query_params.get("limit", "100")
        limit = min(int(wish), _MOST_LISTED) if wish.isascii() and wish.isdigit() else 100
        found = self._mailbox.newest(recipient=request.query_params.get("to", ""), limit=limit)
        return JSONResponse({"count": self._mailbox.count(), "messages": found})

    async def raw(self, request: Request) -> Response:
        """One message as it came."""
        found = self._mailbox.raw(request.path_params["id"])
        if found is None:
            return JSONResponse({"error": "no such message"}, status_code=_NOT_FOUND)
        return Response(found, media_type="message/rfc822")

    async def list_faults(self, request: Request) -> Response:
        """What is still to come."""
        return JSONResponse({"faults": [fault.model_dump() for fault in self._faults.pending()]})

    async def add_fault(self, request: Request) -> Response:
        """Add one."""
        self._faults.add(Fault.model_validate_json(await request.body()))
        return await self.list_faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """Be healthy again."""
        self._faults.clear()
        return await self.list_faults(request)

    async def outage(self, request: Request) -> Response:
        """Close or open the SMTP port."""
        body = OutageBody.model_validate_json(await request.body())
        self._outage.switch(on=body.on, seconds=body.seconds)
        return JSONResponse({"on": body.on})


async def _on_invalid(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=_INVALID)
