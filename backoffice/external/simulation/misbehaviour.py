"""Answers that are no answers: nothing, half of one, nonsense, too much, too slow.

| kind | what the caller gets |
|---|---|
| drop_before, drop_after | the connection closes without an answer |
| silent_before, silent_after, late | nothing, until it gives up |
| cut_body | half of the answer, then the connection closes |
| slow_drip | the answer with a byte every ``seconds`` |
| huge_body | the answer and ten megabytes |
| not_json | a page of HTML |
| turned_away | a page of HTML with a 4xx of a machine in between (``status``, else 403) |
| wrong_types | every value of another type |
| any other | the answer as it was given |
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backoffice.external.serving import cut_connection
from backoffice.external.simulation.faults import CallFault

_HUGE = 10 * 1024 * 1024
_FORBIDDEN, _SERVER_ERROR = 403, 500


class Misbehaving(Response):
    """The answer ``body`` with ``status``, spoilt as ``fault`` says; with its Retry-After, where it has one."""

    def __init__(
        self, fault: CallFault, body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None
    ) -> None:
        """Prepare the whole answer; `__call__` spoils it on the wire."""
        self._fault = fault
        content, media_type = json.dumps(dict(body)).encode(), "application/json"
        match fault.kind:
            case "wrong_types":
                content = json.dumps({name: _of_another_type(value) for name, value in body.items()}).encode()
            case "not_json":
                content, media_type = b"<html><body><h1>It works!</h1></body></html>", "text/html"
            case "turned_away":
                content, media_type = b"<html><body><h1>Forbidden</h1></body></html>", "text/html"
                status = fault.status if fault.status < _SERVER_ERROR else _FORBIDDEN
            case "huge_body":
                content = json.dumps({**body, "padding": "x" * _HUGE}).encode()
            case _:
                pass
        super().__init__(content, status_code=status, headers=headers, media_type=media_type)
        if fault.retry_after is not None:
            self.headers["retry-after"] = fault.retry_after

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


def _of_another_type(value: object) -> object:
    return [value] if isinstance(value, str | int | None) else str(value)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
