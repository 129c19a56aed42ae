"""The checkout's three lists, and how they are run inside transactions.

1. setup actions only execute: a refusal there leaves no order;
2. reversible actions execute; each stands in a savepoint of its own, so half a step leaves nothing behind;
3. a remote action ends the transaction with its intent written; its answer begins the next one;
4. a refusal, or a bug, undoes in exact reverse, the failing action included; an undo that fails is written down and
   the others still run;
5. after the last reversible action the attempt is completed: the transaction that commits this is the pivot;
6. finalize actions run in it, in savepoints: what fails there is tried again later, for after the pivot we only go
   forward.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import CheckoutState
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
    """There is nothing more to do now; the attempt's row says how it stands."""


Stop = AwaitsWorld | Ended


def run_setup(pipeline: Pipeline, work: Work) -> bool:
    """Run the setup list; False when an action refused, which is written down."""
    steps: list[Step] = []
    for action in pipeline.setup:
        refusal = _try(work, action.name, action.execute)
        steps.append(_executed(action, refusal))
        if refusal:
            write_steps(work, steps)
            end_attempt(
                work,
                CheckoutState.ROLLED_BACK,
                failed_action=action.name,
                sentence=refusal.sentence,
                advice=refusal.advice,
            )
            return False
    write_steps(work, steps)
    return True


def run_from(pipeline: Pipeline, work: Work, start: int) -> Stop:
    """Run reversible actions from a place in their list, to the pivot or to a question for the world."""
    steps: list[Step] = []
    for action in pipeline.reversible[start:]:
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
    steps.extend(_finalize(work, pipeline.finalize))
    write_steps(work, steps)
    return Ended()


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
    write_steps(work, [Step(action=action.name, what="execute", outcome="done")])
    return run_from(pipeline, work, pipeline.reversible.index(action) + 1)


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
