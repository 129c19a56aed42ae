"""The mail simulator as a process.

1. Open the store; listen for SMTP and for HTTP, on one loop.
2. Print ``{"ready": true, "smtp": "127.0.0.1:PORT", "url": "http://127.0.0.1:PORT"}``.
3. On SIGTERM, SIGINT or the end of stdin: close everything.
"""

import asyncio
from pathlib import Path

from backoffice.external.mail.simulator.faults import Faults
from backoffice.external.mail.simulator.http import MailHttp
from backoffice.external.mail.simulator.mailbox import Mailbox
from backoffice.external.mail.simulator.smtp import SmtpPort
from backoffice.external.serving import Listener, Outage, listening, say_ready, until_told


def run(
    *,
    store: Path,
    host: str = "127.0.0.1",
    smtp_port: int = 0,
    http_port: int = 0,
    until_stdin_closes: bool = False,
) -> None:
    """Run the mail simulator until told to stop; ``store`` is made when it is not there."""

    async def program(stop: asyncio.Event) -> None:
        mailbox, faults = Mailbox(store), Faults()
        smtp = SmtpPort(mailbox, faults, host=host, port=smtp_port)
        http = Listener(MailHttp(mailbox, faults, Outage(smtp)).app(), host=host, port=http_port)
        try:
            async with listening(smtp, http):
                say_ready(smtp=smtp.address, url=http.url)
                await stop.wait()
        finally:
            mailbox.close()

    until_told(program, until_stdin_closes=until_stdin_closes)
