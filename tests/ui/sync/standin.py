"""Messages received, and a loader that goes on step by step: for states a real DOM is rarely in."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.ids import StaffId
from backoffice.domain.staff import Actor, Role
from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.domain.sync import InboxRow, InboxState, SyncSummary

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
SUPERVISOR = Actor(staff_id=StaffId("s2"), name="Sue", role=Role.SUPERVISOR, desk="desk 3")
_S = InboxState
_WHY = {
    _S.APPLIED: "",
    _S.IGNORED: "Sequence 3 is not newer than 4.",
    _S.PARKED: "Order B1000999 is not known here yet.",
    _S.SET_ASIDE: "A message with this id and another body was received before.",
}


def message(place: int, state: InboxState, kind: str = "SyncOrder") -> InboxRow:
    received = NOW - timedelta(seconds=37 * place + 8)
    return InboxRow(
        message_id=f"9f1c{place:04}c2aa4d0f8e21", kind=kind, state=state, reason=_WHY[state],
        subject=f"B{1000900 - place}" if kind == "SyncOrder" else "", sequence=place % 7 + 1,
        created_at=received - timedelta(milliseconds=420), received_at=received,
        applied_at=received if state is _S.APPLIED else None, times_received=1 + place % 2,
    )  # fmt: skip


def inbox() -> tuple[InboxRow, ...]:
    made = [
        message(0, _S.APPLIED),
        message(1, _S.APPLIED, "SyncInventoryAvailability"),
        message(2, _S.IGNORED),
    ]
    made += [message(3, _S.PARKED), message(4, _S.SET_ASIDE)]
    made += [message(place, _S.APPLIED) for place in range(5, 160)]
    return tuple(made)


class MessagesToLookAt:
    """An inbox; replaying applies."""

    def __init__(self, rows: tuple[InboxRow, ...] = ()) -> None:
        self.rows = {row.message_id: row for row in rows}

    async def summary(self, actor: Actor) -> SyncSummary:
        def count(state: InboxState) -> int:
            return sum(row.state is state for row in self.rows.values())

        return SyncSummary(
            received=len(self.rows), applied=count(_S.APPLIED), ignored=count(_S.IGNORED), parked=count(_S.PARKED),
            set_aside=count(_S.SET_ASIDE), lag=timedelta(milliseconds=420) if self.rows else None,
            last_received_at=max((row.received_at for row in self.rows.values()), default=None),
        )  # fmt: skip

    async def messages(
        self,
        actor: Actor,
        *,
        states: frozenset[InboxState] = frozenset(),
        kind: str = "",
        limit: int = 100,
        before: str = "",
    ) -> tuple[InboxRow, ...]:
        found = [
            row
            for row in self.rows.values()
            if (not states or row.state in states) and (not kind or row.kind == kind)
        ]
        start = next((place + 1 for place, row in enumerate(found) if row.message_id == before), 0)
        return tuple(found[start : start + limit])

    async def body(self, actor: Actor, message_id: str) -> str:
        row = self.rows.get(message_id)
        if row is None:
            raise NotFound("There is no such message.")
        lines = [{"lineId": "l1", "sku": "HL-U509-R", "shipped": 12, "note": "<b>fragile</b>"}]
        return json.dumps({"bodId": message_id, "orderNumber": row.subject, "status": "S", "lines": lines})

    async def replay(self, actor: Actor, message_id: str) -> InboxRow:
        after = replace(self.rows[message_id], state=_S.APPLIED, reason="", applied_at=NOW)
        self.rows[message_id] = after
        return after


class LoaderToLookAt:
    """Loads nothing, in ten portions, each waiting for a step."""

    def __init__(self) -> None:
        self.steps = asyncio.Semaphore(0)

    async def load_inventory(
        self,
        actor: Actor,
        path: Path,
        *,
        progress: Callable[[LoadProgress], None],
        cancel: Callable[[], bool],
    ) -> LoadResult:
        if path.name == "nowhere.csv":
            raise InvalidInput(f"There is no file {path}.", field="path")
        done = 0
        for portion in range(1, 11):
            await self.steps.acquire()
            if cancel():
                break
            done = portion * 2000
            left = timedelta(seconds=10 - portion)
            progress(
                LoadProgress(
                    rows=done,
                    loaded=done - 3,
                    unchanged=0,
                    rejected=3,
                    share=portion / 10,
                    rate=2000.0,
                    remaining=left,
                )
            )
        return LoadResult(
            rows=done, loaded=done, unchanged=0, rejected=0, cancelled=done < 20_000, rejects=None,
            took=timedelta(seconds=done // 2000),
        )  # fmt: skip
