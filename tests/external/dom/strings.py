"""The simulator's strings, for tests that pull them."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1mb3ItdGVzdHMtMTIzNA=="


class Strings:
    """Calls of ``/control``."""

    def __init__(self, control: str) -> None:
        self._client = httpx.Client(base_url=f"{control}/control/", trust_env=False, timeout=10)

    def call(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON there is
        answer = self._client.request(method, what, json=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def fault(self, kind: str, operation: str = "*", **more: object) -> None:
        self.call("POST", "faults", {"kind": kind, "operation": operation, **more})

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        tables: dict[str, list[dict[str, Any]]] = self.call("GET", "ledger")
        return tables

    def order(self, number: str) -> dict[str, Any] | None:
        return next((row for row in self.ledger()["orders"] if row["order_number"] == number), None)

    def set_stock(self, sku: str, quantity: int) -> None:
        self.call("POST", "stock", {"sku": sku, "quantity": quantity})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def wait_until(true: Callable[[], bool], *, within: float = 15) -> None:
    """Look again and again until something is true."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)
