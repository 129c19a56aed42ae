"""postCheckout: the order exists; what packages registered for this moment is done, again until it succeeds."""

from dataclasses import dataclass

from backoffice.services.checkout.events import Registered, tell
from backoffice.services.checkout.work import Work


@dataclass(frozen=True)
class PostCheckout:
    """Finalize; one action for each handler, so that one that fails keeps no other waiting."""

    handlers: tuple[Registered, ...] = ()
    name: str = "postCheckout"

    def one_each(self) -> "tuple[PostCheckout, ...]":
        """Return an action for each handler; itself where there is none."""
        return tuple(
            PostCheckout((one,), f"{self.name} ({one.package}: {one.name})") for one in self.handlers
        ) or (self,)

    def execute(self, work: Work) -> None:
        """Tell the handler."""
        tell(self.handlers, lambda handler: handler.post_checkout, work)

    def undo(self, work: Work) -> None:
        """Finalize actions are not undone."""
