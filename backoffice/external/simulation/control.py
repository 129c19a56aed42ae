"""The strings behind every simulator: faults, outage, time. Each simulator adds its own.

| call | body | answer |
|---|---|---|
| GET, POST, DELETE /control/faults | POST: a fault of its ``faults.py`` | ``{"faults": [...]}`` still to come |
| POST /control/outage | ``{"on": true, "seconds": 5}``; without seconds until ``{"on": false}`` | ``{"on": true}`` |

A body that is not understood is answered 422 with ``{"code": "invalid", "reason": sentence}``. With a token
every call needs ``Authorization: Bearer TOKEN``.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.external.serving import Outage
from backoffice.external.simulation.clock import SimulatedClock
from backoffice.external.simulation.faults import Schedule, ScheduledFault
from backoffice.external.simulation.refusals import UNPROCESSABLE, Refusal

F = TypeVar("F", bound=ScheduledFault)
M = TypeVar("M", bound=BaseModel)
Act = Callable[[Request], Awaitable[object]]
_NOT_ALLOWED = 401


class ControlBody(BaseModel):
    """Strict, frozen, and nothing unknown."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OutageBody(ControlBody):
    """POST /control/outage; with ``seconds`` it ends by itself."""

    on: bool
    seconds: float | None = Field(default=None, gt=0, le=86_400)


class ClockBody(ControlBody):
    """POST /control/clock: the simulator's time jumps ahead, so that what has a term expires."""

    advance_seconds: float = Field(ge=0, le=366 * 86_400)


class AddressBody(ControlBody):
    """Where the store listens and what signs what is sent there; an empty ``url`` stops deliveries."""

    url: str = Field(max_length=2000, pattern=r"^(https?://.+)?$")
    secret: str = Field(default="", max_length=200)


class Control(Generic[F]):
    """The routes of ``/control``."""

    def __init__(self, faults: Schedule[F], outage: Outage, *, token: str = "") -> None:
        """Pull the strings of these."""
        self._schedule, self._switch, self._token = faults, outage, token

    def routes(self, *own: tuple[str, str, Act]) -> list[Route]:
        """What can be pulled: what all have, and a simulator's ``own`` (method, path, act)."""
        table: list[tuple[str, str, Act]] = [
            ("GET", "faults", self._faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("POST", "outage", self._outage),
            *own,
        ]
        return [
            Route(f"/control/{path}", self._endpoint(act), methods=[method]) for method, path, act in table
        ]

    def _endpoint(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if self._token and not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                return JSONResponse({"code": "not_allowed", "reason": "The token is wrong."}, _NOT_ALLOWED)
            try:
                return JSONResponse(await act(request))
            except Refusal as refusal:
                return JSONResponse({"code": refusal.code, "reason": refusal.reason}, refusal.status)

        return endpoint

    async def _faults(self, request: Request) -> object:
        return {"faults": [fault.model_dump() for fault in self._schedule.pending()]}

    async def _add_fault(self, request: Request) -> object:
        self._schedule.add(await read_control(request, self._schedule.fault_type))
        return await self._faults(request)

    async def _clear_faults(self, request: Request) -> object:
        self._schedule.clear()
        return await self._faults(request)

    async def _outage(self, request: Request) -> object:
        body = await read_control(request, OutageBody)
        self._switch.switch(on=body.on, seconds=body.seconds)
        return {"on": body.on}


def pass_time(clock: SimulatedClock, settle: Callable[[], None]) -> Act:
    """POST /control/clock, ``{"advance_seconds": 3600}``: jump ahead, then do what has become due."""

    async def act(request: Request) -> object:
        body = await read_control(request, ClockBody)
        clock.advance(timedelta(seconds=body.advance_seconds))
        settle()
        now: datetime = clock()
        return {"now": now.isoformat()}

    return act


async def read_control(request: Request, model: type[M]) -> M:
    """Read a body; none at all is the defaults.

    Raises:
        Refusal: it is not such a body.
    """
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Refusal(UNPROCESSABLE, "invalid", f"{place}: {first['msg']}.") from None
