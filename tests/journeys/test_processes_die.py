"""kill -9 in the middle of something: afterwards there is one defined state, and work goes on by itself."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from backoffice.domain.errors import Conflict
from backoffice.domain.ids import CartId, Sku
from backoffice.domain.statuses import CartStatus, CheckoutState, OrderStatus, PaymentStatus, TransferStatus
from backoffice.store.tables.selling import reservations
from tests.external.processes import ROOT
from tests.journeys.centre import CallCentre, Desk, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_worker_killed_during_a_transfer_never_makes_two_orders(centre: CallCentre) -> None:
    await centre.fault("dom", kind="latency", operation="transfer", seconds=1.0)
    number = (await centre.ordered("1*HL-U509-R")).order_number
    await until(lambda: centre.ask("dom", "/control/faults"), lambda left: not left["faults"])  # it is there
    _kill_worker(centre)
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    assert await centre.attempts(number) == [("transfer", "unknown"), ("lookup", "succeeded")]
    await centre.assert_whole(number)
    await until(lambda: centre.subjects(number))
    await centre.ship(number)  # the inbound application is back at its address
    await until(lambda: centre.order(number), lambda order: order.status is OrderStatus.SHIPPED)


async def test_order_submitted_while_there_is_no_worker_waits_for_it(centre: CallCentre) -> None:
    cart = await centre.prepared("1*HL-U509-R")
    _kill_worker(centre)
    result = await centre.submit(cart)
    assert result.state is CheckoutState.COMPLETED
    assert (await centre.transfer(result.order_number)).status is TransferStatus.QUEUED
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)
    await until(lambda: centre.subjects(result.order_number))
    assert await centre.subjects(result.order_number) == [f"Your order {result.order_number}"]


async def test_dom_that_dies_and_comes_back_remembers_the_order(centre: CallCentre) -> None:
    number = (await centre.ordered("1*HL-U509-R")).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    os.kill(centre.world._children["dom"].pid, signal.SIGKILL)
    other = await centre.built("1*HL-U509-R")
    later = await until(lambda: _prepared_or_not(centre, other.cart_id))
    assert later
    result = await centre.submit(await centre.cart(other.cart_id))
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)
    await centre.assert_whole(result.order_number)


async def test_desk_killed_while_the_dom_is_asked_to_hold_can_prepare_again(centre: CallCentre) -> None:
    await centre.fault("dom", kind="latency", operation="reserve", seconds=0.5)

    async def asked() -> bool:
        wanted = select(reservations.c.status).where(reservations.c.cart_id == cart_id)
        return await centre.office.store.read(
            lambda connection: connection.execute(wanted).scalar() == "asking"
        )

    async with _a_desk(centre, "account") as (desk, cart_id):
        await until(asked)
        desk.kill()
    cart = await centre.cart(cart_id)
    assert (cart.status, cart.prepared) == (CartStatus.OPEN, None)
    cart = await centre.prepare(cart)
    line = cart.lines[0].line_id
    ledger = await centre.dom_ledger()
    held = {row["reservation_id"] for row in ledger["reservation_lines"] if row["line_id"] == line}
    assert [row["status"] for row in ledger["reservations"] if row["reservation_id"] in held] == ["held"]
    result = await centre.submit(cart)
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


async def test_desk_killed_while_the_bank_is_asked_leaves_nothing_charged(centre: CallCentre) -> None:
    await centre.fault("payments", kind="latency", operation="authorise", seconds=1.0)
    async with _a_desk(centre, "card") as (desk, cart_id):
        await until(lambda: centre.ask("payments", "/control/faults"), lambda left: not left["faults"])
        desk.kill()
    cart = await centre.cart(cart_id)
    assert cart.status is CartStatus.IN_CHECKOUT
    with pytest.raises(Conflict, match="This cart is being submitted"):
        await centre.office.carts.add_line(centre.ann, cart_id, Sku("HL-U509"), 1, version=cart.version)
    result = await centre.known(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert result.sentence == "The application stopped while the order was being submitted."
    order = await until(
        lambda: centre.order(result.order_number),
        lambda order: order.payments[0].status is PaymentStatus.VOIDED,
    )
    assert order.status is OrderStatus.FAILED
    assert [row["status"] for row in await centre.at_bank(order.number)] == ["voided"]
    assert await centre.at_dom(order.number) == []

    cart = await centre.cart(cart_id)
    assert cart.status is CartStatus.OPEN
    again = await centre.submit(cart)
    assert again.state is CheckoutState.COMPLETED
    await centre.transfer_is(again.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(again.order_number)


async def test_desk_killed_after_submit_has_sold_the_goods_all_the_same(centre: CallCentre) -> None:
    async with _a_desk(centre, "account") as (desk, cart_id):
        assert desk.stdout is not None
        number = (await desk.stdout.readline()).decode().strip()
        desk.kill()
    assert (await centre.cart(cart_id)).status is CartStatus.ORDERED
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)


async def test_calls_are_where_they_were_when_the_desk_opens_again(centre: CallCentre) -> None:
    cart = await centre.prepared("2*HL-U509-R", notes="wants the red one")
    another = await Desk.sit_down(centre.settings)
    try:
        calls = await another.office.carts.calls(another.ann)
        [call] = [call for call in calls if call.cart_id == cart.cart_id]
        found = await another.cart(call.cart_id)
        assert found == cart
        result = await another.submit(found)
    finally:
        await another.office.close()
    assert result.state is CheckoutState.COMPLETED


async def test_second_of_two_desks_that_change_a_cart_is_told(centre: CallCentre) -> None:
    cart = await centre.built("1*HL-U509-R")
    another = await Desk.sit_down(centre.settings)
    try:
        await another.office.carts.set_notes(
            another.ann, cart.cart_id, "from the other desk", version=cart.version
        )
        for late in (
            centre.office.carts.set_notes(centre.ann, cart.cart_id, "from this desk", version=cart.version),
            centre.office.carts.add_line(centre.ann, cart.cart_id, Sku("HL-U509-R"), 5, version=cart.version),
            centre.prepare(cart),
            centre.submit(cart),
        ):
            with pytest.raises(Conflict) as refused:
                await late
            assert refused.value.code == "modified"
            assert refused.value.sentence == "This cart was changed meanwhile."
            assert refused.value.advice
        now = await centre.cart(cart.cart_id)
        assert (now.notes, [line.quantity for line in now.lines]) == ("from the other desk", [1])

        both = await centre.prepare(now)
        results = await asyncio.gather(centre.submit(both), another.submit(both))
        numbers = {result.order_number for result in results}
        [number] = numbers
    finally:
        await another.office.close()
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)


def _kill_worker(centre: CallCentre) -> None:
    os.kill(centre.world._children["worker"].pid, signal.SIGKILL)


async def _prepared_or_not(centre: CallCentre, cart_id: CartId) -> bool:
    try:
        await centre.prepare(await centre.cart(cart_id))
    except Conflict as refused:
        if refused.code != "dom_silent":
            raise
        return False
    return True


@asynccontextmanager
async def _a_desk(centre: CallCentre, pay: str) -> AsyncIterator[tuple[Process, CartId]]:
    """Another desk in a process of its own; with the cart it has built."""
    desk = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.a_desk",
        centre.settings.model_dump_json(),
        pay,
        cwd=ROOT,
        stdout=PIPE,
    )
    assert desk.stdout is not None
    try:
        yield desk, CartId((await desk.stdout.readline()).decode().strip())
    finally:
        if desk.returncode is None:
            desk.kill()
        await desk.communicate()
