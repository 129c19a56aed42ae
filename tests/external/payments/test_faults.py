"""Every way the gateway can misbehave, and what the adapter makes of it.

After each: the same key again, the gateway healthy, and the amount is held exactly once.
"""

import asyncio
from datetime import timedelta

import pytest

from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.money import Money
from backoffice.domain.outcome import Refused, Succeeded, Unknown, Unreachable
from backoffice.external.http import HttpClient
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from tests.contracts.payments import PRICE, held, request, value_of
from tests.external.payments.strings import Strings
from tests.external.processes import Child

NOT_DONE = [
    ("error_before", Unknown),
    ("drop_before", Unknown),
    ("silent_before", Unknown),
    ("too_many", Unreachable),
    ("unavailable", Unknown),
    ("in_progress", Unknown),
    ("turned_away", Unknown),
]
DONE = [
    ("error_after", Unknown),
    ("drop_after", Unknown),
    ("silent_after", Unknown),
    ("cut_body", Unknown),
    ("wrong_types", Unknown),
    ("not_json", Unknown),
    ("slow_drip", Unknown),
    ("huge_body", Unknown),
]


@pytest.mark.parametrize("kind, ends_as", NOT_DONE)
async def test_a_fault_before_the_effect_holds_nothing_and_the_same_key_goes_through_later(
    kind: str, ends_as: type, hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    asked, key = request(), new_id()
    strings.fault(kind, "authorise")
    assert isinstance(await hasty_gateway.authorise(asked, key=key), ends_as)
    assert strings.payment(asked.reference) is None
    assert value_of(await hasty_gateway.authorise(asked, key=key)).status == "authorised"
    assert strings.kinds_of_events(asked.reference) == ["authorised"]


@pytest.mark.parametrize("kind, ends_as", DONE)
async def test_a_fault_after_the_effect_is_unknown_and_the_same_key_tells_what_happened(
    kind: str, ends_as: type, hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    asked, key = request(), new_id()
    strings.fault(kind, "authorise")
    assert isinstance(await hasty_gateway.authorise(asked, key=key), ends_as)
    assert strings.kinds_of_events(asked.reference) == ["authorised"]
    found = value_of(await hasty_gateway.find(asked.reference))
    assert value_of(await hasty_gateway.authorise(asked, key=key)) == found
    assert strings.kinds_of_events(asked.reference) == ["authorised"]


@pytest.mark.parametrize("kind", ["drop_after", "error_after", "wrong_types"])
@pytest.mark.parametrize("move", ["capture", "void", "refund"])
async def test_a_move_of_money_whose_answer_is_lost_happens_once(
    kind: str, move: str, hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    payment, key, part = await held(hasty_gateway), new_id(), Money(50_000, "USD")
    if move == "refund":
        value_of(await hasty_gateway.capture(payment.gateway_id, PRICE, key=new_id()))
    calls = {
        "capture": lambda: hasty_gateway.capture(payment.gateway_id, part, key=key),
        "void": lambda: hasty_gateway.void(payment.gateway_id, key=key),
        "refund": lambda: hasty_gateway.refund(payment.gateway_id, part, key=key),
    }
    strings.fault(kind, move)
    assert isinstance(await calls[move](), Unknown)
    first, second = await calls[move](), await calls[move]()
    assert isinstance(first, Succeeded)
    assert first == second
    kinds = {"capture": "captured", "void": "voided", "refund": "refunded"}
    assert strings.kinds_of_events(payment.reference).count(kinds[move]) == 1


@pytest.mark.parametrize("operation", ["find", "list_cards", "create_link", "cancel_link"])
@pytest.mark.parametrize("kind", ["drop_after", "cut_body", "wrong_types", "not_json"])
async def test_nonsense_is_never_taken_for_an_answer(
    kind: str, operation: str, hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    tomorrow = utc_now() + timedelta(days=1)
    link = value_of(await hasty_gateway.create_link(new_id(), PRICE, expires_at=tomorrow, key=new_id()))
    strings.fault(kind, operation)
    match operation:
        case "find":
            assert isinstance(await hasty_gateway.find("B1000001-1"), Unknown)
        case "list_cards":
            assert isinstance(await hasty_gateway.list_saved_cards("29485"), Unknown)
        case "create_link":
            outcome = await hasty_gateway.create_link(new_id(), PRICE, expires_at=tomorrow, key=new_id())
            assert isinstance(outcome, Unknown)
        case _:
            assert isinstance(await hasty_gateway.cancel_link(link.link_id, key=new_id()), Unknown)


@pytest.mark.parametrize("header, wait", [("3", 3), ("soon", None), (None, None), ("999999999", 3600)])
async def test_retry_after_is_passed_on(
    header: str | None, wait: int | None, hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    strings.fault("too_many", retry_after=header)
    outcome = await hasty_gateway.authorise(request(), key=new_id())
    expected = None if wait is None else timedelta(seconds=wait)
    assert isinstance(outcome, Unreachable)
    assert outcome.retry_after == expected


async def test_retry_after_on_unavailable_and_in_progress_is_passed_on(
    hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    for kind in ("unavailable", "in_progress"):
        strings.fault(kind, retry_after="7")
        outcome = await hasty_gateway.authorise(request(), key=new_id())
        assert isinstance(outcome, Unknown)
        assert outcome.retry_after == timedelta(seconds=7)


async def test_a_request_stuck_on_the_way_takes_effect_once_whoever_comes_first(
    hasty_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    left, asked_again = request(), request()
    key = new_id()
    strings.fault("late", "authorise", seconds=60, count=2)
    for outcome in await asyncio.gather(
        hasty_gateway.authorise(left, key=new_id()), hasty_gateway.authorise(asked_again, key=key)
    ):
        assert isinstance(outcome, Unknown)
    assert value_of(await hasty_gateway.find(left.reference)) is None  # not yet: no proof of anything
    first = value_of(await hasty_gateway.authorise(asked_again, key=key))
    strings.pass_time(61)
    assert strings.kinds_of_events(left.reference) == ["authorised"]
    assert strings.kinds_of_events(asked_again.reference) == ["authorised"]
    assert value_of(await hasty_gateway.find(asked_again.reference)) == first


async def test_latency_within_the_deadline_is_just_slow(
    http_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    strings.fault("latency", seconds=0.2)
    assert isinstance(await http_gateway.authorise(request(), key=new_id()), Succeeded)


async def test_declines_by_schedule_hit_the_calls_they_are_meant_for(
    http_gateway: HttpPaymentGateway, strings: Strings
) -> None:
    strings.fault("decline", "authorise", code="suspected_fraud", after=1, count=2)
    outcomes = [await http_gateway.authorise(request(), key=new_id()) for _ in range(4)]
    assert [type(outcome) for outcome in outcomes] == [Succeeded, Refused, Refused, Succeeded]
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].code == "suspected_fraud"


async def test_an_outage_is_unreachable_and_ends(simulator: Child, strings: Strings) -> None:
    asked, key = request(), new_id()
    async with HttpClient(simulator.url, deadline=timedelta(seconds=2)) as client:
        gateway = HttpPaymentGateway(client)
        strings.outage(on=True)
        await asyncio.sleep(0.2)
        assert isinstance(await gateway.authorise(asked, key=key), Unreachable)
        assert strings.payment(asked.reference) is None
        strings.outage(on=False)
        await asyncio.sleep(0.2)
        assert isinstance(await gateway.authorise(asked, key=key), Succeeded)


async def test_the_demo_cards_do_what_their_labels_say(simulator: Child, strings: Strings) -> None:
    async with HttpClient(simulator.url, deadline=timedelta(seconds=0.5)) as client:
        gateway = HttpPaymentGateway(client)
        silent, late, slow = (request(f"card_{kind}") for kind in ("never_answers", "late_effect", "slow"))
        keys = {asked.reference: new_id() for asked in (silent, late, slow)}
        for asked in (silent, late, slow):
            assert isinstance(await gateway.authorise(asked, key=keys[asked.reference]), Unknown)
        assert strings.kinds_of_events(silent.reference) == ["authorised"]
        assert strings.kinds_of_events(late.reference) == []
        for asked in (silent, late):
            again = await gateway.authorise(asked, key=keys[asked.reference])
            assert value_of(again).status == "authorised"
            assert strings.kinds_of_events(asked.reference) == ["authorised"]
        strings.pass_time(13)
        assert strings.kinds_of_events(late.reference) == ["authorised"]
