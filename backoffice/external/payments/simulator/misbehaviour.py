"""Answers that are no answers: nothing, half of one, nonsense, too much, too slow."""

import asyncio
import json

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backoffice.external.payments.simulator.bank import Reply
from backoffice.external.payments.simulator.faults import Fault
from backoffice.external.serving import cut_connection

_HUGE = 10 * 1024 * 1024
_NONSENSE: dict[str, object] = {
    "id": 7,
    "reference": None,
    "authorised": "1,079.72",
    "captured": True,
    "error": "yes",
    "payments": {},
}


class Misbehaving(Response):
    """The answer ``reply``, spoilt as ``fault`` says."""

    def __init__(self, fault: Fault, reply: Reply) -> None:
        """Prepare the whole answer; `__call__` spoils it on the wire."""
        self._fault = fault
        body: object = _NONSENSE if fault.kind == "wrong_types" else reply.body
        content = json.dumps(body).encode()
        kind = "application/json"
        if fault.kind == "not_json":
            content, kind = b"<html><body><h1>It works!</h1></body></html>", "text/html"
        if fault.kind == "huge_body":
            content = json.dumps({"padding": "x" * _HUGE}).encode()
        super().__init__(content, status_code=reply.status, media_type=kind)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the fault leaves of the answer."""
        match self._fault.kind:
            case "drop_before" | "drop_after":
                cut_connection(scope)
                await _until_gone(receive)
            case "silent_before" | "silent_after" | "late":
                await _until_gone(receive)
            case "cut_body":
                await self._start(send)
                await self._part(send, bytes(self.body[: len(self.body) // 2]))
                cut_connection(scope)
                await _until_gone(receive)
            case "slow_drip":
                await self._start(send)
                for byte in bytes(self.body):
                    await self._part(send, bytes([byte]))
                    await asyncio.sleep(self._fault.seconds)
                await send({"type": "http.response.body", "body": b""})
            case _:
                await super().__call__(scope, receive, send)

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _part(self, send: Send, part: bytes) -> None:
        await send({"type": "http.response.body", "body": part, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
