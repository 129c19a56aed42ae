"""The simulated DOM's strings, for tests that pull them."""

import time
from collections.abc import Callable
from typing import Any

from tests.external import strings

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1mb3ItdGVzdHMtMTIzNA=="


class Strings(strings.Strings):
    """Calls of ``/control``."""

    def order(self, number: str) -> dict[str, Any] | None:
        return next((row for row in self.ledger()["orders"] if row["order_number"] == number), None)

    def set_stock(self, sku: str, quantity: int) -> None:
        self.call("POST", "stock", {"sku": sku, "quantity": quantity})


def wait_until(true: Callable[[], bool], *, within: float = 15) -> None:
    """Look again and again until something is true."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)
