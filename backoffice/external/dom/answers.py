"""Read an answer of the DOM strictly: what can not be understood is Unknown, never a guess.

1. 200 with the message expected, answering our BODID: Succeeded;
2. a 4xx: Refused, with the DOM's own code and sentence when it gave them;
3. anything else, a redirect, an answer to somebody else's question or nonsense: Unknown.
"""

from typing import TypeVar

from pydantic import ValidationError

from backoffice.domain.outcome import Refused, Succeeded, Unknown, Unreachable
from backoffice.external.dom.wire import Problem, Reply, first_fault
from backoffice.external.http import Answer

R = TypeVar("R", bound=Reply)

_OK = 200
_CLIENT_ERRORS = range(400, 500)
_TIMED_OUT = 408
_TOO_EARLY = 425


def read_answer(
    answer: Answer, expected: type[R], bod_id: str
) -> Succeeded[R] | Refused | Unreachable | Unknown:
    """Decide what an answer to the request ``bod_id`` means."""
    if answer.status == _TOO_EARLY:
        return Unreachable(reason="The DOM turned the request away: too early.")
    if answer.status in _CLIENT_ERRORS and answer.status != _TIMED_OUT:
        return _read_problem(answer, bod_id)
    if answer.status != _OK:
        return Unknown(reason=f"The DOM answered with status {answer.status}, which says nothing.")
    try:
        message = expected.model_validate_json(answer.body, by_name=False, by_alias=True)
    except ValidationError as error:
        return nonsense(first_fault(error))
    if message.answers != bod_id:
        return nonsense("It answers another message.")
    return Succeeded(value=message)


def nonsense(why: str) -> Unknown:
    """Say that an answer came and can not be believed."""
    return Unknown(reason=f"The DOM's answer makes no sense. {why}")


def _read_problem(answer: Answer, bod_id: str) -> Refused | Unknown:
    try:
        problem = Problem.model_validate_json(answer.body, by_name=False, by_alias=True)
    except ValidationError:
        return Refused(
            code=f"http_{answer.status}",
            reason=f"The DOM refused with status {answer.status} and gave no reason.",
        )
    if problem.answers not in {bod_id, None}:
        return nonsense("It refuses another message.")
    return Refused(code=problem.code, reason=problem.reason)
