"""The checkout's three lists, and how they are run inside transactions.

1. setup actions only execute, in one savepoint: a refusal there leaves no order and no change;
2. reversible actions execute; each stands in a savepoint of its own, so half a step leaves nothing behind;
3. a remote action ends the transaction with its intent written; its answer begins the next one;
4. a refusal, or a bug, undoes in exact reverse, the failing action included; an undo that fails is written down and
   the others still run;
5. after the last reversible action the attempt is completed: the transaction that commits this is the pivot;
6. finalize actions run in it, in savepoints: what fails there is tried again later, for after the pivot we only go
   forward.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import CheckoutState
from backoffice.services.checkout.actions.place import Place
from backoffice.services.checkout.journal import Step, end_attempt, read_steps, write_steps
from backoffice.services.checkout.work import Action, Answer, Question, RemoteAction, Work

_log = structlog.get_logger()
_DATABASE_TROUBLE = (
    OperationalError,
    InterfaceError,
    InternalError,
)  # locked, full, away; no broken constraint
_BUG = Refusal(
    "Something went wrong inside the application; nothing was kept.",
    advice="Try again; if it happens again, tell support the time.",
    code="bug",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """The three lists, in order."""

    setup: tuple[Action, ...]
    reversible: tuple[Action, ...]
    finalize: tuple[Action, ...]

    def action(self, name: str) -> Action:
        """Return the reversible action of that name."""
        return next(action for action in self.reversible if action.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class AwaitsWorld:
    """The transaction ends here: these questions go out next."""

    action: RemoteAction
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """There is nothing more to do now; the attempt's row says how it stands. ``whole``: completed, and finalized."""

    whole: bool = False


Stop = AwaitsWorld | Ended


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp:
    """How the setup list went: its lines for the journal, and the refusal of the last of them."""

    steps: tuple[Step, ...]
    refusal: Refusal | None


def run_setup(pipeline: Pipeline, work: Work) -> SetUp:
    """Run the setup list, up to the first action that refuses; what it changed is gone then."""
    steps: list[Step] = []

    def run(work: Work) -> None:
        for action in pipeline.setup:
            steps.append(_executed(action, None))
            action.execute(work)

    refusal = _try(work, "setup", run)
    if refusal:
        steps[-1] = replace(steps[-1], outcome="failed", reason=refusal.sentence)
    return SetUp(steps=tuple(steps), refusal=refusal)


def run_from(pipeline: Pipeline, work: Work, start: int, *, before: tuple[Step, ...] = ()) -> Stop:
    """Run reversible actions from a place in their list, to the pivot or to a question for the world.

    ``before`` are lines of the journal not yet written.
    """
    steps: list[Step] = list(before)
    for action in pipeline.reversible[start:]:
        if isinstance(action, Place):
            steps.append(_executed(action, None))
            continue
        refusal = _try(work, action.name, action.execute)
        if refusal:
            write_steps(work, [*steps, _executed(action, refusal)])
            roll_back(pipeline, work, action.name, refusal)
            return Ended()
        if isinstance(action, RemoteAction) and (questions := action.questions(work)):
            write_steps(work, [*steps, Step(action=action.name, what="execute", outcome="intended")])
            return AwaitsWorld(action=action, questions=questions)
        steps.append(_executed(action, None))
    end_attempt(work, CheckoutState.COMPLETED)
    finalized = _finalize(work, pipeline.finalize)
    write_steps(work, [*steps, *finalized])
    return Ended(whole=all(step.outcome == "done" for step in finalized))


def go_on(pipeline: Pipeline, work: Work, action: RemoteAction, answers: dict[str, Answer]) -> Stop:
    """Settle a remote action with what the world said, and run on if it said enough."""
    settled: list[Refusal | bool] = []
    trouble = _try(work, action.name, lambda work: settled.append(action.settle(work, answers)))
    said = trouble or settled[0]
    if isinstance(said, Refusal):
        write_steps(work, [_executed(action, said)])
        roll_back(pipeline, work, action.name, said)
        return Ended()
    if not said:
        write_steps(work, [Step(action=action.name, what="execute", outcome="unknown")])
        end_attempt(work, CheckoutState.CHECKING)
        return Ended()
    known = Step(action=action.name, what="execute", outcome="done")
    return run_from(pipeline, work, pipeline.reversible.index(action) + 1, before=(known,))


def roll_back(pipeline: Pipeline, work: Work, failed_action: str, refusal: Refusal) -> None:
    """Undo, in exact reverse, what the journal says was begun and is not yet undone; end the attempt."""
    journal = read_steps(work.connection, work.attempt_id)
    begun = {step.action for step in journal if step.what == "execute"}
    undone = {step.action for step in journal if step.what == "undo" and step.outcome == "done"}
    steps = []
    for action in reversed(pipeline.reversible):
        if action.name in begun - undone:
            failure = _try(work, action.name, action.undo)
            outcome = "failed" if failure else "done"
            reason = failure.sentence if failure else ""
            steps.append(Step(action=action.name, what="undo", outcome=outcome, reason=reason))
    write_steps(work, steps)
    stuck = any(step.outcome == "failed" for step in steps)
    end_attempt(
        work,
        CheckoutState.STUCK if stuck else CheckoutState.ROLLED_BACK,
        failed_action=failed_action,
        sentence=refusal.sentence,
        advice=refusal.advice,
    )


def finish(pipeline: Pipeline, work: Work) -> None:
    """Run the finalize actions that failed after the pivot once more."""
    write_steps(work, _finalize(work, unfinished(pipeline, work)))


def unfinished(pipeline: Pipeline, work: Work) -> tuple[Action, ...]:
    """Return the finalize actions that were not done yet."""
    done = {step.action for step in read_steps(work.connection, work.attempt_id) if step.outcome == "done"}
    return tuple(action for action in pipeline.finalize if action.name not in done)


def _finalize(work: Work, actions: tuple[Action, ...]) -> list[Step]:
    return [_executed(action, _try(work, action.name, action.execute)) for action in actions]


def _try(work: Work, name: str, act: Callable[[Work], None]) -> Refusal | None:
    """Run one step in a savepoint; return why it stopped, or None."""
    try:
        with work.connection.begin_nested():
            act(work)
    except Refusal as refusal:
        return refusal
    except _DATABASE_TROUBLE:
        raise  # it is the whole transaction's
    except Exception:  # noqa: BLE001 - a bug in one action must not leave a checkout half done; it is logged
        _log.exception("checkout action failed", action=name, attempt=work.attempt_id)
        return _BUG
    return None


def _executed(action: Action, refusal: Refusal | None) -> Step:
    outcome = "failed" if refusal else "done"
    return Step(
        action=action.name, what="execute", outcome=outcome, reason=refusal.sentence if refusal else ""
    )
