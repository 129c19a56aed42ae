"""ProcessOrder Submit: run the pipeline over as many transactions as the world makes necessary.

1. one transaction begins the attempt, runs setup, takes the order number and runs on to the pivot, or to the first
   question for the world, whose intent it commits together with a watchdog job;
2. the questions are asked outside any transaction, under keys already written down;
3. the next transaction, guarded by ownership, settles the answers and runs on to the pivot;
4. no answer: the attempt is *checking*, the cart stays as it is, and durable work goes on asking;
5. submitting again gives the same attempt, never a second order;
6. a process that died leaves a lease that runs out: ``resume`` then undoes what was begun (before the pivot we only
   go back), asks on for what is unknown, tries failed undos again, and runs finalize actions that failed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row, select, update

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.ids import CartId, OrderId, OrderNumber, new_id
from backoffice.domain.order import SubmitResult
from backoffice.domain.outcome import Outcome, Unknown
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import CartStatus, CheckoutState
from backoffice.external.payments.port import PaymentGateway
from backoffice.services import audit
from backoffice.services.cart_rows import load_cart, require_open, write_cart
from backoffice.services.checkout import journal
from backoffice.services.checkout.events import bug_in
from backoffice.services.checkout.order_numbers import take_number
from backoffice.services.checkout.pipeline import (
    AwaitsWorld,
    Ended,
    Pipeline,
    SetUp,
    Stop,
    ask_on,
    finish,
    go_on,
    roll_back,
    run_from,
    run_setup,
    unfinished,
)
from backoffice.services.checkout.take_back import take_back_again
from backoffice.services.checkout.work import (
    Answers,
    Question,
    Remote,
    RemoteAction,
    TakesBackLate,
    Work,
)
from backoffice.services.codec import unpack
from backoffice.services.jobs import Jobs
from backoffice.services.lock_rows import hold_cart
from backoffice.services.stores import load_store
from backoffice.store.store import Store
from backoffice.store.tables.ordering import carts, checkout_attempts

ASK_AGAIN = timedelta(seconds=2)  # at first; then as long as it has been unknown, up to
ASK_AGAIN_AT_LAST = timedelta(seconds=30)
UNDO_AGAIN = timedelta(seconds=30)
_PART_OF_LEASE = 0.8  # asking ends before somebody else may take over
_log = structlog.get_logger()
_UNDONE = frozenset({CheckoutState.ROLLED_BACK.value, CheckoutState.STUCK.value})
_EARLY = timedelta(seconds=0.5)  # a job may come a little before its time
_STOPPED = Refusal(
    "The application stopped while the order was being submitted.",
    advice="Nothing was charged or sent. Submit again.",
    code="stopped",
)
_TOO_LATE = Refusal(
    "The bank did not answer before the prices and the hold ran out.",
    advice="Whatever the bank holds is let go. Prepare and submit again.",
    code="too_late",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _At:
    """Where an attempt stands after a transaction."""

    attempt_id: str
    stop: Stop
    result: SubmitResult
    ask_until: datetime | None = None  # after that somebody else may be at it


class Submit:
    """Submits carts, each at most once."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        store_id: str,
        gateway: PaymentGateway,
        pipeline: Pipeline,
        owner: str,
        lease: timedelta,
    ) -> None:
        """``owner`` names this process; ``lease`` is how long an attempt of it is left alone after its last word."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._store_id = store_id
        self._gateway = gateway
        self._pipeline = pipeline
        self._owner = owner
        self._lease = lease

    async def submit(self, actor: Actor, cart_id: CartId, *, version: int) -> SubmitResult:
        """Submit the cart as it was prepared at ``version``; again, and it is the same order."""
        actor.require(Right.SUBMIT)
        at = await self._store.run(lambda connection: self._begin(connection, actor, cart_id, version))
        return await self._drive(at)

    async def result(self, actor: Actor, cart_id: CartId) -> SubmitResult | None:
        """Return how the last Submit of the cart stands, None before the first."""
        actor.require(Right.CARTS)

        def look(connection: Connection) -> SubmitResult | None:
            row = journal.last_attempt(connection, cart_id)
            return journal.result_of(connection, row) if row else None

        return await self._store.read(look)

    async def resume(self, attempt_id: str) -> None:
        """Durable work: finish or undo an attempt whose process died, or that waits for an answer."""
        at = await self._store.run(lambda connection: self._pick_up(connection, attempt_id))
        if at is not None:
            await self._drive(at)

    async def _drive(self, at: _At) -> SubmitResult:
        while isinstance(at.stop, AwaitsWorld):
            action = at.stop.action
            asked = at.stop.questions
            patience = (at.ask_until - self._clock()).total_seconds() if at.ask_until else 0.0
            said = await asyncio.gather(*(self._ask(action, question, patience) for question in asked))
            answers = {question.subject: answer for question, answer in zip(asked, said, strict=True)}
            at = await self._store.run(self._advance(at, action, answers))
        return at.result

    async def _ask(self, action: Remote, question: Question, patience: float) -> Outcome[Any]:
        """Ask; an action that takes too long, or has a bug, has not said what happened out there.

        A process that stood still since it wrote its intent does not ask any more: somebody may have been told already
        that nothing ever arrived.
        """
        if patience <= 0:
            return Unknown(reason="The application stood still for too long; it will ask again.")
        try:
            async with asyncio.timeout(patience):
                return await action.ask(self._gateway, question)
        except TimeoutError:
            return Unknown(reason=f"No answer within {patience:.0f} seconds.")
        except Exception:  # noqa: BLE001 - nothing is assumed of what it did before; it is logged and asked again
            package = self._pipeline.packages.get(action.name, "")
            _log.exception("checkout action failed to ask", action=action.name, package=package)
            return Unknown(reason=bug_in(package).sentence)

    def _begin(self, connection: Connection, actor: Actor, cart_id: CartId, version: int) -> _At:
        cart = load_cart(connection, cart_id)
        hold_cart(connection, actor, cart.call_id, self._clock())
        if cart.status in {CartStatus.IN_CHECKOUT, CartStatus.ORDERED}:
            row = journal.last_attempt(connection, cart_id)
            if row is not None:
                return self._ended(connection, row)
        require_open(cart, version)
        work = self._work(
            connection,
            cart,
            actor,
            attempt_id=new_id(),
            order_id=OrderId(new_id()),
            order_number=OrderNumber(""),
        )
        ready = run_setup(self._pipeline, work)
        if ready.refusal:
            return self._not_begun(work, ready, ready.refusal)
        number = take_number(connection, self._store_id, work.settings.order_number_prefix)
        work = replace(work, order_number=number)
        journal.open_attempt(work, self._owner, self._lease)
        write_cart(connection, cart, work.now, next_version=False, status=CartStatus.IN_CHECKOUT.value)
        stop = run_from(self._pipeline, work, 0, before=ready.steps)
        if isinstance(stop, AwaitsWorld):
            return self._asking(work, stop)
        return self._closed(work, stop)

    def _not_begun(self, work: Work, ready: SetUp, refusal: Refusal) -> _At:
        """The setup list said no: there is no order and no number, only the attempt."""
        journal.open_attempt(work, self._owner, self._lease)
        journal.write_steps(work, ready.steps)
        journal.end_attempt(
            work,
            CheckoutState.ROLLED_BACK,
            failed_action=ready.steps[-1].action,
            sentence=refusal.sentence,
            advice=refusal.advice,
        )
        return self._closed(work, Ended())

    def _advance(self, at: _At, action: Remote, answers: Answers) -> Callable[[Connection], _At]:
        def advance(connection: Connection) -> _At:
            row = self._row(connection, at.attempt_id)
            if row.owner != self._owner or row.state not in {
                CheckoutState.RUNNING.value,
                CheckoutState.CHECKING.value,
            }:
                # Somebody took over: their word counts, and what was done for this one is taken back.
                if row.state in _UNDONE:
                    self._too_late(self._work_of(connection, row), action, answers)
                return self._ended(connection, row)
            work = self._work_of(connection, row)
            stop = go_on(self._pipeline, work, action, answers)
            if isinstance(stop, AwaitsWorld):
                journal.wait_until(work, work.now + self._lease)
                return self._asking(work, stop)
            return self._closed(work, stop, before=CheckoutState(row.state))

        return advance

    def _too_late(self, work: Work, action: Remote, answers: Answers) -> None:
        if isinstance(action, TakesBackLate):
            action.too_late(work, answers)
        else:
            take_back_again(work, action)

    def _pick_up(self, connection: Connection, attempt_id: str) -> _At | None:
        row = journal.attempt(connection, attempt_id)
        if row is None or row.state == CheckoutState.ROLLED_BACK.value:
            return None
        work = self._work_of(connection, row)
        state = CheckoutState(row.state)
        if state is CheckoutState.COMPLETED and not unfinished(self._pipeline, work):
            return None
        if not self._take(work, row):
            return None
        if state is CheckoutState.COMPLETED:
            finish(self._pipeline, work)
            return self._closed(work, Ended(), before=state)
        if state is CheckoutState.CHECKING and not self._is_too_late(work):
            return self._ask_on(work)
        reasons = {
            CheckoutState.RUNNING: _STOPPED,
            CheckoutState.CHECKING: _TOO_LATE,
            CheckoutState.STUCK: Refusal(row.sentence, advice=row.advice),
        }
        roll_back(self._pipeline, work, row.failed_action or self._last_begun(work), reasons[state])
        return self._closed(work, Ended(), before=state)

    def _ask_on(self, work: Work) -> _At:
        """Go on asking; what a package asks that is not installed here is left to a process that has it."""
        action = self._asked(work)
        stop = ask_on(self._pipeline, work, action) if action else Ended()
        if isinstance(stop, Ended):
            return self._closed(work, stop, before=CheckoutState.CHECKING)
        return self._asking(work, stop)

    def _asking(self, work: Work, stop: AwaitsWorld) -> _At:
        """The intent is written: a job looks at it when the lease ends, and whoever asks has ended by then."""
        self._watch(work, work.now + self._lease)
        return _At(
            attempt_id=work.attempt_id,
            stop=stop,
            result=self._result(work),
            ask_until=work.now + self._lease * _PART_OF_LEASE,
        )

    def _take(self, work: Work, row: Row[Any]) -> bool:
        """Become its owner, unless somebody is at it or a look is planned: then after that."""
        if row.lease_until > work.now + _EARLY:
            self._watch(work, row.lease_until)
            return False
        return journal.take_over(work.connection, row, self._owner, work.now, self._lease)

    def _closed(self, work: Work, stop: Ended, *, before: CheckoutState = CheckoutState.RUNNING) -> _At:
        """After the pipeline stopped for good, or waits: open the cart again, watch what waits, tell the trail.

        A cart whose undo is stuck stays closed: changed now, it would be hit by the undo that comes later.
        """
        if stop.whole:
            self._tell(work, CheckoutState.COMPLETED, "")
            return _At(attempt_id=work.attempt_id, stop=stop, result=journal.completed(work))
        row = self._row(work.connection, work.attempt_id)
        state = CheckoutState(row.state)
        if state is CheckoutState.ROLLED_BACK:
            work.connection.execute(
                update(carts)
                .where(
                    carts.c.cart_id == work.cart.cart_id,
                    carts.c.status == CartStatus.IN_CHECKOUT.value,
                )
                .values(status=CartStatus.OPEN.value, updated_at=work.now)
            )
        if state is CheckoutState.CHECKING:
            waited = work.now - row.started_at
            self._look_again(work, min(max(waited, ASK_AGAIN), ASK_AGAIN_AT_LAST))
        if state is CheckoutState.STUCK or (
            state is CheckoutState.COMPLETED and unfinished(self._pipeline, work)
        ):
            self._look_again(work, UNDO_AGAIN)
        if state is not before:
            self._tell(work, state, row.sentence)
        return self._ended(work.connection, row)

    def _tell(self, work: Work, state: CheckoutState, why: str) -> None:
        audit.record(
            work.connection,
            work.actor,
            f"checkout.{state.value}",
            work.order_number or work.cart.cart_id,
            at=work.now,
            customer_id=work.cart.customer_id or "",
            detail={"attempt": work.attempt_id, "cart": work.cart.cart_id, "why": why},
        )

    def _ended(self, connection: Connection, row: Row[Any]) -> _At:
        return _At(attempt_id=row.attempt_id, stop=Ended(), result=journal.result_of(connection, row))

    def _look_again(self, work: Work, after: timedelta) -> None:
        journal.wait_until(work, work.now + after)
        self._watch(work, work.now + after)

    def _watch(self, work: Work, due: datetime) -> None:
        """A durable job looks at the attempt when its lease ends. One job per lease: the moment is its key."""
        self._jobs.enqueue(
            work.connection,
            "resume_checkout",
            work.attempt_id,
            key=f"resume-{work.attempt_id}-{due.timestamp():.3f}",
            delay=due - work.now,
        )

    def _last_begun(self, work: Work) -> str:
        steps = journal.read_steps(work.connection, work.attempt_id)
        return next((step.action for step in reversed(steps) if step.what == "execute"), "")

    def _asked(self, work: Work) -> Remote | None:
        unknown = [
            step.action
            for step in journal.read_steps(work.connection, work.attempt_id)
            if step.what == "execute" and step.outcome in {"intended", "unknown"}
        ]
        action = self._pipeline.find(unknown[-1])
        return action if isinstance(action, RemoteAction) else None

    def _is_too_late(self, work: Work) -> bool:
        return work.cart.prepared is None or work.now >= work.cart.prepared.good_until

    def _result(self, work: Work) -> SubmitResult:
        return journal.result_of(work.connection, self._row(work.connection, work.attempt_id))

    def _row(self, connection: Connection, attempt_id: str) -> Row[Any]:
        return connection.execute(
            select(checkout_attempts).where(checkout_attempts.c.attempt_id == attempt_id)
        ).one()

    def _work_of(self, connection: Connection, row: Row[Any]) -> Work:
        return self._work(
            connection,
            load_cart(connection, row.cart_id),
            unpack(Actor, row.actor),
            attempt_id=row.attempt_id,
            order_id=OrderId(row.order_id),
            order_number=OrderNumber(row.order_number),
        )

    def _work(
        self,
        connection: Connection,
        cart: Cart,
        actor: Actor,
        *,
        attempt_id: str,
        order_id: OrderId,
        order_number: OrderNumber,
    ) -> Work:
        return Work(
            connection=connection,
            now=self._clock(),
            actor=actor,
            attempt_id=attempt_id,
            order_id=order_id,
            order_number=order_number,
            store_id=self._store_id,
            settings=load_store(connection, self._store_id),
            cart=cart,
            jobs=self._jobs,
        )
