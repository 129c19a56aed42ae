"""The strings of a simulator, for tests that pull them: what ``simulation/control.py`` has for all of them."""

import ssl
from types import TracebackType
from typing import Any, Self

import httpx

_NO_TLS = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # all is plain HTTP; reading certificates costs 35 ms a client


class Strings:
    """Calls of ``/control`` at this address; answers are its JSON."""

    def __init__(self, address: object, *, token: str = "") -> None:
        self._client = httpx.Client(
            base_url=str(address),
            headers={"authorization": f"Bearer {token}"} if token else {},
            trust_env=False,
            timeout=10,
            verify=_NO_TLS,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing is open between two calls
        )

    def call(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON there is
        return self.get_answer(method, f"/control/{what}", body).json()

    def get_answer(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self._client.request(method, path, json=body).raise_for_status()

    def fault(self, kind: str, operation: str = "", **more: object) -> None:
        which = {"operation": operation} if operation else {}
        self.call("POST", "faults", {"kind": kind, **which, **more})

    def clear(self) -> None:
        self.call("DELETE", "faults")

    def outage(self, *, on: bool) -> None:
        self.call("POST", "outage", {"on": on})

    def pass_time(self, seconds: float) -> None:
        self.call("POST", "clock", {"advance_seconds": seconds})

    def ledger(self) -> dict[str, Any]:
        tables: dict[str, Any] = self.call("GET", "ledger")
        return tables

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
