"""Telling the store: PaymentAuthorizationComplete, signed, from a durable outbox, until answered 2xx.

Where to and with which secret are settings of the ledger, so both survive a restart.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from backoffice.domain.outcome import Succeeded
from backoffice.external.http import HttpClient
from backoffice.external.payments.simulator.bank import Bank
from backoffice.external.payments.simulator.ledger import text
from backoffice.external.simulation.book import Row

_DEADLINE = timedelta(seconds=5)
_FIRST_PAUSE, _LONGEST_PAUSE, _MOST_DOUBLINGS = timedelta(seconds=0.5), timedelta(seconds=30), 6
_OK, _REDIRECT = 200, 300


class Postman:
    """Takes due messages to the store."""

    def __init__(self, bank: Bank) -> None:
        """Carry the outbox of ``bank``."""
        self._bank = bank
        self._ledger = bank.ledger
        self._client: HttpClient | None = None

    def aim(self, url: str, secret: str) -> None:
        """Deliver to ``url`` signed with ``secret`` (whsec_...), "" for nowhere.

        ValueError for a useless secret.
        """
        if url:
            Webhook(secret).sign("msg_1", datetime.now(UTC), "{}")
        with self._ledger.transaction():
            self._ledger.set_setting("webhook_url", url)
            self._ledger.set_setting("webhook_secret", secret)
            self._ledger.change(
                "UPDATE outbox SET due_at = ? WHERE delivered_at IS NULL", text(self._bank.clock())
            )

    async def deliver_due(self) -> None:
        """One try for each message that is due, oldest first."""
        url = self._ledger.setting("webhook_url")
        if not url:
            return
        due = self._ledger.rows(
            "SELECT * FROM outbox WHERE delivered_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT 20",
            text(self._bank.clock()),
        )
        for message in due:
            if await self._deliver(url, message):
                self._ledger.change(
                    "UPDATE outbox SET delivered_at = ?, attempts = attempts + 1 WHERE message_id = ?",
                    text(self._bank.clock()), message["message_id"],
                )  # fmt: skip
            else:
                pause = min(_FIRST_PAUSE * 2 ** min(message["attempts"], _MOST_DOUBLINGS), _LONGEST_PAUSE)
                self._ledger.change(
                    "UPDATE outbox SET due_at = ?, attempts = attempts + 1 WHERE message_id = ?",
                    text(self._bank.clock() + pause), message["message_id"],
                )  # fmt: skip

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def _deliver(self, url: str, message: Row) -> bool:
        if self._client is None:
            self._client = await asyncio.to_thread(HttpClient, "", deadline=_DEADLINE)
        message_id, body, now = message["message_id"], message["body"], datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self._ledger.setting("webhook_secret")).sign(message_id, now, body),
        }
        outcome = await self._client.request("POST", url, body=body.encode(), headers=headers)
        return isinstance(outcome, Succeeded) and _OK <= outcome.value.status < _REDIRECT
