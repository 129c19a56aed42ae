"""preCheckout: the first thing of a checkout; what packages registered for this moment may say no."""

from dataclasses import dataclass

from backoffice.services.checkout.events import Registered, tell
from backoffice.services.checkout.work import Work


@dataclass(frozen=True)
class PreCheckout:
    """Setup; does nothing by itself."""

    handlers: tuple[Registered, ...] = ()
    name: str = "preCheckout"

    def execute(self, work: Work) -> None:
        """Ask the handlers."""
        tell(self.handlers, lambda handler: handler.pre_checkout, work)

    def undo(self, work: Work) -> None:
        """Setup actions are not undone: what a handler wrote is gone with the refusal."""
