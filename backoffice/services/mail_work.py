"""The durable job ``send_mail``: one try, and the next one written down when it has to come."""

from collections.abc import Callable
from datetime import datetime, timedelta

from backoffice.services.jobs import Jobs, next_try_key
from backoffice.services.mails import Mails
from backoffice.store.store import Store


class MailWork:
    """Runs ``send_mail``."""

    def __init__(self, *, mails: Mails, store: Store, jobs: Jobs, clock: Callable[[], datetime]) -> None:
        """Take what is needed."""
        self._mails = mails
        self._store = store
        self._jobs = jobs
        self._clock = clock

    async def send(self, mail_id: str) -> None:
        """Try once. Dying before the next try is written loses nothing: maintenance finds the mail waiting."""
        result = await self._mails.send_mail(mail_id)
        if result.status == "queued":
            wait = result.wait or timedelta(seconds=1)
            key = next_try_key(f"mail-{mail_id}", self._clock(), wait)
            await self._store.run(
                lambda connection: self._jobs.enqueue(connection, "send_mail", mail_id, key=key, delay=wait)
            )
