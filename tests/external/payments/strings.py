"""The strings behind the payment simulator, pulled over its control port."""

import json
from typing import Any
from urllib.request import Request, urlopen

from tests.external.processes import Child

SIMULATOR = "backoffice.external.payments.simulator"


class Strings:
    """What a test switches and looks up; answers are the control's JSON."""

    def __init__(self, simulator: Child) -> None:
        self._simulator = simulator

    def fault(self, kind: str, operation: str = "*", **more: object) -> None:
        self._call("POST", "faults", {"kind": kind, "operation": operation, **more})

    def clear(self) -> None:
        self._call("DELETE", "faults")

    def outage(self, *, on: bool) -> None:
        self._call("POST", "outage", {"on": on})

    def aim(self, url: str, secret: str) -> None:
        self._call("POST", "webhook", {"url": url, "secret": secret})

    def pass_time(self, seconds: float) -> None:
        self._call("POST", "clock", {"advance_seconds": seconds})

    def ledger(self) -> dict[str, Any]:
        return self._call("GET", "ledger")

    def payment(self, reference: str) -> dict[str, Any] | None:
        found = [payment for payment in self.ledger()["payments"] if payment["reference"] == reference]
        assert len(found) <= 1
        return found[0] if found else None

    def kinds_of_events(self, reference: str) -> list[str]:
        payment = self.payment(reference)
        return [event["kind"] for event in payment["events"]] if payment else []

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._simulator.ready['control']}/control/{path}"
        request = Request(url, data=data, method=method, headers={"content-type": "application/json"})
        with urlopen(request, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
