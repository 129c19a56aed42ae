"""The simulator as a program: its ledger outlives it, time passes, links are paid, the store is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import Response
from starlette.routing import Route

from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.outcome import Succeeded
from backoffice.external.http import HttpClient
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.external.payments.messages import PaymentAuthorizationComplete
from backoffice.external.payments.port import AuthoriseRequest
from backoffice.external.serving import Listener
from tests.contracts.payments import PRICE, held, request, value_of
from tests.external.payments.strings import SIMULATOR, Strings
from tests.external.processes import Child

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@asynccontextmanager
async def gateway_of(simulator: Child) -> AsyncIterator[HttpPaymentGateway]:
    async with HttpClient(simulator.url, deadline=timedelta(seconds=3)) as client:
        yield HttpPaymentGateway(client)


@pytest.fixture
def own_simulator(tmp_path: Path) -> Iterator[Child]:
    """One that may be killed."""
    with Child.start(SIMULATOR, "--ledger", str(tmp_path / "ledger.db"), "--pending-for", "0.3") as simulator:
        yield simulator


async def test_a_restart_keeps_payments_and_keys(own_simulator: Child) -> None:
    asked, key = request(), new_id()
    async with gateway_of(own_simulator) as gateway:
        before = value_of(await gateway.authorise(asked, key=key))
    assert own_simulator.stop() == 0
    own_simulator.again()
    async with gateway_of(own_simulator) as gateway:
        assert value_of(await gateway.find(asked.reference)) == before
        assert value_of(await gateway.authorise(asked, key=key)) == before


async def test_killed_in_the_middle_every_amount_is_held_exactly_once_after_asking_again(
    own_simulator: Child,
) -> None:
    asked: dict[str, AuthoriseRequest] = {new_id(): request() for _ in range(40)}
    async with gateway_of(own_simulator) as gateway:
        tries = [asyncio.create_task(gateway.authorise(what, key=key)) for key, what in asked.items()]
        await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
        own_simulator.kill()
        answers = dict(zip(asked, [await attempt for attempt in tries], strict=True))
    own_simulator.again()
    async with gateway_of(own_simulator) as gateway:
        for key, what in asked.items():
            again = value_of(await gateway.authorise(what, key=key))
            first = answers[key]
            assert not isinstance(first, Succeeded) or first.value == again
    for what in asked.values():
        assert Strings(own_simulator).kinds_of_events(what.reference) == ["authorised"]


async def test_fifty_at_once_with_one_key_hold_and_take_once(simulator: Child, strings: Strings) -> None:
    asked, key = request(), new_id()
    async with gateway_of(simulator) as gateway:
        tries = await asyncio.gather(*(gateway.authorise(asked, key=key) for _ in range(50)))
        assert len({value_of(outcome).gateway_id for outcome in tries}) == 1
        payment = value_of(tries[0])
        await asyncio.gather(
            *(gateway.capture(payment.gateway_id, PRICE, key=f"{key}-capture") for _ in range(50)),
            *(gateway.capture(payment.gateway_id, PRICE, key=new_id()) for _ in range(10)),
        )
    assert strings.kinds_of_events(asked.reference) == ["authorised", "captured"]


async def test_an_authorisation_expires(own_simulator: Child) -> None:
    async with gateway_of(own_simulator) as gateway:
        payment = await held(gateway)
        Strings(own_simulator).pass_time(timedelta(days=8).total_seconds())
        found = value_of(await gateway.find(payment.reference))
        assert found is not None
        assert (found.status, found.authorised, found.expires_at) == ("expired", 0, None)


async def test_the_ledger_tells_payments_events_and_keys(simulator: Child, strings: Strings) -> None:
    key = new_id()
    async with gateway_of(simulator) as gateway:
        asked = request()
        payment = value_of(await gateway.authorise(asked, key=key))
        await gateway.authorise(request(), key=key)
        value_of(await gateway.capture(payment.gateway_id, PRICE, key=f"{key}-capture"))
    ledger = strings.ledger()
    told = next(entry for entry in ledger["payments"] if entry["reference"] == asked.reference)
    assert told["amount"] == told["captured"] == 107_972
    assert [(event["kind"], event["amount"], event["key"]) for event in told["events"]] == [
        ("authorised", 107_972, key),
        ("captured", 107_972, f"{key}-capture"),
    ]
    entry = next(entry for entry in ledger["keys"] if entry["key"] == key)
    assert (entry["operation"], entry["status"], len(entry["body_hash"])) == ("authorise", 201, 64)
    assert [conflict["key"] for conflict in ledger["key_conflicts"]] == [key]


async def test_a_customer_pays_on_the_page_once(simulator: Child, strings: Strings) -> None:
    async with gateway_of(simulator) as gateway:
        reference, tomorrow = f"B1000003-{new_id()}", utc_now() + timedelta(days=1)
        link = value_of(
            await gateway.create_link(
                reference, PRICE, expires_at=tomorrow, key=new_id(), description="<b>Order</b> B1000003"
            )
        )
        page = read(link.url)
        assert "1079.72 USD" in page
        assert "&lt;b&gt;Order&lt;/b&gt; B1000003" in page
        assert "<button" in page
        for _ in range(2):
            assert "this is paid" in read(link.url, press=True)
        payment = value_of(await gateway.find(reference))
        assert payment is not None
        assert (payment.status, payment.authorised) == ("authorised", 107_972)
        assert value_of(await gateway.cancel_link(link.link_id, key=new_id())).status == "paid"
    assert strings.kinds_of_events(reference) == ["authorised"]


async def test_an_expired_or_cancelled_link_takes_no_money(own_simulator: Child) -> None:
    async with gateway_of(own_simulator) as gateway:
        soon = utc_now() + timedelta(days=30)
        cancelled = value_of(await gateway.create_link(new_id(), PRICE, expires_at=soon, key=new_id()))
        expired = value_of(await gateway.create_link(new_id(), PRICE, expires_at=soon, key=new_id()))
        value_of(await gateway.cancel_link(cancelled.link_id, key=new_id()))
        Strings(own_simulator).pass_time(timedelta(days=31).total_seconds())
        assert "has closed this link" in read(cancelled.url, press=True)
        assert "has expired" in read(expired.url, press=True)
        assert value_of(await gateway.find(expired.reference)) is None


def test_a_page_nobody_made_is_not_there(simulator: Child) -> None:
    with pytest.raises(HTTPError, match="404") as caught:
        urlopen(f"{simulator.url}/pay/link_none")
    caught.value.close()


async def test_the_store_is_told_of_late_decisions_until_it_has_stored_them(own_simulator: Child) -> None:
    async with inbox(refuse_first=1) as (url, received), gateway_of(own_simulator) as gateway:
        Strings(own_simulator).aim(url, SECRET)
        yes, no = request("card_answers_late"), request("card_declines_late")
        for asked in (yes, no):
            value_of(await gateway.authorise(asked, key=new_id()))
        told = {message.data.reference: message for message in await wait_for(received, 2)}
        assert (told[yes.reference].data.status, told[yes.reference].data.authorised) == (
            "authorised",
            107_972,
        )
        assert (told[no.reference].data.status, told[no.reference].data.decline_code) == (
            "declined",
            "do_not_honour",
        )
        found = value_of(await gateway.find(no.reference))
        assert found is not None
        assert found.status == "declined"


async def test_what_the_store_was_not_told_is_told_after_a_restart(own_simulator: Child) -> None:
    asked = request("card_answers_late")
    async with gateway_of(own_simulator) as gateway:
        value_of(await gateway.authorise(asked, key=new_id()))
    Strings(own_simulator).pass_time(1)
    assert Strings(own_simulator).ledger()["undelivered"] == 1
    own_simulator.kill()
    own_simulator.again()
    async with inbox() as (url, received):
        Strings(own_simulator).aim(url, SECRET)
        assert (await wait_for(received, 1))[0].data.reference == asked.reference
        async with asyncio.timeout(10):
            while Strings(own_simulator).ledger()["undelivered"]:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def inbox(
    *, refuse_first: int = 0
) -> AsyncIterator[tuple[str, dict[str, PaymentAuthorizationComplete]]]:
    """A store that verifies what it gets, by message id, and answers 503 to the first ``refuse_first``."""
    received: dict[str, PaymentAuthorizationComplete] = {}
    left = [refuse_first]

    async def take(incoming: Incoming) -> Response:
        body = await incoming.body()
        Webhook(SECRET).verify(body, dict(incoming.headers), json_parse=False)
        if left[0]:
            left[0] -= 1
            return Response(status_code=503)
        received[incoming.headers["webhook-id"]] = PaymentAuthorizationComplete.model_validate_json(body)
        return Response(status_code=200)

    listener = Listener(Starlette(routes=[Route("/payments/webhook", take, methods=["POST"])]))
    await listener.open()
    try:
        yield f"{listener.url}/payments/webhook", received
    finally:
        await listener.close()


async def wait_for(
    received: dict[str, PaymentAuthorizationComplete], count: int
) -> list[PaymentAuthorizationComplete]:
    async with asyncio.timeout(10):
        while len(received) < count:
            await asyncio.sleep(0.05)
    return list(received.values())


def read(url: str, *, press: bool = False) -> str:
    with urlopen(Request(url, data=b"" if press else None), timeout=10) as response:
        assert response.headers["content-type"].startswith("text/html")
        page: str = response.read().decode()
        return page


def test_the_ready_line_carries_both_addresses(simulator: Child) -> None:
    assert simulator.ready["ready"] is True
    with urlopen(f"{simulator.url}/control/faults") as response:
        assert json.load(response) == {"faults": []}
