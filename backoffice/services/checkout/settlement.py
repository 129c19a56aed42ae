"""Money after a rollback: what the gateway may still hold is let go of, however long that takes.

A payment to be voided whose authorisation was never answered is looked up by our reference. The gateway not knowing it
is believed only after ``CERTAIN_AFTER``: until then a request still under way may arrive.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unreachable
from backoffice.domain.staff import SYSTEM
from backoffice.domain.statuses import PaymentStatus
from backoffice.external.payments.port import GatewayPayment, PaymentGateway
from backoffice.services import audit
from backoffice.services.jobs import Jobs, next_try_key
from backoffice.store.store import Store
from backoffice.store.tables.ordering import payments

CERTAIN_AFTER = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=5)
_LET_GO = frozenset({"voided", "declined", "expired"})


class Settlement:
    """Runs the durable job ``settle_payment``."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Jobs,
        gateway: PaymentGateway,
        certain_after: timedelta = CERTAIN_AFTER,
    ) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._gateway = gateway
        self._certain_after = certain_after

    async def settle(self, payment_id: str) -> None:
        """Void one payment at the gateway, or write down why not yet and come back later."""
        row = await self._store.read(
            lambda connection: connection.execute(
                select(payments).where(payments.c.payment_id == payment_id)
            ).first()
        )
        if row is None or row.status != PaymentStatus.VOIDING.value:
            return
        gateway_id: str = row.gateway_id
        if not gateway_id:
            found = await self._gateway.find(row.reference)
            if not isinstance(found, Succeeded):
                await self._later(row, found.reason)
                return
            if found.value is None:
                await self._absent(row)
                return
            if found.value.status in _LET_GO:
                await self._voided(row, found.value.gateway_id, found.value.status)
                return
            gateway_id = found.value.gateway_id
        await self._void(row, gateway_id)

    async def _void(self, row: Row[Any], gateway_id: str) -> None:
        answer: Outcome[GatewayPayment] = await self._gateway.void(gateway_id, key=f"{row.key}-void")
        if isinstance(answer, Succeeded):
            await self._voided(row, gateway_id, "let go")
            return
        wait = answer.retry_after if isinstance(answer, Unreachable) else None
        prefix = "The gateway refuses to void: " if isinstance(answer, Refused) else ""
        await self._later(row, prefix + answer.reason, wait)

    async def _absent(self, row: Row[Any]) -> None:
        if self._clock() - row.updated_at >= self._certain_after:
            await self._voided(row, "", "never arrived at the gateway")
        else:
            await self._later(row, "The gateway does not know it (yet).")

    async def _voided(self, row: Row[Any], gateway_id: str, reason: str) -> None:
        now = self._clock()

        def write(connection: Connection) -> None:
            changed = connection.execute(
                update(payments)
                .where(
                    payments.c.payment_id == row.payment_id,
                    payments.c.status == PaymentStatus.VOIDING.value,
                )
                .values(
                    status=PaymentStatus.VOIDED.value, gateway_id=gateway_id, reason=reason, updated_at=now
                )
            )
            if changed.rowcount:
                audit.record(
                    connection, SYSTEM, "payment.voided", row.reference, at=now, detail={"reason": reason}
                )

        await self._store.run(write)

    async def _later(self, row: Row[Any], reason: str, wait: timedelta | None = None) -> None:
        now = self._clock()
        age = now - row.updated_at
        delay = max(wait or timedelta(), min(max(age, _FIRST_WAIT), _LONGEST_WAIT))

        def write(connection: Connection) -> None:
            connection.execute(
                update(payments).where(payments.c.payment_id == row.payment_id).values(reason=reason)
            )
            self._jobs.enqueue(
                connection,
                "settle_payment",
                row.payment_id,
                key=next_try_key(f"void-{row.payment_id}", now, delay),
                delay=delay,
            )

        await self._store.run(write)
