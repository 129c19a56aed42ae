"""Calls: opened, parked, resumed, closed; always saved."""

from datetime import timedelta

import pytest

from backoffice.domain.errors import Conflict, NotAllowed, NotFound
from backoffice.domain.ids import CallId, CartId, CustomerId, StaffId
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.outcome import Unknown
from backoffice.domain.staff import Actor, Role
from backoffice.store.tables.ordering import calls
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from tests.services.desk import CARD, ORLANDO, Desk
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

BOB = Actor(staff_id=StaffId("bob"), name="Bob", role=Role.AGENT, desk="desk 9")


async def test_call_opens_with_an_empty_cart_of_the_store(desk: Desk) -> None:
    call = await desk.office.carts.open_call(AGENT)
    cart = await desk.office.carts.get(AGENT, call.cart_id)
    assert (cart.lines, cart.currency, cart.customer_id) == ((), "USD", None)
    assert cart.ship_method == "XRQ - TRUCK GROUND"
    assert call.customer_name == ""


async def test_call_of_a_known_customer_brings_name_and_addresses(desk: Desk) -> None:
    call = await desk.office.carts.open_call(AGENT, customer_id=ORLANDO)
    cart = await desk.office.carts.get(AGENT, call.cart_id)
    assert call.customer_name
    assert cart.ship_to is not None
    assert cart.ship_to.city == "Van Nuys"
    assert cart.bill_to is not None


async def test_unknown_customer_opens_nothing(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.office.carts.open_call(AGENT, customer_id=CustomerId("nobody"))
    assert desk.rows(calls) == []


async def test_agent_sees_own_unfinished_calls_the_first_first(desk: Desk) -> None:
    first = await desk.office.carts.open_call(AGENT)
    second = await desk.office.carts.open_call(AGENT)
    await desk.office.carts.open_call(BOB)
    assert [call.call_id for call in await desk.office.carts.calls(AGENT)] == [first.call_id, second.call_id]
    await desk.office.carts.close_call(AGENT, first.call_id)
    assert [call.call_id for call in await desk.office.carts.calls(AGENT)] == [second.call_id]


async def test_call_is_parked_and_resumed(desk: Desk) -> None:
    call = await desk.office.carts.open_call(AGENT)
    await desk.office.carts.park(AGENT, call.call_id)
    [parked] = await desk.office.carts.calls(AGENT)
    assert parked.parked_since is not None
    await desk.office.carts.resume(AGENT, call.call_id)
    [resumed] = await desk.office.carts.calls(AGENT)
    assert resumed.parked_since is None
    assert [row["action"] for row in desk.rows(audit)][-3:] == ["call.opened", "call.parked", "call.resumed"]


async def test_unfinished_call_is_there_after_a_restart(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R")
    other = await desk.another("after the restart")
    try:
        [call] = await other.office.carts.calls(AGENT)
        assert await other.office.carts.get(AGENT, call.cart_id) == cart
    finally:
        await other.office.close()


async def test_closing_a_call_lets_go_of_what_its_cart_held_at_the_dom(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R")
    assert desk.held_at_dom() == 3
    await desk.office.carts.close_call(AGENT, cart.call_id)
    assert desk.cart_status(cart.cart_id) == "cancelled"
    await desk.run_jobs()
    assert desk.held_at_dom() == 0
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]


async def test_closing_a_call_lets_go_of_our_own_stock(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.cart("3*HL-U509-R")
    assert desk.held_locally("HL-U509-R") == (288, 3)
    await desk.office.carts.close_call(AGENT, cart.call_id)
    assert desk.held_locally("HL-U509-R") == (288, 0)


async def test_call_can_not_be_closed_while_its_cart_is_being_submitted(desk: Desk) -> None:
    desk.gateway.script("authorise", Unknown(reason="No answer."))
    cart = await desk.cart(pay=CARD)
    await desk.submit(cart)
    with pytest.raises(Conflict, match="being submitted"):
        await desk.office.carts.close_call(AGENT, cart.call_id)
    await desk.run_jobs(within=timedelta(minutes=1))
    await desk.office.carts.close_call(AGENT, cart.call_id)
    assert desk.cart_status(cart.cart_id) == "ordered"


async def test_call_of_a_colleague_is_left_alone_but_a_supervisor_takes_over(desk: Desk) -> None:
    call = await desk.office.carts.open_call(AGENT)
    for act in (desk.office.carts.park, desk.office.carts.close_call):
        for other in (BOB, SUPERVISOR):
            with pytest.raises(Conflict, match=r"Ann .at desk 1. holds this cart"):
                await act(other, call.call_id)
    subject = Subject(kind=LockKind.CART, name=call.cart_id)
    await desk.office.locks.take_over(SUPERVISOR, subject, "Ann went home")
    await desk.office.carts.close_call(SUPERVISOR, call.call_id)


async def test_support_builds_no_carts(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await desk.office.carts.open_call(SUPPORT)


async def test_call_or_cart_that_does_not_exist_is_said_so(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.office.carts.get(AGENT, CartId("nothing"))
    with pytest.raises(NotFound):
        await desk.office.carts.park(AGENT, CallId("nothing"))
    with pytest.raises(NotFound):
        await desk.office.carts.close_call(SUPERVISOR, CallId("nothing"))
