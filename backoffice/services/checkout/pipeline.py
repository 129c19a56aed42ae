"""The checkout's three lists, and how they are run inside transactions.

1. setup actions only execute, in one savepoint: a refusal there leaves no order and no change;
2. reversible actions execute: all in one savepoint, for hardly ever one stops; when one does, that is taken back and
   they execute again, each in a savepoint of its own, so half a step leaves nothing behind;
3. a remote action ends the transaction with its intent written; its answer begins the next one;
4. a refusal, or a bug, undoes what the journal says was begun, in exact reverse, the failing action included; an undo
   that fails, or that nobody here knows any more, is written down and the others still run;
5. after the last reversible action the attempt is completed: the transaction that commits this is the pivot;
6. finalize actions run in it, in savepoints: what fails there is tried again later, for after the pivot we only go
   forward.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import CheckoutState
from backoffice.services.checkout.events import Registered, bug_in
from backoffice.services.checkout.guard import guarded
from backoffice.services.checkout.journal import Step, begun, end_attempt, read_steps, write_steps
from backoffice.services.checkout.work import Action, Answers, Question, Remote, Work, as_remote
from backoffice.store.savepoint import savepoint
from backoffice.store.store import is_trouble

SLOW = 1.0  # seconds in which every other desk waits for the one that writes
_log = structlog.get_logger()
_CHANGED = Refusal(
    "The steps of the checkout were changed while it waited for an answer.",
    advice="Whatever was held is let go. Prepare and submit again.",
    code="lists_changed",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """The three lists, in order.

    ``unlisted`` are actions known and not in force: a checkout begun under other lists may still need their undo.
    ``packages`` says which installed package an action comes from, by name; those not in it are built in.
    """

    setup: tuple[Action, ...]
    reversible: tuple[Action, ...]
    finalize: tuple[Action, ...]
    unlisted: tuple[Action, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    handlers: tuple[Registered, ...] = ()

    def action(self, name: str) -> Action:
        """Return the reversible action of that name."""
        return next(action for action in self.reversible if action.name == name)

    def find(self, name: str) -> Action | None:
        """Return the reversible action of that name, in force or not; None when nobody here knows it."""
        return next((one for one in (*self.reversible, *self.unlisted) if one.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class AwaitsWorld:
    """The transaction ends here: these questions go out next."""

    action: Remote
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ran:
    """How far the reversible actions came: their lines, and what the last of them asks, or why it stopped."""

    steps: tuple[Step, ...]
    asks: AwaitsWorld | None = None
    refusal: Refusal | None = None


def run_setup(pipeline: Pipeline, work: Work) -> SetUp:
    """Run the setup list, up to the first action that refuses; what it changed is gone then."""
    steps: list[Step] = []

    def run(work: Work) -> None:
        for action in pipeline.setup:
            steps.append(_executed(action, None))
            _act(pipeline, work, action.name, action.execute)

    refusal = _try(pipeline, work, lambda: steps[-1].action, run)
    if refusal:
        steps[-1] = replace(steps[-1], outcome="failed", reason=refusal.sentence)
    return SetUp(steps=tuple(steps), refusal=refusal)


def run_from(pipeline: Pipeline, work: Work, start: int, *, before: tuple[Step, ...] = ()) -> Stop:
    """Run reversible actions from a place in their list, to the pivot or to a question for the world.

    ``before`` are lines of the journal not yet written.
    """
    actions = pipeline.reversible[start:]
    ran = _at_once(pipeline, work, actions) or _one_by_one(pipeline, work, actions)
    steps = (*before, *ran.steps)
    if ran.refusal:
        write_steps(work, steps, are_first=not start)
        roll_back(pipeline, work, ran.steps[-1].action, ran.refusal)
        return Ended()
    if ran.asks:
        write_steps(work, steps, are_first=not start)
        return ran.asks
    end_attempt(work, CheckoutState.COMPLETED)
    finalized = _finalize(pipeline, work, pipeline.finalize)
    write_steps(work, [*steps, *finalized], are_first=not start)
    return Ended(whole=all(step.outcome == "done" for step in finalized))


def ask_on(pipeline: Pipeline, work: Work, action: Remote) -> Stop:
    """Return what a remote action still has to ask; rolled back when it can not say."""
    asked: list[Question] = []
    refusal = _step(pipeline, work, action.name, lambda work: asked.extend(action.questions(work)))
    if refusal:
        roll_back(pipeline, work, action.name, refusal)
        return Ended()
    return AwaitsWorld(action=action, questions=tuple(asked))


def go_on(pipeline: Pipeline, work: Work, action: Remote, answers: Answers) -> Stop:
    """Settle a remote action with what the world said, and run on if it said enough."""
    settled: list[Refusal | bool] = []
    trouble = _step(pipeline, work, action.name, lambda work: settled.append(action.settle(work, answers)))
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
    if action not in pipeline.reversible:
        write_steps(work, [known])
        roll_back(pipeline, work, action.name, _CHANGED)
        return Ended()
    return run_from(pipeline, work, pipeline.reversible.index(action) + 1, before=(known,))


def roll_back(pipeline: Pipeline, work: Work, failed_action: str, refusal: Refusal) -> None:
    """Undo, in exact reverse, what the journal says was begun and is not yet undone; end the attempt."""
    journal = read_steps(work.connection, work.attempt_id)
    undone = {step.action for step in journal if step.what == "undo" and step.outcome == "done"}
    steps = [_undo(pipeline, work, name) for name in reversed(begun(journal)) if name not in undone]
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
    write_steps(work, _finalize(pipeline, work, unfinished(pipeline, work)))


def unfinished(pipeline: Pipeline, work: Work) -> tuple[Action, ...]:
    """Return the finalize actions that were not done yet."""
    done = {step.action for step in read_steps(work.connection, work.attempt_id) if step.outcome == "done"}
    return tuple(action for action in pipeline.finalize if action.name not in done)


def _at_once(pipeline: Pipeline, work: Work, actions: tuple[Action, ...]) -> _Ran | None:
    """Run them all in one savepoint; None when one of them stopped, and nothing of any is left then."""
    try:
        with savepoint(work.connection):
            return _run(actions, lambda name, act: _act(pipeline, work, name, act))
    except Exception as error:
        if is_trouble(error):
            raise
        return None  # it comes again one by one, and is told there


def _one_by_one(pipeline: Pipeline, work: Work, actions: tuple[Action, ...]) -> _Ran:
    """Run each in a savepoint of its own, up to the one that stops."""
    return _run(actions, lambda name, act: _step(pipeline, work, name, act))


def _run(actions: tuple[Action, ...], step: Callable[[str, Callable[[Work], None]], Refusal | None]) -> _Ran:
    steps: list[Step] = []
    for action in actions:
        asked: list[Question] = []
        refusal = step(action.name, partial(_execute, action, asked))
        if refusal:
            return _Ran(steps=(*steps, _executed(action, refusal)), refusal=refusal)
        if asked and (remote := as_remote(action)):
            intended = Step(action=action.name, what="execute", outcome="intended")
            return _Ran(steps=(*steps, intended), asks=AwaitsWorld(action=remote, questions=tuple(asked)))
        steps.append(_executed(action, None))
    return _Ran(steps=tuple(steps))


def _execute(action: Action, asked: list[Question], work: Work) -> None:
    """Run it; collect what a remote one is to ask, now that its intent is written."""
    action.execute(work)
    if remote := as_remote(action):
        asked.extend(remote.questions(work))


def _undo(pipeline: Pipeline, work: Work, name: str) -> Step:
    action = pipeline.find(name)
    failure = _step(pipeline, work, name, action.undo) if action else _unknown(name)
    return Step(
        action=name,
        what="undo",
        outcome="failed" if failure else "done",
        reason=failure.sentence if failure else "",
    )


def _unknown(name: str) -> Refusal:
    return Refusal(
        f"Nobody here knows how to undo “{name}”.",
        advice="Install the package again that this step came from; it is tried again by itself.",
    )


def _finalize(pipeline: Pipeline, work: Work, actions: tuple[Action, ...]) -> list[Step]:
    return [_executed(action, _step(pipeline, work, action.name, action.execute)) for action in actions]


def _step(pipeline: Pipeline, work: Work, name: str, act: Callable[[Work], None]) -> Refusal | None:
    """Run one step in a savepoint; return why it stopped, or None."""
    return _try(pipeline, work, lambda: name, lambda work: _act(pipeline, work, name, act))


def _act(pipeline: Pipeline, work: Work, name: str, act: Callable[[Work], None]) -> None:
    """Let an action do something; one of a package's can not end the transaction. Who is slow is named."""
    started = time.monotonic()
    package = pipeline.packages.get(name, "")
    try:
        act(guarded(work) if package else work)
    finally:
        took = time.monotonic() - started
        if took > SLOW:
            _log.warning("checkout action is slow", action=name, package=package, seconds=round(took, 1))


def _try(
    pipeline: Pipeline, work: Work, name: Callable[[], str], act: Callable[[Work], None]
) -> Refusal | None:
    """Run something in a savepoint; return why it stopped, or None. ``name`` is whose bug it is, if it is one."""
    try:
        with savepoint(work.connection):
            act(work)
    except Refusal as refusal:
        return refusal
    except Exception as error:
        if is_trouble(error):
            raise
        package = pipeline.packages.get(name(), "")
        _log.exception("checkout action failed", action=name(), package=package, attempt=work.attempt_id)
        return bug_in(package)
    return None


def _executed(action: Action, refusal: Refusal | None) -> Step:
    outcome = "failed" if refusal else "done"
    return Step(
        action=action.name, what="execute", outcome=outcome, reason=refusal.sentence if refusal else ""
    )
