"""Answers that are whole, well formed, and still not what was asked for."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backoffice.domain.ids import utc_now
from backoffice.domain.money import Money
from backoffice.domain.outcome import Refused, Succeeded, Unknown
from backoffice.external.http import HttpClient
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.external.serving import Listener
from tests.contracts.payments import PRICE, code_of, request, value_of

PAYMENT: dict[str, Any] = {
    "id": "pay_1",
    "reference": "B1000001-1",
    "status": "authorised",
    "currency": "USD",
    "authorised": 107_972,
    "captured": 0,
    "refunded": 0,
    "decline_code": "",
    "decline_reason": "",
    "expires_at": None,
}
ASKED = request(reference="B1000001-1")


@asynccontextmanager
async def answering(status: int, body: object) -> AsyncIterator[HttpPaymentGateway]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(_: Request) -> Response:
        return Response(content, status_code=status, media_type="application/json")

    listener = Listener(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])]))
    await listener.open()
    try:
        async with HttpClient(listener.url) as client:
            yield HttpPaymentGateway(client)
    finally:
        await listener.close()


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "B1000002-1"},
        {"currency": "EUR"},
        {"authorised": 1},
        {"status": "declined", "authorised": 0},
        {"status": "blessed"},
        {"authorised": "107972"},
        {"authorised": 107_972.0},
        {"captured": -1},
        {"surprise": 1},
        {"expires_at": "tomorrow"},
    ],
)
async def test_an_authorisation_that_is_not_the_one_asked_for_is_unknown(change: dict[str, object]) -> None:
    async with answering(201, {**PAYMENT, **change}) as gateway:
        assert isinstance(await gateway.authorise(ASKED, key="one"), Unknown)
    async with answering(201, PAYMENT) as gateway:
        assert isinstance(await gateway.authorise(ASKED, key="one"), Succeeded)


@pytest.mark.parametrize("status", [200, 202, 204, 301, 302, 304])
async def test_a_status_nobody_promised_is_unknown(status: int) -> None:
    async with answering(status, b"" if status in (204, 304) else PAYMENT) as gateway:
        assert isinstance(await gateway.authorise(ASKED, key="one"), Unknown)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", {"error": {"code": "NO"}}, {"error": None}])
async def test_a_refusal_without_a_reason_is_unknown(body: object) -> None:
    for status in (400, 402, 403, 404, 409, 422):
        async with answering(status, body) as gateway:
            assert isinstance(await gateway.authorise(ASKED, key="one"), Unknown)


async def test_another_payment_than_the_one_meant_is_unknown() -> None:
    async with answering(200, PAYMENT) as gateway:
        assert isinstance(await gateway.capture("pay_2", PRICE, key="one"), Unknown)
        assert isinstance(await gateway.void("pay_2", key="two"), Unknown)
        assert isinstance(await gateway.refund("pay_2", PRICE, key="three"), Unknown)
    async with answering(200, {"payments": [PAYMENT]}) as gateway:
        assert isinstance(await gateway.find("B1000002-1"), Unknown)
        assert isinstance(await gateway.find("B1000001-1"), Succeeded)


async def test_what_the_gateway_would_refuse_is_not_sent() -> None:
    tomorrow = utc_now() + timedelta(days=1)
    async with answering(500, b"") as gateway:
        assert code_of(await gateway.capture("pay_1", Money(0, "USD"), key="one")) == "invalid"
        assert code_of(await gateway.refund("pay_1", Money(-5, "USD"), key="two")) == "invalid"
        assert code_of(await gateway.void("4242424242424242", key="three")) == "card_number"
        assert code_of(await gateway.void("pay_1", key="4242 4242 4242 4242")) == "card_number"
        nothing = await gateway.create_link("B1", Money(0, "USD"), expires_at=tomorrow, key="four")
        assert code_of(nothing) == "invalid"
        described = await gateway.create_link(
            "B1", PRICE, expires_at=tomorrow, key="five", description="for 4242424242424242"
        )
        assert code_of(described) == "card_number"
        overlong = await gateway.authorise(request(reference="B" * 300), key="six")
        assert isinstance(overlong, Refused)
        assert "reference" in overlong.reason


async def test_nobody_has_no_saved_cards() -> None:
    async with answering(500, b"") as gateway:
        assert value_of(await gateway.list_saved_cards("")) == ()
