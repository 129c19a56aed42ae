"""Whatever the DOM does, the adapter says what is known: done, refused, not reached, or not known."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest

from backoffice.domain.ids import OrderNumber, ReservationId, Sku, utc_now
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import HistoryQuery
from backoffice.external.http import HttpClient
from tests.contracts.dom_examples import CONTEXT, a_line, an_order, to_hold
from tests.external.dom.strings import Strings
from tests.external.processes import Child

HELMET = "HL-U509-R"
NUMBERS = (f"F{number}" for number in count(1000001))

# kind of fault, what more it needs, what the caller is told, whether the order is at the DOM afterwards
TRANSFER_FAULTS: list[tuple[str, dict[str, object], type, bool]] = [
    ("latency", {"seconds": 0.1}, Succeeded, True),
    ("latency", {"seconds": 0.8}, Unknown, True),
    ("error_before", {}, Unknown, False),
    ("error_before", {"status": 503}, Unknown, False),
    ("error_after", {}, Unknown, True),
    ("drop_before", {}, Unknown, False),
    ("drop_after", {}, Unknown, True),
    ("silent_before", {}, Unknown, False),
    ("silent_after", {}, Unknown, True),
    ("cut_body", {}, Unknown, True),
    ("not_json", {}, Unknown, True),
    ("wrong_types", {}, Unknown, True),
    ("slow_drip", {"seconds": 0.05}, Unknown, True),
    ("huge_body", {}, Unknown, True),
    ("wrong_echo", {}, Unknown, True),
    ("redirect", {}, Unknown, False),
    ("too_many", {"retry_after": "7"}, Unreachable, False),
    ("unavailable", {"retry_after": "7"}, Unknown, False),
    ("turned_away", {}, Refused, False),
    ("refuse", {"code": "credit_limit", "reason": "The customer's limit is reached."}, Refused, False),
]
# A read has no effect: what can not be believed is Unknown all the same, never a guess.
READ_FAULTS = [
    ("error_before", Unknown),
    ("drop_after", Unknown),
    ("silent_before", Unknown),
    ("cut_body", Unknown),
    ("not_json", Unknown),
    ("wrong_types", Unknown),
    ("redirect", Unknown),
    ("too_many", Unreachable),
    ("turned_away", Refused),
    ("refuse", Refused),
]


@pytest.mark.parametrize("kind, more, expected, is_there", TRANSFER_FAULTS)
async def test_a_transfer_says_what_is_known_and_its_key_settles_the_rest(  # noqa: PLR0917 - the table
    dom: HttpDom,
    hasty_dom: HttpDom,
    strings: Strings,
    kind: str,
    more: dict[str, object],
    expected: type,
    is_there: bool,
) -> None:
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 1))
    strings.fault(kind, "transfer", **more)
    outcome = await hasty_dom.transfer(order, key=f"key-{number}", context=CONTEXT)
    assert isinstance(outcome, expected), outcome
    if kind == "latency":
        await wait_for_order(strings, number)
    assert (strings.order(number) is not None) is is_there
    assert (await found(dom, number)) is is_there
    again = await dom.transfer(order, key=f"key-{number}", context=CONTEXT)
    assert isinstance(again, Succeeded), again
    assert len([row for row in strings.ledger()["orders"] if row["order_number"] == number]) == 1
    assert strings.call("GET", "faults") == {"faults": []}


async def test_a_refusal_carries_the_doms_own_words(dom: HttpDom, strings: Strings) -> None:
    strings.fault(
        "refuse", "transfer", code="credit_limit", reason="The customer's limit is reached.", count=2
    )
    for _ in range(2):
        outcome = await dom.transfer(
            an_order(next(NUMBERS), a_line(HELMET, 1)), key="key-refused", context=CONTEXT
        )
        assert outcome == Refused(code="credit_limit", reason="The customer's limit is reached.")


async def test_being_turned_away_says_how_long_to_wait(dom: HttpDom, strings: Strings) -> None:
    strings.fault("too_many", "history", retry_after="7")
    outcome = await dom.get_order_history(HistoryQuery())
    assert isinstance(outcome, Unreachable)
    assert outcome.retry_after == timedelta(seconds=7)


async def ask(dom: HttpDom, operation: str) -> Outcome[object]:
    match operation:
        case "availability":
            return await dom.get_inventory_availability((Sku(HELMET),))
        case "history":
            return await dom.get_order_history(HistoryQuery())
        case "details":
            return await dom.get_order_details("SO71774")
        case "find":
            return await dom.find_transferred(OrderNumber("SO71774"))
        case "release":
            return await dom.cancel_inventory_reservation(ReservationId("r-faulty"), context=CONTEXT)
        case _:
            return await dom.reserve_inventory(
                ReservationId("r-faulty"),
                (to_hold(HELMET, 1),),
                expires_at=utc_now() + timedelta(minutes=5),
                context=CONTEXT,
            )


@pytest.mark.parametrize("operation", ["availability", "history", "details", "find", "reserve", "release"])
async def test_every_call_says_what_is_known(
    dom: HttpDom, hasty_dom: HttpDom, strings: Strings, operation: str
) -> None:
    told = {}
    for kind, _ in READ_FAULTS:
        strings.fault(kind, operation)
        told[kind] = type(await ask(hasty_dom, operation))
    assert told == dict(READ_FAULTS)
    assert isinstance(await ask(dom, operation), Succeeded)


@pytest.mark.parametrize("operation", ["details", "find", "reserve", "release", "history", "availability"])
async def test_an_answer_about_something_else_is_not_believed(
    dom: HttpDom, strings: Strings, operation: str
) -> None:
    strings.fault("wrong_echo", operation)
    assert isinstance(await ask(dom, operation), Unknown)


async def test_a_fault_may_wait_its_turn_and_last_until_cleared(dom: HttpDom, strings: Strings) -> None:
    strings.fault("error_before", "availability", after=1, count=None)
    assert isinstance(await ask(dom, "availability"), Succeeded)
    assert isinstance(await ask(dom, "history"), Succeeded)
    for _ in range(3):
        assert isinstance(await ask(dom, "availability"), Unknown)
    strings.call("DELETE", "faults")
    assert isinstance(await ask(dom, "availability"), Succeeded)


async def test_in_an_outage_nothing_is_reached_and_afterwards_all_is_well(
    dom: HttpDom, strings: Strings
) -> None:
    number = next(NUMBERS)
    order = an_order(number, a_line(HELMET, 1))
    strings.call("POST", "outage", {"on": True})
    await wait_while_listening(strings, listening=True)
    outcome = await dom.transfer(order, key=f"key-{number}", context=CONTEXT)
    assert isinstance(outcome, Unreachable)
    strings.call("POST", "outage", {"on": False})
    await wait_while_listening(strings, listening=False)
    assert isinstance(await dom.transfer(order, key=f"key-{number}", context=CONTEXT), Succeeded)


async def test_a_machine_in_between_that_knows_nothing_is_not_the_dom(simulator: Child) -> None:
    """A 404 of somebody else is a refusal, and never "there is no such order"."""
    async with HttpClient(f"{simulator.url}/elsewhere", deadline=timedelta(seconds=2)) as client:
        outcome = await HttpDom(client, context=CONTEXT).find_transferred(OrderNumber("SO71774"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "not_found"


async def found(dom: HttpDom, number: str) -> bool:
    outcome = await dom.find_transferred(OrderNumber(number))
    assert isinstance(outcome, Succeeded)
    return outcome.value is not None


async def wait_for_order(strings: Strings, number: str) -> None:

    for _ in range(100):
        if strings.order(number):
            return
        await asyncio.sleep(0.02)


async def wait_while_listening(strings: Strings, *, listening: bool) -> None:

    for _ in range(100):
        if strings.call("GET", "status")["listening"] is not listening:
            return
        await asyncio.sleep(0.02)
