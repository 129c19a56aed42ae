"""A mail simulator in a process of its own, healthy at the start of each test, which sees only its own mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.mail import Arrived, Site
from tests.external.mail.post import SIMULATOR, Post
from tests.external.processes import Child


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    store: Path = tmp_path_factory.mktemp("mail") / "mail.db"
    with Child.start(SIMULATOR, "--store", str(store)) as child:
        yield child


@pytest.fixture
def post(child: Child) -> Post:
    return Post(child)


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
