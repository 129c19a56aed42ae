"""Stripe's SDK speaks through our own HTTP: total deadline, cap on bytes, no hidden second tries.

What did not come to a whole answer is raised as `Unanswered` with our outcome, through the SDK; `outcome_of`
turns that, and the SDK's own errors, back into outcomes.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import stripe
from pydantic import ValidationError

from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.http import HttpClient

T = TypeVar("T")
_STILL_RUNNING = frozenset({"idempotency_key_in_use", "lock_timeout"})


class Unanswered(Exception):
    """No whole answer came."""

    def __init__(self, outcome: Unreachable | Unknown) -> None:
        """Keep the outcome."""
        super().__init__(outcome.reason)
        self.outcome = outcome


class StripeTransport(stripe.HTTPClient):
    """For ``stripe.StripeClient(http_client=...)``; ``client`` has no base URL and is closed by its maker."""

    name = "backoffice"

    def __init__(self, client: HttpClient) -> None:
        """Speak through ``client``."""
        super().__init__()
        self._client = client

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One request, one whole answer, or `Unanswered`."""
        body = post_data.encode() if post_data else None
        outcome = await self._client.request(method.upper(), url, body=body, headers=dict(headers))
        if isinstance(outcome, Succeeded):
            return outcome.value.body, outcome.value.status, outcome.value.headers
        raise Unanswered(outcome)


async def outcome_of(ask: Callable[[], Awaitable[T]]) -> Outcome[T]:
    """What asking Stripe came to."""
    try:
        return Succeeded(value=await ask())
    except Unanswered as error:
        return error.outcome
    except stripe.StripeError as error:
        return _no(error)
    except (ValidationError, KeyError, ValueError) as error:
        return _nonsense(error)


def _no(error: stripe.StripeError) -> Refused | Unreachable | Unknown:
    match error:
        case stripe.CardError():
            bank = error.error.decline_code if error.error else None
            return Refused(code=bank or error.code or "declined", reason=_words(error))
        case stripe.IdempotencyError():
            return Refused(code="key_reused", reason="This key was used before, for another request.")
        case stripe.AuthenticationError() | stripe.PermissionError():
            return Unreachable(reason=f"Stripe does not let us in: {_words(error)}")
        case _ if _code(error) in _STILL_RUNNING:
            return Unknown(reason="The first request with this key still runs.")
        case stripe.InvalidRequestError():
            return Refused(code=error.code or "invalid", reason=_words(error))
        case _:
            return _nonsense(error)


def _nonsense(error: Exception) -> Unknown:
    return Unknown(reason=f"Stripe gave an answer that makes no sense: {type(error).__name__}.")


def _code(error: stripe.StripeError) -> str:
    # Only some of the SDK's errors carry the code themselves.
    return error.code or (error.error.code if error.error else None) or ""


def _words(error: stripe.StripeError) -> str:
    return error.user_message or "Stripe gave no reason."
