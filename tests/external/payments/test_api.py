"""What the simulator's API says to requests nobody should send, and to the strings behind it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from backoffice.external.payments.simulator import rules
from backoffice.external.payments.simulator.ledger import Ledger
from backoffice.external.payments.simulator.rules import Paid
from tests.external.payments.strings import SIMULATOR, Strings
from tests.external.processes import Child

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AUTHORISE = {
    "reference": "B1-1",
    "token": "card_approves",
    "amount": 1,
    "currency": "USD",
    "customer_reference": "1",
}
JSON = {"content-type": "application/json", "idempotency-key": "key-1"}


def answer(request: Request) -> tuple[int, str]:
    """Status and error code."""
    with pytest.raises(HTTPError) as caught:
        urlopen(request, timeout=10)
    with caught.value as error:
        told = json.load(error)
        return error.code, str(told.get("error", told)["code"])  # the API's form, or the control's


@pytest.mark.parametrize(
    "headers, body, expected",
    [
        ({"content-type": "application/json"}, b"{}", (400, "key_missing")),
        ({**JSON, "idempotency-key": "k" * 256}, b"{}", (400, "key_missing")),
        ({**JSON, "idempotency-key": "4242424242424242"}, b"{}", (422, "card_number")),
        ({**JSON, "content-type": "text/plain"}, b"{}", (415, "not_json")),
        (JSON, b"{", (400, "invalid_json")),
        (JSON, b"{}", (422, "invalid")),
        (JSON, b"\xff", (400, "invalid_json")),
        (JSON, json.dumps({**AUTHORISE, "amount": "1"}).encode(), (422, "invalid")),
        (JSON, json.dumps({**AUTHORISE, "amount": True}).encode(), (422, "invalid")),
        (JSON, json.dumps({**AUTHORISE, "cvv": "123"}).encode(), (422, "invalid")),
        (JSON, json.dumps({**AUTHORISE, "token": "4242424242424242"}).encode(), (422, "card_number")),
        (JSON, json.dumps({**AUTHORISE, "description": "x" * 70_000}).encode(), (413, "too_large")),
    ],
)
def test_a_bad_request_is_told_what_is_wrong_and_uses_no_key(
    headers: dict[str, str], body: bytes, expected: tuple[int, str], simulator: Child, strings: Strings
) -> None:
    assert answer(Request(f"{simulator.url}/payments", data=body, headers=headers)) == expected
    assert "key-1" not in [entry["key"] for entry in strings.ledger()["keys"]]


def test_what_is_not_there_is_said_in_json(simulator: Child) -> None:
    assert answer(Request(f"{simulator.url}/nowhere")) == (404, "not_found")
    assert answer(Request(f"{simulator.url}/payments", method="DELETE")) == (405, "method_not_allowed")
    assert answer(Request(f"{simulator.url}/links/link_none")) == (404, "link_unknown")
    assert answer(Request(f"{simulator.url}/payments")) == (422, "invalid")


def test_a_link_can_be_read_back(simulator: Child) -> None:
    body = {"reference": "B1-link", "amount": 5, "currency": "USD", "expires_at": "2999-01-01T00:00:00Z"}
    headers = {**JSON, "idempotency-key": "key-link"}
    with urlopen(Request(f"{simulator.url}/links", data=json.dumps(body).encode(), headers=headers)) as made:
        link = json.load(made)
    with urlopen(f"{simulator.url}/links/{link['id']}") as found:
        assert json.load(found) == link
    with pytest.raises(HTTPError, match="404") as caught:
        urlopen(Request(f"{simulator.url}/pay/link_none", data=b""))
    caught.value.close()


def test_a_webhook_without_a_useful_secret_is_refused(simulator: Child) -> None:
    body = json.dumps({"url": "http://127.0.0.1:1/", "secret": "x"}).encode()
    url = f"{simulator.ready['control']}/control/webhook"
    assert answer(Request(url, data=body, headers=JSON)) == (422, "invalid")


@pytest.fixture
def told_at_start(tmp_path: Path) -> Iterator[Child]:
    options = ("--webhook-url", "http://127.0.0.1:1/", "--webhook-secret", "whsec_c2VjcmV0")
    with Child.start(SIMULATOR, "--ledger", str(tmp_path / "ledger.db"), *options) as simulator:
        yield simulator


def test_it_takes_the_port_of_last_time(told_at_start: Child) -> None:
    before = told_at_start.url
    told_at_start.kill()
    told_at_start.again()
    assert told_at_start.url == before


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")

    def fail_half_way() -> None:
        with ledger.transaction():
            ledger.set_setting("half", "done")
            with ledger.transaction():
                raise KeyError("the other half")

    with pytest.raises(KeyError):
        fail_half_way()
    assert ledger.setting("half") == ""
    ledger.close()


def test_what_was_captured_in_part_stays_when_the_rest_expires() -> None:
    asked = Paid(
        id="pay_1",
        reference="B1-1",
        token="card_approves",
        customer_reference="1",
        description="",
        currency="USD",
        amount=100,
        status="pending",
        created_at=NOW,
    )
    part = rules.capture(rules.approve(asked, NOW), 30, "USD")
    assert part.expires_at == NOW
    expired = rules.expire(part)
    assert (expired.status, expired.authorised, expired.captured, expired.expires_at) == (
        "captured",
        30,
        30,
        None,
    )
