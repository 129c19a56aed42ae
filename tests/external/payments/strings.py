"""The strings behind the payment simulator, pulled over its control port."""

from typing import Any

from tests.external import strings
from tests.external.processes import Child

SIMULATOR = "backoffice.external.payments.simulator"


class Strings(strings.Strings):
    """What a test switches and looks up."""

    def __init__(self, simulator: Child) -> None:
        super().__init__(simulator.ready["control"])

    def aim(self, url: str, secret: str) -> None:
        self.call("POST", "webhook", {"url": url, "secret": secret})

    def payment(self, reference: str) -> dict[str, Any] | None:
        found = [payment for payment in self.ledger()["payments"] if payment["reference"] == reference]
        assert len(found) <= 1
        return found[0] if found else None

    def kinds_of_events(self, reference: str) -> list[str]:
        payment = self.payment(reference)
        return [event["kind"] for event in payment["events"]] if payment else []
