"""GetInventoryAvailability: what can be promised, with where the figure came from and how old it is.

1. The store's inventory system decides whom to ask: nobody, our own stock, or the DOM.
2. DOM: each SKU and place is looked up in the cache; the store's rules say which figures will do.
3. For all that is missing or expired there is one outbound call; whoever asks for the same at that moment
   shares it.
4. The DOM's answers are written back, never over a newer figure.
5. DOM silent: the kept figure, labelled stale; else the store's fallback, labelled so. Never a fallback as
   live.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Connection, select, tuple_

from backoffice.domain.availability_rules import CacheRules, Figure, Verdict, judge, local_stock
from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import Availability, AvailabilityStatus, InventorySystem, Location, Source
from backoffice.domain.outcome import Succeeded
from backoffice.domain.staff import Actor, Right
from backoffice.domain.stock_file import LoadProgress, LoadResult
from backoffice.external.dom.port import ExternalInventory, SyncInventoryMessage
from backoffice.services.inventory_cache import (
    Place,
    decrement_cache,
    figure_of,
    read_figures,
    write_figures,
)
from backoffice.services.inventory_load import load_stock_file
from backoffice.services.stores import load_store
from backoffice.settings import StoreSettings
from backoffice.store.store import Store
from backoffice.store.tables.selling import locations as locations_table
from backoffice.store.tables.selling import stock

__all__ = ["Inventory", "apply_inventory", "decrement_cache"]

MOST_SKUS = 1000
_PLACES_AT_ONCE = 400
_log = structlog.get_logger(__name__)


class Inventory:
    """The stock as far as it is known here. Use it on one event loop."""

    def __init__(
        self, store: Store, dom: ExternalInventory, *, store_id: str, clock: Callable[[], datetime]
    ) -> None:
        """Ask ``dom`` when the rules of store ``store_id`` say so."""
        self._store = store
        self._dom = dom
        self._store_id = store_id
        self._clock = clock
        self._asked: dict[Place, asyncio.Task[dict[Place, Availability]]] = {}

    async def get_inventory_availability(
        self,
        actor: Actor,
        skus: Sequence[Sku],
        *,
        locations: Sequence[LocationId] = (),
        requested: Mapping[Sku, int] | None = None,
        ask_dom_now: bool = False,
    ) -> tuple[Availability, ...]:
        """Return one record per SKU and place, in the order asked; no ``locations`` means all of the store's.

        ``requested`` is how many pieces are wanted of a SKU: the rules look at what is left after it.
        ``ask_dom_now`` trusts no figure kept here (inventory system DOM only).
        """
        actor.require(Right.STOCK)
        if len(skus) > MOST_SKUS:
            raise Refusal(f"At most {MOST_SKUS} SKUs at once.", field="sku")
        settings, places = await self._store.read(
            lambda connection: (
                load_store(connection, self._store_id),
                _places(connection, skus, locations),
            )
        )
        match settings.inventory_system:
            case InventorySystem.NONE:
                now = self._clock()
                return tuple(_unlimited(place, now) for place in places)
            case InventorySystem.NON_ATP:
                return await self._store.read(
                    lambda connection: _own_stock(connection, places, self._clock())
                )
            case InventorySystem.DOM:
                return await self._cache_or_dom(settings, places, requested or {}, ask_dom_now=ask_dom_now)
            case InventorySystem.ATP:
                raise Refusal(
                    "This application does not keep stock by date (ATP).",
                    advice="Choose another inventory system for the store.",
                )

    async def locations(self) -> tuple[Location, ...]:
        """Return the online store and the physical stores, the online one first."""
        return await self._store.read(_read_locations)

    async def load_inventory(
        self,
        actor: Actor,
        path: Path,
        *,
        progress: Callable[[LoadProgress], None],
        cancel: Callable[[], bool],
    ) -> LoadResult:
        """Load a CSV or JSON lines file; see ``inventory_load``."""
        actor.require(Right.LOAD_STOCK)
        return await load_stock_file(
            self._store,
            actor,
            path,
            store_id=self._store_id,
            clock=self._clock,
            progress=progress,
            cancel=cancel,
        )

    async def _cache_or_dom(
        self,
        settings: StoreSettings,
        places: Sequence[Place],
        requested: Mapping[Sku, int],
        *,
        ask_dom_now: bool,
    ) -> tuple[Availability, ...]:
        kept = await self._store.read(lambda connection: read_figures(connection, places))
        rules = CacheRules(
            threshold=settings.low_stock_threshold,
            expiry_above=settings.availability_expiry,
            expiry_below=settings.low_stock_expiry,
        )
        now = self._clock()
        wanted = [
            place
            for place in places
            if ask_dom_now
            or judge(kept.get(place), requested.get(place[0], 0), rules, now) is not Verdict.USE
        ]
        live = await self._ask(wanted) if wanted else {}
        asked = set(wanted)
        return tuple(
            _known(place, live, kept, settings, self._clock(), was_asked=place in asked) for place in places
        )

    async def _ask(self, wanted: Sequence[Place]) -> dict[Place, Availability]:
        """Join the questions under way; make one call for the rest."""
        new = [place for place in wanted if place not in self._asked]
        if new:
            call = asyncio.create_task(self._call(new))
            self._asked.update(dict.fromkeys(new, call))
            call.add_done_callback(lambda _: self._forget(new))
        under_way = {self._asked[place] for place in wanted}
        # Shielded: an asker who leaves must not take the answer away from the others.
        answers = [await asyncio.shield(call) for call in under_way]
        return {place: record for answer in answers for place, record in answer.items()}

    def _forget(self, places: Iterable[Place]) -> None:
        for place in places:
            del self._asked[place]

    async def _call(self, places: Sequence[Place]) -> dict[Place, Availability]:
        skus = tuple(dict.fromkeys(sku for sku, _ in places))
        where = tuple(dict.fromkeys(location for _, location in places))
        outcome = await self._dom.get_inventory_availability(skus, where)
        if not isinstance(outcome, Succeeded):
            _log.warning("availability.dom_silent", skus=len(skus), reason=outcome.reason)
            return {}
        now = self._clock()
        figures = [figure_of(record) for record in outcome.value]
        try:
            await self._store.run(lambda connection: write_figures(connection, figures, now))
        except StoreUnavailable as trouble:
            _log.warning("availability.not_kept", reason=trouble.sentence)  # the answer is good all the same
        known = {(record.sku, record.location): record for record in outcome.value}
        return {
            (sku, location): known.get((sku, location)) or _unknown_there(sku, location, now)
            for sku in skus
            for location in where
        }


def apply_inventory(connection: Connection, message: SyncInventoryMessage, at: datetime) -> int:
    """SyncInventoryAvailability: keep each record that is newer than what is kept; return how many were."""
    return write_figures(connection, [figure_of(record) for record in message.records], at)


def _known(
    place: Place,
    live: Mapping[Place, Availability],
    kept: Mapping[Place, Figure],
    settings: StoreSettings,
    now: datetime,
    *,
    was_asked: bool,
) -> Availability:
    if place in live:
        return live[place]
    figure = kept.get(place)
    if figure is not None:
        return figure.shown(Source.STALE if was_asked else Source.CACHED)
    later = settings.fallback_delay
    return Availability(
        sku=place[0],
        location=place[1],
        status=AvailabilityStatus(settings.fallback_status),
        quantity=None,
        available_from=now + later if later is not None else None,
        updated_at=now,
        source=Source.FALLBACK,
    )


def _unknown_there(sku: Sku, location: LocationId, now: datetime) -> Availability:
    """The DOM answered and has no record: it does not know the SKU there."""
    return Availability(
        sku=sku,
        location=location,
        status=AvailabilityStatus.UNAVAILABLE,
        quantity=None,
        updated_at=now,
        source=Source.LIVE,
    )


def _unlimited(place: Place, now: datetime) -> Availability:
    return Availability(
        sku=place[0],
        location=place[1],
        status=AvailabilityStatus.AVAILABLE,
        quantity=None,
        updated_at=now,
        source=Source.LOCAL,
    )


def _own_stock(connection: Connection, places: Sequence[Place], now: datetime) -> tuple[Availability, ...]:
    found: dict[tuple[str, str], Availability] = {}
    for start in range(0, len(places), _PLACES_AT_ONCE):
        some = places[start : start + _PLACES_AT_ONCE]
        for row in connection.execute(
            select(stock).where(tuple_(stock.c.sku, stock.c.location_id).in_(some))
        ):
            found[row.sku, row.location_id] = local_stock(
                Sku(row.sku),
                LocationId(row.location_id),
                quantity=row.quantity,
                reserved=row.reserved,
                flags=row.flags,
                updated_at=row.updated_at,
            )
    return tuple(
        found.get(place) or local_stock(place[0], place[1], quantity=0, reserved=0, flags=0, updated_at=now)
        for place in places
    )


def _places(connection: Connection, skus: Sequence[Sku], locations: Sequence[LocationId]) -> list[Place]:
    where = locations or [place.location_id for place in _read_locations(connection)]
    return [(sku, location) for sku in dict.fromkeys(skus) for location in dict.fromkeys(where)]


def _read_locations(connection: Connection) -> tuple[Location, ...]:
    rows = connection.execute(
        select(locations_table).order_by(locations_table.c.kind != "online", locations_table.c.name)
    )
    return tuple(
        Location(location_id=LocationId(row.location_id), name=row.name, kind=row.kind) for row in rows
    )
