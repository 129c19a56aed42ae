"""A mail simulator in a process of its own, empty and healthy at the start of each test."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from backoffice.external.mail.smtp import SmtpMailServer
from tests.contracts.mail import Arrived, Site
from tests.external.processes import Child

SIMULATOR = "backoffice.external.mail.simulator"


class Post:
    """The simulator and its HTTP side."""

    def __init__(self, child: Child) -> None:
        self.child = child

    def server(self, *, deadline: float = 5) -> SmtpMailServer:
        host, _, port = str(self.child.ready["smtp"]).partition(":")
        sender = "Adventure Works <shop@adventure-works.example>"
        return SmtpMailServer(host, int(port), sender=sender, deadline=timedelta(seconds=deadline))

    def fault(self, kind: str, **more: object) -> None:
        self.call("POST", "/control/faults", {"kind": kind, **more})

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/messages")["messages"]
        return found[::-1]

    def raw(self, number: int) -> bytes:
        with urlopen(f"{self.child.url}/messages/{number}/raw", timeout=10) as response:
            content: bytes = response.read()
            return content

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.child.url + path, data=data, method=method), timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with Child.start(SIMULATOR, "--store", str(tmp_path / "mail.db")) as child:
        yield Post(child)


@pytest.fixture
def real_site(post: Post) -> Site:
    def arrived() -> list[Arrived]:
        return [
            Arrived(
                message_id=message["message_id"].removesuffix("@adventure-works.example"),
                to=message["recipient"],
                subject=message["subject"],
                body=message["body"],
                language=message["language"],
            )
            for message in post.messages()
        ]

    return Site(server=post.server(), arrived=arrived)
