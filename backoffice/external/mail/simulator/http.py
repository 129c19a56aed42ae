"""The HTTP side of the mail simulator.

GET /messages?to=ADDRESS&limit=100   ``{"count": all, "messages": [{"id", "message_id", "sender", "recipient",
                                     "subject", "language", "body", "received_at"}]}``, newest first
GET /messages/{id}/raw               the bytes as they came
POST /control/faults                 ``{"kind": "later", "count": 2}``, see ``faults.py``; GET, DELETE too
POST /control/outage                 ``{"on": true, "seconds": 30}``: nobody can connect
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.external.mail.simulator.faults import Faults
from backoffice.external.mail.simulator.mailbox import Mailbox
from backoffice.external.serving import Outage
from backoffice.external.simulation.control import Control

_MOST_LISTED = 1000
_NOT_FOUND = 404


class MailHttp:
    """Look and meddle."""

    def __init__(self, mailbox: Mailbox, faults: Faults, outage: Outage) -> None:
        """Show ``mailbox``; switch the others."""
        self._mailbox, self._control = mailbox, Control(faults, outage)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/messages", self.list_messages, methods=["GET"]),
                Route("/messages/{id:int}/raw", self.raw, methods=["GET"]),
                *self._control.routes(),
            ]
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
