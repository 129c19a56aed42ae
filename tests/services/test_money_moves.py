"""Money after the pivot: captured as parcels leave, voided, given back; each move asked for once, whatever is said."""

from datetime import timedelta
from typing import Any

import pytest

from backoffice.domain.money import Money
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from backoffice.store.tables.ordering import payments
from backoffice.store.tables.payments import payment_moves
from backoffice.store.tables.people import audit
from tests.services.desk import CARD, ON_ACCOUNT, Desk
from tests.services.parcels import line_total, tell

SILENCE = Unknown(reason="No answer within 10 seconds.")
DOWN = Unreachable(reason="Could not connect.")
HOUR = timedelta(hours=1)
HELMET, BIKE = "HL-U509-R", "BK-M68S-38"


def card(amount: int | None, token: str = "card_approves") -> PaymentPlan:
    part = None if amount is None else Money(amount, "USD")
    return PaymentPlan(method=PaymentMethod.CARD, reference=token, label=token, amount=part)


def figures(desk: Desk) -> list[tuple[str, int, int, int]]:
    """Status, authorised, captured and refunded of each payment, in their order."""
    rows = sorted(desk.rows(payments), key=lambda row: str(row["reference"]))
    return [(row["status"], row["authorised"], row["captured"], row["refunded"]) for row in rows]


def moves(desk: Desk) -> list[tuple[str, int, str]]:
    rows = sorted(desk.rows(payment_moves), key=lambda row: (str(row["payment_id"]), int(row["place"])))
    return [(row["kind"], row["amount"], row["status"]) for row in rows]


def broken(desk: Desk) -> list[Any]:
    """What the checks of money find wrong."""
    ledgers = Ledgers(now=desk.clock(), quiet=True)
    found = desk.office.store.read_here(lambda connection: check_all(connection, ledgers))
    return [one.violations for one in found if one.violations and one.invariant.number in {3, 5, 7}]


async def shipped(desk: Desk, pay: PaymentPlan | tuple[PaymentPlan, ...] = CARD) -> str:
    """An order of three helmets and a bicycle, the helmets of which have left."""
    number = (await desk.ordered(f"3*{HELMET}", f"1*{BIKE}", pay=pay)).order_number
    await desk.run_jobs()
    assert await tell(desk, number, 1, shipped={HELMET: 3}, parcel={HELMET: 3}) == "applied"
    return number


async def test_each_parcel_is_paid_for_and_the_last_takes_the_rest(desk: Desk) -> None:
    number = await shipped(desk)
    total = desk.order(number)["total"]
    await desk.run_jobs()
    helmets = line_total(desk, number, HELMET)
    assert figures(desk) == [("authorised", total, helmets, 0)]
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={BIKE: 1})
    await desk.run_jobs()
    assert figures(desk) == [("captured", total, total, 0)]
    assert [(kind, status) for kind, _, status in moves(desk)] == [("capture", "done"), ("capture", "done")]
    assert broken(desk) == []


async def test_the_same_news_twice_and_in_another_order_takes_nothing_more(desk: Desk) -> None:
    number = (await desk.ordered(f"3*{HELMET}", f"1*{BIKE}", pay=CARD)).order_number
    await desk.run_jobs()
    total = desk.order(number)["total"]
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={HELMET: 3, BIKE: 1})
    await tell(desk, number, 1, shipped={HELMET: 1})
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={HELMET: 3, BIKE: 1})
    await desk.run_jobs()
    assert figures(desk) == [("captured", total, total, 0)]
    assert [kind for kind, _, _ in moves(desk)] == ["capture"]


async def test_a_store_may_leave_the_parcels_unpaid(desk: Desk) -> None:
    desk.use(desk.system(), capture_on_shipment=False)
    await shipped(desk)
    assert moves(desk) == []


async def test_what_ships_at_once_is_taken_right_after_the_pivot(desk: Desk) -> None:
    desk.change_product(HELMET, is_physical=False)
    number = (await desk.ordered(f"3*{HELMET}", f"1*{BIKE}", pay=CARD)).order_number
    assert [(kind, status) for kind, _, status in moves(desk)] == [("capture", "planned")]
    assert not [call for call, _ in desk.gateway.calls if call == "capture"]
    await desk.run_jobs()
    [(status, _, captured, _)] = figures(desk)
    assert (status, captured) == ("authorised", line_total(desk, number, HELMET))


async def test_on_account_counts_as_invoiced_without_asking_anybody(desk: Desk) -> None:
    number = await shipped(desk, pay=ON_ACCOUNT)
    total, helmets = desk.order(number)["total"], line_total(desk, number, HELMET)
    assert figures(desk) == [("authorised", total, helmets, 0)]
    await tell(desk, number, 2, status="R", shipped={HELMET: 3}, cancelled={BIKE: 1})
    bike = line_total(desk, number, BIKE)
    assert figures(desk) == [("captured", total - bike, total - bike, 0)]
    assert desk.gateway.calls == []


async def test_cancelled_pieces_are_let_go_of_with_the_last_parcel(desk: Desk) -> None:
    number = await shipped(desk)
    total, bike = desk.order(number)["total"], line_total(desk, number, BIKE)
    await tell(desk, number, 2, shipped={HELMET: 3}, cancelled={BIKE: 1})
    await desk.run_jobs()
    assert figures(desk) == [("captured", total - bike, total - bike, 0)]
    assert desk.gateway.held() == 0
    await tell(desk, number, 3, shipped={HELMET: 3}, cancelled={BIKE: 1})
    assert [kind for kind, _, _ in moves(desk)] == ["capture", "capture", "void"]
    assert broken(desk) == []


async def test_what_was_taken_for_pieces_cancelled_later_is_given_back(desk: Desk) -> None:
    number = await shipped(desk)
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={BIKE: 1})
    await desk.run_jobs()
    total, bike = desk.order(number)["total"], line_total(desk, number, BIKE)
    await tell(desk, number, 3, status="S", shipped={HELMET: 3}, cancelled={BIKE: 1})
    await desk.run_jobs()
    assert figures(desk) == [("captured", total, total, bike)]
    assert broken(desk) == []


async def test_parts_are_taken_from_the_account_first_then_card_by_card(desk: Desk) -> None:
    plans = (card(1000), card(2000), PaymentPlan(method=ON_ACCOUNT.method, reference="PO", label="PO"))
    number = (await desk.ordered(f"3*{HELMET}", f"1*{BIKE}", pay=plans)).order_number
    desk.assert_totals_add_up(number)
    await desk.run_jobs()
    rest = desk.order(number)["total"] - 3000
    await tell(desk, number, 1, shipped={BIKE: 1}, parcel={BIKE: 1})
    await desk.run_jobs()
    bike = line_total(desk, number, BIKE)
    assert figures(desk) == [
        ("authorised", 1000, 0, 0),
        ("authorised", 2000, 0, 0),
        ("authorised", rest, bike, 0),
    ]
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={HELMET: 3})
    await desk.run_jobs()
    assert [status for status, *_ in figures(desk)] == ["captured"] * 3
    assert broken(desk) == []


async def test_an_order_cancelled_before_any_parcel_lets_go_of_all(desk: Desk) -> None:
    number = (await desk.ordered(f"3*{HELMET}", pay=(card(1000), ON_ACCOUNT))).order_number
    await desk.run_jobs()
    await tell(desk, number, 1, status="X", cancelled={HELMET: 3})
    assert [status for status, *_ in figures(desk)] == ["voiding", "voided"]
    await desk.run_jobs()
    assert [status for status, *_ in figures(desk)] == ["voided", "voided"]
    assert desk.gateway.held() == 0
    assert broken(desk) == []


async def test_an_order_cancelled_after_it_was_taken_is_given_back(desk: Desk) -> None:
    desk.change_product(HELMET, is_physical=False)
    number = (await desk.ordered(f"3*{HELMET}", pay=(card(1000), ON_ACCOUNT))).order_number
    await desk.run_jobs()
    assert [status for status, *_ in figures(desk)] == ["captured", "captured"]
    await tell(desk, number, 1, status="X", cancelled={HELMET: 3})
    await desk.run_jobs()
    assert [status for status, *_ in figures(desk)] == ["refunded", "refunded"]
    assert broken(desk) == []


async def test_a_cancellation_drops_what_was_only_planned(desk: Desk) -> None:
    desk.change_product(HELMET, is_physical=False)
    number = (await desk.ordered(f"3*{HELMET}", pay=CARD)).order_number
    await tell(desk, number, 1, status="X", cancelled={HELMET: 3})
    await desk.run_jobs()
    assert [(kind, status) for kind, _, status in moves(desk)] == [("capture", "dropped"), ("void", "done")]
    assert figures(desk) == [("voided", 0, 0, 0)]


async def test_what_has_left_stays_paid_when_the_rest_is_cancelled(desk: Desk) -> None:
    number = await shipped(desk)
    await desk.run_jobs()
    await tell(desk, number, 2, status="X", shipped={HELMET: 3}, cancelled={BIKE: 1})
    await desk.run_jobs()
    helmets = line_total(desk, number, HELMET)
    assert figures(desk) == [("captured", helmets, helmets, 0)]
    assert desk.gateway.held() == 0


@pytest.mark.parametrize("effect", [True, False], ids=["and it was done", "and it never arrived"])
async def test_a_lost_answer_is_looked_up_and_the_money_moves_once(desk: Desk, effect: bool) -> None:
    number = await shipped(desk)
    desk.gateway.script("capture", SILENCE, effect=effect)
    await desk.run_jobs()
    assert [status for _, _, status in moves(desk)] == ["unknown"]
    await desk.run_jobs(within=HOUR)
    helmets = line_total(desk, number, HELMET)
    assert figures(desk)[0][2] == helmets
    assert sum(paid.captured for paid in desk.gateway.payments.values()) == helmets
    sent = [key for call, key in desk.gateway.calls if call == "capture"]
    assert len(sent) == (1 if effect else 2)
    assert len(set(sent)) == 1


async def test_a_move_the_gateway_did_not_take_is_sent_again_with_its_key(desk: Desk) -> None:
    await shipped(desk)
    desk.gateway.script("capture", Unreachable(reason="Wait.", retry_after=timedelta(minutes=3)), times=2)
    await desk.run_jobs()
    assert [status for _, _, status in moves(desk)] == ["planned"]
    await desk.run_jobs(within=timedelta(minutes=2))
    assert len([call for call, _ in desk.gateway.calls if call == "capture"]) == 1
    await desk.run_jobs(within=HOUR)
    sent = [key for call, key in desk.gateway.calls if call == "capture"]
    assert (len(sent), len(set(sent))) == (3, 1)
    assert [status for _, _, status in moves(desk)] == ["done"]


async def test_a_look_up_that_is_not_answered_leaves_it_unknown(desk: Desk) -> None:
    await shipped(desk)
    desk.gateway.script("capture", SILENCE, effect=True)
    desk.gateway.script("find", SILENCE, times=2)
    await desk.run_jobs(within=timedelta(seconds=6))
    assert [status for _, _, status in moves(desk)] == ["unknown"]
    await desk.run_jobs(within=HOUR)
    assert [status for _, _, status in moves(desk)] == ["done"]


async def test_a_refusal_waits_for_a_supervisor_and_says_so(desk: Desk) -> None:
    await shipped(desk)
    desk.gateway.script("capture", Refused(code="card_reported_lost", reason="The card is reported lost."))
    await desk.run_jobs(within=HOUR)
    [row] = desk.rows(payment_moves)
    assert (row["status"], row["reason"]) == ("refused", "The card is reported lost.")
    assert row["alerted_at"] is not None
    assert "payment.alert" in {entry["action"] for entry in desk.rows(audit)}


async def test_a_refusal_of_what_was_done_before_is_no_refusal(desk: Desk) -> None:
    number = await shipped(desk)
    desk.gateway.script("capture", Refused(code="capture_too_large", reason="Taken already."), effect=True)
    await desk.run_jobs()
    assert figures(desk)[0][2] == line_total(desk, number, HELMET)


async def test_a_proxy_in_the_way_refuses_nothing(desk: Desk) -> None:
    await shipped(desk)
    desk.gateway.script("capture", Refused(code="http_403", reason="A proxy."))
    await desk.run_jobs()
    assert [status for _, _, status in moves(desk)] == ["unknown"]
    await desk.run_jobs(within=HOUR)
    assert [status for _, _, status in moves(desk)] == ["done"]


async def test_nobody_knows_for_too_long_and_a_supervisor_is_told_once(desk: Desk) -> None:
    await shipped(desk)
    desk.gateway.script("capture", DOWN, times=1000)
    await desk.run_jobs(within=timedelta(minutes=31))
    await desk.office.maintenance.run_once()
    await desk.office.maintenance.run_once()
    assert [row["action"] for row in desk.rows(audit)].count("payment.alert") == 1
    assert desk.rows(payment_moves)[0]["alerted_at"] is not None


async def test_a_lost_job_is_queued_again_by_housekeeping(desk: Desk) -> None:
    await shipped(desk)
    desk.lose_jobs()
    desk.clock.pass_time(timedelta(minutes=2))
    await desk.office.maintenance.run_once()
    await desk.run_jobs(within=timedelta(minutes=1))
    assert [status for _, _, status in moves(desk)] == ["done"]


async def test_a_cancellation_waits_for_the_capture_nobody_knows_of(desk: Desk) -> None:
    desk.change_product(HELMET, is_physical=False)
    number = (await desk.ordered(f"3*{HELMET}", pay=CARD)).order_number
    desk.gateway.script("capture", SILENCE, effect=True)
    await desk.run_jobs()
    await tell(desk, number, 1, status="X", cancelled={HELMET: 3})
    await desk.run_jobs(within=HOUR)
    [(status, authorised, captured, refunded)] = figures(desk)
    assert status == "refunded"
    assert authorised == captured == refunded
    assert desk.gateway.held() == 0
    assert broken(desk) == []
