"""How a mail server can fail, and what the adapter makes of it; and the simulator's own promises."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import HTTPStatusError

from backoffice.domain.outcome import Refused, Succeeded, Unknown, Unreachable
from backoffice.external.mail.composition import Unsendable, compose
from backoffice.external.mail.smtp import SmtpMailServer
from tests.contracts.mail import MAIL
from tests.external.mail.post import SIMULATOR, Post
from tests.external.processes import Child


@pytest.mark.parametrize(
    "kind, ends_as, kept",
    [
        ("later", Unreachable, 0),
        ("refuse", Refused, 0),
        ("refuse_content", Refused, 0),
        ("lost_before", Unknown, 0),
        ("lost_after", Unknown, 1),
    ],
)
async def test_each_failure_is_told_apart_and_the_next_try_goes_through(
    kind: str, ends_as: type, kept: int, post: Post
) -> None:
    post.fault(kind)
    server = post.server()
    assert isinstance(await server.send(MAIL), ends_as)
    assert len(post.messages()) == kept
    assert await server.send(MAIL) == Succeeded(value=None)
    assert len(post.messages()) == kept + 1
    assert len({message["message_id"] for message in post.messages()}) == 1


async def test_the_words_of_a_refusal_reach_the_reader(post: Post) -> None:
    post.fault("refuse")
    assert await post.server().send(MAIL) == Refused(
        code="smtp_550", reason="The mail server refused: 5.1.1 No such mailbox here"
    )


async def test_a_server_slower_than_the_deadline_leaves_it_unknown(post: Post) -> None:
    post.fault("slow", seconds=1.0)
    assert isinstance(await post.server(deadline=0.4).send(MAIL), Unknown)
    post.fault("slow", seconds=0.2)
    assert isinstance(await post.server().send(MAIL), Succeeded)


async def test_an_outage_is_unreachable_and_ends(post: Post) -> None:
    server = post.server()
    post.outage(on=True)
    await asyncio.sleep(0.2)
    assert isinstance(await server.send(MAIL), Unreachable)
    post.outage(on=False)
    await asyncio.sleep(0.2)
    assert isinstance(await server.send(MAIL), Succeeded)


async def test_an_outage_can_end_by_itself(post: Post) -> None:
    post.call("POST", "outage", {"on": True, "seconds": 0.3})
    await asyncio.sleep(0.6)
    assert isinstance(await post.server().send(MAIL), Succeeded)


async def test_a_server_that_never_greets_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        server = SmtpMailServer(
            "127.0.0.1", mute.getsockname()[1], sender="a@example.com", deadline=timedelta(seconds=0.3)
        )
        assert isinstance(await server.send(MAIL), Unreachable)


async def test_a_server_that_asks_for_encryption_it_does_not_get_is_unreachable(post: Post) -> None:
    host, _, port = str(post.child.ready["smtp"]).partition(":")
    server = SmtpMailServer(host, int(port), sender="a@example.com", security="starttls")
    assert isinstance(await server.send(MAIL), Unreachable)
    server = SmtpMailServer(host, int(port), sender="a@example.com", username="ann", password="wrong")
    assert isinstance(await server.send(MAIL), Unreachable)


async def test_what_was_received_survives_kill_and_restart(tmp_path: Path) -> None:
    with Child.start(SIMULATOR, "--store", str(tmp_path / "mail.db")) as child:
        assert isinstance(await Post(child).server().send(MAIL), Succeeded)
        child.kill()
        child.again()
        after = Post(child).listed()["messages"]
        assert [message["subject"] for message in after] == [MAIL.subject]
        assert child.stop() == 0


async def test_mailboxes_can_be_asked_for_one_by_one(post: Post) -> None:
    for to in ("ann@example.net", "bob@example.net", "ann@example.net"):
        await post.server().send(replace(MAIL, to=to))
    both = post.listed("?to=ann@example.net")["messages"]
    assert [message["recipient"] for message in both] == ["ann@example.net"] * 2
    assert post.listed("?to=ann@example.net&limit=1")["messages"] == both[:1]


async def test_faults_can_be_listed_and_cleared(post: Post) -> None:
    post.fault("later", count=None)
    assert [fault["kind"] for fault in post.call("GET", "faults")["faults"]] == ["later"]
    assert post.call("DELETE", "faults") == {"faults": []}
    with pytest.raises(HTTPStatusError, match="422"):
        post.fault("nonsense")


async def test_the_message_is_plain_text_with_a_stable_id_and_cannot_be_answered_by_machines(
    post: Post,
) -> None:
    await post.server().send(MAIL)
    raw = post.raw(post.messages()[-1]["id"]).decode()
    head, _, _ = raw.partition("\r\n\r\n")
    assert f"Message-ID: <{MAIL.message_id}@adventure-works.example>" in head
    assert "From: Adventure Works <shop@adventure-works.example>" in head
    assert 'Content-Type: text/plain; charset="utf-8"' in head
    assert "Auto-Submitted: auto-generated" in head
    with pytest.raises(HTTPStatusError, match="404"):
        post.raw(1_000_000)


def test_the_same_mail_at_the_same_time_is_the_same_message() -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    first, second = (compose(MAIL, sender="shop@example.com", sent_at=at) for _ in range(2))
    assert first == second


def test_half_a_character_does_not_break_a_mail() -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    broken = replace(MAIL, subject="Hello \ud83d", body="\udc00 there")
    assert b"Subject: Hello ?" in compose(broken, sender="shop@example.com", sent_at=at).content


@asynccontextmanager
async def server_that_says(*lines: bytes) -> AsyncIterator[SmtpMailServer]:
    """One conversation: each line is said, and answered by the client, before the next."""
    ended = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line + b"\r\n")
            await (reader.readuntil(b"\r\n.\r\n") if line.startswith(b"354") else reader.readline())
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield SmtpMailServer("127.0.0.1", server.sockets[0].getsockname()[1], sender="a@example.com")
        await ended.wait()


async def test_a_server_that_takes_ascii_only_refuses_other_addresses() -> None:
    async with server_that_says(b"220 hello", b"250 hello") as server:
        refused = await server.send(replace(MAIL, to="zoë@example.com"))
    assert isinstance(refused, Refused)
    assert refused.code == "address_not_supported"


async def test_a_server_that_turns_everybody_away_is_unreachable() -> None:
    async with server_that_says(b"554 go away") as server:
        assert isinstance(await server.send(MAIL), Unreachable)


async def test_a_server_that_talks_nonsense_is_not_believed() -> None:
    lines = (b"220 hello", b"250 hello", b"250 sender", b"250 recipient", b"354 go on", b"299 perhaps")
    async with server_that_says(*lines) as server:
        assert isinstance(await server.send(MAIL), Unknown)


def test_an_id_may_bring_its_own_domain() -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    composed = compose(replace(MAIL, message_id="a.b@c.example"), sender="shop@example.com", sent_at=at)
    assert b"Message-ID: <a.b@c.example>" in composed.content
    with pytest.raises(Unsendable):
        compose(replace(MAIL, to="ann@exa\u2488mple..com"), sender="shop@example.com", sent_at=at)


async def test_a_fault_may_last(post: Post) -> None:
    post.fault("later", count=2)
    server = post.server()
    outcomes = [type(await server.send(MAIL)) for _ in range(3)]
    assert outcomes == [Unreachable, Unreachable, Succeeded]
