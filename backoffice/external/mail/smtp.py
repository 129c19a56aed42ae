"""Mail by SMTP.

1. Compose; what no server should take is ``Refused`` and never sent.
2. Connect, greet, sign in. Whatever goes wrong here has nothing to do with the mail: ``Unreachable``.
3. Sender and recipient. 4xx: ``Unreachable``, try later. 5xx: ``Refused``. Silence: ``Unreachable``, nothing
   was sent.
4. The data. A 4xx or 5xx is as clear as before; silence is ``Unknown``: the server may have it.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import aiosmtplib

from backoffice.domain.ids import utc_now
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.mail.composition import Composed, Unsendable, compose
from backoffice.external.mail.port import OutgoingMail

_PERMANENT = 500
_LONGEST_REASON = 300
Security = Literal["none", "starttls", "tls"]


@dataclass(kw_only=True, slots=True)
class _Progress:
    """How far a delivery came; decides what silence means."""

    signed_in: bool = False
    data_sent: bool = False


class SmtpMailServer:
    """One connection per mail: the desk sends few, and none is lost with a stale connection."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        security: Security = "none",
        username: str = "",
        password: str = "",
        deadline: timedelta = timedelta(seconds=20),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``sender`` stands in From and in the envelope.

        ``shop@example.com`` or ``Shop <shop@example.com>``.
        """
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._sender, self._deadline, self._clock = sender, deadline, clock

    async def send(self, mail: OutgoingMail) -> Outcome[None]:
        """Leave one mail at the server."""
        try:
            composed = compose(mail, sender=self._sender, sent_at=self._clock())
        except Unsendable as error:
            return Refused(code=error.code, reason=str(error))
        progress = _Progress()
        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                return await self._deliver(composed, progress)
        except aiosmtplib.SMTPResponseException as error:
            return _read_no(error, progress)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            words = str(error) or "no answer in time"
            if progress.data_sent:
                return Unknown(reason=f"The mail server took the mail without a word: {words}.")
            return Unreachable(reason=f"The mail server is not there: {words}.")

    async def _deliver(self, mail: Composed, progress: _Progress) -> Outcome[None]:
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname="localhost",  # the default asks DNS for our own name
            timeout=self._deadline.total_seconds(),
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            username=self._username or None,
            password=self._password or None,
        )
        try:
            await server.connect()
            await server.ehlo()
            progress.signed_in = True
            if mail.needs_utf8 and not server.supports_extension("smtputf8"):
                return Refused(
                    code="address_not_supported", reason="The mail server takes no addresses beyond ASCII."
                )
            encoding, options = ("utf-8", ["SMTPUTF8"]) if mail.needs_utf8 else ("ascii", [])
            await server.mail(_bare(self._sender), options=options, encoding=encoding)
            await server.rcpt(mail.recipient, encoding=encoding)
            progress.data_sent = True
            await server.data(mail.content)
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await server.quit(timeout=1)
            return Succeeded(value=None)
        finally:
            server.close()


def _read_no(error: aiosmtplib.SMTPResponseException, progress: _Progress) -> Outcome[None]:
    words = re.sub(r"[\x00-\x1f\x7f]+", " ", error.message)[:_LONGEST_REASON].strip()
    if not progress.signed_in:
        return Unreachable(reason=f"The mail server does not let us in: {error.code} {words}")
    if error.code >= _PERMANENT:
        return Refused(code=f"smtp_{error.code}", reason=f"The mail server refused: {words}")
    if error.code < 400:  # noqa: PLR2004 - not a no at all: the server speaks nonsense
        return Unknown(reason=f"The mail server gave an answer that makes no sense: {error.code} {words}")
    return Unreachable(reason=f"The mail server asks to try later: {error.code} {words}")


def _bare(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip(">") if "<" in sender else sender
