"""The SMTP side: aiosmtpd's protocol on our own loop, keeping what it takes."""

import asyncio
import logging
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from backoffice.domain.ids import utc_now
from backoffice.external.mail.simulator.faults import Faults
from backoffice.external.mail.simulator.mailbox import Mailbox

_MOST_BYTES = 10 * 1024 * 1024


class SmtpPort:
    """One SMTP port that can be closed and opened again at the same address."""

    def __init__(self, mailbox: Mailbox, faults: Faults, *, host: str, port: int) -> None:
        """Prepare; nothing listens yet."""
        self._handler = _Handler(mailbox, faults)
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{self._host}:{self._port}"

    async def open(self) -> None:
        """Listen. OSError when the port is taken."""
        if self._server is not None:
            return
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every command
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._new_session, self._host, self._port, reuse_address=True)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for session in self._sessions:
            if session.transport is not None:
                cast(asyncio.Transport, session.transport).abort()
        self._sessions.clear()
        await asyncio.sleep(0)

    def _new_session(self) -> SMTP:
        self._sessions = {session for session in self._sessions if session.transport is not None}
        session = SMTP(
            self._handler,
            hostname="localhost",
            ident="Backoffice mail simulator",
            data_size_limit=_MOST_BYTES,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session


class _Handler:
    """Called by aiosmtpd by name."""

    def __init__(self, mailbox: Mailbox, faults: Faults) -> None:
        self._mailbox, self._faults = mailbox, faults

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._faults.take(at_recipient=True)
        if fault is not None and fault.kind == "later":
            return "451 4.3.2 Try again later"
        if fault is not None:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        fault = self._faults.take(at_recipient=False)
        match fault.kind if fault else "":
            case "slow" if fault:
                await asyncio.sleep(fault.seconds)
            case "refuse_content":
                return "554 5.6.0 Content refused"
            case "lost_before":
                return await _lose(server)
        for recipient in envelope.rcpt_tos:
            self._mailbox.keep(
                bytes(envelope.original_content or b""),
                sender=envelope.mail_from or "",
                recipient=recipient,
                at=utc_now(),
            )
        if fault and fault.kind == "lost_after":
            return await _lose(server)
        return "250 OK"


async def _lose(server: SMTP) -> str:
    cast(asyncio.Transport, server.transport).abort()
    await asyncio.Event().wait()  # until aiosmtpd notices and cancels us
    return ""
