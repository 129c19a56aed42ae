"""SyncOrder and SyncInventoryAvailability as the DOM pushes them, and the Sync screen.

1. The signature is verified before anything is read; then the body, strictly.
2. In one transaction the message is stored under its id and applied: what is told as stored is stored.
3. The same id again changes nothing; with another body it is set aside beside the first, for a person to
   look at.
4. A message of an order not known here is parked; housekeeping applies it once the order is submitted. Not
   earlier, for the checkout moves the status itself.
5. A supervisor sees every message, its body, and can have it applied again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from backoffice.domain.errors import Conflict, InvalidInput
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import OrderStatus
from backoffice.domain.sync import OUTCOMES, InboxRow, InboxState, Receipt, SyncOutcome, SyncSummary
from backoffice.external.dom.port import SyncOrderMessage
from backoffice.external.dom.sync import parse_sync_inventory, parse_sync_order
from backoffice.external.signing import verify
from backoffice.services import audit
from backoffice.services.inbox import (
    Message,
    count_again,
    hash_kept,
    hash_of,
    inbox_row,
    keep,
    parse,
    read,
    read_summary,
    record_applied,
    settle,
)
from backoffice.services.inventory import apply_inventory
from backoffice.services.jobs import Jobs
from backoffice.services.order_sync_apply import ORDER_KIND, Applied, apply_order
from backoffice.store.store import Store
from backoffice.store.tables.messages import inbox
from backoffice.store.tables.ordering import orders

_LARGEST_PAGE = 500


class OrderSync:
    """What the DOM tells us, once."""

    def __init__(
        self, store: Store, jobs: Jobs, *, secrets: Sequence[str], clock: Callable[[], datetime]
    ) -> None:
        """Accept what one of ``secrets`` (whsec_...) signed."""
        self._store = store
        self._jobs = jobs
        self._secrets = tuple(secrets)
        self._clock = clock

    async def receive_order(self, body: bytes, headers: Mapping[str, str]) -> Receipt:
        """Take a SyncOrder (Change); ``headers`` with lower-case names. It is stored when this returns.

        Raises:
            NotAllowed: no secret of ours signed it now.
            InvalidInput: it is not that message, or not the one its headers name.
            StoreUnavailable: it could not be stored; the sender tries again.
        """
        return await self._receive(body, headers, parse_sync_order)

    async def receive_inventory(self, body: bytes, headers: Mapping[str, str]) -> Receipt:
        """Take a SyncInventoryAvailability (Change); raises as ``receive_order``."""
        return await self._receive(body, headers, parse_sync_inventory)

    async def messages(
        self,
        actor: Actor,
        *,
        states: frozenset[InboxState] = frozenset(),
        kind: str = "",
        limit: int = 100,
        before: str = "",
    ) -> tuple[InboxRow, ...]:
        """Return the newest messages; ``before`` is the id of the last one of the page before."""
        actor.require(Right.SYNCS)

        def page(connection: Connection) -> tuple[InboxRow, ...]:
            query = select(inbox).order_by(inbox.c.received_at.desc(), inbox.c.message_id.desc())
            if states:
                query = query.where(inbox.c.state.in_([state.value for state in states]))
            if kind:
                query = query.where(inbox.c.kind == kind)
            if before:
                last = read(connection, before)
                key = tuple_(inbox.c.received_at, inbox.c.message_id)
                query = query.where(key < (last.received_at, last.message_id))
            rows = connection.execute(query.limit(min(limit, _LARGEST_PAGE)))
            return tuple(inbox_row(row) for row in rows)

        return await self._store.read(page)

    async def summary(self, actor: Actor) -> SyncSummary:
        """Return the figures above the list."""
        actor.require(Right.SYNCS)
        return await self._store.read(read_summary)

    async def body(self, actor: Actor, message_id: str) -> str:
        """Return a message's body as indented JSON."""
        actor.require(Right.SYNCS)
        row = await self._store.read(lambda connection: read(connection, message_id))
        return json.dumps(row.body, indent=2, ensure_ascii=False)

    async def replay(self, actor: Actor, message_id: str) -> InboxRow:
        """Apply a stored message as if it came now; one that has been applied changes nothing more.

        Raises:
            Conflict: it came under the id of another message.
        """
        actor.require(Right.SYNCS)
        now = self._clock()

        def work(connection: Connection) -> InboxRow:
            row = read(connection, message_id)
            if "~" in message_id:
                raise Conflict(
                    "Another message came under this id before; which of the two is right, only the DOM can say.",
                    advice="Let the DOM send it anew, under an id of its own.",
                )
            applied = self._apply(connection, parse(row.kind, row.body), now)
            if not (row.state == InboxState.APPLIED.value and applied.state is InboxState.IGNORED):
                settle(connection, message_id, applied, now)
            audit.record(
                connection,
                actor,
                "sync.replayed",
                row.subject or message_id,
                at=now,
                detail={"message": message_id, "state": applied.state.value, "reason": applied.reason},
            )
            return inbox_row(read(connection, message_id))

        return await self._store.run(work)

    async def _receive(
        self, body: bytes, headers: Mapping[str, str], reader: Callable[[bytes], Message]
    ) -> Receipt:
        now = self._clock()
        signed_id = verify(self._secrets, headers=headers, body=body, now=now)
        message = reader(body)
        if message.message_id != signed_id:
            raise InvalidInput(
                "The message's bodId is not the webhook-id it was signed with.",
                field="bodId",
                code="other_message",
            )
        return await self._store.run(lambda connection: self._store_message(connection, message, body, now))

    def _store_message(self, connection: Connection, message: Message, body: bytes, now: datetime) -> Receipt:
        body_hash = hash_of(body)
        first = hash_kept(connection, message.message_id)
        if first is None:
            applied = self._apply(connection, message, now)
            keep(connection, message, applied, key=message.message_id, body=body, now=now)
            return _receipt(message, OUTCOMES[applied.state], applied.reason)
        if first == body_hash:
            count_again(connection, message.message_id)
            return _receipt(message, SyncOutcome.DUPLICATE, "It was received before.")
        reason = "A message with this id and another body was received before."
        key = f"{message.message_id}~{body_hash[:16]}"
        if not count_again(connection, key):
            aside = Applied(state=InboxState.SET_ASIDE, reason=reason)
            keep(connection, message, aside, key=key, body=body, now=now)
        return _receipt(message, SyncOutcome.SET_ASIDE, reason)

    def _apply(self, connection: Connection, message: Message, now: datetime) -> Applied:
        if isinstance(message, SyncOrderMessage):
            return apply_order(connection, self._jobs, message, now)
        if apply_inventory(connection, message, now):
            return Applied(state=InboxState.APPLIED, reason="")
        return Applied(state=InboxState.IGNORED, reason="Nothing in it is newer than what is known.")


def apply_waiting(connection: Connection, jobs: Jobs, *, at: datetime) -> int:
    """Apply parked messages whose order has appeared since (housekeeping); return how many there were."""
    numbers: list[str] = list(
        connection.execute(
            select(inbox.c.subject)
            .join(orders, orders.c.number == inbox.c.subject)
            .where(
                inbox.c.state == InboxState.PARKED.value,
                inbox.c.kind == ORDER_KIND,
                orders.c.status != OrderStatus.PENDING.value,
            )
            .distinct()
        ).scalars()
    )
    return sum(apply_parked(connection, jobs, number, at=at) for number in numbers)


def apply_parked(connection: Connection, jobs: Jobs, order_number: str, *, at: datetime) -> int:
    """Apply the messages that waited for an order, oldest first, in the caller's transaction."""
    waiting = connection.execute(
        select(inbox)
        .where(
            inbox.c.subject == order_number,
            inbox.c.kind == ORDER_KIND,
            inbox.c.state == InboxState.PARKED.value,
        )
        .order_by(inbox.c.sequence, inbox.c.created_at, inbox.c.message_id)
    ).all()
    for row in waiting:
        message = parse(row.kind, row.body)
        assert isinstance(message, SyncOrderMessage)  # noqa: S101 - the query asked for its kind
        applied = apply_order(connection, jobs, message, at)
        settle(connection, row.message_id, applied, at)
        record_applied(connection, row.message_id, order_number, applied, at)
    return len(waiting)


def _receipt(message: Message, outcome: SyncOutcome, reason: str) -> Receipt:
    return Receipt(message_id=message.message_id, outcome=outcome, reason=reason)
