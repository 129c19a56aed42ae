"""What a gateway can not do is made up for, or told: keys that die, no look-up, errors not repeated, one capture."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backoffice.domain.outcome import Refused, Unknown
from backoffice.domain.payment import MoveKind
from backoffice.domain.statuses import CheckoutState, MoveStatus
from backoffice.services.payments.judge import Try, is_final, next_try, wait_after
from backoffice.services.payments.shares import Due, LineState, due
from backoffice.store.tables.payments import payment_moves
from tests.fakes.payments import FakePaymentGateway
from tests.services.desk import CARD, Desk
from tests.services.parcels import line_total, tell
from tests.services.test_money_moves import BIKE, HELMET, broken, figures, moves, shipped
from tests.services.world import AGENT, SUPERVISOR

STRONG = FakePaymentGateway.capabilities
SILENCE = Unknown(reason="No answer within 10 seconds.")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LOST = (MoveStatus.SENT, MoveStatus.UNKNOWN)


def weak(desk: Desk, **changed: object) -> None:
    """Take abilities away from the desk's gateway."""
    desk.gateway.capabilities = replace(STRONG, **changed)  # type: ignore[arg-type] # any capability


def test_what_was_certainly_not_sent_is_sent() -> None:
    for kind in MoveKind:
        tried = next_try(kind, MoveStatus.PLANNED, key_age=DAY * 400, capabilities=STRONG)
        assert tried == Try(look_up=False, may_send=True)


@pytest.mark.parametrize("was", LOST)
def test_what_may_have_arrived_is_looked_up_and_sent_while_its_key_lives(was: MoveStatus) -> None:
    mortal = replace(STRONG, key_lifetime=DAY)
    for kind in (MoveKind.CAPTURE, MoveKind.REFUND):
        assert next_try(kind, was, key_age=HOUR, capabilities=mortal) == Try(look_up=True, may_send=True)
        assert next_try(kind, was, key_age=DAY, capabilities=mortal) == Try(look_up=True, may_send=False)
        blind = replace(mortal, lookup_by_reference=False)
        assert next_try(kind, was, key_age=DAY, capabilities=blind) == Try(look_up=False, may_send=False)


@pytest.mark.parametrize("was", LOST)
def test_a_void_is_repeated_where_that_is_harmless(was: MoveStatus) -> None:
    assert next_try(MoveKind.VOID, was, key_age=DAY * 400, capabilities=STRONG).may_send
    careful = replace(STRONG, void_is_idempotent=False)
    assert next_try(MoveKind.VOID, was, key_age=HOUR, capabilities=careful) == Try(
        look_up=True, may_send=True
    )
    assert not next_try(MoveKind.VOID, was, key_age=DAY * 400, capabilities=careful).may_send


def test_a_refusal_is_final_where_it_would_be_repeated() -> None:
    assert is_final(1, STRONG)
    moody = replace(STRONG, replays_errors=False)
    assert [is_final(tries, moody) for tries in (1, 2, 3)] == [False, False, True]


def test_waits_double_up_to_five_minutes_and_never_fall_below_what_was_asked_for() -> None:
    assert [wait_after(tries).total_seconds() for tries in (0, 1, 2, 8, 9, 90)] == [1, 2, 4, 256, 300, 300]
    assert wait_after(1, HOUR) == HOUR


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([], Due(now=0, most=1100, complete=False)),
        ([(1000, 3, 0, 0)], Due(now=0, most=1100, complete=False)),
        ([(1000, 3, 1, 0)], Due(now=333, most=1100, complete=False)),
        ([(1000, 3, 2, 0)], Due(now=666, most=1100, complete=False)),
        ([(1000, 3, 3, 0)], Due(now=1100, most=1100, complete=True)),
        ([(1000, 3, 2, 1)], Due(now=766, most=766, complete=True)),
        ([(1000, 3, 0, 3)], Due(now=0, most=100, complete=False)),
        ([(600, 1, 1, 0), (400, 1, 0, 0)], Due(now=600, most=1100, complete=False)),
    ],
)
def test_what_is_due_follows_the_pieces(lines: list[tuple[int, int, int, int]], expected: Due) -> None:
    states = [
        LineState(total=total, quantity=quantity, shipped=shipped, cancelled=cancelled)
        for total, quantity, shipped, cancelled in lines
    ]
    assert due(states, 1100) == expected


async def test_a_capture_whose_key_is_dead_is_never_sent_again(desk: Desk) -> None:
    weak(desk, key_lifetime=HOUR)
    await shipped(desk)
    desk.gateway.script("capture", SILENCE)
    desk.gateway.script("find", SILENCE, times=60)
    await desk.run_jobs(within=2 * DAY)
    assert [status for *_, status in moves(desk)] == ["refused"]
    assert len([call for call, _ in desk.gateway.calls if call == "capture"]) == 1
    [alert] = await desk.office.payments.alerts(SUPERVISOR)
    assert "forgotten" in alert.reason
    await desk.office.payments.try_anew(SUPERVISOR, alert.move_id)
    await desk.run_jobs()
    assert [status for *_, status in moves(desk)] == ["dropped", "done"]
    keys = [key for call, key in desk.gateway.calls if call == "capture"]
    assert len(set(keys)) == 2
    assert await desk.office.payments.alerts(SUPERVISOR) == ()
    assert broken(desk) == []


async def test_without_a_look_up_the_same_key_is_asked_again(desk: Desk) -> None:
    weak(desk, lookup_by_reference=False)
    await shipped(desk)
    desk.gateway.script("capture", SILENCE, effect=True)
    await desk.run_jobs(within=HOUR)
    assert [status for *_, status in moves(desk)] == ["done"]
    assert "find" not in [call for call, _ in desk.gateway.calls]
    assert sum(paid.captured for paid in desk.gateway.payments.values()) == figures(desk)[0][2]


async def test_a_refusal_that_may_pass_is_tried_three_times(desk: Desk) -> None:
    weak(desk, replays_errors=False, lookup_by_reference=False)
    await shipped(desk)
    desk.gateway.script("capture", Refused(code="busy", reason="Not now."), times=2)
    await desk.run_jobs(within=HOUR)
    assert [status for *_, status in moves(desk)] == ["done"]


async def test_one_capture_takes_all_and_what_is_cancelled_later_is_given_back(desk: Desk) -> None:
    weak(desk, captures_once=True)
    number = await shipped(desk)
    total = desk.order(number)["total"]
    await desk.run_jobs()
    assert figures(desk) == [("captured", total, total, 0)]
    await tell(desk, number, 2, status="S", shipped={HELMET: 3}, cancelled={BIKE: 1})
    await desk.run_jobs()
    assert figures(desk) == [("captured", total, total, line_total(desk, number, BIKE))]
    assert broken(desk) == []


async def test_a_second_capture_finds_nothing_left(desk: Desk) -> None:
    weak(desk, captures_once=True)
    number = await shipped(desk)
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={BIKE: 1})
    await desk.run_jobs()
    assert [status for *_, status in moves(desk)] == ["done", "dropped"]
    assert broken(desk) == []


@pytest.mark.parametrize("effect", [True, False], ids=["and it was held", "and it never arrived"])
async def test_without_a_look_up_a_lost_authorisation_is_asked_again(desk: Desk, effect: bool) -> None:
    weak(desk, lookup_by_reference=False)
    desk.gateway.script("authorise", SILENCE, effect=effect)
    cart = await desk.cart(pay=CARD)
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.cart_status(cart.cart_id) == "ordered"
    assert len(desk.gateway.payments) == 1


@pytest.mark.parametrize("effect", [True, False], ids=["and it was held", "and it never arrived"])
async def test_without_a_look_up_a_rollback_still_lets_go(desk: Desk, effect: bool) -> None:
    weak(desk, lookup_by_reference=False)
    desk.gateway.script("authorise", SILENCE, times=40, effect=effect)
    await desk.submit(await desk.cart(pay=CARD))
    await desk.run_jobs(within=timedelta(hours=6))
    assert desk.order("B1000001")["status"] == "FAILED"
    assert desk.gateway.held() == 0
    assert desk.payment_statuses() == ["voided"]


async def test_an_authorisation_whose_key_died_unseen_never_was(desk: Desk) -> None:
    weak(desk, key_lifetime=timedelta(seconds=1))
    desk.gateway.script("authorise", SILENCE)
    cart = await desk.cart(pay=CARD)
    await desk.submit(cart)
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.order("B1000001")["status"] == "FAILED"
    assert len([call for call, _ in desk.gateway.calls if call == "authorise"]) == 1


async def test_nobody_can_say_any_more_what_became_of_it(desk: Desk) -> None:
    weak(desk, key_lifetime=timedelta(seconds=1), lookup_by_reference=False)
    desk.gateway.script("authorise", SILENCE)
    await desk.submit(await desk.cart(pay=CARD))
    await desk.run_jobs(within=timedelta(hours=1))
    await desk.office.maintenance.run_once()
    assert desk.payment_statuses() == ["voiding"]
    [alert] = await desk.office.payments.alerts(SUPERVISOR)
    assert "Nobody can say" in alert.reason


async def test_a_void_that_must_not_be_repeated_is_looked_up(desk: Desk) -> None:
    weak(desk, void_is_idempotent=False)
    number = (await desk.ordered(f"3*{HELMET}", pay=CARD)).order_number
    await desk.run_jobs()
    await tell(desk, number, 1, status="X", cancelled={HELMET: 3})
    desk.gateway.script("void", SILENCE, effect=True)
    await desk.run_jobs(within=HOUR)
    assert desk.payment_statuses() == ["voided"]
    assert len([call for call, _ in desk.gateway.calls if call == "void"]) == 1


async def test_a_supervisor_says_what_was_seen_to_outside(desk: Desk) -> None:
    number = await shipped(desk)
    desk.gateway.script("capture", Refused(code="lost_card", reason="The card is reported lost."))
    await desk.run_jobs()
    [move] = await desk.office.payments.moves(AGENT, number)
    assert (move.kind, move.status, move.order_number) == (MoveKind.CAPTURE, MoveStatus.REFUSED, number)
    await desk.office.payments.seen_to(SUPERVISOR, move.move_id, "Paid by transfer.")
    assert await desk.office.payments.alerts(SUPERVISOR) == ()
    assert desk.rows(payment_moves)[0]["reason"] == "Paid by transfer."


async def test_a_gateway_that_says_yes_and_did_nothing_is_not_believed(desk: Desk) -> None:
    await shipped(desk)
    [paid] = desk.gateway.payments.values()
    lies = desk.gateway.capture

    async def capture(gateway_id: str, amount: object, *, key: str) -> object:
        desk.gateway.capture = lies  # type: ignore[method-assign] # the fake's own
        return await desk.gateway.find(paid.reference)

    desk.gateway.capture = capture  # type: ignore[assignment,method-assign] # the fake's own
    await desk.run_jobs()
    assert [status for *_, status in moves(desk)] == ["unknown"]
    await desk.run_jobs(within=HOUR)
    assert [status for *_, status in moves(desk)] == ["done"]
