"""Answers that are no answers: nothing, half of one, nonsense, too much, too slow."""

import asyncio
import json

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backoffice.external.dom.simulator.faults import Fault
from backoffice.external.serving import cut_connection

_HUGE = 10 * 1024 * 1024


class Misbehaving(Response):
    """The answer ``body`` with ``status``, spoilt on the wire as ``fault`` says."""

    def __init__(self, fault: Fault, body: dict[str, object], status: int) -> None:
        """Prepare the whole answer; `__call__` spoils it."""
        self._fault = fault
        content, media_type = json.dumps(body).encode(), "application/json"
        match fault.kind:
            case "wrong_types":
                content = json.dumps({name: _of_another_type(value) for name, value in body.items()}).encode()
            case "wrong_echo":
                content = json.dumps(_about_something_else(body)).encode()
            case "not_json":
                content, media_type = b"<html><body><h1>It works!</h1></body></html>", "text/html"
            case "huge_body":
                content = json.dumps(body | {"padding": "x" * _HUGE}).encode()
            case _:
                pass
        super().__init__(content, status_code=status, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the fault leaves of the answer."""
        match self._fault.kind:
            case "drop_before" | "drop_after":
                cut_connection(scope)
                await _until_gone(receive)
            case "silent_before" | "silent_after":
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


def _of_another_type(value: object) -> object:
    return [value] if isinstance(value, str | int | None) else str(value)


def _about_something_else(body: dict[str, object]) -> dict[str, object]:
    order = body.get("order")
    other: dict[str, object] = {name: "OTHER1" for name in ("orderNumber", "reservationId") if name in body}
    if isinstance(order, dict):
        other["order"] = order | {"orderNumber": "OTHER1", "externalOrderId": "OTHER2"}
    return body | (other or {"answers": "OTHER1"})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
