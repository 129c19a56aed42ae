"""A mail server in memory, whose answers can be scripted.

::

    server = FakeMailServer()
    server.script(Unknown(reason="Lost."), effect=True)   # the next mail: taken, and not said
    server.received                                       # the mails it took, a repeat is there twice
"""

from datetime import UTC, datetime

from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.mail.composition import Unsendable, compose
from backoffice.external.mail.port import OutgoingMail

Answer = Refused | Unreachable | Unknown


class FakeMailServer:
    """The port, whole."""

    def __init__(self) -> None:
        self.received: list[OutgoingMail] = []
        self._script: list[tuple[Answer, bool]] = []

    def script(self, answer: Answer, *, effect: bool = False, times: int = 1) -> None:
        """The next mails end in ``answer``, taken or not."""
        self._script += [(answer, effect)] * times

    async def send(self, mail: OutgoingMail) -> Outcome[None]:
        try:
            compose(mail, sender="shop@example.com", sent_at=datetime(2026, 1, 1, tzinfo=UTC))
        except Unsendable as error:
            return Refused(code=error.code, reason=str(error))
        answer, effect = self._script.pop(0) if self._script else (None, True)
        if effect:
            self.received.append(mail)
        return answer or Succeeded(value=None)
