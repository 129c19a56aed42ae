"""What a checkout leaves behind when it does not end well: nothing held, and the whole story."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.failed_checkout import FailedStanding
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Unknown
from backoffice.domain.statuses import CheckoutState
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.work import Action, RemoteAction, Work
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_events, order_lines, order_statuses, orders, transfers
from backoffice.store.tables.selling import reservations
from backoffice.store.tables.snapshots import order_data, order_shipments, tax_documents
from tests.services.desk import CARD, ON_ACCOUNT, Desk
from tests.services.rich import rich_cart
from tests.services.world import AGENT, SUPERVISOR

LOCAL = [action.name for action in PIPELINE.reversible if not isinstance(action, RemoteAction)]


@dataclass
class Stumbling:
    """A local action as installed, with trouble before or after its work, or when it is undone."""

    inner: Action
    trouble: Exception
    after: bool = False
    undo_troubles: int = 0
    undone: int = 0

    @property
    def name(self) -> str:
        return self.inner.name

    @name.setter
    def name(self, value: str) -> None:
        raise AttributeError

    def execute(self, work: Work) -> None:
        if self.after:
            self.inner.execute(work)
        raise self.trouble

    def undo(self, work: Work) -> None:
        self.undone += 1
        if self.undone <= self.undo_troubles:
            raise self.trouble
        self.inner.undo(work)


@dataclass
class UndoFails:
    """An action that works, and whose undo fails the first times."""

    inner: Action
    times: int
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def execute(self, work: Work) -> None:
        self.inner.execute(work)

    def undo(self, work: Work) -> None:
        if self.times > 0:
            self.times -= 1
            message = "the undo has a bug"
            raise RuntimeError(message)
        self.inner.undo(work)


def with_action(action: Action, pipeline: Pipeline = PIPELINE) -> Pipeline:
    """The lists with one reversible action replaced."""
    return replace(
        pipeline,
        reversible=tuple(action if one.name == action.name else one for one in pipeline.reversible),
    )


def stumbling(name: str, trouble: Exception, *, after: bool = False) -> Pipeline:
    return with_action(Stumbling(PIPELINE.action(name), trouble, after=after))


async def assert_rolled_back(desk: Desk, cart: Cart, *, journal_from: str) -> None:
    """Whatever was begun was undone in exact reverse; nothing is held, the cart works."""
    steps = desk.journal(cart.cart_id)
    names = [action.name for action in PIPELINE.reversible]
    begun = names[: names.index(journal_from) + 1]
    assert [step.action for step in steps if step.what == "undo"] == begun[::-1]
    assert all(step.outcome == "done" for step in steps if step.what == "undo")
    await desk.run_jobs(within=timedelta(minutes=10))
    desk.assert_nothing_held()
    assert desk.gateway.held() == 0
    for table in (order_events, transfers, mails, order_data):
        assert desk.rows(table) == []
    assert {row["status"] for row in desk.rows(tax_documents)} <= {"deleted"}
    assert {row["status"] for row in desk.rows(order_shipments)} <= {"failed"}
    assert {row["status"] for row in desk.rows(orders)} <= {"FAILED"}
    assert {row["status"] for row in desk.rows(order_lines)} <= {"FAILED"}
    for order in desk.rows(orders):
        assert order["reservation_id"] is None
        assert desk.rows(order_statuses, order_id=order["order_id"])[-1]["status"] == "FAILED"
    assert desk.dom.sent == []
    assert desk.cart_status(cart.cart_id) == "open"


@pytest.mark.parametrize("after", [False, True], ids=["before its work", "after its work"])
@pytest.mark.parametrize("name", LOCAL)
async def test_refusal_in_an_action_undoes_it_and_all_before_it_in_exact_reverse(
    desk: Desk, name: str, after: bool
) -> None:
    cart = await desk.prepare(await rich_cart(desk))
    desk.use_actions(stumbling(name, Refusal("Not today.", advice="Tomorrow."), after=after))
    result = await desk.submit(cart)
    assert (result.state, result.sentence, result.advice) == (
        CheckoutState.ROLLED_BACK,
        "Not today.",
        "Tomorrow.",
    )
    await assert_rolled_back(desk, cart, journal_from=name)
    desk.use_actions(PIPELINE)
    again = await desk.submit(await desk.prepare(cart))
    assert again.state is CheckoutState.COMPLETED
    desk.assert_totals_add_up(again.order_number)


async def test_bug_in_an_action_is_rolled_back_and_logged(desk: Desk) -> None:
    desk.use_actions(stumbling("updateOrder", ZeroDivisionError("a bug"), after=True))
    cart = await desk.cart()
    with capture_logs() as logs:
        result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "went wrong inside the application" in result.sentence
    assert [log["action"] for log in logs if log["event"] == "checkout action failed"] == ["updateOrder"]
    await assert_rolled_back(desk, cart, journal_from="updateOrder")


async def test_broken_constraint_in_an_action_is_a_bug_of_that_action(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.cart("3*HL-U509-R")
    desk.own_stock("HL-U509-R", 1)  # somebody counted the shelf anew: the hold is not covered any more
    result = await desk.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    await assert_rolled_back(desk, cart, journal_from="updateOrder")


async def test_own_stock_goes_back_to_the_cart(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    desk.own_stock("HL-U509-R", 10)
    desk.use_actions(stumbling("capturePayments", Refusal("Not today.")))
    cart = await desk.cart("3*HL-U509-R")
    await desk.submit(cart)
    assert desk.held_locally("HL-U509-R") == (10, 3)
    assert [row["status"] for row in desk.rows(reservations)] == ["held"]
    desk.use_actions(PIPELINE)
    assert (await desk.submit(cart)).state is CheckoutState.COMPLETED
    assert desk.held_locally("HL-U509-R") == (7, 0)


async def test_failing_undo_is_written_down_the_others_run_and_it_is_tried_again(desk: Desk) -> None:
    failing = UndoFails(PIPELINE.action("authorizePayments"), times=2)
    broken = Stumbling(PIPELINE.action("updateOrder"), Refusal("Not today."))
    desk.use_actions(with_action(failing, with_action(broken)))
    cart = await desk.cart(pay=ON_ACCOUNT)
    result = await desk.submit(cart)
    assert result.state is CheckoutState.STUCK
    undone = {step.action: step.outcome for step in desk.journal(cart.cart_id) if step.what == "undo"}
    assert undone["authorizePayments"] == "failed"
    assert undone["createNewOrder"] == "done"
    [seen] = (await desk.office.failed_checkouts.list(SUPERVISOR)).rows
    assert seen.standing is FailedStanding.STUCK
    assert (await desk.submit(cart)).state is CheckoutState.STUCK  # no second attempt beside an open one
    await desk.run_jobs(within=timedelta(minutes=5))
    assert failing.times == 0
    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.ROLLED_BACK
    assert now.sentence == "Not today."
    desk.assert_nothing_held()
    assert desk.cart_status(cart.cart_id) == "open"
    assert [job for job in desk.waiting_jobs() if job["name"] == "resume_checkout"] == []


async def test_failing_finalize_action_does_not_undo_the_order_and_is_finished_later(desk: Desk) -> None:
    class Late:
        name = "clearShoppingCart"
        troubles = 2

        def execute(self, work: Work) -> None:
            if self.troubles:
                self.troubles -= 1
                raise RuntimeError("not now")
            PIPELINE.finalize[0].execute(work)

        def undo(self, work: Work) -> None:
            """Finalize actions are not undone."""

    desk.use_actions(replace(PIPELINE, finalize=(Late(), *PIPELINE.finalize[1:])))
    cart = await desk.cart()
    assert (await desk.submit(cart)).state is CheckoutState.COMPLETED
    assert desk.cart_status(cart.cart_id) == "in_checkout"
    assert (await desk.submit(cart)).order_number == "B1000001"
    await desk.run_jobs(within=timedelta(minutes=5))
    assert desk.cart_status(cart.cart_id) == "ordered"
    assert len(desk.rows(orders)) == 1


async def dies_while_the_bank_is_asked(desk: Desk, cart: Cart, *, hangs: str) -> None:
    """The process goes away with its question on the wire."""
    desk.gateway.hangs = hangs
    task = asyncio.ensure_future(desk.submit(cart))
    while not desk.rows(orders):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    desk.gateway.hangs = ""


@pytest.mark.parametrize("hangs", ["before", "after"])
async def test_watchdog_undoes_what_a_dead_process_left(desk: Desk, hangs: str) -> None:
    cart = await desk.cart(pay=CARD)
    await dies_while_the_bank_is_asked(desk, cart, hangs=hangs)
    worker = await desk.another("worker")
    try:
        assert desk.cart_status(cart.cart_id) == "in_checkout"
        await worker.run_jobs(within=timedelta(seconds=25))
        assert desk.cart_status(cart.cart_id) == "in_checkout"  # its lease is not over: it may be alive
        await worker.run_jobs(within=timedelta(minutes=5))
    finally:
        await worker.office.close()
    result = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert result is not None
    assert result.state is CheckoutState.ROLLED_BACK
    assert "stopped" in result.sentence
    [failed] = (await desk.office.failed_checkouts.list(SUPERVISOR)).rows
    assert failed.failed_action == "authorizePayments"
    assert desk.payment_statuses() == ["voided"]
    await assert_rolled_back(desk, cart, journal_from="authorizePayments")
    assert (await desk.submit(await desk.prepare(cart))).order_number == "B1000002"


async def test_process_thought_dead_does_not_get_the_last_word(desk: Desk) -> None:
    cart = await desk.cart(pay=CARD)
    desk.gateway.hangs = "after"
    task = asyncio.ensure_future(desk.submit(cart))
    while not desk.gateway.payments:
        await asyncio.sleep(0.01)
    worker = await desk.another("worker")
    try:
        await worker.run_jobs(within=timedelta(minutes=1))
    finally:
        await worker.office.close()
    desk.gateway.go_on.set()
    assert (await task).state is CheckoutState.ROLLED_BACK
    await assert_rolled_back(desk, cart, journal_from="authorizePayments")


async def test_lost_watchdog_is_queued_again_by_housekeeping(desk: Desk) -> None:
    cart = await desk.cart(pay=CARD)
    await dies_while_the_bank_is_asked(desk, cart, hangs="after")
    desk.lose_jobs()
    desk.clock.pass_time(timedelta(minutes=2))
    await desk.office.maintenance.run_once()
    await desk.run_jobs(within=timedelta(minutes=2))
    assert desk.cart_status(cart.cart_id) == "open"
    assert desk.gateway.held() == 0
    desk.lose_jobs()
    await desk.office.maintenance.run_once()
    await assert_rolled_back(desk, cart, journal_from="authorizePayments")


async def test_void_that_is_not_answered_is_asked_again_until_it_is(desk: Desk) -> None:
    desk.use_actions(stumbling("updateOrder", Refusal("Not today.")))
    desk.gateway.script("void", Unknown(reason="No answer."), times=5)
    cart = await desk.cart(pay=CARD)
    await desk.submit(cart)
    await desk.run_jobs()
    assert desk.payment_statuses() == ["voiding"]
    for _ in range(30):
        await desk.office.maintenance.run_once()
        await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.payment_statuses() == ["voided"]
    assert desk.gateway.held() == 0
    assert [job for job in desk.waiting_jobs() if job["name"] == "settle_payment"] == []
