"""Looking up stock.

1. Typing suggests; the suggestions for the last letter count, whichever come later.
2. A chosen SKU shows its product at once and its availability everywhere when it is there.
3. F5 asks the DOM now; what it does not answer stays, labelled with its age.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from backoffice.domain.catalog import Product, ProductHit
from backoffice.domain.errors import NotFound, Refusal, StoreUnavailable
from backoffice.domain.ids import Sku
from backoffice.domain.inventory import Availability, Location
from backoffice.domain.staff import Actor
from ui.answers import Phase, trouble_of
from ui.screens.stock.state import Show, Shown, StockRow, StockState


class Suggestions(Protocol):
    """What is asked of Catalog."""

    async def suggest(self, text: str, /) -> tuple[ProductHit, ...]:
        """Return what is found while typing."""
        ...

    async def get(self, sku: Sku, /) -> Product:
        """Return one product."""
        ...


class Availabilities(Protocol):
    """What is asked of Inventory."""

    async def get_inventory_availability(
        self, actor: Actor, skus: tuple[Sku, ...], /, *, ask_dom_now: bool
    ) -> tuple[Availability, ...]:
        """Return every place's record."""
        ...

    async def locations(self) -> tuple[Location, ...]:
        """Return the places and their names."""
        ...


class StockPresenter:
    """Holds the state and shows each change of it."""

    def __init__(
        self,
        *,
        catalog: Suggestions,
        photo_path: Callable[[Product], Path | None],
        inventory: Availabilities,
        actor: Actor,
        show: Show,
    ) -> None:
        """Take the services, the one who looks, and where to show."""
        self.state = StockState()
        self._catalog = catalog
        self._photo_path = photo_path
        self._inventory = inventory
        self._actor = actor
        self._show_state = show
        self._places: dict[str, Location] = {}
        self._asked = 0

    async def suggest(self, text: str) -> None:
        """Find what the text may mean."""
        words = text.strip()
        self._show(text=words, hits=None if words else (), chosen=False, trouble=None)
        if not words:
            return
        try:
            hits = await self._catalog.suggest(words)
        except (Refusal, StoreUnavailable) as no:
            if self.state.text == words:
                self._show(hits=(), trouble=trouble_of(no))
            return
        if self.state.text == words:
            self._show(hits=hits)

    async def choose(self, sku: str) -> None:
        """Show a SKU; what is known of another one goes."""
        self._show(shown=Shown(sku=sku), hits=(), chosen=True)
        try:
            product = await self._catalog.get(Sku(sku))
        except NotFound as no:
            self._shown(sku, phase=Phase.FAILED, trouble=trouble_of(no))
            return
        self._shown(sku, product=product, photo=self._photo_path(product))
        await self._read(ask_dom_now=False)

    async def ask_dom(self) -> None:
        """Ask the DOM for the shown SKU now."""
        if self.state.shown is not None:
            await self._read(ask_dom_now=True)

    async def refresh(self) -> None:
        """Read what is known again, without asking anybody outside unless the cache rules say so."""
        if self.state.shown is not None and self.state.shown.phase is Phase.READY:
            await self._read(ask_dom_now=False, quietly=True)

    async def _read(self, *, ask_dom_now: bool, quietly: bool = False) -> None:
        shown = self.state.shown
        if shown is None or shown.product is None:
            return
        self._asked += 1
        mine, sku = self._asked, shown.sku
        if not quietly:
            self._shown(sku, phase=Phase.ASKING, trouble=None, asked_dom=ask_dom_now)
        try:
            if not self._places:
                self._places = {place.location_id: place for place in await self._inventory.locations()}
            found = await self._inventory.get_inventory_availability(
                self._actor, (Sku(sku),), ask_dom_now=ask_dom_now
            )
        except (Refusal, StoreUnavailable) as no:
            if mine == self._asked:
                self._shown(sku, phase=Phase.FAILED, trouble=trouble_of(no))
            return
        if mine == self._asked:
            self._shown(sku, phase=Phase.READY, rows=tuple(self._row(one) for one in found))

    def _row(self, availability: Availability) -> StockRow:
        place = self._places.get(availability.location)
        name = place.name if place else str(availability.location)
        return StockRow(place=name, kind=place.kind if place else "", availability=availability)

    def _shown(self, sku: str, **changes: object) -> None:
        if self.state.shown is not None and self.state.shown.sku == sku:
            self._show(shown=replace(self.state.shown, **changes))  # type: ignore[arg-type]  # fields by name

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # fields by name
        self._show_state(self.state)
