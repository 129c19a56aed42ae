"""A mail simulator as a test sees it: how to reach it, its strings, and what arrived since the test began."""

from datetime import timedelta
from typing import Any

from backoffice.external.mail.smtp import SmtpMailServer
from tests.external import strings
from tests.external.processes import Child

SIMULATOR = "backoffice.external.mail.simulator"


class Post(strings.Strings):
    """The simulator and its HTTP side."""

    def __init__(self, child: Child) -> None:
        super().__init__(child.url)
        self.child = child
        self.clear()
        self._before = int(self.listed()["count"])

    def server(self, *, deadline: float = 5) -> SmtpMailServer:
        host, _, port = str(self.child.ready["smtp"]).partition(":")
        sender = "Adventure Works <shop@adventure-works.example>"
        return SmtpMailServer(host, int(port), sender=sender, deadline=timedelta(seconds=deadline))

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.listed("?limit=1000")["messages"]
        return found[::-1][self._before :]

    def listed(self, query: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = self.get_answer("GET", f"/messages{query}").json()
        return answer

    def raw(self, number: int) -> bytes:
        return self.get_answer("GET", f"/messages/{number}/raw").content
