"""How a simulator says no: a status of HTTP, a stable code, one sentence."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException

INVALID = 400
NOT_FOUND = 404
CONFLICT = 409
TOO_LARGE = 413
NOT_JSON = 415
UNPROCESSABLE = 422
TOO_MANY = 429
UNAVAILABLE = 503


class Refusal(Exception):
    """The simulator understood, did nothing, and says why."""

    def __init__(self, status: int, code: str, reason: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the parts for the answer."""
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason
        self.headers = headers


def refusal_of(error: Exception) -> Refusal:
    """The routing's own no (404, 405), said as all others are. For handlers of HTTPException."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    code = error.detail.lower().replace(" ", "_")
    return Refusal(error.status_code, code, f"{error.detail}.", error.headers)
