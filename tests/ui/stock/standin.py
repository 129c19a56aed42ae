"""A small catalogue and stock whose DOM falls silent when told to."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from backoffice.domain.catalog import Product, ProductHit
from backoffice.domain.errors import NotFound
from backoffice.domain.ids import LocationId, Sku, StaffId
from backoffice.domain.inventory import Availability, AvailabilityStatus, Location, Source
from backoffice.domain.money import Money
from backoffice.domain.staff import Actor, Role
from backoffice.settings import RESOURCES

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
AGENT = Actor(staff_id=StaffId("s0"), name="Ann", role=Role.AGENT, desk="desk 4")
PHOTOS = RESOURCES / "demo" / "adventure-works" / "photos"


def product(sku: str, name: str, price: int, photo: str = "", sell_until: date | None = None) -> Product:
    return Product(
        sku=Sku(sku), name=name, category="Road Bikes", color="Red", size="62", weight_grams=Decimal(6804),
        list_price=Money(price, "USD"), sell_from=date(2005, 7, 1), sell_until=sell_until, photo=photo,
        description="Top-of-the-line competition road bike, with a frame that is light and stiff.",
    )  # fmt: skip


PRODUCTS = (
    product("BK-R93R-62", "Road-150 Red, 62", 357827, "superlight_red_large.gif", date(2006, 6, 30)),
    product("BK-R93R-44", "Road-150 Red, 44", 357827, "superlight_red_large.gif"),
    product("HL-U509-R", "Sport-100 Helmet, Red", 3499),
)
PLACES = (
    Location(location_id=LocationId("ONLINE"), name="Online fulfilment centre", kind="online"),
    Location(location_id=LocationId("LOC-1"), name="Tool Crib", kind="store"),
    Location(location_id=LocationId("LOC-6"), name="Miscellaneous Storage", kind="store"),
    Location(location_id=LocationId("LOC-50"), name="Subassembly", kind="store"),
)


class CatalogToLookAt:
    """Three products; a text may be made slow to answer."""

    def __init__(self) -> None:
        self.gates: dict[str, asyncio.Event] = {}

    async def suggest(self, text: str, *, limit: int = 12) -> tuple[ProductHit, ...]:
        if text in self.gates:
            await self.gates[text].wait()
        words = text.casefold().split()
        return tuple(
            ProductHit(product=one, on_sale=one.on_sale(NOW.date()))
            for one in PRODUCTS
            if all(word in f"{one.sku} {one.name}".casefold() for word in words)
        )

    async def get(self, sku: Sku) -> Product:
        for one in PRODUCTS:
            if one.sku == sku:
                return one
        raise NotFound(f"There is no SKU “{sku}”.", field="sku")

    def photo_path(self, product: Product) -> Path | None:
        return PHOTOS / product.photo if product.photo else None


class StockToLookAt:
    """Cached until asked; live when asked; stale or fallback when the DOM is silent."""

    def __init__(self) -> None:
        self.silent = False
        self.asked = 0
        self.gate: asyncio.Event | None = None

    async def locations(self) -> tuple[Location, ...]:
        return PLACES

    async def get_inventory_availability(
        self, actor: Actor, skus: tuple[Sku, ...], *, ask_dom_now: bool = False
    ) -> tuple[Availability, ...]:
        if ask_dom_now:
            self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        status = AvailabilityStatus
        known = [
            Availability(
                sku=skus[0], location=place.location_id, status=status.AVAILABLE, quantity=Decimal(288 - 90 * at),
                updated_at=NOW - timedelta(minutes=2 + at), source=Source.CACHED,
            )
            for at, place in enumerate(PLACES)
        ]  # fmt: skip
        known[2] = replace(
            known[2],
            status=status.BACKORDERABLE,
            quantity=Decimal(0),
            available_from=NOW + timedelta(days=11),
        )
        known[3] = replace(known[3], status=status.UNAVAILABLE, quantity=Decimal(0))
        if self.silent:
            old = [
                replace(one, source=Source.STALE, updated_at=NOW - timedelta(hours=5)) for one in known[:3]
            ]
            return (*old, replace(known[3], source=Source.FALLBACK, quantity=None))
        if ask_dom_now:
            return tuple(replace(one, source=Source.LIVE, updated_at=NOW) for one in known)
        return tuple(known)
