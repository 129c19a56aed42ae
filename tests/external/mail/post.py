"""A mail simulator as a test sees it: how to reach it, its strings, and what arrived since the test began."""

import json
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

from backoffice.external.mail.smtp import SmtpMailServer
from tests.external.processes import Child

SIMULATOR = "backoffice.external.mail.simulator"


class Post:
    """The simulator and its HTTP side."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.call("DELETE", "/control/faults")
        self._before = int(self.call("GET", "/messages")["count"])

    def server(self, *, deadline: float = 5) -> SmtpMailServer:
        host, _, port = str(self.child.ready["smtp"]).partition(":")
        sender = "Adventure Works <shop@adventure-works.example>"
        return SmtpMailServer(host, int(port), sender=sender, deadline=timedelta(seconds=deadline))

    def fault(self, kind: str, **more: object) -> None:
        self.call("POST", "/control/faults", {"kind": kind, **more})

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/messages?limit=1000")["messages"]
        return found[::-1][self._before :]

    def raw(self, number: int) -> bytes:
        with urlopen(f"{self.child.url}/messages/{number}/raw", timeout=10) as response:
            content: bytes = response.read()
            return content

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.child.url + path, data=data, method=method), timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
