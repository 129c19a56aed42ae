"""How the simulator says no: a status of HTTP, a stable code, one sentence."""

INVALID = 400
NOT_FOUND = 404
CONFLICT = 409
TOO_LARGE = 413
NOT_JSON = 415
UNPROCESSABLE = 422


class Refusal(Exception):
    """The DOM understood, did nothing, and says why."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        """Keep the parts for the answer."""
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason
