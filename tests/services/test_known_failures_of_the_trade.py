"""What phone-order systems are known to get wrong, by the names their users give it, and that this one does not."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from backoffice.domain.errors import Conflict
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Unknown
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CheckoutState
from backoffice.services.payments.arrivals import apply_payment
from backoffice.store.tables.ordering import checkout_attempts, orders, transfers
from backoffice.store.tables.pricing import order_uses, use_counts
from backoffice.store.tables.selling import decrements
from tests.fakes.payments import shown
from tests.services.desk import CARD, DECLINED, LATE, ON_ACCOUNT, Desk
from tests.services.model.books import broken
from tests.services.selling import coupon, offer
from tests.services.world import AGENT

AT_ONCE = 50
DAY = timedelta(days=1)


async def no_invariant_is_broken(desk: Desk) -> None:
    await desk.run_jobs(within=DAY)
    await desk.office.maintenance.run_once()
    await desk.run_jobs(within=DAY)
    assert broken(desk) == {}


@pytest.mark.parametrize("pay", [ON_ACCOUNT, CARD], ids=["on account", "card"])
async def test_double_submit(desk: Desk, pay: PaymentPlan) -> None:
    cart = await desk.cart(pay=pay)

    results = await asyncio.gather(*(desk.submit(cart) for _ in range(AT_ONCE)))

    assert {result.order_number for result in results} == {"B1000001"}
    await desk.run_jobs(within=timedelta(minutes=5))
    assert len(desk.rows(orders)) == 1
    assert len(desk.gateway.payments) == (pay is CARD)
    assert len(desk.dom.sent) == 1
    await no_invariant_is_broken(desk)


async def test_paid_but_no_order(desk: Desk) -> None:
    """The bank took it, its answer was lost, and the desk is gone: the order comes about, or the money goes back."""
    cart = await desk.cart(pay=CARD)
    desk.gateway.script("authorise", Unknown(reason="No answer."), effect=True)
    desk.gateway.script("find", Unknown(reason="No answer."))
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    assert desk.gateway.held() > 0

    await desk.run_jobs(within=timedelta(minutes=1))

    [order] = desk.rows(orders)
    assert order["status"] == "C"
    assert desk.gateway.held() == order["total"]
    await no_invariant_is_broken(desk)


async def test_error_shown_after_success(desk: Desk) -> None:
    """The window lost the answer of a Submit that went through: asking again, any way, says submitted."""
    cart = await desk.cart()
    pressed = asyncio.ensure_future(desk.submit(cart))
    while not desk.rows(orders):
        await asyncio.sleep(0)
    pressed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pressed

    again = await desk.submit(cart)
    looked_up = await desk.office.checkout.result(AGENT, cart.cart_id)

    assert (again.state, again.order_number) == (CheckoutState.COMPLETED, "B1000001")
    assert looked_up == again
    assert len(desk.rows(checkout_attempts)) == 1


async def test_oversell_of_the_last_item(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    desk.own_stock("HL-U509-R", 1)
    carts = [await desk.built("1*HL-U509-R") for _ in range(AT_ONCE)]

    async def buy(number: int) -> CheckoutState:
        return (await desk.submit(await desk.prepare(carts[number]))).state

    ends = Counter(await asyncio.gather(*(buy(number) for number in range(AT_ONCE))))

    assert ends == {CheckoutState.COMPLETED: 1, CheckoutState.ROLLED_BACK: AT_ONCE - 1}
    assert desk.held_locally("HL-U509-R") == (0, 0)
    assert len(desk.rows(orders)) == len(desk.rows(decrements)) == 1
    await no_invariant_is_broken(desk)


async def test_coupon_over_its_limit(desk: Desk) -> None:
    offer(desk, "rush", needs_coupon=True)
    coupon(desk, "RUSH", "rush", max_uses=5)
    carts = []
    for _ in range(AT_ONCE):
        cart = await desk.built()
        cart = await desk.office.carts.set_coupons(AGENT, cart.cart_id, ("RUSH",), version=cart.version)
        carts.append(await desk.prepare(cart))

    ends = Counter(result.state for result in await asyncio.gather(*map(desk.submit, carts)))

    assert ends == {CheckoutState.COMPLETED: 5, CheckoutState.ROLLED_BACK: AT_ONCE - 5}
    assert desk.row(use_counts, key="RUSH", customer_id="")["uses"] == len(desk.rows(order_uses)) == 5
    await no_invariant_is_broken(desk)


async def test_stock_stuck_after_failure(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    desk.own_stock("HL-U509-R", 3)
    cart = await desk.cart("3*HL-U509-R", pay=DECLINED)
    assert (await desk.submit(cart)).state is CheckoutState.ROLLED_BACK

    await desk.office.carts.close_call(AGENT, cart.call_id)

    assert desk.held_locally("HL-U509-R") == (3, 0)
    assert (await desk.submit(await desk.cart("3*HL-U509-R"))).state is CheckoutState.COMPLETED
    await no_invariant_is_broken(desk)


async def test_cart_blocked_after_failure(desk: Desk) -> None:
    cart = await desk.cart(pay=DECLINED)
    await desk.submit(cart)

    cart = await desk.office.carts.get(AGENT, cart.cart_id)
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, (CARD,), version=cart.version)
    result = await desk.submit(cart)

    assert (result.state, result.order_number) == (CheckoutState.COMPLETED, "B1000002")
    await no_invariant_is_broken(desk)


async def test_lost_update_by_two_editors(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts

    said = await asyncio.gather(
        shop.set_notes(AGENT, cart.cart_id, "Ring at the gate.", version=cart.version),
        shop.set_notes(AGENT, cart.cart_id, "Leave it with the neighbour.", version=cart.version),
        return_exceptions=True,
    )

    [kept] = [one for one in said if not isinstance(one, BaseException)]
    [told] = [one for one in said if isinstance(one, BaseException)]
    assert isinstance(told, Conflict)
    assert (await shop.get(AGENT, cart.cart_id)).notes == kept.notes


async def test_foreground_against_webhook(desk: Desk) -> None:
    """The bank's message comes while the desk still asks, and again after: one order, one hold, one transfer."""
    cart = await desk.cart(pay=LATE)
    desk.gateway.hangs = "after"
    pressed = asyncio.ensure_future(desk.submit(cart))
    while not desk.gateway.payments:
        await asyncio.sleep(0.01)
    [payment] = desk.gateway.payments.values()

    def message(times: int) -> None:
        found = shown(next(iter(desk.gateway.payments.values())))
        for _ in range(times):
            desk.do(partial(apply_payment, jobs=desk.jobs(), found=found, now=desk.clock()))

    desk.gateway.decide(payment.reference)
    message(times=2)
    desk.gateway.go_on.set()
    result = await pressed
    message(times=2)
    await desk.run_jobs(within=timedelta(minutes=1))
    message(times=1)

    known = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert known is not None
    assert (known.state, known.order_number) == (CheckoutState.COMPLETED, result.order_number)
    [order] = desk.rows(orders)
    assert desk.gateway.held() == order["total"]
    assert len(desk.rows(transfers)) == len(desk.dom.sent) == 1
    await no_invariant_is_broken(desk)
