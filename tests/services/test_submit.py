"""ProcessOrder Submit: one cart, at most one order, whatever the bank says or does not say."""

import asyncio
from datetime import timedelta

import pytest

from backoffice.domain.errors import Conflict, NotAllowed
from backoffice.domain.ids import Sku
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.money import Money
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import CheckoutState
from backoffice.services.audit import verify_chain
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import (
    checkout_attempts,
    order_events,
    order_lines,
    order_statuses,
    orders,
    payments,
    transfers,
)
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from tests.services.desk import CARD, DECLINED, LATE, ON_ACCOUNT, Desk
from tests.services.world import AGENT, SUPERVISOR

SILENCE = Unknown(reason="No answer within 10 seconds.")
HOUR = timedelta(hours=1)


async def test_cart_on_account_becomes_one_order(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R", "1*BK-M68S-38")
    result = await desk.submit(cart)
    assert result.state is CheckoutState.COMPLETED
    assert result.order_number == "B1000001"
    assert cart.prepared is not None
    assert result.total == cart.prepared.totals.total
    assert desk.cart_status(cart.cart_id) == "ordered"
    desk.assert_totals_add_up(result.order_number)
    order = desk.order(result.order_number)
    assert [row["status"] for row in desk.rows(order_statuses, order_id=order["order_id"])] == ["P", "I", "C"]
    for table in (order_events, transfers, mails):
        assert len(desk.rows(table, order_id=order["order_id"])) == 1
    assert {job["name"] for job in desk.waiting_jobs()} == {"transfer_order", "send_mail"}
    assert desk.payment_statuses() == ["authorised"]
    assert desk.gateway.calls == []
    assert desk.office.store.read_here(verify_chain) == []
    assert desk.rows(audit)[-1]["action"] == "checkout.completed"


async def test_order_with_one_card_costs_exactly_two_commits(desk: Desk) -> None:
    cart = await desk.cart("1*HL-U509-R", "1*BK-M68S-38", pay=CARD)
    desk.commits.clear()
    result = await desk.submit(cart)
    assert result.state is CheckoutState.COMPLETED
    assert len(desk.commits) == 2
    assert desk.gateway.held() == desk.order(result.order_number)["total"]
    desk.assert_totals_add_up(result.order_number)


async def test_order_keeps_what_it_froze_whatever_changes_later(desk: Desk) -> None:
    number = (await desk.ordered("3*HL-U509-R")).order_number
    before = desk.order(number), desk.rows(order_lines)
    desk.change_product("HL-U509-R", name="Renamed", list_price=1)
    assert (desk.order(number), desk.rows(order_lines)) == before
    assert before[0]["snapshot_hash"]


async def test_total_is_split_between_a_card_and_an_account(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    part = Money(5000, "USD")
    plans = (
        PaymentPlan(method=CARD.method, reference=CARD.reference, label=CARD.label, amount=part),
        ON_ACCOUNT,
    )
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, plans, version=cart.version)
    result = await desk.submit(await desk.prepare(cart))
    assert result.state is CheckoutState.COMPLETED
    assert desk.gateway.held() == 5000
    desk.assert_totals_add_up(result.order_number)


async def test_declined_card_fails_the_order_and_leaves_the_cart_usable(desk: Desk) -> None:
    cart = await desk.cart(pay=DECLINED)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "declined" in result.sentence
    assert result.advice
    assert desk.order(result.order_number)["status"] == "FAILED"
    assert desk.payment_statuses() == ["declined"]
    assert desk.rows(payments)[0]["reason"]
    assert desk.cart_status(cart.cart_id) == "open"
    assert [row["status"] for row in desk.rows(reservations)] == ["held"]
    assert desk.held_at_dom() == 3
    desk.assert_nothing_held()
    assert not {"transfer_order", "send_mail"} & {job["name"] for job in desk.waiting_jobs()}


async def test_cart_submitted_again_with_another_card_gets_a_new_number(desk: Desk) -> None:
    cart = await desk.cart(pay=DECLINED)
    first = await desk.submit(cart)
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, (CARD,), version=cart.version)
    second = await desk.submit(cart)  # another payment keeps the promise of Prepare
    assert second.state is CheckoutState.COMPLETED
    assert (first.order_number, second.order_number) == ("B1000001", "B1000002")
    assert [row["status"] for row in desk.rows(reservations)] == ["consumed"]
    await desk.run_jobs(within=HOUR)
    desk.assert_nothing_held()


async def test_lost_answer_is_found_by_our_reference_in_the_same_breath(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE, effect=True)
    result = await desk.ordered(pay=CARD)
    assert result.state is CheckoutState.COMPLETED
    assert len(desk.gateway.payments) == 1


async def test_unknown_authorisation_is_checked_until_the_bank_answers(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE, effect=True)
    desk.gateway.script("find", SILENCE, times=3)
    cart = await desk.cart(pay=CARD)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.CHECKING
    assert "Not known yet" in result.sentence
    assert desk.cart_status(cart.cart_id) == "in_checkout"
    with pytest.raises(Conflict, match="being submitted"):
        await desk.office.carts.set_notes(AGENT, cart.cart_id, "wait", version=cart.version)
    await desk.run_jobs(within=timedelta(minutes=2))
    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.COMPLETED
    assert len(desk.gateway.payments) == 1
    assert len(desk.rows(orders)) == 1


async def test_request_that_never_arrived_is_asked_again_with_its_own_key(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE)
    cart = await desk.cart(pay=CARD)
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    await desk.run_jobs(within=timedelta(minutes=1))
    asked = [key for operation, key in desk.gateway.calls if operation == "authorise"]
    assert len(asked) == 2
    assert len(set(asked)) == 1
    assert desk.cart_status(cart.cart_id) == "ordered"


@pytest.mark.parametrize(
    "answer", [Unreachable(reason="Down."), Refused(code="http_403", reason="A proxy."), SILENCE]
)
async def test_being_turned_away_later_does_not_undo_what_may_have_happened(
    desk: Desk, answer: Unreachable | Refused | Unknown
) -> None:
    desk.gateway.script("authorise", SILENCE)
    desk.gateway.script("authorise", answer)
    cart = await desk.cart(pay=CARD)
    await desk.submit(cart)
    await desk.run_jobs(within=timedelta(seconds=3))
    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.CHECKING
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.cart_status(cart.cart_id) == "ordered"


async def test_checking_keeps_one_watcher_and_asks_ever_more_rarely(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE, times=1000)
    cart = await desk.cart(pay=CARD)
    await desk.submit(cart)
    ran = await desk.run_jobs(within=timedelta(minutes=5))
    assert ran.count("resume_checkout") < 40
    assert len([job for job in desk.waiting_jobs() if job["name"] == "resume_checkout"]) <= 2
    assert len([row for row in desk.rows(audit) if row["action"] == "checkout.checking"]) == 1


async def test_bank_that_never_answers_loses_the_order_once_the_promise_is_over(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE, times=1000, effect=True)
    desk.gateway.script("find", SILENCE, times=40)
    cart = await desk.cart(pay=CARD)
    result = await desk.submit(cart)
    await desk.run_jobs(within=timedelta(minutes=30))
    assert desk.order("B1000001")["status"] == "FAILED"
    assert result.state is CheckoutState.CHECKING
    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.ROLLED_BACK
    await desk.run_jobs(within=HOUR)
    assert desk.payment_statuses() == ["voided"]
    assert desk.gateway.held() == 0
    desk.assert_nothing_held()


async def test_late_authorisation_completes_the_order_when_the_bank_decides(desk: Desk) -> None:
    cart = await desk.cart(pay=LATE)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.CHECKING
    assert desk.payment_statuses() == ["pending"]
    await desk.run_jobs(within=timedelta(minutes=1))
    desk.gateway.decide("B1000001-1")
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.cart_status(cart.cart_id) == "ordered"
    desk.assert_totals_add_up("B1000001")


async def test_late_decline_rolls_the_order_back(desk: Desk) -> None:
    cart = await desk.cart(pay=LATE)
    await desk.submit(cart)
    desk.gateway.decide("B1000001-1", "insufficient_funds")
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.order("B1000001")["status"] == "FAILED"
    assert desk.payment_statuses() == ["declined"]
    assert desk.cart_status(cart.cart_id) == "open"


async def test_bank_out_of_reach_charges_nothing_and_says_so(desk: Desk) -> None:
    desk.gateway.script("authorise", Unreachable(reason="Could not connect."))
    cart = await desk.cart(pay=CARD)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "can not be reached" in result.sentence
    desk.assert_nothing_held()
    assert (await desk.submit(cart)).state is CheckoutState.COMPLETED


async def test_one_declined_card_of_two_lets_go_of_the_other(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    part = Money(5000, "USD")
    plans = (PaymentPlan(method=CARD.method, reference=CARD.reference, label="first", amount=part), DECLINED)
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, plans, version=cart.version)
    result = await desk.submit(await desk.prepare(cart))
    assert result.state is CheckoutState.ROLLED_BACK
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.gateway.held() == 0
    assert sorted(desk.payment_statuses()) == ["declined", "voided"]


async def test_submitting_twice_gives_the_same_order(desk: Desk) -> None:
    cart = await desk.cart()
    first = await desk.submit(cart)
    assert await desk.submit(cart) == first
    assert len(desk.rows(orders)) == 1
    assert len(desk.rows(checkout_attempts)) == 1


async def test_two_desks_submitting_one_cart_make_one_order(desk: Desk) -> None:
    other = await desk.another("desk-2")
    try:
        cart = await desk.cart(pay=CARD)
        results = await asyncio.gather(desk.submit(cart), other.submit(cart), desk.submit(cart))
    finally:
        await other.office.close()
    assert {result.order_number for result in results} == {"B1000001"}
    assert len(desk.gateway.payments) == 1


async def test_stale_version_changes_nothing(desk: Desk) -> None:
    cart = await desk.cart()
    await desk.office.carts.set_notes(AGENT, cart.cart_id, "Leave at the gate", version=cart.version)
    with pytest.raises(Conflict) as refusal:
        await desk.submit(cart)
    assert refusal.value.code == "modified"
    assert desk.rows(checkout_attempts) == []


async def test_changed_cart_must_be_prepared_again(desk: Desk) -> None:
    cart = await desk.cart()
    cart = await desk.office.carts.add_line(AGENT, cart.cart_id, Sku("HL-U509-R"), 1, version=cart.version)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "changed since it was prepared" in result.sentence
    assert desk.rows(orders) == []
    assert (await desk.submit(await desk.prepare(cart))).order_number == "B1000001"


async def test_expired_promise_must_be_made_again(desk: Desk) -> None:
    cart = await desk.cart()
    desk.clock.pass_time(timedelta(minutes=16))
    result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "run out" in result.sentence
    assert (await desk.submit(await desk.prepare(cart))).state is CheckoutState.COMPLETED


async def test_line_that_is_not_held_can_not_be_submitted(desk: Desk) -> None:
    desk.dom.stock("HL-U509-R", 2)
    result = await desk.ordered("3*HL-U509-R")
    assert result.state is CheckoutState.ROLLED_BACK
    assert "0 of 3 HL-U509-R" in result.sentence


async def test_fewer_pieces_held_than_asked_is_not_enough(desk: Desk) -> None:
    desk.dom.bend_next_reservation("partial", quantity=2)
    result = await desk.ordered("3*HL-U509-R")
    assert result.state is CheckoutState.ROLLED_BACK
    assert "2 of 3 HL-U509-R" in result.sentence


async def test_item_taken_off_sale_meanwhile_can_not_be_submitted(desk: Desk) -> None:
    cart = await desk.cart()
    desk.change_product("HL-U509-R", sell_until=(desk.clock.now - timedelta(days=2)).date())
    result = await desk.submit(cart)
    assert "Not on sale any more: HL-U509-R" in result.sentence


async def test_fewer_than_the_minimum_can_not_be_submitted(desk: Desk) -> None:
    cart = await desk.cart()
    desk.change_product("HL-U509-R", minimum_quantity=5)
    assert "sold from 5" in (await desk.submit(cart)).sentence


async def test_payments_that_do_not_add_up_are_refused(desk: Desk) -> None:
    cart = await desk.built()
    plan = PaymentPlan(method=ON_ACCOUNT.method, reference="PO", label="PO", amount=Money(1, "USD"))
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, (plan,), version=cart.version)
    result = await desk.submit(await desk.prepare(cart))
    assert "do not add up" in result.sentence
    assert desk.order(result.order_number)["status"] == "FAILED"


async def test_cart_nobody_pays_for_is_refused(desk: Desk) -> None:
    cart = await desk.built(pay=())
    assert (await desk.submit(await desk.prepare(cart))).sentence == "How is it paid?"


async def test_only_who_may_submits(desk: Desk) -> None:
    cart = await desk.cart()
    with pytest.raises(NotAllowed):
        await desk.submit(cart, actor=Actor(staff_id=AGENT.staff_id, name="Sam", role=Role.SUPPORT, desk="d"))
    with pytest.raises(Conflict, match=r"Ann .at desk 1. holds this cart"):
        await desk.submit(
            cart, actor=Actor(staff_id=SUPERVISOR.staff_id, name="Bob", role=Role.AGENT, desk="d")
        )
    subject = Subject(kind=LockKind.CART, name=cart.cart_id)
    await desk.office.locks.take_over(SUPERVISOR, subject, "Ann is ill")
    assert (await desk.submit(cart, actor=SUPERVISOR)).state is CheckoutState.COMPLETED
