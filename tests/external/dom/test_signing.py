"""Only the DOM can speak for the DOM, and only about now."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from backoffice.domain.errors import InvalidInput, NotAllowed
from backoffice.external.signing import check_secret, sign, verify
from tests.external.dom.strings import SECRET

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtZm9yLXRlc3RzLTEyMzQ1Ng=="
BODY = '{"text": "Grüße"}'.encode()


def signed(secret: str = SECRET, *, at: datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    return sign(secret, message_id="m1", now=at, body=body)


def test_a_signed_message_is_who_it_says() -> None:
    assert verify([SECRET], headers=signed(), body=BODY, now=NOW) == "m1"


def test_the_library_that_defines_the_scheme_agrees() -> None:
    now = datetime.now(UTC)
    Webhook(SECRET).verify(BODY, signed(at=now), json_parse=False)


def test_while_a_secret_is_replaced_both_are_good() -> None:
    for secret in (SECRET, OTHER):
        assert verify([OTHER, SECRET], headers=signed(secret), body=BODY, now=NOW) == "m1"


def test_one_of_several_signatures_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = "v1,bm9uc2Vuc2U= v2,whatever " + headers["webhook-signature"]
    assert verify([SECRET], headers=headers, body=BODY, now=NOW) == "m1"


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_clocks_may_differ_by_five_minutes(seconds: int) -> None:
    headers = signed(at=NOW + timedelta(seconds=seconds))
    assert verify([SECRET], headers=headers, body=BODY, now=NOW) == "m1"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_message_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(NotAllowed) as refused:
        verify([SECRET], headers=signed(at=NOW + timedelta(seconds=seconds)), body=BODY, now=NOW)
    assert refused.value.code == "signature_expired"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "m2"},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-signature": "v1,bm9uc2Vuc2U="},
        {"webhook-signature": "v1,Ä"},
    ],
)
def test_what_was_changed_on_the_way_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(NotAllowed) as refused:
        verify([SECRET], headers=signed() | change, body=BODY, now=NOW)
    assert refused.value.code == "bad_signature"


def test_another_body_and_another_secret_are_refused() -> None:
    for headers, body in ((signed(), BODY + b" "), (signed(OTHER), BODY)):
        with pytest.raises(NotAllowed) as refused:
            verify([SECRET], headers=headers, body=body, now=NOW)
        assert refused.value.code == "bad_signature"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "m1"},
        {"webhook-id": ""},
        {"webhook-id": "a b"},
        {"webhook-timestamp": "NaN"},
        {"webhook-timestamp": "999999999999"},
        {"webhook-timestamp": "1e9"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v2,abc"},
    ],
)
def test_a_header_nobody_can_read_is_refused(headers: dict[str, str]) -> None:
    whole = signed() | headers if headers else {}
    if len(headers) == 1 and headers.get("webhook-id") == "m1":
        whole = headers
    with pytest.raises(NotAllowed) as refused:
        verify([SECRET], headers=whole, body=BODY, now=NOW)
    assert refused.value.code == "unsigned"


def test_a_body_that_is_no_text_is_refused() -> None:
    with pytest.raises(NotAllowed):
        verify([SECRET], headers=signed(), body=b"\xff\xfe", now=NOW)


@pytest.mark.parametrize("secret", ["", "secret", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", SECRET[6:]])
def test_a_secret_that_can_not_sign_is_refused_at_start(secret: str) -> None:
    with pytest.raises(InvalidInput):
        check_secret(secret)


def test_a_good_secret_passes() -> None:
    check_secret(SECRET)
