"""Mail: one way to hand a message to a mail server."""

from dataclasses import dataclass
from typing import Protocol

from backoffice.domain.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMail:
    """A plain-text message.

    ``message_id`` is ours and the same on every try, so a receiver can tell a repeat.
    """

    message_id: str
    to: str
    subject: str
    body: str
    language: str = "en"


class MailServer(Protocol):
    """A place to leave mail."""

    async def send(self, mail: OutgoingMail) -> Outcome[None]:
        """Deliver to the server; ``Unknown`` after the data was sent without an answer."""
        ...
