"""HTTP as the outside world speaks it here: a total deadline, a cap on bytes, no redirects, honest outcomes.

The only module that imports httpx. What happened decides the outcome:

1. no connection, or turned away before any effect (429): ``Unreachable``;
2. sent, and no whole answer came in time (time-out, cut body, too large), or a server's error (5xx), which
   may come after the effect and from a machine in between: ``Unknown``;
3. any whole answer: ``Succeeded`` with the ``Answer``; the adapter reads the status.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from ssl import SSLContext
from types import TracebackType
from typing import Self

import httpx

from backoffice.domain.outcome import Succeeded, Unknown, Unreachable

MAX_ANSWER_BYTES = 8 * 1024 * 1024
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_LONGEST_CONNECT = 3.0
_TOO_MANY = 429
_SERVER_ERROR = 500
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer: status code, lower-case headers, body bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


class HttpClient:
    """One connection pool to one base URL. Build the first in a thread: the TLS context takes 0.1 s."""

    def __init__(self, base_url: str, *, deadline: timedelta = timedelta(seconds=10)) -> None:
        """Keep a small pool; the world's machines are slower than their number of connections."""
        self._deadline = deadline
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"accept-encoding": "identity"},  # the cap on bytes then counts what is held
            follow_redirects=False,
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
            trust_env=False,
            verify=_tls(),
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        deadline: timedelta | None = None,
    ) -> Succeeded[Answer] | Unreachable | Unknown:
        """Send one request, read one whole answer within the deadline; a list in ``params`` is repeated."""
        limit = (deadline or self._deadline).total_seconds()
        request = self._client.build_request(
            method, path, params=params, content=body, headers=headers, timeout=_timeouts(limit)
        )
        try:
            async with asyncio.timeout(limit):
                return await self._exchange(request)
        except TimeoutError:
            return Unknown(reason=f"No answer within {limit:g} seconds.")
        except _NOT_SENT as error:
            return Unreachable(reason=f"Could not connect: {_words(error)}.")
        except httpx.HTTPError as error:
            return Unknown(reason=f"The connection broke before the answer was whole: {_words(error)}.")

    async def _exchange(self, request: httpx.Request) -> Succeeded[Answer] | Unreachable | Unknown:
        response = await self._client.send(request, stream=True)
        try:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    return Unknown(reason=f"The answer was larger than {MAX_ANSWER_BYTES} bytes.")
                chunks.append(chunk)
            wait = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
            if response.status_code == _TOO_MANY:
                return Unreachable(reason="Turned away: too many requests.", retry_after=wait)
            if response.status_code >= _SERVER_ERROR:
                return Unknown(
                    reason=f"The server failed with status {response.status_code}.", retry_after=wait
                )
            return Succeeded(
                value=Answer(
                    status=response.status_code, headers=dict(response.headers), body=b"".join(chunks)
                )
            )
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        """Enter a block that closes the client at its end."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close at the end of the block."""
        await self.close()


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or a date; nonsense is None, at most an hour."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), _LONGEST_WAIT)


@cache
def _tls() -> SSLContext:
    """The certificates to trust, read once for all clients."""
    return httpx.create_ssl_context(trust_env=False)


def _timeouts(limit: float) -> httpx.Timeout:
    """Give up before the deadline where nothing was sent yet: that end is known, the deadline's is not."""
    return httpx.Timeout(None, connect=min(_LONGEST_CONNECT, 0.9 * limit), pool=0.9 * limit)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
