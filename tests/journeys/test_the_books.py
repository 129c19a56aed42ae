"""Everything at once: many callers, every peer misbehaving, the worker killed. Afterwards the books agree."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backoffice.domain.errors import Conflict
from backoffice.domain.order import SubmitResult
from backoffice.domain.statuses import CheckoutState, OrderStatus, TransferStatus
from tests.journeys.books import disagreements
from tests.journeys.centre import CARD, ON_ACCOUNT, CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALLERS = 16
BEFORE_AND_AFTER = ("drop_before", "drop_after", "error_after", "not_json", "cut_body", "silent_after")


@pytest_asyncio.fixture(loop_scope="session")
async def storm(tmp_path: Path) -> AsyncIterator[CallCentre]:
    """A call centre of its own, so that its books hold nothing else."""
    opened = await CallCentre.open(tmp_path)
    yield opened
    await opened.close()


async def test_books_agree_after_a_storm(storm: CallCentre) -> None:
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
    calls = [asyncio.create_task(_call(storm, by_card=number % 3 != 0)) for number in range(CALLERS)]
    await asyncio.sleep(1)
    os.kill(storm.world._children["worker"].pid, signal.SIGKILL)
    results = await asyncio.gather(*calls)
    await storm.fair_weather()
    sold = [result.order_number for result in results if result.state is CheckoutState.COMPLETED]
    assert len(sold) >= CALLERS // 2
    for number in sold:
        await storm.transfer_is(number, TransferStatus.TRANSFERRED)
    await storm.tell("dom", "/control/advance", {"steps": 5})
    await storm.delivered()
    await until(lambda: disagreements(storm), lambda found: not found, within=40)
    for number in sold:
        order = await storm.order(number)
        assert order.status is OrderStatus.SHIPPED, order
        assert [line.shipped for line in order.lines] == [line.quantity for line in order.lines]


async def _call(storm: CallCentre, *, by_card: bool) -> SubmitResult:
    """One caller and a patient agent: tries again what can be tried again, and waits for what is not known yet."""
    cart = await storm.built("1*HL-U509-R", "1*WB-H098", pay=CARD if by_card else ON_ACCOUNT)
    while cart.prepared is None:
        try:
            cart = await storm.prepare(cart)
        except Conflict as refused:
            if refused.code != "dom_silent":
                raise
    result = await storm.submit(cart)
    return await storm.known(cart) if result.state is CheckoutState.CHECKING else result
