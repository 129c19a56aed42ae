"""Pay by link when answers are lost, pages are refused, or other payments stand beside it."""

from datetime import timedelta

import pytest

from backoffice.domain.errors import InvalidInput, NotAllowed
from backoffice.domain.outcome import Refused
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CheckoutState
from backoffice.external.signing import sign
from backoffice.store.tables.ordering import payments, transfers
from tests.services.desk import CARD, LATE, Desk
from tests.services.pushes import SECRET
from tests.services.test_money_moves import HELMET, broken, card, moves
from tests.services.test_pay_by_link import HOUR, LINK, SILENCE, only_page, service, told


@pytest.mark.parametrize("effect", [True, False], ids=["and it was made", "and it never arrived"])
async def test_a_page_nobody_heard_of_is_asked_for_again_with_its_key(desk: Desk, effect: bool) -> None:
    desk.gateway.script("create_link", SILENCE, effect=effect)
    cart = await desk.cart(pay=LINK)
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.order("B1000001")["status"] == "M"
    assert len(desk.gateway.links) == 1


@pytest.mark.parametrize("effect", [True, False], ids=["and it was made", "and it never arrived"])
async def test_a_page_that_may_exist_is_closed_when_the_checkout_fails(desk: Desk, effect: bool) -> None:
    desk.gateway.script("create_link", SILENCE, times=200, effect=effect)
    cart = await desk.cart(pay=LINK)
    await desk.submit(cart)
    await desk.run_jobs(within=timedelta(minutes=20))
    assert desk.order("B1000001")["status"] == "FAILED"
    desk.gateway._script.clear()
    await desk.run_jobs(within=HOUR)
    assert desk.payment_statuses() == ["voided"]
    assert {page.status for page in desk.gateway.links.values()} == {"cancelled"}
    assert broken(desk) == []


async def test_a_page_the_gateway_refuses_is_no_order(desk: Desk) -> None:
    desk.gateway.script("create_link", Refused(code="invalid", reason="Too long a link."))
    result = await desk.ordered(pay=LINK)
    assert result.state is CheckoutState.ROLLED_BACK
    assert result.sentence == "The payment link was not made: Too long a link."


async def test_two_pages_are_waited_for_both(desk: Desk) -> None:
    first = PaymentPlan(method=LINK.method, reference="", label="His half", amount=card(1000).amount)
    number = (await desk.ordered(pay=(first, LINK))).order_number
    pages = sorted(desk.gateway.links.values(), key=lambda page: page.reference)
    desk.gateway.pay_link(pages[0].link_id)
    await told(desk, f"{number}-1")
    assert desk.order(number)["status"] == "M"
    desk.gateway.pay_link(pages[1].link_id)
    await told(desk, f"{number}-2")
    assert desk.order(number)["status"] == "C"
    assert len(desk.rows(transfers)) == 1


async def test_what_ships_at_once_is_taken_when_it_is_paid(desk: Desk) -> None:
    desk.change_product(HELMET, is_physical=False)
    number = (await desk.ordered(f"3*{HELMET}", pay=LINK)).order_number
    assert moves(desk) == []
    desk.gateway.pay_link(only_page(desk))
    await told(desk, f"{number}-1")
    await desk.run_jobs()
    assert desk.payment_statuses() == ["captured"]


async def test_a_late_decision_about_a_card_wakes_the_checkout_that_waits(desk: Desk) -> None:
    cart = await desk.cart(pay=LATE)
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    desk.gateway.decide("B1000001-1")
    assert "goes on" in (await told(desk, "B1000001-1")).reason
    await desk.run_jobs()
    assert desk.cart_status(cart.cart_id) == "ordered"
    assert (await told(desk, "B1000001-1")).outcome.value == "stale"


async def test_a_decision_while_the_bank_is_being_asked_is_left_to_who_asks(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE, effect=True)
    desk.gateway.script("find", SILENCE, times=1)
    await desk.submit(await desk.cart(pay=CARD))
    desk.do(lambda connection: connection.execute(payments.update().values(status="authorising")))
    from backoffice.store.tables.ordering import checkout_attempts  # noqa: PLC0415 - only this test needs it

    desk.do(lambda connection: connection.execute(checkout_attempts.update().values(state="running")))
    assert "right now" in (await told(desk, "B1000001-1")).reason


async def test_what_nobody_signed_is_not_believed(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await service(desk).receive(b"{}", {})
    headers = sign(SECRET, message_id="m", now=desk.clock.now, body=b"{}")
    with pytest.raises(InvalidInput):
        await service(desk).receive(b"{}", headers)
