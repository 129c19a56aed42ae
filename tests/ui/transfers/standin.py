"""Transfers that do what they are told, one after the other: for states a real DOM is rarely in."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backoffice.domain.errors import Conflict, NotFound, StoreUnavailable
from backoffice.domain.ids import AttemptId, OrderId, OrderNumber, StaffId
from backoffice.domain.money import Money
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.services.transfers import TransferPage, TransferSummary

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
SUPERVISOR = Actor(staff_id=StaffId("s2"), name="Sue", role=Role.SUPERVISOR, desk="desk 3")
_S = TransferStatus
_NAMES = ("Orlando Gee", "Donna Carreras", "Zoë Müller", "Keith Harris")


def transfer(place: int, status: TransferStatus, cause: str = "", reason: str = "") -> Transfer:
    queued = NOW - timedelta(minutes=3 * place + 1)
    return Transfer(
        order_id=OrderId(f"o{place}"), order_number=OrderNumber(f"B{1000900 - place}"),
        customer_name=_NAMES[place % 4], total=Money((place * 7919) % 400000 + 1299, "USD"), status=status,
        cause=cause, reason=reason, attempts=0 if status is _S.QUEUED else 6 if cause == "unreachable" else 1,
        automatic_left=6 if status is _S.QUEUED else 0, queued_at=queued, updated_at=queued,
        next_try_at=NOW + timedelta(seconds=40) if status is _S.QUEUED else None,
        external_order_id=f"X-{90000 + place}" if status is _S.TRANSFERRED else "", version=3,
    )  # fmt: skip


def backlog(done: int = 180) -> tuple[Transfer, ...]:
    """Some of everything, newest first, then what is done."""
    made: list[Transfer] = []
    made += [transfer(place, _S.QUEUED) for place in range(3)]
    made += [transfer(3, _S.SENT), transfer(4, _S.UNKNOWN, reason="The DOM did not answer in time.")]
    silent = "The DOM does not answer: connection refused."
    made += [transfer(place, _S.FAILED, "unreachable", silent) for place in range(5, 17)]
    refused = "The DOM knows no SKU “BK-OLD-44”."
    made += [transfer(place, _S.FAILED, "unknown_sku", refused) for place in range(17, 20)]
    made += [transfer(20, _S.HELD), transfer(21, _S.HELD), transfer(22, _S.GIVEN_UP, reason="Ordered twice.")]
    made += [transfer(place, _S.TRANSFERRED) for place in range(23, 23 + done)]
    return tuple(made)


class TransfersToLookAt:
    """Moves transfers by hand; a gate holds each act back."""

    def __init__(self, rows: tuple[Transfer, ...] = ()) -> None:
        self.rows = {row.order_number: row for row in rows}
        self.acts: list[tuple[str, str]] = []
        self.refuse: set[str] = set()
        self.gate: asyncio.Event | None = None
        self.trouble: StoreUnavailable | None = None

    async def summary(self, actor: Actor) -> TransferSummary:
        def count(status: TransferStatus) -> int:
            return sum(row.status is status for row in self.rows.values())

        if self.trouble is not None:
            raise self.trouble
        failed = [row for row in self.rows.values() if row.status is _S.FAILED]
        causes = {row.cause: row.reason for row in failed}
        return TransferSummary(
            waiting=count(_S.QUEUED), sent=count(_S.SENT), unknown=count(_S.UNKNOWN), failed=count(_S.FAILED),
            held=count(_S.HELD), transferred=count(_S.TRANSFERRED), given_up=count(_S.GIVEN_UP),
            oldest_waiting_at=min(
                (row.queued_at for row in self.rows.values() if row.status in {_S.QUEUED, _S.SENT, _S.UNKNOWN}),
                default=None,
            ),
            causes=tuple((cause, why, sum(row.cause == cause for row in failed)) for cause, why in causes.items()),
        )  # fmt: skip

    async def list(
        self,
        actor: Actor,
        *,
        statuses: frozenset[TransferStatus] = frozenset(),
        cause: str = "",
        limit: int = 100,
        after: str = "",
    ) -> TransferPage:
        found = [
            row
            for row in self.rows.values()
            if (not statuses or row.status in statuses) and (not cause or row.cause == cause)
        ]
        start = int(after or 0)
        end = start + limit
        return TransferPage(rows=tuple(found[start:end]), next=str(end) if end < len(found) else "")

    async def get(self, actor: Actor, order_number: str) -> Transfer:
        found = self.rows.get(OrderNumber(order_number))
        if found is None:
            raise NotFound(f"There is no transfer of {order_number}.")
        return found

    async def attempts(self, actor: Actor, order_number: str) -> tuple[Attempt, ...]:
        row = await self.get(actor, order_number)
        return tuple(
            Attempt(
                attempt_id=AttemptId(f"{order_number}-{place}"), number=place + 1, kind="transfer",
                started_at=row.queued_at + timedelta(seconds=3**place),
                ended_at=row.queued_at + timedelta(seconds=3**place, milliseconds=210 * (place + 1)),
                outcome="unreachable" if row.cause == "unreachable" else "succeeded", reason=row.reason,
                request=json.dumps({"orderNumber": order_number, "lines": [{"sku": "HL-U509-R", "quantity": 12}]}),
                answer="", worker="worker-1",
            )
            for place in range(row.attempts)
        )  # fmt: skip

    async def retry(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        return await self._move("retry", order_number, _S.QUEUED, version)

    async def hold(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        return await self._move("hold", order_number, _S.HELD, version)

    async def release(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        return await self._move("release", order_number, _S.QUEUED, version)

    async def resolve(self, actor: Actor, order_number: str, *, version: int) -> Transfer:
        return await self._move("resolve", order_number, _S.TRANSFERRED, version)

    async def give_up(self, actor: Actor, order_number: str, reason: str, *, version: int) -> Transfer:
        return await self._move("give_up", order_number, _S.GIVEN_UP, version, reason)

    async def _move(
        self, act: str, number: str, status: TransferStatus, version: int, reason: str = ""
    ) -> Transfer:
        if self.gate is not None:
            await self.gate.wait()
        before = self.rows[OrderNumber(number)]
        if number in self.refuse or before.version != version:
            raise Conflict("It moved on meanwhile.", advice="What you see now is the latest.")
        after = replace(before, status=status, cause="", reason=reason, version=version + 1)
        self.rows[OrderNumber(number)] = after
        self.acts.append((act, number))
        return after
