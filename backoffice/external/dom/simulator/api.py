"""The routes of ``dom.yaml``.

1. Read the business context of the request; without one it is refused.
2. Take the fault this call has to suffer, if any; one that strikes before the effect answers now.
3. Read body and query strictly, do it, and answer with the BODID that was asked; or refuse with a reason.
4. A fault that strikes after the effect spoils the answer.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Annotated, TypeVar
from urllib.parse import unquote

from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.domain.ids import new_id
from backoffice.external.dom import messages as wire
from backoffice.external.dom.simulator.dom import Dom, Values
from backoffice.external.dom.simulator.faults import BEFORE, Fault
from backoffice.external.dom.simulator.history import read_filter
from backoffice.external.dom.wire import (
    Context,
    CurrencyCode,
    Id,
    Moment,
    Problem,
    Reply,
    SkuText,
    Wire,
    first_fault,
)
from backoffice.external.signing import MAX_BODY_BYTES
from backoffice.external.simulation.misbehaviour import Misbehaving
from backoffice.external.simulation.refusals import INVALID, TOO_MANY, UNAVAILABLE, UNPROCESSABLE, Refusal
from backoffice.external.simulation.requests import read_json_body

M = TypeVar("M", bound=Wire)
Act = Callable[[Request, Context, Fault | None], Awaitable[tuple[type[Reply], Values]]]
_HEADER_TEXT = re.compile(r"([A-Za-z0-9._~-]|%[0-9A-F]{2}){1,600}", re.ASCII)
_LONGEST_TEXT = 200
_OK = 200
_FOUND = 302


class _Head(Wire):
    bod_id: Id
    created_at: Moment
    currency: CurrencyCode


class _Places(Wire):
    sku: Annotated[tuple[Annotated[SkuText, Field()], ...], Field(min_length=1, max_length=500)]
    location: Annotated[tuple[Id, ...], Field(max_length=100)]


_ID: TypeAdapter[str] = TypeAdapter(Id)


class Api:
    """What the store may ask."""

    def __init__(self, dom: Dom) -> None:
        """Answer for this DOM."""
        self._dom = dom

    def routes(self) -> list[Route]:
        """Every path and method of the document."""
        return [
            self._route("/availability", GET=("availability", self._availability)),
            self._route(
                "/reservations/{reservation_id}",
                GET=("show_reservation", self._show_reservation),
                PUT=("reserve", self._reserve),
                DELETE=("release", self._release),
            ),
            self._route("/orders", POST=("transfer", self._transfer), GET=("history", self._history)),
            self._route("/orders/{order_number}", GET=("details", self._details)),
        ]

    def _route(self, path: str, **operations: tuple[str, Act]) -> Route:
        """One route for all methods of a path, so that a wrong method is told all the right ones."""
        endpoints = {method: self._endpoint(name, act) for method, (name, act) in operations.items()}

        async def by_method(request: Request) -> Response:
            return await endpoints["GET" if request.method == "HEAD" else request.method](request)

        return Route(path, by_method, methods=list(endpoints))

    def _endpoint(self, operation: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            by_number = operation == "details" and request.query_params.get("by") == "orderNumber"
            fault = self._dom.faults.take("find" if by_number else operation)
            if fault and fault.kind == "latency":
                with suppress(ClientDisconnect):
                    await request.body()  # so that it is done even if nobody waits for the answer any more
                await asyncio.sleep(fault.seconds)
            if fault and fault.kind in BEFORE:
                return self._before(request, fault)
            status, body = await self._answer(request, act, fault)
            return self._spoil(request, fault, status, body) if fault else JSONResponse(body, status)

        return endpoint

    async def _answer(self, request: Request, act: Act, fault: Fault | None) -> tuple[int, Values]:
        try:
            bod_id, context = _read_head(request.headers)
            reply, values = await act(request, context, fault)
        except Refusal as refusal:
            return refusal.status, self.problem(request, refusal)
        except ValidationError as error:
            return INVALID, self.problem(request, Refusal(INVALID, "invalid_request", first_fault(error)))
        except ClientDisconnect:
            return INVALID, self.problem(request, Refusal(INVALID, "cut", "The request was not whole."))
        message = reply.model_validate(
            values | {"bod_id": new_id(), "created_at": self._dom.clock(), "answers": bod_id}
        )
        return _OK, message.to_values()

    def problem(self, request: Request, refusal: Refusal) -> Values:
        """Write a refusal of this request."""
        bod_id = request.headers.get("bod-id", "")
        return Problem(
            bod_id=new_id(),
            created_at=self._dom.clock(),
            answers=bod_id if _is_id(bod_id) else None,
            code=refusal.code,
            reason=refusal.reason[:1000],
        ).to_values()

    def _before(self, request: Request, fault: Fault) -> Response:
        status, code = {
            "refuse": (UNPROCESSABLE, fault.code),
            "too_many": (TOO_MANY, "too_many_requests"),
            "unavailable": (UNAVAILABLE, "unavailable"),
            "redirect": (_FOUND, "moved"),
        }.get(fault.kind, (fault.status, "failed"))
        body = self.problem(request, Refusal(status, code, fault.reason))
        headers = {"location": "/elsewhere"} if fault.kind == "redirect" else None
        return Misbehaving(fault, body, status, headers)

    def _spoil(self, request: Request, fault: Fault, status: int, body: Values) -> Response:
        if fault.kind == "error_after":
            failure = Refusal(fault.status, "failed", "Something broke at the DOM.")
            return JSONResponse(self.problem(request, failure), fault.status)
        wrong = fault.kind == "wrong_echo"
        return Misbehaving(fault, _about_something_else(body) if wrong else body, status)

    async def _availability(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        query = request.query_params
        asked = _Places.model_validate(
            {"sku": tuple(query.getlist("sku")), "location": tuple(query.getlist("location"))}
        )
        skus, locations = list(dict.fromkeys(asked.sku)), list(dict.fromkeys(asked.location))
        return wire.ShowInventoryAvailability, self._dom.availability(skus, locations)

    async def _reserve(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        message, _ = await _read_body(request, wire.ReserveInventory)
        reservation_id = _ID.validate_python(request.path_params["reservation_id"])
        return wire.AcknowledgeReservation, self._dom.reserve(reservation_id, message, fault)

    async def _show_reservation(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        reservation_id = _ID.validate_python(request.path_params["reservation_id"])
        return wire.ShowReservation, self._dom.show_reservation(reservation_id)

    async def _release(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        reservation_id = _ID.validate_python(request.path_params["reservation_id"])
        return wire.AcknowledgeRelease, self._dom.release(reservation_id)

    async def _transfer(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        key = request.headers.get("idempotency-key", "")
        if not _is_id(key):
            raise Refusal(INVALID, "missing_key", "A transfer needs an Idempotency-Key.")
        message, body_hash = await _read_body(request, wire.SentOrder)
        acknowledged = self._dom.transfer(message, key=key, body_hash=body_hash, context=context)
        return wire.AcknowledgeOrder, acknowledged

    async def _history(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        return wire.ShowOrders, self._dom.history(read_filter(dict(request.query_params)))

    async def _details(
        self, request: Request, context: Context, fault: Fault | None
    ) -> tuple[type[Reply], Values]:
        by = request.query_params.get("by", "any")
        if by not in {"any", "orderNumber"}:
            raise Refusal(INVALID, "invalid_request", "by is any or orderNumber.")
        number = _ID.validate_python(request.path_params["order_number"])
        return wire.ShowOrder, self._dom.order(number, own_numbers=by == "any")


def _read_head(headers: Mapping[str, str]) -> tuple[str, Context]:
    head = _Head.model_validate(
        {
            "bod_id": headers.get("bod-id"),
            "created_at": headers.get("bod-created-at"),
            "currency": headers.get("bod-currency"),
        }
    )
    context = Context(
        store=_header_text(headers, "bod-store"),
        currency=head.currency,
        locale=_header_text(headers, "bod-locale"),
        acting_user=_header_text(headers, "bod-acting-user"),
        on_behalf_of=_header_text(headers, "bod-on-behalf-of") if "bod-on-behalf-of" in headers else "",
    )
    return head.bod_id, context


def _header_text(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not _HEADER_TEXT.fullmatch(value):
        raise Refusal(INVALID, "invalid_request", f"The header {name} is missing or can not be read.")
    plain = unquote(value)[:_LONGEST_TEXT]
    return "".join(letter if letter.isprintable() else " " for letter in plain)


async def _read_body(request: Request, model: type[M]) -> tuple[M, str]:
    """Read a message, and the hash of what it says whatever its spelling."""
    body = await read_json_body(request, most_bytes=MAX_BODY_BYTES)
    message = model.model_validate_json(body, by_name=False, by_alias=True)
    canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return message, hashlib.sha256(canonical).hexdigest()


def _about_something_else(body: Values) -> Values:
    order = body.get("order")
    other: Values = {name: "OTHER1" for name in ("orderNumber", "reservationId") if name in body}
    if isinstance(order, dict):
        other["order"] = order | {"orderNumber": "OTHER1", "externalOrderId": "OTHER2"}
    return body | (other or {"answers": "OTHER1"})


def _is_id(value: str) -> bool:
    try:
        _ID.validate_python(value)
    except ValidationError:
        return False
    return True
