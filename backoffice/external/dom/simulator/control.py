"""The strings behind the scene: faults, outage, the store's address, time, the warehouse, and the whole ledger.

Served on a port of its own (``control`` in the ready line), so that it answers during an outage, and on the
API's port too. With ``--control-token`` every call needs ``Authorization: Bearer TOKEN``.

| call | body | answer |
|---|---|---|
| GET, POST, DELETE /control/faults | POST: a `Fault`, ``{"kind": "drop_after", "operation": "transfer", "count": 2}`` | ``{"faults": [...]}`` still to come |
| POST /control/outage | ``{"on": true, "seconds": 5}``; without seconds until ``{"on": false}`` | ``{"on": true}`` |
| POST /control/store | ``{"url": "http://127.0.0.1:8080", "secret": "whsec_..."}``; secret may be left out, "" stops | ``{"url": ...}`` |
| POST /control/clock | ``{"advance_seconds": 3600}`` | ``{"now": ...}`` |
| POST /control/advance | ``{"steps": 1, "goods_arrive": true}`` or nothing | ``{"moved": [order numbers]}`` |
| POST /control/ship/{orderNumber} | | ``{"order_number", "status", "sequence"}`` |
| POST /control/cancel/{orderNumber} | | the same |
| POST /control/stock | ``{"sku": "HL-U509-R", "location": "ONLINE", "quantity": 3}``: what is available | ``{"sku", "location", "available", "on_hand"}`` |
| GET /control/status | | ``{"orders", "waiting_pushes", "store_url", "listening"}`` |
| GET /control/ledger | | ``{table: [row, ...]}``, the tables of ``ledger.py`` |
"""  # noqa: E501 - a table

import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.domain.errors import InvalidInput
from backoffice.external.dom.signing import check_secret
from backoffice.external.dom.simulator.dom import Dom
from backoffice.external.dom.simulator.faults import Fault
from backoffice.external.dom.simulator.refusals import INVALID, Refusal
from backoffice.external.dom.wire import Id, SkuText, first_fault
from backoffice.external.serving import Outage

M = TypeVar("M", bound=BaseModel)
_FORBIDDEN = 401


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OutageBody(_Body):
    """POST /control/outage; with ``seconds`` it ends by itself."""

    on: bool
    seconds: float | None = Field(default=None, gt=0, le=86_400)


class StoreBody(_Body):
    """POST /control/store; an empty ``url`` stops deliveries, no ``secret`` keeps the one there is."""

    url: str = Field(max_length=2000, pattern=r"^(https?://.+)?$")
    secret: str = Field(default="", max_length=200)


class ClockBody(_Body):
    """POST /control/clock: the simulator's time jumps ahead, so that reservations expire and goods come."""

    advance_seconds: float = Field(ge=0, le=366 * 86_400)


class AdvanceBody(_Body):
    """POST /control/advance; ``goods_arrive``: back-orders do not wait for their date."""

    steps: int = Field(default=1, ge=1, le=100)
    goods_arrive: bool = True


class StockBody(_Body):
    """POST /control/stock: what is available from now on."""

    sku: SkuText
    location: Id = "ONLINE"
    quantity: int = Field(ge=0, le=1_000_000_000)


class Control:
    """The routes of ``/control``."""

    def __init__(
        self,
        dom: Dom,
        *,
        token: str,
        advance_clock: Callable[[timedelta], None],
        outage: Outage,
        listening: Callable[[], bool],
    ) -> None:
        """Pull the strings of these."""
        self._dom, self._token = dom, token
        self._advance_clock, self._switch, self._listening = advance_clock, outage, listening

    def routes(self) -> list[Route]:
        """What can be pulled."""
        table: list[tuple[str, str, Callable[[Request], Awaitable[object]]]] = [
            ("GET", "faults", self._faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("POST", "outage", self._outage),
            ("POST", "store", self._store),
            ("POST", "clock", self._clock),
            ("POST", "advance", self._advance),
            ("POST", "ship/{order_number}", self._ship),
            ("POST", "cancel/{order_number}", self._cancel),
            ("POST", "stock", self._stock),
            ("GET", "status", self._status),
            ("GET", "ledger", self._ledger),
        ]
        return [
            Route(f"/control/{path}", self._endpoint(act), methods=[method]) for method, path, act in table
        ]

    def _endpoint(
        self, act: Callable[[Request], Awaitable[object]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if self._token and not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                return JSONResponse({"code": "not_allowed", "reason": "The token is wrong."}, _FORBIDDEN)
            try:
                return JSONResponse(await act(request))
            except Refusal as refusal:
                return JSONResponse({"code": refusal.code, "reason": refusal.reason}, refusal.status)

        return endpoint

    async def _faults(self, request: Request) -> object:
        return {"faults": [fault.model_dump() for fault in self._dom.faults.pending()]}

    async def _add_fault(self, request: Request) -> object:
        self._dom.faults.add(await _read(request, Fault))
        return await self._faults(request)

    async def _clear_faults(self, request: Request) -> object:
        self._dom.faults.clear()
        return await self._faults(request)

    async def _outage(self, request: Request) -> object:
        body = await _read(request, OutageBody)
        self._switch.switch(on=body.on, seconds=body.seconds)
        return {"on": body.on}

    async def _store(self, request: Request) -> object:
        body = await _read(request, StoreBody)
        if body.secret:
            try:
                check_secret(body.secret)
            except InvalidInput as error:
                raise Refusal(INVALID, error.code, error.sentence) from None
            self._dom.ledger.set_setting("secret", body.secret)
        self._dom.pushes.set_store(body.url)
        return {"url": body.url}

    async def _clock(self, request: Request) -> object:
        body = await _read(request, ClockBody)
        self._advance_clock(timedelta(seconds=body.advance_seconds))
        self._dom.settle()
        return {"now": self._dom.clock().isoformat()}

    async def _advance(self, request: Request) -> object:
        body = await _read(request, AdvanceBody)
        moved = [self._dom.advance(goods_arrive=body.goods_arrive) for _ in range(body.steps)]
        return {"moved": sorted({number for numbers in moved for number in numbers})}

    async def _ship(self, request: Request) -> object:
        return self._dom.ship(request.path_params["order_number"])

    async def _cancel(self, request: Request) -> object:
        return self._dom.cancel(request.path_params["order_number"])

    async def _stock(self, request: Request) -> object:
        body = await _read(request, StockBody)
        return self._dom.count_stock(body.sku, body.location, body.quantity)

    async def _status(self, request: Request) -> object:
        return {
            "orders": self._dom.ledger.number("SELECT count(*) FROM orders"),
            "waiting_pushes": self._dom.pushes.waiting(),
            "store_url": self._dom.ledger.setting("store_url"),
            "listening": self._listening(),
        }

    async def _ledger(self, request: Request) -> object:
        self._dom.settle()
        return self._dom.ledger.export()


async def _read(request: Request, model: type[M]) -> M:
    """Read a body; none at all is the defaults.

    Raises:
        Refusal: it is not such a body.
    """
    try:
        return model.model_validate_json(await request.body() or json.dumps({}).encode())
    except ValidationError as error:
        raise Refusal(INVALID, "invalid_request", first_fault(error)) from None
