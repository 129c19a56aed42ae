"""SyncOrder and SyncInventoryAvailability: written with what they tell of, sent until the store says 2xx.

1. ``tell_order`` and ``tell_stock`` write a message in the transaction of the change itself;
2. ``deliver_due`` signs and sends what is due, oldest first; any answer but 2xx, or none, puts it off;
3. while no store is known the messages wait; a new address makes all of them due at once.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from backoffice.domain.ids import new_id
from backoffice.domain.outcome import Succeeded, Unreachable
from backoffice.external.dom.messages import (
    AvailabilityRecord,
    HeldOrder,
    SyncInventoryAvailability,
    SyncOrder,
)
from backoffice.external.dom.simulator.faults import Fault, FaultSchedule
from backoffice.external.dom.simulator.ledger import Ledger, text
from backoffice.external.dom.wire import Context
from backoffice.external.http import HttpClient
from backoffice.external.signing import sign
from backoffice.external.simulation.book import Row

PATHS = {"push_order": "/sync/orders", "push_inventory": "/sync/inventory-availability"}
_AT_ONCE = 50
_FIRST_WAIT = timedelta(seconds=0.25)
_LONGEST_WAIT = timedelta(seconds=15)
_DEADLINE = timedelta(seconds=10)
_NOBODY = "nobody listens there"
_STORED = range(200, 300)
_NOBODYS_SECRET = "whsec_" + "bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0IGF0IGFsbA=="


class Pushes:
    """The outbox in the ledger, and the one connection to the store."""

    def __init__(self, ledger: Ledger, faults: FaultSchedule, clock: Callable[[], datetime]) -> None:
        """Read the store's address and secret from the ledger's settings at each delivery."""
        self._ledger = ledger
        self._faults = faults
        self._clock = clock
        self._client: HttpClient | None = None
        self._client_url = ""

    def tell_order(self, order: HeldOrder, context: Context, now: datetime, *, complete: bool) -> None:
        """Write a SyncOrder; call inside the transaction that changed the order."""
        message_id = new_id()
        message = SyncOrder(
            bod_id=message_id,
            created_at=now,
            verb="Sync",
            noun="Order",
            action_code="Change",
            context=context,
            complete=complete,
            order=order,
        )
        self._write("push_order", message_id, order.order_number, message.to_json(), now)

    def tell_stock(self, records: Iterable[AvailabilityRecord], context: Context, now: datetime) -> None:
        """Write a SyncInventoryAvailability; call inside the transaction that changed the stock."""
        told = tuple(records)
        if not told:
            return
        message_id = new_id()
        message = SyncInventoryAvailability(
            bod_id=message_id,
            created_at=now,
            verb="Sync",
            noun="InventoryAvailability",
            action_code="Change",
            context=context,
            records=told,
        )
        self._write("push_inventory", message_id, None, message.to_json(), now)

    def set_store(self, url: str) -> None:
        """Remember where the store listens, and try everything again at once."""
        self._ledger.set_setting("store_url", url)
        self._ledger.change("UPDATE pushes SET due_at = ? WHERE due_at IS NOT NULL", text(self._clock()))

    def waiting(self) -> int:
        """Count what is not delivered yet."""
        return self._ledger.number("SELECT count(*) FROM pushes WHERE due_at IS NOT NULL")

    async def deliver_due(self) -> int:
        """Send what is due; return how many tries were made."""
        url = self._ledger.setting("store_url")
        if not url:
            return 0
        due = self._ledger.rows(
            "SELECT * FROM pushes WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?",
            text(self._clock()),
            _AT_ONCE,
        )
        client = await self._client_to(url)
        for tried, push in enumerate(due, start=1):
            if not await self._deliver(push, client):
                return tried  # nobody is there: the others need not find out one by one
        return len(due)

    async def close(self) -> None:
        """Close the connection to the store."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _write(
        self, kind: str, message_id: str, order_number: str | None, body: bytes, now: datetime
    ) -> None:
        self._ledger.insert(
            "pushes",
            {
                "message_id": message_id,
                "kind": kind,
                "order_number": order_number,
                "body": body.decode(),
                "created_at": text(now),
                "due_at": text(now),
                "tries": 0,
                "last_answer": "",
            },
        )

    async def _client_to(self, url: str) -> HttpClient:
        if self._client is None or self._client_url != url:
            await self.close()
            self._client, self._client_url = HttpClient(url, deadline=_DEADLINE), url
        return self._client

    async def _deliver(self, push: Row, client: HttpClient) -> bool:
        """Try one message; whether there was anybody at all."""
        fault = self._faults.take(push["kind"])
        if fault and fault.kind == "reorder":
            self._put_off(push, timedelta(seconds=fault.seconds), "held back")
            return True
        stored, said = await self._send(push, push["body"].encode(), client, fault)
        if not stored:
            wait = min(_FIRST_WAIT * 2 ** min(push["tries"], 10), _LONGEST_WAIT)
            self._put_off(push, wait, said)
            return said != _NOBODY
        if fault and fault.kind == "contradict":
            await self._send(push, _another_body(push["body"]), client, None)
        again = fault is not None and fault.kind == "duplicate"
        now = text(self._clock())
        self._ledger.change(
            "UPDATE pushes SET due_at = ?, delivered_at = ?, tries = tries + 1, last_answer = ?"
            " WHERE seq = ?",
            now if again else None,
            now,
            said,
            push["seq"],
        )
        return True

    async def _send(
        self, push: Row, body: bytes, client: HttpClient, fault: Fault | None
    ) -> tuple[bool, str]:
        secret = self._ledger.setting("secret")
        if fault and fault.kind == "bad_signature":
            secret = _NOBODYS_SECRET
        headers = sign(secret, message_id=push["message_id"], now=self._clock(), body=body)
        outcome = await client.request(
            "POST", PATHS[push["kind"]], body=body, headers=headers | {"content-type": "application/json"}
        )
        if isinstance(outcome, Unreachable):
            return False, _NOBODY
        if not isinstance(outcome, Succeeded):
            return False, outcome.reason
        answer = outcome.value
        said = f"{answer.status} {answer.body[:300].decode(errors='replace')}"
        return answer.status in _STORED, said

    def _put_off(self, push: Row, wait: timedelta, said: str) -> None:
        self._ledger.change(
            "UPDATE pushes SET due_at = ?, tries = tries + 1, last_answer = ?"
            " WHERE seq = ? AND due_at IS NOT NULL",
            text(self._clock() + wait),
            said,
            push["seq"],
        )


def _another_body(body: str) -> bytes:
    message = json.loads(body)
    message["context"]["actingUser"] = "somebody else"
    return json.dumps(message).encode()
