"""The gateway's API over HTTP, as in ``resources/openapi/payments.yaml``.

1. Read the request strictly; what holds a card number anywhere is refused.
2. Ask the schedule, then the card, which fault this call has to suffer.
3. Act, once per key; answer, or spoil the answer.
"""

import asyncio
from dataclasses import replace
from typing import TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.external.payments.card_guard import SENTENCE, looks_like_card
from backoffice.external.payments.messages import (
    AmountBody,
    AuthoriseBody,
    EmptyBody,
    LinkBody,
    Message,
    Name,
)
from backoffice.external.payments.simulator import acts, rules
from backoffice.external.payments.simulator.acts import Command
from backoffice.external.payments.simulator.bank import Reply, refusal_reply
from backoffice.external.payments.simulator.demo_cards import behaviour_of
from backoffice.external.payments.simulator.faults import AfterKind, BeforeKind, Fault, FaultSchedule
from backoffice.external.payments.simulator.links import link_wire
from backoffice.external.payments.simulator.teller import Teller
from backoffice.external.simulation.misbehaviour import Misbehaving
from backoffice.external.simulation.refusals import INVALID, TOO_MANY, UNAVAILABLE, UNPROCESSABLE, Refusal
from backoffice.external.simulation.requests import read_json_body

M = TypeVar("M", bound=BaseModel)
_MAX_BODY = 64 * 1024
_MAX_KEY = 255
_BEFORE, _AFTER = frozenset(get_args(BeforeKind)), frozenset(get_args(AfterKind))
_NAME: TypeAdapter[str] = TypeAdapter(Name)


class Api:
    """The routes of one gateway."""

    def __init__(self, teller: Teller, schedule: FaultSchedule) -> None:
        """Answer for ``teller``, suffering ``schedule``."""
        self._teller, self._schedule = teller, schedule

    def routes(self) -> list[Route]:
        """What can be asked."""
        return [
            Route("/customers/{reference:path}/cards", self.list_cards, methods=["GET"]),
            Route("/payments", self.find, methods=["GET"]),
            Route("/payments", self.authorise, methods=["POST"]),
            Route("/payments/{id}/captures", self.capture, methods=["POST"]),
            Route("/payments/{id}/void", self.void, methods=["POST"]),
            Route("/payments/{id}/refunds", self.refund, methods=["POST"]),
            Route("/links", self.create_link, methods=["POST"]),
            Route("/links/{id}", self.get_link, methods=["GET"]),
            Route("/links/{id}/cancel", self.cancel_link, methods=["POST"]),
        ]

    async def list_cards(self, request: Request) -> Response:
        """GET /customers/{reference}/cards."""
        _name(request.path_params["reference"])
        return await self._look("list_cards", acts.list_cards())

    async def find(self, request: Request) -> Response:
        """GET /payments?reference=..."""
        reference = _name(request.query_params.get("reference", ""))
        return await self._look("find", self._teller.find(reference))

    async def get_link(self, request: Request) -> Response:
        """GET /links/{id}."""
        link = self._teller.link(_name(request.path_params["id"]))
        return await self._look("find", Reply(status=rules.OK, body=link_wire(self._teller.bank, link)))

    async def authorise(self, request: Request) -> Response:
        """POST /payments."""
        return await self._act("authorise", request, AuthoriseBody)

    async def capture(self, request: Request) -> Response:
        """POST /payments/{id}/captures."""
        return await self._act("capture", request, AmountBody)

    async def void(self, request: Request) -> Response:
        """POST /payments/{id}/void."""
        return await self._act("void", request, EmptyBody)

    async def refund(self, request: Request) -> Response:
        """POST /payments/{id}/refunds."""
        return await self._act("refund", request, AmountBody)

    async def create_link(self, request: Request) -> Response:
        """POST /links."""
        return await self._act("create_link", request, LinkBody)

    async def cancel_link(self, request: Request) -> Response:
        """POST /links/{id}/cancel."""
        return await self._act("cancel_link", request, EmptyBody)

    async def _look(self, operation: str, reply: Reply) -> Response:
        fault = self._schedule.take(operation)
        return await _suffer(fault) or _answer(fault, reply)

    async def _act(self, operation: str, request: Request, kind: type[Message]) -> Response:
        command = Command(
            operation=operation,
            key=_key(request),
            target=_name(request.path_params["id"]) if "id" in request.path_params else "",
            body=(await read_json(request, kind)).model_dump(mode="json"),
        )
        fault = self._schedule.take(operation)
        if fault is None and operation == "authorise" and not self._teller.knows(command.key):
            fault = behaviour_of(command.body["token"], self._teller.bank.delays)
        if fault and fault.kind == "late":
            self._teller.get_stuck(command, fault.seconds)
        return await _suffer(fault) or _answer(fault, self._teller.perform(replace(command, fault=fault)))


async def read_json(request: Request, kind: type[M]) -> M:
    """The body as ``kind``; Refusal 4xx says what is wrong with it."""
    body = await read_json_body(request, most_bytes=_MAX_BODY)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from None


def refusal_response(refused: Refusal) -> Response:
    """The wire's form of a no."""
    reply = refusal_reply(refused)
    return JSONResponse(reply.body, reply.status, refused.headers)


async def _suffer(fault: Fault | None) -> Response | None:
    """What happens instead of the effect, if anything; latency is suffered here."""
    if fault is None:
        return None
    if fault.kind == "latency":
        await asyncio.sleep(fault.seconds)
    if fault.kind not in _BEFORE:
        return None
    status, code, message = {
        "too_many": (TOO_MANY, "too_many_requests", "Too many requests: try later."),
        "unavailable": (UNAVAILABLE, "unavailable", "The gateway is closed for maintenance."),
        "in_progress": (rules.CONFLICT, "key_in_progress", "The first request with this key still runs."),
    }.get(fault.kind, (fault.status, "server_error", "The gateway failed."))
    reply = refusal_reply(Refusal(status, code, message))
    return Misbehaving(fault, reply.body, reply.status)


def _answer(fault: Fault | None, reply: Reply) -> Response:
    if fault is None or fault.kind not in _AFTER:
        return JSONResponse(reply.body, status_code=reply.status)
    if fault.kind == "error_after":
        reply = refusal_reply(Refusal(fault.status, "server_error", "The gateway failed."))
    return Misbehaving(fault, reply.body, reply.status)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not (0 < len(key) <= _MAX_KEY and key.isascii() and key.isprintable()):
        raise Refusal(INVALID, "key_missing", "An Idempotency-Key of 1 to 255 characters is needed.")
    if looks_like_card(key):
        raise Refusal(UNPROCESSABLE, "card_number", SENTENCE)
    return key


def _name(text: str) -> str:
    try:
        return _NAME.validate_python(text)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> Refusal:
    first = error.errors(include_url=False, include_input=False)[0]
    if SENTENCE in first["msg"]:
        return Refusal(UNPROCESSABLE, "card_number", SENTENCE)
    if first["type"] == "json_invalid":
        return Refusal(INVALID, "invalid_json", "The body is not JSON.")
    where = ".".join(str(part) for part in first["loc"]) or "value"
    return Refusal(UNPROCESSABLE, "invalid", f"{where}: {first['msg']}"[:500])
