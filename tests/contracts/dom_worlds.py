"""Two worlds with a DOM in them: the fake, and the adapter on the simulator. One suite runs in both."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from backoffice.domain.ids import ReservationId, Sku, utc_now
from backoffice.domain.inventory import Reservation
from backoffice.domain.outcome import Outcome, Succeeded
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import ExternalInventory, ExternalOrders
from backoffice.external.http import HttpClient
from tests.contracts.dom_examples import CONTEXT, ONLINE, to_hold
from tests.external.dom.strings import Strings
from tests.external.processes import Child
from tests.fakes.dom import FakeDom


class DomPort(ExternalOrders, ExternalInventory, Protocol):
    """Both halves of the port, as one object offers them."""


class DomWorld(Protocol):
    """A DOM, and the strings behind it."""

    dom: DomPort

    def set_stock(self, sku: str, quantity: int) -> None:
        """What is available of a SKU that can be back-ordered."""

    def advance(self) -> None:
        """Every order moves by one step; goods that were waited for arrive."""

    def pass_time(self, by: timedelta) -> None:
        """The DOM's clock jumps ahead."""

    def bend_next_reservation(self, kind: str, quantity: int = 0) -> None:
        """The next reservation is partial, hollow or phantom."""

    async def close(self) -> None:
        """Let go."""


class FakeWorld:
    """The fake."""

    def __init__(self) -> None:
        self.fake = FakeDom()
        self.dom: DomPort = self.fake
        for sku in SKUS:
            self.fake.stock(sku, 0, restock_days=14)
        self.fake.stock(NEVER_RESTOCKED, 0)

    def set_stock(self, sku: str, quantity: int) -> None:
        self.fake.stock(sku, quantity, restock_days=14)

    def advance(self) -> None:
        self.fake.advance()

    def pass_time(self, by: timedelta) -> None:
        self.fake.pass_time(by)

    def bend_next_reservation(self, kind: str, quantity: int = 0) -> None:
        self.fake.bend_next_reservation(kind, quantity=quantity)

    async def close(self) -> None:
        self.fake.close()


class HttpWorld:
    """The adapter on a simulator that runs."""

    def __init__(self, child: Child) -> None:
        self._client = HttpClient(child.url, deadline=timedelta(seconds=5))
        self.dom: DomPort = HttpDom(self._client, context=CONTEXT)
        self._strings = Strings(child.ready["control"])

    def set_stock(self, sku: str, quantity: int) -> None:
        self._strings.set_stock(sku, quantity)

    def advance(self) -> None:
        self._strings.call("POST", "advance")

    def pass_time(self, by: timedelta) -> None:
        self._strings.pass_time(by.total_seconds())

    def bend_next_reservation(self, kind: str, quantity: int = 0) -> None:
        self._strings.fault(kind, "reserve", quantity=quantity)

    async def close(self) -> None:
        self._strings.close()
        await self._client.close()


# SKUs of the demo data: stocked at the online fulfilment centre, so that they can be back-ordered ...
HELMET, BIKE = "HL-U509-R", "BK-R93R-62"
SKUS = (HELMET, BIKE)
# ... and one that is not stocked there and is no bike.
NEVER_RESTOCKED = "FR-R92B-58"

T = TypeVar("T")


def value(outcome: Outcome[T]) -> T:
    assert isinstance(outcome, Succeeded), outcome
    return outcome.value


def soon() -> datetime:
    return utc_now() + timedelta(
        hours=400
    )  # the world's clock may have jumped ahead; it holds for a day at most


async def available(world: DomWorld, sku: str) -> Decimal | None:
    (record,) = value(await world.dom.get_inventory_availability((Sku(sku),), (ONLINE,)))
    return record.quantity


async def hold(world: DomWorld, reservation_id: str, sku: str, quantity: int) -> Reservation:
    return value(
        await world.dom.reserve_inventory(
            ReservationId(reservation_id), (to_hold(sku, quantity),), expires_at=soon(), context=CONTEXT
        )
    )
