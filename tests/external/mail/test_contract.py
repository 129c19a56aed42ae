"""Who keeps the contract: the fake, and SMTP with a real server in a process of its own."""

import pytest

from backoffice.external.mail.composition import mail_address
from tests.contracts.mail import Arrived, MailServerContract, Site
from tests.fakes.mail import FakeMailServer


class TestFakeMailServer(MailServerContract):
    @pytest.fixture
    def site(self) -> Site:
        fake = FakeMailServer()

        def arrived() -> list[Arrived]:
            return [
                Arrived(
                    message_id=mail.message_id,
                    to=mail_address(mail.to),
                    subject=mail.subject,
                    body=mail.body,
                    language=mail.language,
                )
                for mail in fake.received
            ]

        return Site(server=fake, arrived=arrived)


class TestSmtpMailServer(MailServerContract):
    @pytest.fixture
    def site(self, real_site: Site) -> Site:
        return real_site
