"""What somebody keeps of what they found: searches under a name, the list as a file, an order once more.

1. Searches kept are read when the screen is first looked at, and shown as they are after each change.
2. The list is written page by page; stopping leaves no file.
3. An order taken again opens a call with its customer and lines; what is not sold any more is said.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.history import OrderSearchCriteria, SavedSearch
from backoffice.domain.staff import Actor
from backoffice.services.order_export import Exported
from backoffice.services.reorder import Reordered
from ui.answers import trouble_of
from ui.screens.orders.presenter import OrdersPresenter
from ui.screens.orders.state import Export
from ui.words import tr


class Searches(Protocol):
    """What is asked of SavedSearches."""

    async def all(self, actor: Actor, /) -> tuple[SavedSearch, ...]:
        """Return what the actor keeps."""
        ...

    async def save(self, actor: Actor, name: str, line: str, /) -> tuple[SavedSearch, ...]:
        """Keep one and return all."""
        ...

    async def remove(self, actor: Actor, name: str, /) -> tuple[SavedSearch, ...]:
        """Forget one and return the others."""
        ...


class Exports(Protocol):
    """What is asked of OrderExport."""

    async def write(
        self, actor: Actor, criteria: OrderSearchCriteria, path: Path, /, *, progress: Callable[[int], None]
    ) -> Exported:
        """Write all that fits."""
        ...


class Orders(Protocol):
    """What is asked of Reorders."""

    async def reorder(self, actor: Actor, order_number: str, /) -> Reordered:
        """Open a call with the order's customer and lines."""
        ...


class Keeping:
    """Works on the state of the screen's presenter."""

    def __init__(
        self,
        presenter: OrdersPresenter,
        *,
        searches: Searches,
        exports: Exports,
        orders: Orders,
        actor: Actor,
    ) -> None:
        """Take the presenter whose state is shown, and the services."""
        self._presenter = presenter
        self._searches = searches
        self._exports = exports
        self._orders = orders
        self._actor = actor

    async def load(self) -> None:
        """Read the searches kept."""
        self._presenter.put(saved=await self._searches.all(self._actor))

    async def save(self, name: str) -> None:
        """Keep the search on screen; a refusal is told by who started it."""
        line = self._presenter.state.query.line
        self._presenter.put(saved=await self._searches.save(self._actor, name, line))

    async def remove(self, name: str) -> None:
        """Forget a search."""
        self._presenter.put(saved=await self._searches.remove(self._actor, name))

    async def export(self, path: Path) -> None:
        """Write what the list shows, all pages of it, into a file."""
        export = Export(path=str(path))
        self._presenter.put(export=export)

        def heard(written: int) -> None:
            nonlocal export
            export = replace(export, written=written)
            self._presenter.put(export=export)

        try:
            done = await self._exports.write(self._actor, self._presenter.asked, path, progress=heard)
        except (Refusal, StoreUnavailable) as no:
            self._presenter.put(export=replace(export, running=False, trouble=trouble_of(no)))
        except asyncio.CancelledError:
            self._presenter.put(export=replace(export, running=False, stopped=True))
            raise
        except BaseException:
            self._presenter.put(export=None)
            raise
        else:
            missing = "" if done.dom.answered else done.dom.reason
            self._presenter.put(export=replace(export, running=False, written=done.orders, missing=missing))

    async def reorder(self) -> Reordered | None:
        """Open a call with what is in the opened order; None when a rule said no."""
        panel = self._presenter.state.panel
        if panel is None or panel.busy:
            return None
        found: list[Reordered] = []
        async with self._presenter.act("again", done=tr("A call with the same items is open.")):
            found.append(await self._orders.reorder(self._actor, panel.number))
        return found[0] if found else None
