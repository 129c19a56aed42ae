"""What every mail server promises; the fake, and SMTP with a real server, both keep it.

A test class inherits it and gives a fixture ``site``: the port, and what arrived.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from backoffice.domain.outcome import Refused, Succeeded
from backoffice.external.mail.port import MailServer, OutgoingMail

MAIL = OutgoingMail(
    message_id="0123456789abcdef0123456789abcdef",
    to="orlando0@adventure-works.com",
    subject="Your order B1000001 is on its way",
    body="Dear Orlando,\n\nit left today.\n",
)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One mail as the other side has it. ``message_id`` without the sender's domain."""

    message_id: str
    to: str
    subject: str
    body: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server, and a look into its mailbox, oldest first."""

    server: MailServer
    arrived: Callable[[], list[Arrived]]


class MailServerContract:
    """One suite for all."""

    async def test_a_mail_arrives_as_it_was_written(self, site: Site) -> None:
        assert await site.server.send(MAIL) == Succeeded(value=None)
        assert site.arrived() == [
            Arrived(
                message_id=MAIL.message_id, to=MAIL.to, subject=MAIL.subject, body=MAIL.body, language="en"
            )
        ]

    async def test_every_script_arrives_whole(self, site: Site) -> None:
        mail = replace(
            MAIL,
            subject="Ihre Bestellung für 雪 — طلبك 🚲 " + "lang " * 30 + "!",
            body="Grüße\n.\n..two dots\n<b>not bold</b>\n" + "雪" * 500 + "\nطلبك في الطريق\n",
            language="de",
        )
        assert isinstance(await site.server.send(mail), Succeeded)
        (arrived,) = site.arrived()
        assert (arrived.subject, arrived.body, arrived.language) == (mail.subject, mail.body, "de")

    async def test_a_repeat_keeps_its_message_id(self, site: Site) -> None:
        for _ in range(2):
            assert isinstance(await site.server.send(MAIL), Succeeded)
        assert [arrived.message_id for arrived in site.arrived()] == [MAIL.message_id] * 2

    @pytest.mark.parametrize(
        "change",
        [
            {"subject": "Hello\r\nBcc: everybody@example.com"},
            {"subject": "Hello\nBcc: everybody@example.com"},
            {"subject": "Hello\u2028Bcc: everybody@example.com"},
            {"to": "ann@example.com\r\nRCPT TO:<bob@example.com>"},
            {"to": "ann@example.com, bob@example.com"},
            {"to": "ann@example.com>, <bob@example.com"},
            {"message_id": "id>\r\nBcc: everybody@example.com"},
            {"language": "en\r\nBcc: everybody@example.com"},
        ],
    )
    async def test_no_line_can_be_smuggled_into_a_header(self, change: dict[str, str], site: Site) -> None:
        outcome = await site.server.send(replace(MAIL, **change))
        assert isinstance(outcome, Refused)
        assert "\n" not in outcome.reason
        assert site.arrived() == []

    @pytest.mark.parametrize(
        "to", ["", "nobody", "@example.com", "ann@", "ann@exa mple.com", "a b@example.com"]
    )
    async def test_what_is_no_address_is_refused(self, to: str, site: Site) -> None:
        outcome = await site.server.send(replace(MAIL, to=to))
        assert isinstance(outcome, Refused)
        assert outcome.code == "invalid_address"

    async def test_addresses_of_every_country_are_taken(self, site: Site) -> None:
        for to in ("ann@bücher.example", "zoë@example.com"):
            assert isinstance(await site.server.send(replace(MAIL, to=to)), Succeeded)
        assert [arrived.to for arrived in site.arrived()] == ["ann@xn--bcher-kva.example", "zoë@example.com"]
