"""ProcessOrder Prepare: hold the stock, price the cart, promise both for a while."""

import asyncio
from datetime import timedelta

import pytest

from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed
from backoffice.domain.ids import Sku
from backoffice.domain.inventory import InventorySystem, LineResult
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservation_lines, reservations
from tests.services.desk import Desk
from tests.services.world import AGENT, SUPPORT


async def test_prepared_cart_says_what_it_costs_and_until_when(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R", "1*BK-M68S-38")
    promise = cart.prepared
    assert promise is not None
    totals = promise.totals
    assert totals.items == cart.items
    assert totals.total.minor == (
        totals.items.minor - totals.discount.minor + totals.shipping.minor + totals.tax.minor
    )
    assert sum(line.gross.minor for line in promise.lines) == totals.items.minor
    assert totals.tax.minor > 0  # California
    assert promise.held_until is not None
    assert promise.good_until == min(promise.price_lock_until, promise.held_until)
    assert cart.is_prepared(desk.clock.now)
    assert not cart.is_prepared(desk.clock.now + timedelta(minutes=16))
    assert [line.result for line in promise.held] == [LineResult.ALLOCATED, LineResult.ALLOCATED]
    assert desk.held_at_dom() == 4
    assert desk.rows(audit)[-1]["action"] == "cart.prepared"


async def test_volume_discount_of_the_reseller_is_in_the_promise(desk: Desk) -> None:
    cart = await desk.cart("12*HL-U509-R")
    assert cart.prepared is not None
    assert cart.prepared.totals.discount.minor == round(12 * 3499 * 0.02)
    assert any("olume" in part.rule for part in cart.prepared.explanations)


async def test_preparing_again_after_a_change_replaces_the_hold_and_says_what_changed(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R")
    cart = await desk.office.carts.change_quantity(
        AGENT, cart.cart_id, cart.lines[0].line_id, 5, version=cart.version
    )
    assert not cart.is_prepared(desk.clock.now)
    cart = await desk.prepare(cart)
    assert cart.prepared is not None
    assert any(sentence.startswith("Total:") for sentence in cart.prepared.changes)
    assert desk.held_at_dom() == 5
    assert len(desk.rows(reservations)) == 1


async def test_price_that_moved_since_the_line_was_added_is_told(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    desk.change_product("HL-U509-R", list_price=3999)
    cart = await desk.prepare(cart)
    assert cart.prepared is not None
    assert any("HL-U509-R costs" in sentence for sentence in cart.prepared.changes)
    assert cart.lines[0].unit_price.minor == 3999


async def test_line_that_can_not_be_held_is_named_and_the_others_are_held(desk: Desk) -> None:
    desk.dom.stock("HL-U509-R", 2)
    cart = await desk.cart("3*HL-U509-R", "1*BK-M68S-38")
    assert cart.prepared is not None
    assert [line.result for line in cart.prepared.held] == [LineResult.UNALLOCATED, LineResult.ALLOCATED]


async def test_line_held_for_a_date_is_a_promise_too(desk: Desk) -> None:
    desk.dom.stock("HL-U509-R", 0, restock_days=7)
    cart = await desk.cart("3*HL-U509-R")
    assert cart.prepared is not None
    [held] = cart.prepared.held
    assert held.result is LineResult.BACKORDERED
    assert held.available_from is not None
    assert (await desk.submit(cart)).order_number == "B1000001"


async def test_dom_that_says_fine_and_holds_fewer_is_read_by_the_number(desk: Desk) -> None:
    desk.dom.bend_next_reservation("partial", quantity=2)
    cart = await desk.cart("3*HL-U509-R")
    assert cart.prepared is not None
    [held] = cart.prepared.held
    assert (held.result, held.quantity) == (LineResult.UNALLOCATED, 2)


async def test_dom_that_says_fine_and_holds_nothing_is_not_believed(desk: Desk) -> None:
    desk.dom.bend_next_reservation("hollow")
    cart = await desk.cart("3*HL-U509-R")
    assert cart.prepared is not None
    assert [line.result for line in cart.prepared.held] == [LineResult.UNALLOCATED]
    assert "0 of 3" in (await desk.submit(cart)).sentence


@pytest.mark.parametrize("silence", [Unreachable(reason="Down."), Unknown(reason="No answer.")])
async def test_silent_dom_promises_nothing_and_loses_nothing(
    desk: Desk, silence: Unreachable | Unknown
) -> None:
    cart = await desk.built("3*HL-U509-R")
    desk.dom.script("reserve_inventory", silence, after_effect=isinstance(silence, Unknown))
    with pytest.raises(Conflict) as refusal:
        await desk.prepare(cart)
    assert refusal.value.code == "dom_silent"
    cart = await desk.prepare(cart)
    assert cart.prepared is not None
    assert desk.held_at_dom() == 3


async def test_hold_nobody_heard_of_is_let_go_when_its_time_is_over(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    desk.dom.script("reserve_inventory", Unknown(reason="No answer."), after_effect=True)
    with pytest.raises(Conflict):
        await desk.prepare(cart)
    assert desk.held_at_dom() == 3
    desk.clock.pass_time(timedelta(minutes=16))
    await desk.office.maintenance.run_once()
    await desk.run_jobs()
    assert desk.held_at_dom() == 0
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]


async def test_hold_that_comes_after_the_call_was_closed_is_cancelled_again(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    desk.dom.slow_to_hold = True
    task = asyncio.ensure_future(desk.prepare(cart))
    while not desk.rows(reservations):
        await asyncio.sleep(0.01)
    await desk.office.carts.close_call(AGENT, cart.call_id)
    await desk.run_jobs()
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]
    desk.dom.go_on.set()
    with pytest.raises(Conflict) as refusal:
        await task
    assert refusal.value.code == "hold_lost"
    assert desk.held_at_dom() == 3
    await desk.run_jobs()
    assert desk.held_at_dom() == 0
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]


async def test_cart_prepared_twice_at_once_is_held_once(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    ends = await asyncio.gather(desk.prepare(cart), desk.prepare(cart), return_exceptions=True)
    assert any(not isinstance(end, BaseException) for end in ends)
    await desk.run_jobs()
    assert desk.held_at_dom() == 3
    assert (await desk.submit(await desk.office.carts.get(AGENT, cart.cart_id))).order_number == "B1000001"


async def test_dom_that_refuses_says_why(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    desk.dom.script("reserve_inventory", Refused(code="unknown_sku", reason="There is no item HL-U509-R."))
    with pytest.raises(Conflict, match="There is no item"):
        await desk.prepare(cart)


async def test_cart_changed_while_the_dom_was_asked_is_not_promised_anything(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    await desk.office.carts.set_notes(AGENT, cart.cart_id, "meanwhile", version=cart.version)
    with pytest.raises(Conflict) as refusal:
        await desk.prepare(cart)
    assert refusal.value.code == "modified"


async def test_store_without_inventory_promises_prices_alone(desk: Desk) -> None:
    desk.use(InventorySystem.NONE)
    cart = await desk.cart("3*HL-U509-R")
    assert cart.prepared is not None
    assert (cart.prepared.held, cart.prepared.held_until) == ((), None)
    assert (await desk.submit(cart)).order_number == "B1000001"


async def test_own_stock_is_held_line_by_line(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.cart("3*HL-U509-R", "1*BK-M68S-38")
    assert desk.held_locally("HL-U509-R") == (288, 3)
    assert cart.prepared is not None
    assert [line["quantity"] for line in sorted(desk.rows(reservation_lines), key=lambda r: r["sku"])] == [
        1,
        3,
    ]


@pytest.mark.parametrize(
    "missing, field", [("customer", "customer"), ("lines", "sku"), ("method", "ship_method")]
)
async def test_what_is_missing_is_asked_for_at_its_field(desk: Desk, missing: str, field: str) -> None:
    shop = desk.office.carts
    if missing == "method":
        desk.use(InventorySystem.DOM, default_ship_method="")
    call = await shop.open_call(
        AGENT, customer_id=None if missing == "customer" else (await desk.built()).customer_id
    )
    cart = await shop.get(AGENT, call.cart_id)
    if missing != "lines":
        cart = await shop.add_line(AGENT, cart.cart_id, Sku("HL-U509-R"), 1, version=cart.version)
    with pytest.raises(InvalidInput) as refusal:
        await desk.prepare(cart)
    assert refusal.value.field == field
    assert refusal.value.advice


async def test_support_prepares_nothing(desk: Desk) -> None:
    cart = await desk.built()
    with pytest.raises(NotAllowed):
        await desk.prepare(cart, actor=SUPPORT)
