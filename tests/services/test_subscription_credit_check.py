"""What is paid again every period, with nothing to pay now: the card is tried with 1.00, which is let go of again."""

from datetime import timedelta

import pytest

from backoffice.domain.cart import Cart
from backoffice.domain.outcome import Refused, Unknown
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CheckoutState
from backoffice.store.tables.ordering import payments
from tests.services.desk import CARD, DECLINED, LATE, ON_ACCOUNT, Desk
from tests.services.selling import certificate
from tests.services.test_money_moves import HELMET, broken, figures
from tests.services.world import AGENT

SILENCE = Unknown(reason="No answer within 10 seconds.")


async def free(desk: Desk, pay: PaymentPlan = CARD, *, recurring: bool = True) -> Cart:
    """A cart whose items cost nothing now."""
    desk.change_product(HELMET, list_price=0, is_recurring=recurring, is_physical=False)
    cart = await desk.cart(f"1*{HELMET}", pay=pay)
    assert cart.prepared is not None
    assert not cart.prepared.totals.total
    return cart


async def test_a_good_card_is_tried_and_let_go_of(desk: Desk) -> None:
    result = await desk.submit(await free(desk))
    assert result.state is CheckoutState.COMPLETED
    [row] = desk.rows(payments)
    assert (row["amount"], row["status"], row["reference"]) == (100, "voiding", "B1000001-0")
    await desk.run_jobs()
    assert figures(desk) == [("voided", 0, 0, 0)]
    assert desk.gateway.held() == 0
    assert broken(desk) == []


async def test_nothing_recurring_is_not_tried(desk: Desk) -> None:
    assert (await desk.submit(await free(desk, recurring=False))).state is CheckoutState.COMPLETED
    assert desk.gateway.calls == []


async def test_what_is_paid_now_needs_no_further_try(desk: Desk) -> None:
    desk.change_product(HELMET, is_recurring=True)
    certificate(desk, "LARGE", 5000)
    await desk.ordered(f"1*{HELMET}", pay=CARD)
    assert [call for call, _ in desk.gateway.calls] == ["authorise"]


async def test_without_a_card_there_is_nothing_to_try(desk: Desk) -> None:
    result = await desk.submit(await free(desk, ON_ACCOUNT))
    assert result.state is CheckoutState.ROLLED_BACK
    assert "needs a card" in result.sentence


async def test_a_card_that_is_declined_is_no_order(desk: Desk) -> None:
    cart = await free(desk, DECLINED)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "insufficient funds" in result.sentence
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, (CARD,), version=cart.version)
    assert (await desk.submit(cart)).state is CheckoutState.COMPLETED


async def test_a_decline_that_was_not_heard_is_found(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE, effect=True)
    result = await desk.submit(await free(desk, DECLINED))
    assert result.state is CheckoutState.ROLLED_BACK


async def test_a_silent_bank_is_asked_until_it_answers(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE)
    cart = await free(desk)
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.cart_status(cart.cart_id) == "ordered"
    assert desk.gateway.held() == 0


async def test_a_bank_that_decides_later_has_said_enough(desk: Desk) -> None:
    assert (await desk.submit(await free(desk, LATE))).state is CheckoutState.COMPLETED
    await desk.run_jobs()
    assert figures(desk) == [("voided", 0, 0, 0)]


@pytest.mark.parametrize("effect", [True, False])
async def test_a_bank_that_never_answers_holds_nothing_in_the_end(desk: Desk, effect: bool) -> None:
    desk.gateway.script("authorise", SILENCE, times=1000, effect=effect)
    desk.gateway.script("find", SILENCE, times=40)
    cart = await free(desk)
    await desk.submit(cart)
    await desk.run_jobs(within=timedelta(hours=1))
    assert desk.order("B1000001")["status"] == "FAILED"
    assert desk.gateway.held() == 0
    desk.assert_nothing_held()


async def test_an_answer_that_refuses_the_card_is_told_in_its_words(desk: Desk) -> None:
    desk.gateway.script("authorise", Refused(code="lost_card", reason="The card is reported lost."))
    assert "reported lost" in (await desk.submit(await free(desk))).sentence
