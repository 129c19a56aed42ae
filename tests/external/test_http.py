"""HTTP against a server that does what none should: every end has its outcome, and comes in time."""

import asyncio
import gzip
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.domain.outcome import Succeeded, Unknown, Unreachable
from backoffice.external.http import MAX_ANSWER_BYTES, Answer, HttpClient, retry_after

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
DEADLINE = timedelta(seconds=0.4)
NOW = datetime(2026, 11, 22, 6, 0, 0, tzinfo=UTC)


@asynccontextmanager
async def served(behave: Behaviour) -> AsyncIterator[HttpClient]:
    """A client of a server that reads the head of a request and then behaves."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.close()

    talks: set[asyncio.Task[None]] = set()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(reader, writer)))

    server = await asyncio.start_server(start, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with HttpClient(f"http://127.0.0.1:{port}", deadline=DEADLINE) as client:
        yield client
    server.close()
    for task in talks:
        task.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


def says(*parts: bytes, pause: float = 0) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


async def ask(behave: Behaviour) -> Succeeded[Answer] | Unreachable | Unknown:
    async with served(behave) as client:
        begun = time.monotonic()
        outcome = await client.request("POST", "/orders", body=b"{}")
        assert time.monotonic() - begun < DEADLINE.total_seconds() + 1
        return outcome


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 404, 409, 422])
async def test_any_whole_answer_is_given_to_the_adapter(status: int) -> None:
    body = b"" if status == 204 else b'{"a": 1}'
    outcome = await ask(
        says(b"HTTP/1.1 %d X\r\nX-Thing: Y\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))
    )
    assert isinstance(outcome, Succeeded)
    assert (outcome.value.status, outcome.value.body, outcome.value.headers["x-thing"]) == (status, body, "Y")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
async def test_a_failed_server_may_have_acted(status: int) -> None:
    outcome = await ask(says(b"HTTP/1.1 %d X\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n" % status))
    assert isinstance(outcome, Unknown)
    assert outcome.retry_after == timedelta(seconds=9)
    assert str(status) in outcome.reason


async def test_a_redirect_is_not_followed() -> None:
    asked = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        writer.write(b"HTTP/1.1 307 X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    outcome = await ask(redirect)
    assert isinstance(outcome, Succeeded)
    assert (outcome.value.status, len(asked)) == (307, 1)


@pytest.mark.parametrize(
    "behave, word",
    [
        (says(), "broke"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "broke"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Le"), "broke"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "broke"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"), "broke"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"), "broke"),
        (says(b"", pause=5), "within"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", b"", pause=5), "within"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"x"] * 99, pause=0.05), "within"),
        (says(*[b"H", b"T", b"T", b"P"] * 20, pause=0.05), "within"),
    ],
    ids=[
        "closes",
        "half-a-body",
        "half-a-head",
        "other-protocol",
        "half-a-chunk",
        "broken-gzip",
        "silent",
        "stalls",
        "drips-body",
        "drips-head",
    ],
)
async def test_sent_without_a_whole_answer_is_unknown_and_ends_in_time(behave: Behaviour, word: str) -> None:
    outcome = await ask(behave)
    assert isinstance(outcome, Unknown)
    assert word in outcome.reason


async def test_an_answer_without_end_is_cut_off_at_the_cap() -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 262_144)
            await writer.drain()
            sent += 262_144

    async with served(flood) as client:
        outcome = await client.request("GET", "/", deadline=timedelta(seconds=20))
    assert isinstance(outcome, Unknown)
    assert "larger" in outcome.reason
    assert sent < 4 * MAX_ANSWER_BYTES


async def test_a_bomb_of_compressed_zeros_is_not_swallowed() -> None:
    bomb = gzip.compress(b"\0" * (8 * MAX_ANSWER_BYTES))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with served(says(head, bomb)) as client:
        outcome = await client.request("GET", "/", deadline=timedelta(seconds=20))
    assert isinstance(outcome, Unknown)


async def test_nobody_there_means_nothing_happened() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused for as long as we hold it
        async with HttpClient(f"http://127.0.0.1:{taken.getsockname()[1]}", deadline=DEADLINE) as client:
            outcome = await client.request("POST", "/orders", body=b"{}")
    assert isinstance(outcome, Unreachable)
    assert "connect" in outcome.reason


@pytest.mark.parametrize(
    "header, wait",
    [
        ("", None),
        ("Retry-After: 3\r\n", timedelta(seconds=3)),
        ("Retry-After: soon\r\n", None),
        ("retry-after:  12 \r\n", timedelta(seconds=12)),
    ],
)
async def test_being_turned_away_means_nothing_happened(header: str, wait: timedelta | None) -> None:
    outcome = await ask(says(b"HTTP/1.1 429 X\r\n" + header.encode() + b"Content-Length: 0\r\n\r\n"))
    assert isinstance(outcome, Unreachable)
    assert outcome.retry_after == wait


@pytest.mark.parametrize(
    "value, wait",
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        (" 7 ", timedelta(seconds=7)),
        ("99999999999999999999", timedelta(hours=1)),
        ("Sun, 22 Nov 2026 06:00:30 GMT", timedelta(seconds=30)),
        ("Sunday, 22-Nov-26 06:00:30 GMT", timedelta(seconds=30)),
        ("Sun Nov 22 06:00:30 2026", timedelta(seconds=30)),
        ("Sun, 22 Nov 2026 05:00:00 GMT", timedelta()),
        ("Sun, 22 Nov 2030 05:00:00 GMT", timedelta(hours=1)),
        ("Sun, 22 Nov 2026 07:00:30 +0100", timedelta(seconds=30)),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("Sun, 99 Nov 2026 06:00:30 GMT", None),
        ("Sun, 22 Nov 0001 00:00:00 +2359", timedelta()),
        ("", None),
    ],
)
def test_every_form_of_retry_after_is_read_or_ignored(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


async def test_the_deadline_of_one_call_may_be_its_own() -> None:
    slow = says(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", pause=0.6)
    async with served(slow) as client:
        assert isinstance(await client.request("GET", "/"), Unknown)
        outcome = await client.request("GET", "/", deadline=timedelta(seconds=5))
    assert isinstance(outcome, Succeeded)


async def test_a_list_in_the_query_is_repeated() -> None:
    heads: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        await listen(reader, writer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with HttpClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        await client.request("GET", "/availability", params={"sku": ("a b", "ü&"), "x": "1"})
    server.close()
    assert heads[0].startswith(b"GET /availability?sku=a+b&sku=%C3%BC%26&x=1 HTTP/1.1\r\n")
    assert b"accept-encoding: identity" in heads[0].lower()


async def test_a_cancelled_call_leaves_the_client_usable() -> None:
    async with served(says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", pause=0)) as client:
        task = asyncio.create_task(client.request("GET", "/"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert isinstance(await client.request("GET", "/"), Succeeded)
