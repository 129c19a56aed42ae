"""The world of a desk in tests: its clock, its jobs in a table, a gateway and a DOM that can leave a caller waiting."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Integer, Table, Text
from sqlalchemy.dialects.sqlite import insert as insert_or_nothing

from backoffice.domain.ids import ReservationId
from backoffice.domain.inventory import Reservation, ReservationLine
from backoffice.domain.outcome import Outcome
from backoffice.external.dom.port import MessageContext, TransferAcknowledged, TransferOrder
from backoffice.external.payments.port import AuthoriseRequest, GatewayPayment
from backoffice.store.tables.base import Moment, metadata
from tests.fakes.dom import FakeDom
from tests.fakes.payments import FakePaymentGateway
from tests.services.world import STORE_ID

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)

jobs_table = Table(
    "jobs_of_tests",
    metadata,
    Column("place", Integer, primary_key=True),
    Column("key", Text, unique=True, nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done", Integer, nullable=False),
    info={"of_tests": True},
)
metadata.remove(jobs_table)  # only where a desk of tests makes it


class Clock:
    """Moved by hand; each look is a millisecond later, so that nothing happens at once."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_time(self, by: timedelta) -> None:
        self.now += by


class TableJobs:
    """`Jobs` in a table of the same database, so a job is there if and only if its transaction is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def enqueue(
        self, connection: Connection, name: str, *args: str, key: str, delay: timedelta | None = None
    ) -> None:
        [subject] = args
        connection.execute(
            insert_or_nothing(jobs_table)
            .values(
                key=key,
                name=name,
                subject=subject,
                due_at=self._clock.now + (delay or timedelta()),
                done=0,
            )
            .on_conflict_do_nothing(index_elements=["key"])
        )


class Gateway(FakePaymentGateway):
    """The gateway in memory, which can also leave a caller waiting until ``go_on`` is set, or for ever."""

    hangs = ""  # "before" the effect, or "after" it

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self.go_on = asyncio.Event()

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        if self.hangs == "before":
            await self.go_on.wait()
        answer = await super().authorise(request, key=key)
        if self.hangs == "after":
            await self.go_on.wait()
        return answer


class Dom(FakeDom):
    """The DOM in memory, which can also leave a transfer waiting, and remembers what was sent."""

    hangs = ""  # "before" the effect, or "after" it

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock, store=STORE_ID)
        self.sent: list[tuple[str, TransferOrder]] = []
        self.go_on = asyncio.Event()
        self.slow_to_hold = False
        self.forgets: frozenset[str] = frozenset()  # SKUs it leaves out of its answer

    async def reserve_inventory(
        self,
        reservation_id: ReservationId,
        lines: tuple[ReservationLine, ...],
        *,
        expires_at: datetime,
        context: MessageContext,
    ) -> Outcome[Reservation]:
        if self.slow_to_hold:
            await self.go_on.wait()
        kept = tuple(line for line in lines if line.sku not in self.forgets)
        return await super().reserve_inventory(reservation_id, kept, expires_at=expires_at, context=context)

    async def transfer(
        self, order: TransferOrder, *, key: str, context: MessageContext
    ) -> Outcome[TransferAcknowledged]:
        self.sent.append((key, order))
        if self.hangs == "before":
            await self.go_on.wait()
        answer = await super().transfer(order, key=key, context=context)
        if self.hangs == "after":
            await self.go_on.wait()
        return answer
