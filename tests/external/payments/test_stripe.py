"""Stripe's adapter in front of `localstripe`, a second witness for the shape of the wire.

`localstripe` ignores idempotency keys, does not say how much was captured and knows no Payment Links, so what
rests on those is shown before a small server that answers as Stripe's documentation does.
"""

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.domain.errors import InvalidInput, NotAllowed
from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Unknown, Unreachable
from backoffice.external.http import HttpClient
from backoffice.external.payments.port import AuthoriseRequest, GatewayPayment, Notice
from backoffice.external.payments.stripe_adapter import StripeGateway
from backoffice.external.serving import Listener
from tests.contracts.payments import PRICE, code_of, value_of

API_KEY = "sk_test_of_nobody"
SECRET = "whsec_of_nobody"
INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "status": "requires_capture",
    "amount": 107_972,
    "currency": "usd",
    "created": 1_800_000_000,
    "metadata": {"backoffice_reference": "B1000001-1"},
    "latest_charge": {
        "id": "ch_1",
        "object": "charge",
        "amount": 107_972,
        "captured": False,
        "amount_captured": 0,
        "amount_refunded": 0,
        "payment_method_details": {
            "type": "card",
            "card": {"brand": "visa", "capture_before": 1_800_600_000},
        },
    },
}


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/js.stripe.com/v3/")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def customer(localstripe: str) -> str:
    """A customer of `localstripe` with two saved cards, the second of which is declined."""
    made = post(f"{localstripe}/v1/customers", {"email": "orlando0@adventure-works.com"})
    return str(made["id"])


@pytest.fixture
async def gateway(localstripe: str) -> AsyncIterator[StripeGateway]:
    async with HttpClient("") as client:
        yield StripeGateway(client, api_key=API_KEY, address=localstripe)


def asked(customer: str, token: str) -> AuthoriseRequest:
    return AuthoriseRequest(
        reference=f"B1000001-{new_id()}", token=token, amount=PRICE, customer_reference=customer
    )


def saved_card(address: str, customer: str, number: str) -> str:
    card = {"card[number]": number, "card[exp_month]": "4", "card[exp_year]": "2029", "card[cvc]": "123"}
    method = post(f"{address}/v1/payment_methods", {"type": "card", **card})
    post(f"{address}/v1/payment_methods/{method['id']}/attach", {"customer": customer})
    return str(method["id"])


async def test_a_phone_order_is_authorised_captured_refunded_and_found(
    gateway: StripeGateway, localstripe: str, customer: str
) -> None:
    token = saved_card(localstripe, customer, "4242424242424242")
    cards = value_of(await gateway.list_saved_cards(customer))
    assert [card.label for card in cards if card.token == token] == ["Visa ending 4242, 04/29"]
    order = asked(customer, token)
    held = value_of(await gateway.authorise(order, key=new_id()))
    assert (held.status, held.authorised, held.captured) == ("authorised", 107_972, 0)
    assert held.reference == order.reference
    assert value_of(await gateway.find(order.reference)) == held
    taken = value_of(await gateway.capture(held.gateway_id, PRICE, key=new_id()))
    assert (taken.status, taken.captured) == ("captured", 107_972)
    back = value_of(await gateway.refund(held.gateway_id, Money(7_972, "USD"), key=new_id()))
    assert (back.status, back.refunded) == ("partially_refunded", 7_972)
    assert value_of(await gateway.find("B9999999-1")) is None


async def test_a_held_amount_is_let_go_again_and_again(
    gateway: StripeGateway, localstripe: str, customer: str
) -> None:
    held = value_of(
        await gateway.authorise(
            asked(customer, saved_card(localstripe, customer, "4242424242424242")), key=new_id()
        )
    )
    for _ in range(2):
        voided = value_of(await gateway.void(held.gateway_id, key=new_id()))
        assert (voided.status, voided.authorised) == ("voided", 0)


async def test_a_decline_is_a_refusal(gateway: StripeGateway, localstripe: str, customer: str) -> None:
    token = saved_card(localstripe, customer, "4000000000000341")
    assert code_of(await gateway.authorise(asked(customer, token), key=new_id())) == "card_declined"


async def test_what_stripe_does_not_know_is_refused(gateway: StripeGateway, customer: str) -> None:
    assert isinstance(await gateway.authorise(asked(customer, "pm_none"), key=new_id()), Refused)
    assert isinstance(await gateway.capture("pi_none", PRICE, key=new_id()), Refused)
    assert isinstance(await gateway.void("pi_none", key=new_id()), Refused)
    assert isinstance(await gateway.refund("pi_none", PRICE, key=new_id()), Refused)


async def test_a_wrong_api_key_is_unreachable(localstripe: str, customer: str) -> None:
    async with HttpClient("") as client:
        gateway = StripeGateway(client, api_key="rk", address=localstripe)
        assert isinstance(await gateway.list_saved_cards(customer), Unreachable)


async def test_what_stripe_would_refuse_is_not_sent(gateway: StripeGateway, customer: str) -> None:
    outcome = await gateway.authorise(asked(customer, "4242424242424242"), key=new_id())
    assert code_of(outcome) == "card_number"
    nothing = replace(asked(customer, "pm_1"), amount=Money(0, "USD"))
    assert code_of(await gateway.authorise(nothing, key=new_id())) == "invalid"
    number, tomorrow = "for 4242424242424242", utc_now() + timedelta(days=1)
    link = await gateway.create_link("B1", PRICE, expires_at=tomorrow, key=new_id(), description=number)
    assert code_of(link) == "card_number"


async def test_nobody_has_no_saved_cards(localstripe: str) -> None:
    async with HttpClient("") as client:
        gateway = StripeGateway(client, api_key=API_KEY, address=localstripe)
        assert value_of(await gateway.list_saved_cards("")) == ()


async def test_a_payment_is_looked_for_page_by_page_and_not_for_ever() -> None:
    other = {**INTENT, "metadata": {}, "created": 4_000_000_000}
    page = {"object": "list", "url": "/v1/payment_intents", "data": [other], "has_more": True}
    async with documented({"GET /v1/payment_intents": (200, page)}) as (gateway, requests):
        assert isinstance(await gateway.find("B1000001-1"), Unknown)
        assert len(requests) == 20
        page["data"] = [{**other, "created": 1_000_000_000}]
        assert value_of(await gateway.find("B1000001-1")) is None


async def test_a_card_that_asks_for_its_owner_is_refused_by_phone() -> None:
    wants_owner = {**INTENT, "status": "requires_action", "latest_charge": None}
    async with documented({"POST /v1/payment_intents": (200, wants_owner)}) as (gateway, _):
        outcome = await gateway.authorise(asked("cus_1", "pm_1"), key=new_id())
    assert code_of(outcome) == "authentication_required"


async def test_no_answer_is_unknown_and_no_connection_unreachable() -> None:
    async with HttpClient("") as client:
        gateway = StripeGateway(client, api_key=API_KEY, address="http://127.0.0.1:1")
        assert isinstance(await gateway.authorise(asked("cus_1", "pm_1"), key=new_id()), Unreachable)


async def test_a_phone_order_is_marked_as_one_and_carries_our_key() -> None:
    async with documented({"POST /v1/payment_intents": (200, INTENT)}) as (gateway, requests):
        held = value_of(await gateway.authorise(asked("cus_1", "pm_1"), key="authorise-1"))
        assert held.expires_at is not None
    headers, form = requests[0]
    assert headers["idempotency-key"] == "authorise-1"
    assert form["payment_method_options[card][moto]"] == ["true"]
    assert form["capture_method"] == ["manual"]
    assert form["confirm"] == ["true"]


@pytest.mark.parametrize(
    "status, error, expected",
    [
        (402, {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}, "lost_card"),
        (402, {"type": "card_error", "code": "expired_card"}, "expired_card"),
        (400, {"type": "idempotency_error"}, "key_reused"),
        (409, {"type": "invalid_request_error", "code": "idempotency_key_in_use"}, Unknown),
        (401, {"type": "invalid_request_error"}, Unreachable),
        (429, {"type": "invalid_request_error", "code": "rate_limit"}, Unreachable),
        (500, {"type": "api_error"}, Unknown),
        (404, {"type": "invalid_request_error", "code": "resource_missing"}, "resource_missing"),
    ],
)  # fmt: skip
async def test_stripes_errors_are_told_apart(
    status: int, error: dict[str, str], expected: str | type
) -> None:
    answer = (status, {"error": {"message": "Because.", **error}})
    async with documented({"POST /v1/payment_intents": answer}) as (gateway, _):
        outcome: Outcome[GatewayPayment] = await gateway.authorise(asked("cus_1", "pm_1"), key=new_id())
    if error.get("code") == "idempotency_key_in_use":
        assert outcome == Unknown(reason="The first request with this key still runs.")
    elif isinstance(expected, str):
        assert outcome == Refused(
            code=expected, reason=outcome.reason if isinstance(outcome, Refused) else ""
        )
    else:
        assert isinstance(outcome, expected)


@pytest.mark.parametrize("answer", [{"id": 7}, {**INTENT, "amount": "much"}, {**INTENT, "latest_charge": {}}])
async def test_an_intent_that_makes_no_sense_is_unknown(answer: dict[str, Any]) -> None:
    async with documented({"POST /v1/payment_intents": (200, answer)}) as (gateway, _):
        assert isinstance(await gateway.authorise(asked("cus_1", "pm_1"), key=new_id()), Unknown)


async def test_a_partial_capture_lets_go_of_the_rest_and_is_no_refund() -> None:
    charge = {
        **INTENT["latest_charge"],
        "captured": True,
        "amount_captured": 100_000,
        "amount_refunded": 7_972,
    }
    taken = {**INTENT, "status": "succeeded", "latest_charge": charge}
    async with documented({"POST /v1/payment_intents/pi_1/capture": (200, taken)}) as (gateway, requests):
        payment = value_of(await gateway.capture("pi_1", Money(100_000, "USD"), key="capture-1"))
    assert (payment.status, payment.captured, payment.refunded) == ("captured", 100_000, 0)
    assert requests[0][1]["amount_to_capture"] == ["100000"]


async def test_a_link_can_be_paid_once_and_closed() -> None:
    expires_at = utc_now() + timedelta(days=1)
    metadata = {"backoffice_reference": "B1000002-1", "backoffice_expires_at": expires_at.isoformat()}
    link = {
        "id": "plink_1",
        "object": "payment_link",
        "url": "https://buy.stripe.com/1",
        "metadata": metadata,
    }
    sessions = {"object": "list", "data": [], "has_more": False, "url": "/v1/checkout/sessions"}
    answers: dict[str, tuple[int, dict[str, Any]]] = {
        "POST /v1/payment_links": (200, {**link, "active": True}),
        "POST /v1/payment_links/plink_1": (200, {**link, "active": False}),
        "GET /v1/checkout/sessions": (200, sessions),
    }
    async with documented(answers) as (gateway, requests):
        made = value_of(await gateway.create_link("B1000002-1", PRICE, expires_at=expires_at, key="link-1"))
        assert (made.status, made.reference, made.expires_at) == ("open", "B1000002-1", expires_at)
        assert value_of(await gateway.cancel_link("plink_1", key="cancel-1")).status == "cancelled"
        sessions["data"] = [{"id": "cs_1", "object": "checkout.session", "status": "complete"}]
        assert value_of(await gateway.cancel_link("plink_1", key="cancel-2")).status == "paid"
    form = requests[0][1]
    assert form["restrictions[completed_sessions][limit]"] == ["1"]
    assert form["payment_intent_data[capture_method]"] == ["manual"]
    assert form["line_items[0][price_data][unit_amount]"] == ["107972"]


async def test_a_webhook_is_believed_when_stripe_signed_it() -> None:
    async with documented({}) as (gateway, _):

        def read(body: bytes, signed: str, *secrets: str) -> Notice:
            headers = {"stripe-signature": signed}
            return gateway.read_notice(body, headers, secrets=secrets or (SECRET,), now=utc_now())

        body = event("payment_intent.amount_capturable_updated")
        notice = read(body, signature(body), "whsec_of_last_year", SECRET)
        assert notice.message_id == "evt_1"
        assert notice.payment is not None
        told = (notice.payment.status, notice.payment.reference, notice.payment.authorised)
        assert told == ("authorised", "B1000001-1", 107_972)
        other = event("customer.created")
        assert read(other, signature(other)).payment is None
        for wrong in ("", "t=1,v1=00", signature(body + b" "), signature(body, age=3600)):
            with pytest.raises(NotAllowed):
                read(body, wrong)
        for nonsense in (b"[", event("payment_intent.canceled", amount="much")):
            with pytest.raises(InvalidInput):
                read(nonsense, signature(nonsense))


async def test_an_event_of_somebody_elses_payment_is_about_nothing_of_ours() -> None:
    body = event("payment_intent.canceled", metadata={})
    async with documented({}) as (gateway, _):
        headers = {"stripe-signature": signature(body)}
        notice = gateway.read_notice(body, headers, secrets=(SECRET,), now=utc_now())
    assert notice.payment is None


async def test_a_failed_try_on_a_page_is_not_the_last_one() -> None:
    failed = {
        "status": "requires_payment_method",
        "last_payment_error": {"code": "card_declined"},
        "metadata": {"backoffice_reference": "B1000002-1", "backoffice_by_link": "1"},
    }
    for status in ("requires_payment_method", "requires_action"):
        body = event("payment_intent.payment_failed", **{**failed, "status": status})
        async with documented({}) as (gateway, _):
            headers = {"stripe-signature": signature(body)}
            notice = gateway.read_notice(body, headers, secrets=(SECRET,), now=utc_now())
        assert notice.payment is not None
        assert notice.payment.status == "pending"


async def test_a_customer_is_the_one_who_carries_our_number() -> None:
    customers = {
        "object": "search_result",
        "data": [{"id": "cus_7", "object": "customer"}],
        "has_more": False,
    }
    cards: dict[str, Any] = {"object": "list", "data": [], "has_more": False, "url": "/v1/payment_methods"}
    answers: dict[str, tuple[int, dict[str, Any]]] = {
        "GET /v1/customers/search": (200, customers),
        "GET /v1/payment_methods": (200, cards),
        "POST /v1/payment_intents": (200, INTENT),
    }
    async with documented(answers) as (gateway, requests):
        assert value_of(await gateway.list_saved_cards("29485")) == ()
        value_of(await gateway.authorise(asked("29485", "pm_1"), key="k"))
    assert [form.get("customer") for _, form in requests] == [None, None, ["cus_7"]]
    customers["data"] = []
    async with documented(answers) as (gateway, requests):
        assert value_of(await gateway.list_saved_cards("29485")) == ()
        assert value_of(await gateway.list_saved_cards("no' number")) == ()
    assert len(requests) == 1


def event(kind: str, **changed: object) -> bytes:
    told = {**INTENT, "latest_charge": "ch_1", **changed}
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": told}}).encode()


def signature(body: bytes, *, age: int = 0) -> str:
    at = int(time.time()) - age
    mac = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


@asynccontextmanager
async def documented(
    answers: dict[str, tuple[int, dict[str, Any]]],
) -> AsyncIterator[tuple[StripeGateway, list[tuple[dict[str, str], dict[str, list[str]]]]]]:
    """The adapter before a server that gives these answers, by method and path, and keeps what it was asked."""
    requests: list[tuple[dict[str, str], dict[str, list[str]]]] = []

    async def answer(incoming: Incoming) -> Response:
        requests.append((dict(incoming.headers), parse_qs((await incoming.body()).decode())))
        status, body = answers[f"{incoming.method} {incoming.url.path}"]
        return JSONResponse(body, status)

    listener = Listener(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])]))
    await listener.open()
    try:
        async with HttpClient("") as client:
            yield StripeGateway(client, api_key=API_KEY, address=listener.url), requests
    finally:
        await listener.close()


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urlopen(url, timeout=1):
                return
        except URLError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")


def post(url: str, form: dict[str, str]) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {API_KEY}"}
    with urlopen(Request(url, data=urlencode(form).encode(), headers=headers), timeout=10) as response:
        made: dict[str, Any] = json.load(response)
        return made
