"""kill -9 at each point of an order's way: afterwards it is whole, or FAILED with nothing held, and `check` is clean.

The points of Submit with a card: its first commit (attempt, number, intent), the question to the bank, its answer, and
the second commit, which is the pivot. Then the transfer, which is the worker's.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from backoffice.domain.ids import CartId
from backoffice.domain.statuses import CartStatus, CheckoutState, OrderStatus, PaymentStatus, TransferStatus
from backoffice.services.checks.jobs import is_quiet
from tests.journeys.centre import CARD, CallCentre, until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CallCentre]:
    """Everything real: the simulators, the worker, one SQLite file."""
    opened = await CallCentre.open(tmp_path_factory.mktemp("kill"))
    yield opened
    await opened.close()


async def dies_at(centre: CallCentre, point: str) -> CartId:
    """Let a desk take an order until it dies there by itself."""
    desk = await start_desk(centre, point)
    said, _ = await asyncio.wait_for(desk.communicate(), 30)
    assert desk.returncode == -signal.SIGKILL
    return CartId(said.decode().split()[0])


async def start_desk(centre: CallCentre, point: str) -> asyncio.subprocess.Process:
    settings = centre.settings.model_dump_json()
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.dying_desk", settings, point), cwd=ROOT, stdout=PIPE
    )


def kill_worker(centre: CallCentre) -> None:
    """The whole application is gone; the world starts the worker again."""
    os.kill(centre.world._children["worker"].pid, signal.SIGKILL)


async def assert_failed_with_nothing_held(centre: CallCentre, cart_id: CartId) -> None:
    """FAILED, its trail kept, nothing at the bank, nothing at the DOM, and a cart that sells on the next try."""
    cart = await centre.cart(cart_id)
    result = await centre.known(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    order = await until(
        lambda: centre.order(result.order_number),
        lambda order: order.payments[0].status in {PaymentStatus.VOIDED, PaymentStatus.DECLINED},
    )
    assert order.status is OrderStatus.FAILED
    assert [row["authorised"] for row in await centre.at_bank(order.number)] in ([], [0])
    assert await centre.at_dom(order.number) == []
    cart = await centre.cart(cart_id)
    assert cart.status is CartStatus.OPEN
    again = await centre.submit(await centre.prepare(cart))
    assert again.state is CheckoutState.COMPLETED
    assert again.order_number != order.number
    await assert_whole(centre, again.order_number)


async def assert_whole(centre: CallCentre, number: str) -> None:
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)


async def assert_check_is_clean(centre: CallCentre) -> None:
    """`backofficectl check`, over our database and the books of the bank and the DOM, once it is quiet."""
    await centre.delivered()
    await until(lambda: centre.office.store.read(is_quiet), within=40)
    check = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backoffice.cli", "check", "--json"),
        *("--data-dir", str(centre.settings.data_dir)),
        cwd=ROOT,
        stdout=PIPE,
    )
    said, _ = await check.communicate()
    findings: list[dict[str, Any]] = json.loads(said)
    assert [finding for finding in findings if finding["violations"]] == []
    assert {finding["number"] for finding in findings if finding["state"] == "holds"} >= {
        1,
        2,
        7,
        8,
        14,
        17,
        19,
    }
    assert check.returncode == 0


async def test_killed_before_the_first_commit_nothing_has_happened(centre: CallCentre) -> None:
    cart_id = await dies_at(centre, "before:1")
    cart = await centre.cart(cart_id)
    assert cart.status is CartStatus.OPEN
    assert await centre.office.checkout.result(centre.ann, cart_id) is None
    result = await centre.submit(cart)
    assert result.state is CheckoutState.COMPLETED
    await assert_whole(centre, result.order_number)


@pytest.mark.parametrize(
    "point", ["after:1", "before:2"], ids=["after the first commit", "after the bank's answer"]
)
async def test_killed_before_the_pivot_the_order_is_undone(centre: CallCentre, point: str) -> None:
    cart_id = await dies_at(centre, point)
    assert (await centre.cart(cart_id)).status is CartStatus.IN_CHECKOUT
    await assert_failed_with_nothing_held(centre, cart_id)


@pytest.mark.parametrize("fault", ["silent_before", "silent_after", "late"])
async def test_killed_while_the_bank_is_asked_the_order_is_undone(centre: CallCentre, fault: str) -> None:
    await centre.fault("payments", kind=fault, operation="authorise", count=1, seconds=1.0)
    desk = await start_desk(centre, "never")
    assert desk.stdout is not None
    cart_id = CartId((await desk.stdout.readline()).decode().strip())
    await until(lambda: centre.cart(cart_id), lambda cart: cart.status is CartStatus.IN_CHECKOUT)
    desk.kill()
    kill_worker(centre)
    await desk.communicate()
    await assert_failed_with_nothing_held(centre, cart_id)


async def test_killed_after_the_pivot_the_order_is_whole(centre: CallCentre) -> None:
    cart_id = await dies_at(centre, "after:2")
    kill_worker(centre)
    result = await centre.known(await centre.cart(cart_id))
    assert result.state is CheckoutState.COMPLETED
    await assert_whole(centre, result.order_number)


@pytest.mark.parametrize("fault", ["silent_before", "latency"], ids=["before it arrived", "after it arrived"])
async def test_killed_during_the_transfer_the_dom_holds_it_once(centre: CallCentre, fault: str) -> None:
    await centre.fault("dom", kind=fault, operation="transfer", count=1, seconds=1.0)
    result = await centre.ordered("1*HL-U509-R", pay=CARD)
    await centre.transfer_is(result.order_number, TransferStatus.SENT)
    kill_worker(centre)
    await assert_whole(centre, result.order_number)
    attempts = await centre.attempts(result.order_number)
    assert attempts[:2] == [("transfer", "unknown"), ("lookup", "succeeded")]


async def test_after_all_of_it_every_invariant_holds(centre: CallCentre) -> None:
    await assert_check_is_clean(centre)
