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

from collections.abc import Callable

from pydantic import Field
from starlette.requests import Request
from starlette.routing import Route

from backoffice.domain.errors import InvalidInput
from backoffice.external.dom.simulator.dom import Dom
from backoffice.external.dom.wire import Id, SkuText
from backoffice.external.serving import Outage
from backoffice.external.signing import check_secret
from backoffice.external.simulation.clock import SimulatedClock
from backoffice.external.simulation.control import AddressBody, Control, ControlBody, pass_time, read_control
from backoffice.external.simulation.refusals import UNPROCESSABLE, Refusal


class AdvanceBody(ControlBody):
    """POST /control/advance; ``goods_arrive``: back-orders do not wait for their date."""

    steps: int = Field(default=1, ge=1, le=100)
    goods_arrive: bool = True


class StockBody(ControlBody):
    """POST /control/stock: what is available from now on."""

    sku: SkuText
    location: Id = "ONLINE"
    quantity: int = Field(ge=0, le=1_000_000_000)


class DomControl:
    """The routes of ``/control``."""

    def __init__(
        self, dom: Dom, *, token: str, clock: SimulatedClock, outage: Outage, listening: Callable[[], bool]
    ) -> None:
        """Pull the strings of these."""
        self._dom, self._clock, self._listening = dom, clock, listening
        self._control = Control(dom.faults, outage, token=token)

    def routes(self) -> list[Route]:
        """What can be pulled."""
        return self._control.routes(
            ("POST", "store", self._store),
            ("POST", "clock", pass_time(self._clock, self._dom.settle)),
            ("POST", "advance", self._advance),
            ("POST", "ship/{order_number}", self._ship),
            ("POST", "cancel/{order_number}", self._cancel),
            ("POST", "stock", self._stock),
            ("GET", "status", self._status),
            ("GET", "ledger", self._ledger),
        )

    async def _store(self, request: Request) -> object:
        body = await read_control(request, AddressBody)
        if body.secret:
            try:
                check_secret(body.secret)
            except InvalidInput as error:
                raise Refusal(UNPROCESSABLE, error.code, error.sentence) from None
            self._dom.ledger.set_setting("secret", body.secret)
        self._dom.pushes.set_store(body.url)
        return {"url": body.url}

    async def _advance(self, request: Request) -> object:
        body = await read_control(request, AdvanceBody)
        moved = [self._dom.advance(goods_arrive=body.goods_arrive) for _ in range(body.steps)]
        return {"moved": sorted({number for numbers in moved for number in numbers})}

    async def _ship(self, request: Request) -> object:
        return self._dom.ship(request.path_params["order_number"])

    async def _cancel(self, request: Request) -> object:
        return self._dom.cancel(request.path_params["order_number"])

    async def _stock(self, request: Request) -> object:
        body = await read_control(request, StockBody)
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
