"""Pay by link: the order waits for its customer, goes on when he has paid, lets go of everything when he has not."""

import json
from datetime import timedelta
from typing import Any

import pytest

from backoffice.domain.errors import Conflict, NotAllowed, NotFound, Refusal
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.statuses import CheckoutState, LinkStatus
from backoffice.domain.sync import Receipt
from backoffice.external.signing import sign
from backoffice.services.payments.service import Payments
from backoffice.services.payments.waiting import Waiting
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_events, order_statuses, orders, transfers
from backoffice.store.tables.payments import payment_links
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from tests.services.desk import ON_ACCOUNT, Desk
from tests.services.pushes import SECRET
from tests.services.test_money_moves import HELMET, broken, card, figures
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

LINK = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Payment link")
SILENCE = Unknown(reason="No answer within 10 seconds.")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def service(desk: Desk) -> Payments:
    """The payments of the desk, believing what the tests sign."""
    waiting = Waiting(
        store=desk.office.store, clock=desk.clock, jobs=desk.jobs(), gateway=desk.gateway, dom=desk.dom
    )
    return Payments(
        store=desk.office.store,
        clock=desk.clock,
        jobs=desk.jobs(),
        gateway=desk.gateway,
        waiting=waiting,
        secrets=[SECRET],
    )


async def told(desk: Desk, reference: str, **changed: object) -> Receipt:
    """The gateway tells how the payment stands."""
    paid = next((paid for paid in desk.gateway.payments.values() if paid.reference == reference), None)
    data: dict[str, Any] = {
        "id": paid.id if paid else "pay_1",
        "reference": reference,
        "status": paid.status if paid else "authorised",
        "currency": "USD",
        "authorised": paid.authorised if paid else 1,
        "captured": 0,
        "refunded": 0,
        "decline_code": "",
        "decline_reason": "",
        "expires_at": None,
    }
    message = {
        "type": "PaymentAuthorizationComplete",
        "timestamp": desk.clock.now.isoformat(),
        "data": data | changed,
    }
    body = json.dumps(message).encode()
    headers = sign(SECRET, message_id="msg_1", now=desk.clock.now, body=body)
    return await service(desk).receive(body, headers)


def history(desk: Desk, number: str) -> list[str]:
    return [row["status"] for row in desk.rows(order_statuses, order_id=desk.order(number)["order_id"])]


def only_page(desk: Desk) -> str:
    [link_id] = desk.gateway.links
    return link_id


async def test_the_order_waits_for_its_customer(desk: Desk) -> None:
    result = await desk.ordered(pay=LINK)
    assert result.state is CheckoutState.COMPLETED
    assert "when the customer has paid" in result.sentence
    assert result.link is not None
    assert result.link.url.startswith("http")
    assert (result.link.amount, result.link.status) == (result.total, LinkStatus.OPEN)
    assert history(desk, result.order_number) == ["P", "I", "M"]
    assert desk.rows(order_events) == desk.rows(transfers) == []
    assert [row["occasion"] for row in desk.rows(mails)] == ["payment_link"]
    assert desk.payment_statuses() == ["pending"]
    assert await desk.office.payments.link(AGENT, result.order_number) == result.link
    again = await desk.submit(await desk.office.carts.get(AGENT, desk.order(result.order_number)["cart_id"]))
    assert again == result


async def test_the_mail_says_where_to_pay(desk: Desk) -> None:
    result = await desk.ordered(pay=LINK)
    await desk.run_jobs()
    [mail] = desk.mail.received
    assert result.link is not None
    assert result.link.url in mail.body


async def test_a_paid_link_raises_order_submit_once(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.gateway.pay_link(only_page(desk))
    receipt = await told(desk, f"{number}-1")
    assert receipt.outcome.value == "applied"
    assert history(desk, number) == ["P", "I", "M", "C"]
    assert {row["name"] for row in desk.rows(order_events)} == {"PaymentAuthorizationComplete", "OrderSubmit"}
    assert desk.transfer(number)["status"] == "queued"
    assert [row["occasion"] for row in desk.rows(mails)].count("confirmation") == 1
    assert (await told(desk, f"{number}-1")).outcome.value == "stale"
    await desk.run_jobs(within=2 * DAY)
    assert desk.transfer(number)["status"] == "transferred"
    assert desk.rows(payment_links)[0]["status"] == "paid"
    assert len(desk.rows(transfers)) == 1
    assert broken(desk) == []


async def test_a_lost_word_of_the_gateway_is_made_good_by_looking(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.gateway.script("find", SILENCE)
    await desk.run_jobs(within=timedelta(minutes=10))
    assert desk.order(number)["status"] == "M"
    desk.gateway.pay_link(only_page(desk))
    await desk.run_jobs(within=HOUR)
    assert desk.order(number)["status"] == "C"


async def test_looking_becomes_rarer_and_never_stops_before_the_end(desk: Desk) -> None:
    await desk.ordered(pay=LINK)
    await desk.run_jobs(within=timedelta(hours=23))
    looks = [call for call, _ in desk.gateway.calls if call == "find"]
    assert 80 < len(looks) < 110


async def test_the_goods_are_held_until_the_page_ends(desk: Desk) -> None:
    number = (await desk.ordered(f"3*{HELMET}", pay=LINK)).order_number
    await desk.run_jobs()
    desk.clock.pass_time(timedelta(hours=20))
    desk.dom.pass_time(timedelta())
    await desk.office.maintenance.run_once()
    assert desk.held_at_dom() == 3
    desk.gateway.pay_link(only_page(desk))
    await told(desk, f"{number}-1")
    await desk.run_jobs()
    assert desk.transfer(number)["status"] == "transferred"


async def test_a_dom_that_holds_for_less_is_asked_again_in_time(desk: Desk) -> None:
    desk.use(desk.system(), link_lifetime=timedelta(days=3))
    await desk.ordered(f"3*{HELMET}", pay=LINK)
    for _ in range(5):
        await desk.run_jobs(within=timedelta(hours=12))
        desk.dom.pass_time(timedelta())
        assert desk.held_at_dom() == 3


@pytest.mark.parametrize(
    "answer", [SILENCE, Unreachable(reason="Down."), Refused(code="http_502", reason="?")]
)
async def test_a_dom_that_is_silent_about_the_hold_is_asked_again(desk: Desk, answer: Unknown) -> None:
    await desk.ordered(f"3*{HELMET}", pay=LINK)
    desk.dom.script("reserve_inventory", answer)
    await desk.run_jobs(within=timedelta(minutes=1))
    desk.dom.pass_time(HOUR)
    assert desk.held_at_dom() == 3


async def test_goods_the_dom_does_not_hold_any_more_are_told_of(desk: Desk) -> None:
    await desk.ordered(f"3*{HELMET}", pay=LINK)
    desk.dom.bend_next_reservation("hollow")
    await desk.run_jobs()
    assert "order.hold_lost" in {row["action"] for row in desk.rows(audit)}


async def test_a_dom_that_refuses_to_hold_is_told_of(desk: Desk) -> None:
    await desk.ordered(f"3*{HELMET}", pay=LINK)
    desk.dom.script("reserve_inventory", Refused(code="unknown_sku", reason="There is no such item."))
    await desk.run_jobs()
    assert "order.hold_lost" in {row["action"] for row in desk.rows(audit)}


async def test_own_stock_needs_no_further_hold(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    desk.own_stock(HELMET, 10)
    await desk.ordered(f"3*{HELMET}", pay=LINK)
    assert desk.held_locally(HELMET) == (7, 0)
    await desk.run_jobs(within=2 * DAY)
    assert desk.held_locally(HELMET) == (10, 0)


async def test_a_link_that_expires_cancels_the_order_and_frees_everything(desk: Desk) -> None:
    number = (await desk.ordered(f"3*{HELMET}", pay=(card(1000), LINK))).order_number
    assert desk.gateway.held() == 1000
    await desk.run_jobs(within=2 * DAY)
    assert history(desk, number) == ["P", "I", "M", "X"]
    assert desk.gateway.held() == 0
    assert desk.held_at_dom() == 0
    assert desk.rows(transfers) == []
    assert sorted(row["occasion"] for row in desk.rows(mails)) == ["cancelled", "payment_link"]
    assert [status for status, *_ in figures(desk)] == ["voided", "voided"]
    assert {row["status"] for row in desk.rows(reservations)} == {"released"}
    assert (await desk.office.payments.link(AGENT, number)).status is LinkStatus.CLOSED
    assert broken(desk) == []


async def test_a_gateway_that_does_not_answer_at_the_end_is_asked_until_it_does(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.gateway.script("cancel_link", SILENCE, times=3)
    await desk.run_jobs(within=timedelta(hours=24, minutes=5))
    assert desk.order(number)["status"] == "M"
    await desk.run_jobs(within=2 * HOUR)
    assert desk.order(number)["status"] == "X"


async def test_paid_at_the_last_moment_is_paid(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.lose_jobs()
    desk.gateway.pay_link(only_page(desk))
    desk.clock.pass_time(2 * DAY)
    await desk.office.maintenance.run_once()
    await desk.run_jobs()
    assert desk.order(number)["status"] == "C"


async def test_paid_after_its_end_is_given_back_and_told(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    await desk.run_jobs(within=2 * DAY)
    desk.gateway.pay_link(only_page(desk))
    assert desk.gateway.held() > 0
    receipt = await told(desk, f"{number}-1")
    assert "after its time" in receipt.reason
    assert (await told(desk, f"{number}-1")).outcome.value == "stale"
    await desk.run_jobs()
    assert desk.gateway.held() == 0
    assert desk.payment_statuses() == ["voided"]
    assert desk.order(number)["status"] == "X"
    assert [row["occasion"] for row in desk.rows(mails)].count("paid_too_late") == 1
    assert broken(desk) == []


async def test_a_declined_payment_cancels_the_order(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    receipt = await told(desk, f"{number}-1", status="declined", authorised=0, decline_reason="No funds.")
    assert receipt.reason == "No funds."
    assert desk.order(number)["status"] == "X"


async def test_an_amount_nobody_asked_for_is_no_payment(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.gateway.pay_link(only_page(desk))
    receipt = await told(desk, f"{number}-1", authorised=1)
    assert "not the amount" in receipt.reason
    await desk.run_jobs()
    assert desk.order(number)["status"] == "X"
    assert desk.gateway.held() == 0


async def test_news_that_decide_nothing_change_nothing(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    assert (await told(desk, f"{number}-1", status="pending", authorised=0)).outcome.value == "stale"
    assert (await told(desk, "B9-1")).outcome.value == "set_aside"
    assert desk.order(number)["status"] == "M"


async def test_the_agent_closes_the_page_and_the_order_with_it(desk: Desk) -> None:
    number = (await desk.ordered(f"3*{HELMET}", pay=LINK)).order_number
    closed = await desk.office.payments.cancel_link(AGENT, number, "The customer changed his mind.")
    assert closed.status is LinkStatus.CLOSED
    assert desk.order(number)["status"] == "X"
    with pytest.raises(Conflict):
        await desk.office.payments.cancel_link(AGENT, number, "Again.")
    await desk.run_jobs(within=HOUR)
    assert desk.held_at_dom() == 0


async def test_a_page_whose_end_is_not_known_yet_is_closed_by_durable_work(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.gateway.script("cancel_link", SILENCE)
    closing = await desk.office.payments.cancel_link(AGENT, number, "The customer changed his mind.")
    assert closing.status is LinkStatus.CLOSING
    assert desk.order(number)["status"] == "M"
    await desk.run_jobs(within=HOUR)
    assert desk.order(number)["status"] == "X"


async def test_the_customer_may_be_faster_than_the_agent(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.gateway.pay_link(only_page(desk))
    page = await desk.office.payments.cancel_link(AGENT, number, "The customer changed his mind.")
    assert page.status is LinkStatus.PAID
    assert desk.order(number)["status"] == "C"


async def test_the_page_is_mailed_again_when_the_customer_asks(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    await desk.office.payments.resend_link(AGENT, number)  # it waits already
    await desk.run_jobs()
    await desk.office.payments.resend_link(AGENT, number)
    await desk.run_jobs()
    assert len(desk.mail.received) == 2


async def test_the_page_is_mailed_to_who_wanted_no_mails_and_asks_for_it(desk: Desk) -> None:
    cart = await desk.cart(pay=LINK)
    cart = await desk.office.carts.set_tell_customer(AGENT, cart.cart_id, False, version=cart.version)
    number = (await desk.submit(cart)).order_number
    assert desk.rows(mails) == []
    await desk.office.payments.resend_link(AGENT, number)
    assert [row["occasion"] for row in desk.rows(mails)] == ["payment_link"]


async def test_without_an_address_the_page_is_read_out(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    desk.do(lambda connection: connection.execute(mails.delete()))
    desk.do(lambda connection: connection.execute(orders.update().values(email="")))
    with pytest.raises(Refusal) as refused:
        await desk.office.payments.resend_link(AGENT, number)
    assert refused.value.code == "no_email"


async def test_who_may_do_what_with_a_page(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    assert (await desk.office.payments.link(SUPPORT, number)).status is LinkStatus.OPEN
    for act in (
        desk.office.payments.resend_link(SUPPORT, number),
        desk.office.payments.cancel_link(SUPPORT, number, "No."),
    ):
        with pytest.raises(NotAllowed):
            await act
    with pytest.raises(NotFound):
        await desk.office.payments.link(AGENT, "B9")
    other = (await desk.ordered(pay=ON_ACCOUNT)).order_number
    with pytest.raises(NotFound):
        await desk.office.payments.link(AGENT, other)


async def test_an_order_that_waits_can_be_cancelled_as_any_other(desk: Desk) -> None:
    number = (await desk.ordered(pay=LINK)).order_number
    order = desk.order(number)
    await desk.office.orders.cancel(SUPERVISOR, number, "No.", version=order["version"])
    await desk.run_jobs(within=HOUR)
    assert desk.payment_statuses() == ["voided"]
    [page] = desk.gateway.links.values()
    assert page.status == "cancelled"
    assert broken(desk) == []
