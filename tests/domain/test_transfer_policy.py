"""What to do after a try, as a pure value."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.domain.outcome import Refused, Succeeded, Unknown, Unreachable
from backoffice.domain.transfer import (
    Done,
    RetryPolicy,
    TryAgain,
    WaitForSupervisor,
    decide_next,
    wait_before,
)

POLICY = RetryPolicy()


def decide(outcome: Succeeded[str] | Refused | Unreachable | Unknown, attempts: int = 1) -> object:
    return decide_next(outcome, attempts=attempts, policy=POLICY, chance=random.Random(1))


def test_acknowledged_is_done() -> None:
    assert decide(Succeeded(value="DOM-1"), attempts=99) == Done(external_order_id="DOM-1")


def test_refusal_is_never_repeated_by_itself() -> None:
    refused = Refused(code="credit_hold", reason="Customer is on credit hold.")
    assert decide(refused) == WaitForSupervisor(cause="credit_hold", reason="Customer is on credit hold.")


@pytest.mark.parametrize(
    "outcome, cause",
    [(Unreachable(reason="Down."), "unreachable"), (Unknown(reason="Silence."), "no_answer")],
)
def test_last_automatic_try_hands_over_to_a_supervisor(outcome: Unreachable | Unknown, cause: str) -> None:
    assert isinstance(decide(outcome, attempts=POLICY.automatic_tries - 1), TryAgain)
    assert decide(outcome, attempts=POLICY.automatic_tries) == WaitForSupervisor(
        cause=cause, reason=outcome.reason
    )


def test_only_what_was_sent_is_asked_for_first() -> None:
    again = decide(Unknown(reason="Silence."))
    assert isinstance(again, TryAgain)
    assert again.ask_first
    again = decide(Unreachable(reason="Down."))
    assert isinstance(again, TryAgain)
    assert not again.ask_first


@given(attempts=st.integers(1, 5), seconds=st.integers(0, 3600), seed=st.integers())
def test_wait_is_never_shorter_than_the_dom_asked_for(attempts: int, seconds: int, seed: int) -> None:
    outcome = Unreachable(reason="Busy.", retry_after=timedelta(seconds=seconds))
    again = decide_next(outcome, attempts=attempts, policy=POLICY, chance=random.Random(seed))
    assert isinstance(again, TryAgain)
    assert again.wait >= timedelta(seconds=seconds)


@given(attempts=st.integers(1, 10_000), seed=st.integers())
def test_back_off_doubles_up_to_its_limit(attempts: int, seed: int) -> None:
    wait = wait_before(attempts, POLICY, random.Random(seed))
    step = min(POLICY.first_wait * 2 ** min(attempts - 1, 30), POLICY.longest_wait)
    assert 0.8 * step <= wait <= 1.2 * step
