"""CancelInventoryReservation at the DOM, as durable work."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from backoffice.domain.ids import ReservationId
from backoffice.domain.outcome import Refused, Succeeded
from backoffice.domain.statuses import ReservationStatus
from backoffice.external.dom.port import ExternalInventory, MessageContext
from backoffice.services.jobs import Jobs, next_try_key
from backoffice.services.stores import load_store
from backoffice.store.store import Store
from backoffice.store.tables.ordering import carts
from backoffice.store.tables.selling import reservations

AGAIN = timedelta(seconds=10)


class Release:
    """Runs the durable job ``release_reservation``."""

    def __init__(
        self, *, store: Store, clock: Callable[[], datetime], jobs: Jobs, dom: ExternalInventory
    ) -> None:
        """Take what is needed."""
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._dom = dom

    async def release(self, reservation_id: str) -> None:
        """Tell the DOM; a silent one is told again, until it answers."""
        context = await self._store.read(lambda connection: _context(connection, reservation_id))
        if context is None:
            return
        outcome = await self._dom.cancel_inventory_reservation(ReservationId(reservation_id), context=context)
        now = self._clock()

        def write(connection: Connection) -> None:
            # A refusal in the DOM's own words means that nothing under this id could be cancelled; one without
            # (a proxy's 401, 403, 404) says nothing about it.
            answered = isinstance(outcome, Refused) and not outcome.code.startswith("http_")
            if isinstance(outcome, Succeeded) or answered:
                connection.execute(
                    update(reservations)
                    .where(
                        reservations.c.reservation_id == reservation_id,
                        reservations.c.status == ReservationStatus.RELEASING.value,
                    )
                    .values(status=ReservationStatus.RELEASED.value)
                )
                return
            key = next_try_key(f"release-{reservation_id}", now, AGAIN)
            self._jobs.enqueue(connection, "release_reservation", reservation_id, key=key, delay=AGAIN)

        await self._store.run(write)


def _context(connection: Connection, reservation_id: str) -> MessageContext | None:
    row = connection.execute(
        select(carts.c.store_id, carts.c.currency, carts.c.customer_id)
        .join(reservations, reservations.c.cart_id == carts.c.cart_id)
        .where(
            reservations.c.reservation_id == reservation_id,
            reservations.c.status == ReservationStatus.RELEASING.value,
        )
    ).first()
    if row is None:
        return None
    return MessageContext(
        store=row.store_id,
        currency=row.currency,
        locale=load_store(connection, row.store_id).locale,
        acting_user="system",
        on_behalf_of=row.customer_id or "",
    )
