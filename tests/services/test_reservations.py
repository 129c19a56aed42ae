"""Stock is never sold twice, and never stays held by nobody."""

import asyncio
from datetime import timedelta

import pytest

from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Refused, Unreachable
from backoffice.domain.statuses import CheckoutState
from backoffice.store.tables.selling import decrements, reservations, stock
from tests.services.desk import CARD, DECLINED, Desk
from tests.services.world import AGENT

HOUR = timedelta(hours=1)


async def test_last_item_at_the_dom_is_sold_once(desk: Desk) -> None:
    desk.dom.stock("HL-U509-R", 1)
    carts = [await desk.built("1*HL-U509-R") for _ in range(20)]
    prepared = await asyncio.gather(*(desk.prepare(cart) for cart in carts))
    ends = await asyncio.gather(*(desk.submit(cart) for cart in prepared))
    assert [end.state for end in ends].count(CheckoutState.COMPLETED) == 1


async def test_order_takes_own_stock_once_per_line(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    await desk.ordered("3*HL-U509-R", "1*BK-M68S-38")
    assert desk.held_locally("HL-U509-R") == (285, 0)
    await desk.run_jobs(within=HOUR)
    assert desk.held_locally("HL-U509-R") == (285, 0)
    assert sorted((row["sku"], row["quantity"]) for row in desk.rows(decrements)) == [
        ("BK-M68S-38", 1),
        ("HL-U509-R", 3),
    ]
    assert [row["status"] for row in desk.rows(reservations)] == ["consumed"]


async def test_hold_ends_with_its_time_and_the_stock_is_free_again(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.cart("3*HL-U509-R")
    desk.clock.pass_time(timedelta(minutes=14))
    assert await desk.office.maintenance.run_once() == 0
    assert desk.held_locally("HL-U509-R") == (288, 3)
    desk.clock.pass_time(timedelta(minutes=2))
    assert await desk.office.maintenance.run_once() == 1
    assert await desk.office.maintenance.run_once() == 0
    assert desk.held_locally("HL-U509-R") == (288, 0)
    assert [row["status"] for row in desk.rows(reservations)] == ["expired"]
    assert "run out" in (await desk.submit(cart)).sentence
    assert (await desk.submit(await desk.prepare(cart))).state is CheckoutState.COMPLETED


async def test_hold_of_a_price_that_lives_longer_is_missed_at_submit(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP, hold=timedelta(minutes=15))
    cart = await desk.cart("3*HL-U509-R")
    desk.do(lambda connection: connection.execute(reservations.update().values(status="expired")))
    assert "not held any more" in (await desk.submit(cart)).sentence


async def test_declined_card_leaves_the_stock_with_the_cart_for_the_next_try(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.cart("3*HL-U509-R", pay=DECLINED)
    await desk.submit(cart)
    assert desk.held_locally("HL-U509-R") == (288, 3)
    await desk.office.carts.close_call(AGENT, cart.call_id)
    assert desk.held_locally("HL-U509-R") == (288, 0)


@pytest.mark.parametrize("flags", [1, 2, 3])
async def test_sku_nobody_counts_is_sold_without_a_hold(desk: Desk, flags: int) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.built("3*HL-U509-R")
    desk.own_stock("HL-U509-R", 1, flags=flags)
    result = await desk.submit(await desk.prepare(cart))
    assert result.state is CheckoutState.COMPLETED
    assert desk.held_locally("HL-U509-R") == (1, 0)


async def test_reserved_is_the_sum_of_what_live_carts_hold(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    carts = [await desk.cart("3*HL-U509-R") for _ in range(4)]
    assert desk.held_locally("HL-U509-R") == (288, 12)
    await desk.submit(carts[0])
    await desk.office.carts.close_call(AGENT, carts[1].call_id)
    again = await desk.office.carts.change_quantity(
        AGENT, carts[2].cart_id, carts[2].lines[0].line_id, 5, version=carts[2].version
    )
    await desk.prepare(again)
    assert desk.held_locally("HL-U509-R") == (285, 8)
    assert all(row["reserved"] >= 0 for row in desk.rows(stock))


@pytest.mark.parametrize(
    "trouble", [Unreachable(reason="Down."), Refused(code="http_403", reason="A proxy said no.")]
)
async def test_dom_that_can_not_be_told_is_told_again(desk: Desk, trouble: Unreachable | Refused) -> None:
    desk.dom.script("cancel_inventory_reservation", trouble, times=3)
    cart = await desk.cart("3*HL-U509-R")
    await desk.office.carts.close_call(AGENT, cart.call_id)
    await desk.run_jobs(within=timedelta(seconds=15))
    assert [row["status"] for row in desk.rows(reservations)] == ["releasing"]
    await desk.run_jobs(within=timedelta(minutes=1))
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]
    assert desk.held_at_dom() == 0


async def test_refusal_in_the_doms_own_words_ends_the_matter(desk: Desk) -> None:
    desk.dom.script("cancel_inventory_reservation", Refused(code="reservation_consumed", reason="Taken."))
    cart = await desk.cart("3*HL-U509-R")
    await desk.office.carts.close_call(AGENT, cart.call_id)
    await desk.run_jobs()
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]


async def test_lost_release_is_queued_again_by_housekeeping(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R")
    await desk.office.carts.close_call(AGENT, cart.call_id)
    desk.lose_jobs()
    desk.clock.pass_time(timedelta(minutes=20))
    await desk.office.maintenance.run_once()
    await desk.run_jobs()
    assert desk.held_at_dom() == 0


async def test_order_keeps_its_hold_past_the_expiry_of_the_cart(desk: Desk) -> None:
    await desk.ordered("3*HL-U509-R", pay=CARD)
    desk.clock.pass_time(timedelta(hours=2))
    await desk.office.maintenance.run_once()
    assert [row["status"] for row in desk.rows(reservations)] == ["consumed"]
