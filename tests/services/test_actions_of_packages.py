"""Actions and handlers of installed packages: several that ask the world, and none that can tear a checkout."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from backoffice.domain.errors import Refusal
from backoffice.domain.failed_checkout import FailedStanding, OpenKind
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown
from backoffice.domain.statuses import CheckoutState
from backoffice.external.payments.port import PaymentGateway
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.checkout.assembly import assemble
from backoffice.services.checkout.events import CheckoutEventHandler, Registered
from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.plugins import Add, Change, Installed, Remove, Wanted
from backoffice.services.checkout.take_back import TakeBack, take_back_later
from backoffice.services.checkout.work import Question, Work
from backoffice.settings import CheckoutLists
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.undoing import take_backs
from tests.services.desk import CARD, Desk
from tests.services.world import AGENT, SUPERVISOR

NOT_YET = Unknown(reason="The points are not known yet.")


@dataclass
class Points:
    """A remote action of a package's: points held out there. ``says`` is what the next tries come to."""

    name: str = "holdPoints"
    says: list[Outcome[str] | Exception | float] = field(default_factory=list)
    unsaid: list[Outcome[str] | Exception | float] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    bug_in: str = ""

    def execute(self, work: Work) -> None:
        """The key is made of the attempt, so nothing has to be written first."""

    def undo(self, work: Work) -> None:
        take_back_later(work, self, subject="points", key=f"{self.name}-{work.attempt_id}")

    def questions(self, work: Work) -> tuple[Question, ...]:
        self._stumble("questions")
        return (Question(subject="points", key=f"{self.name}-{work.attempt_id}"),)

    async def ask(self, gateway: PaymentGateway, question: Question) -> Outcome[str]:
        self.asked.append(question.key)
        answer = await _come_to(self.says)
        if isinstance(answer, Succeeded):
            self.held.add(question.key)
        return answer

    def settle(self, work: Work, answers: Mapping[str, Outcome[str]]) -> Refusal | bool:
        self._stumble("settle")
        answer = answers["points"]
        if isinstance(answer, Refused):
            return Refusal(answer.reason, advice="Pay it all.", code="points")
        return isinstance(answer, Succeeded)

    async def take_back(self, gateway: PaymentGateway, question: TakeBack) -> Outcome[str]:
        answer = await _come_to(self.unsaid)
        if isinstance(answer, Succeeded):
            self.held.discard(question.key)
        return answer

    def _stumble(self, where: str) -> None:
        if self.bug_in == where:
            message = "a bug"
            raise RuntimeError(message)


@dataclass(frozen=True)
class Vetoing(CheckoutEventHandler):
    """A handler that says no before the order is kept."""

    sentence: str

    def pre_checkout_order_persist(self, work: Work) -> None:
        raise Refusal(self.sentence, advice="Ask a supervisor.")


async def _come_to(script: list[Outcome[str] | Exception | float]) -> Outcome[str]:
    answer = script.pop(0) if script else Succeeded(value="done")
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, float):
        await asyncio.sleep(answer)
        return Succeeded(value="late")
    return answer


def of_acme(*changes: Change, handlers: tuple[CheckoutEventHandler, ...] = ()) -> Pipeline:
    return assemble(
        CheckoutLists(),
        Installed(
            changes=tuple(Wanted(change=change, package="acme") for change in changes),
            handlers=tuple(
                Registered(handler=one, name=f"h{n}", package="acme") for n, one in enumerate(handlers)
            ),
        ),
    )


def after_payment(points: Points) -> Pipeline:
    return of_acme(Add(points, after="authorizePayments"))


def undone(desk: Desk, cart_id: str) -> list[str]:
    """What was undone last, in its order; always the exact reverse of what was begun."""
    steps = desk.journal(cart_id)  # type: ignore[arg-type] # a cart's id
    begun = list(dict.fromkeys(step.action for step in steps if step.what == "execute"))
    begun = begun[begun.index("createNewOrder") :]
    back = [step.action for step in steps if step.what == "undo"]
    assert back == begun[::-1]
    return back


async def test_two_actions_that_ask_the_world_cost_one_commit_each(desk: Desk) -> None:
    points = Points()
    desk.use_actions(after_payment(points))
    cart = await desk.cart(pay=CARD)
    desk.commits.clear()

    result = await desk.submit(cart)

    assert result.state is CheckoutState.COMPLETED
    assert len(desk.commits) == 3
    assert len(points.held) == 1
    assert desk.gateway.held() == desk.order(result.order_number)["total"]


async def test_refused_by_the_second_the_first_is_let_go_of(desk: Desk) -> None:
    points = Points(says=[Refused(code="none", reason="There are no points.")])
    desk.use_actions(after_payment(points))
    cart = await desk.cart(pay=CARD)

    result = await desk.submit(cart)

    assert (result.state, result.sentence) == (CheckoutState.ROLLED_BACK, "There are no points.")
    assert undone(desk, cart.cart_id)[0] == "holdPoints"
    await desk.run_jobs(within=timedelta(minutes=5))
    assert desk.gateway.held() == 0
    desk.assert_nothing_held()
    assert desk.cart_status(cart.cart_id) == "open"


@pytest.mark.parametrize(
    "trouble", [NOT_YET, RuntimeError("a bug"), 60.0], ids=["unknown", "bug", "too slow"]
)
async def test_what_does_not_answer_is_asked_again_with_its_key(
    desk: Desk, trouble: Outcome[str] | Exception | float
) -> None:
    points = Points(says=[trouble])
    desk.use_actions(after_payment(points), lease=timedelta(seconds=0.5))
    cart = await desk.cart(pay=CARD)

    with capture_logs() as logs:
        assert (await desk.submit(cart)).state is CheckoutState.CHECKING
    assert [log["package"] for log in logs if log["event"] == "checkout action failed to ask"] == (
        ["acme"] if isinstance(trouble, Exception) else []
    )
    await desk.run_jobs(within=timedelta(minutes=1))

    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.COMPLETED
    assert len(points.asked) == 2
    assert len(set(points.asked)) == 1
    assert len(desk.gateway.payments) == 1


async def test_what_never_answers_is_undone_when_the_promise_is_over(desk: Desk) -> None:
    points = Points(says=[NOT_YET] * 1000)
    desk.use_actions(after_payment(points))
    cart = await desk.cart(pay=CARD)
    await desk.submit(cart)

    await desk.run_jobs(within=timedelta(minutes=30))

    assert desk.order("B1000001")["status"] == "FAILED"
    assert desk.gateway.held() == 0
    assert [row["state"] for row in desk.rows(take_backs)] == ["done"]


@pytest.mark.parametrize("where", ["questions", "settle"])
async def test_bug_of_a_package_undoes_the_checkout_and_names_the_package(desk: Desk, where: str) -> None:
    points = Points(bug_in=where)
    desk.use_actions(after_payment(points))
    cart = await desk.cart(pay=CARD)

    result = await desk.submit(cart)

    assert result.state is CheckoutState.ROLLED_BACK
    assert "inside the extension “acme”" in result.sentence
    assert undone(desk, cart.cart_id)
    await desk.run_jobs(within=timedelta(minutes=5))
    assert desk.gateway.held() == 0
    assert points.held == set()


async def test_bug_while_asking_on_undoes_the_checkout(desk: Desk) -> None:
    points = Points(says=[NOT_YET])
    desk.use_actions(after_payment(points))
    cart = await desk.cart()
    await desk.submit(cart)
    points.bug_in = "questions"

    await desk.run_jobs(within=timedelta(minutes=1))

    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.ROLLED_BACK
    assert undone(desk, cart.cart_id)


@pytest.mark.parametrize(
    "trouble",
    [NOT_YET, Refused(code="no", reason="Not now."), RuntimeError("a bug"), 60.0],
    ids=["unknown", "refused", "bug", "too slow"],
)
async def test_what_can_not_be_taken_back_is_tried_on_and_a_supervisor_sees_it(
    desk: Desk, trouble: Outcome[str] | Exception | float
) -> None:
    points = Points(unsaid=[trouble] * 3)
    desk.use_actions(
        of_acme(Add(points, after="authorizePayments"), handlers=(Vetoing("Not to this customer."),))
    )
    cart = await desk.cart()
    await desk.submit(cart)
    await desk.run_jobs()
    [row] = desk.rows(take_backs)
    assert (row["state"], row["tries"]) == ("open", 1)
    assert row["reason"]
    [seen] = (await desk.office.failed_checkouts.list(SUPERVISOR)).rows
    assert seen.standing is FailedStanding.OPEN
    details = await desk.office.failed_checkouts.get(SUPERVISOR, seen.attempt_id)
    [item] = details.open_items
    assert (item.kind, item.word, item.reason) == (OpenKind.TAKE_BACK, "holdPoints", row["reason"])

    await desk.office.failed_checkouts.retry(SUPERVISOR, seen.attempt_id, seen=seen.standing)
    await desk.run_jobs(within=timedelta(minutes=5))

    assert points.held == set()
    assert [row["state"] for row in desk.rows(take_backs)] == ["done"]
    assert [job for job in desk.waiting_jobs() if job["name"] == "take_back"] == []


async def test_lost_job_that_takes_back_is_queued_again(desk: Desk) -> None:
    points = Points(unsaid=[NOT_YET])
    desk.use_actions(of_acme(Add(points, after="authorizePayments"), handlers=(Vetoing("No."),)))
    await desk.submit(await desk.cart())
    await desk.run_jobs()
    desk.lose_jobs()
    desk.clock.pass_time(timedelta(minutes=10))

    await desk.office.maintenance.run_once()
    await desk.run_jobs()

    assert [row["state"] for row in desk.rows(take_backs)] == ["done"]
    await desk.taking_back.take_back(desk.rows(take_backs)[0]["take_back_id"])  # once more does nothing
    await desk.taking_back.take_back("unknown")


async def test_what_is_done_after_the_checkout_was_undone_is_taken_back_once_more(desk: Desk) -> None:
    class Late(Points):
        go_on = asyncio.Event()

        async def ask(self, gateway: PaymentGateway, question: Question) -> Outcome[str]:
            await self.go_on.wait()
            return await super().ask(gateway, question)

    points = Late()
    desk.use_actions(after_payment(points))
    cart = await desk.cart()
    asking = asyncio.ensure_future(desk.submit(cart))
    while not desk.rows(orders):
        await asyncio.sleep(0.01)
    worker = await desk.another("worker")
    worker.use_actions(after_payment(points))
    try:
        await worker.run_jobs(within=timedelta(minutes=5))
        assert [row["state"] for row in desk.rows(take_backs)] == ["done"]
        points.go_on.set()
        assert (await asking).state is CheckoutState.ROLLED_BACK
        assert points.held
        await worker.run_jobs(within=timedelta(minutes=5))
    finally:
        await worker.office.close()
    assert points.held == set()


async def test_undoing_twice_takes_back_once(desk: Desk) -> None:
    class Twice(Points):
        def undo(self, work: Work) -> None:
            super().undo(work)
            super().undo(work)

    desk.use_actions(of_acme(Add(Twice(), after="authorizePayments"), handlers=(Vetoing("No."),)))
    await desk.submit(await desk.cart())
    assert len(desk.rows(take_backs)) == 1


async def test_package_taken_away_meanwhile_is_waited_for(desk: Desk) -> None:
    points = Points(says=[NOT_YET], unsaid=[NOT_YET] * 1000)
    with_acme = after_payment(points)
    desk.use_actions(with_acme)
    cart = await desk.cart(pay=CARD)
    assert (await desk.submit(cart)).state is CheckoutState.CHECKING

    desk.use_actions(PIPELINE)
    await desk.run_jobs(within=timedelta(minutes=5))
    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.CHECKING
    await desk.run_jobs(within=timedelta(minutes=20))
    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.STUCK
    failed = [step for step in desk.journal(cart.cart_id) if step.outcome == "failed"]
    assert {step.reason for step in failed} == {"Nobody here knows how to undo “holdPoints”."}

    desk.use_actions(with_acme)
    await desk.run_jobs(within=timedelta(seconds=32))
    assert desk.cart_status(cart.cart_id) == "open"
    desk.use_actions(PIPELINE)
    await desk.run_jobs(within=timedelta(minutes=2))
    assert "its package is not installed" in desk.row(take_backs)["reason"]
    points.unsaid.clear()
    desk.use_actions(with_acme)
    await desk.run_jobs(within=timedelta(minutes=10))
    assert desk.row(take_backs)["state"] == "done"
    assert desk.gateway.held() == 0


async def test_action_taken_out_of_the_lists_while_it_waited_is_undone(desk: Desk) -> None:
    points = Points(says=[NOT_YET])
    desk.use_actions(after_payment(points))
    cart = await desk.cart()
    await desk.submit(cart)

    desk.use_actions(of_acme(Add(points, after="authorizePayments"), Remove("holdPoints")))
    await desk.run_jobs(within=timedelta(minutes=1))

    now = await desk.office.checkout.result(AGENT, cart.cart_id)
    assert now is not None
    assert now.state is CheckoutState.ROLLED_BACK
    assert "steps of the checkout were changed" in now.sentence
    await desk.run_jobs(within=timedelta(minutes=5))
    assert points.held == set()
