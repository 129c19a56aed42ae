"""Everything at once: many callers, every peer misbehaving, the worker killed, all closed. Then the books agree."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Conflict
from backoffice.domain.statuses import CheckoutState, OrderStatus, TransferStatus
from tests.journeys.books import disagreements
from tests.journeys.centre import CARD, ON_ACCOUNT, CallCentre, until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]
CALLERS = 10
BEFORE_AND_AFTER = ("drop_before", "drop_after", "error_after", "not_json", "cut_body", "silent_after")


async def test_books_agree_after_a_storm_and_a_new_start(tmp_path: Path) -> None:
    storm = await CallCentre.open(tmp_path)  # one of its own, so that its books hold nothing else
    try:
        await _bring_bad_weather(storm)
        calls = [asyncio.create_task(_call(storm, by_card=number % 3 != 0)) for number in range(CALLERS)]
        await asyncio.sleep(1)
        os.kill(storm.world._children["worker"].pid, signal.SIGKILL)
        carts = await asyncio.gather(*calls)
    finally:
        await storm.close()  # in the middle of whatever is not known yet
    morning = await CallCentre.open(tmp_path)
    try:
        await _assert_all_is_well(morning, carts)
    finally:
        await morning.close()


async def _bring_bad_weather(storm: CallCentre) -> None:
    chance = random.Random(4711)
    for operation in ("reserve", "transfer", "find", "release"):
        for kind in chance.sample(BEFORE_AND_AFTER, 3):
            await storm.fault("dom", kind=kind, operation=operation, after=chance.randrange(4))
    for operation in ("authorise", "find", "void"):
        for kind in chance.sample([*BEFORE_AND_AFTER, "decline", "pending"], 3):
            await storm.fault("payments", kind=kind, operation=operation, after=chance.randrange(3))
    for kind in ("later", "lost_before", "slow"):
        await storm.fault("mail", kind=kind, seconds=1)
    await storm.fault("dom", kind="duplicate", operation="push", count=10)


async def _assert_all_is_well(morning: CallCentre, carts: list[Cart]) -> None:
    results = [await morning.known(cart) for cart in carts]
    sold = [result.order_number for result in results if result.state is CheckoutState.COMPLETED]
    assert len(sold) >= CALLERS // 2
    for number in sold:
        await morning.transfer_is(number, TransferStatus.TRANSFERRED)
    await morning.tell("dom", "/control/advance", {"steps": 5})
    await morning.delivered()
    await until(lambda: disagreements(morning), lambda found: not found, within=40)
    for number in sold:
        order = await morning.order(number)
        assert order.status is OrderStatus.SHIPPED, order
        assert [line.shipped for line in order.lines] == [line.quantity for line in order.lines]


async def _call(storm: CallCentre, *, by_card: bool) -> Cart:
    """One caller and a patient agent, who tries Prepare again while the DOM does not answer."""
    cart = await storm.built("1*HL-U509-R", "1*WB-H098", pay=CARD if by_card else ON_ACCOUNT)
    while cart.prepared is None:
        try:
            cart = await storm.prepare(cart)
        except Conflict as refused:
            if refused.code != "dom_silent":
                raise
    await storm.submit(cart)
    return cart
