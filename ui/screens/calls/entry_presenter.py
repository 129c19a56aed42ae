"""The entry line: type-ahead over SKU and words, and adding what was typed.

1. Typing suggests: each keystroke replaces the question before; "3*" in front is a quantity and is not searched for.
2. The list comes first, the stock of what is on it a moment later: typing never waits for the DOM.
3. Enter adds the SKU typed or the suggestion picked. What can not be added keeps its text and gets a sentence.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.entry import parse_entry
from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.ids import Sku
from ui.screens.calls.state import SAID_NO, Suggestion, problem_of
from ui.words import tr

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

PAUSE = 0.03  # seconds; a bar-code scanner types faster than this and is never suggested to
STOCK_PAUSE = 0.2  # the DOM is asked about a list that is looked at, not about each one that flies by
SUGGESTIONS = 8
SEVERAL = "several"


class EntryPresenter:
    """The entry line's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call
        self._asked = 0

    async def suggest(self, text: str) -> None:
        """Suggest for what was typed, once the typing pauses."""
        self._asked += 1
        asked = self._asked
        self._put(query=text, problem=None, nothing=False)
        words = text.rpartition("*")[2].strip()
        if not words:
            self._put(suggestions=())
            return
        await asyncio.sleep(PAUSE)
        if asked != self._asked:
            return
        hits = await self._call.office.catalog.suggest(words, limit=SUGGESTIONS)
        if asked != self._asked:
            return
        found = tuple(Suggestion(product=hit.product, on_sale=hit.on_sale) for hit in hits)
        self._put(suggestions=found, nothing=not found)
        await asyncio.sleep(STOCK_PAUSE)
        if asked == self._asked and found:
            await self._show_stock(found, asked)

    async def add(self, text: str, picked: Sku | None = None) -> bool:
        """Add what was typed, or the suggestion picked with the quantity typed; True when it is in the cart."""
        self._asked += 1
        try:
            quantity, words = parse_entry(text)
            if not (picked or words):
                raise InvalidInput(tr("Type a SKU or words, or scan a bar code."), field="sku")
            sku = picked or await self._find(words)
            self._put(adding=sku, problem=None, nothing=False, suggestions=())
            await self._call.change(
                lambda cart: self._call.office.carts.add_line(
                    self._call.actor, cart.cart_id, sku, quantity, version=cart.version
                )
            )
        except SAID_NO as no:
            several = isinstance(no, NotFound) and no.code == SEVERAL
            suggestions = self._call.state.entry.suggestions if several else ()
            self._put(problem=problem_of(no), suggestions=suggestions)
            return False
        finally:
            self._put(adding="")
        self._put(query="", suggestions=())
        return True

    def dismiss(self) -> None:
        """Take the suggestions away; what was typed stays."""
        self._asked += 1
        self._put(suggestions=(), nothing=False)

    async def _find(self, words: str) -> Sku:
        """Return the SKU typed in any case, or the one product the words mean."""
        catalog = self._call.office.catalog
        hits = await catalog.suggest(words, limit=2)
        exact = [hit.product.sku for hit in hits if hit.product.sku.casefold() == words.casefold()]
        if exact:
            return exact[0]
        try:
            return (await catalog.get(Sku(words))).sku
        except NotFound:
            if len(hits) == 1:
                return hits[0].product.sku
            raise _not_found(words, several=bool(hits)) from None

    async def _show_stock(self, found: tuple[Suggestion, ...], asked: int) -> None:
        inventory, actor = self._call.office.inventory, self._call.actor
        skus = tuple(one.product.sku for one in found)
        known = await inventory.get_inventory_availability(actor, skus, locations=self._call.online)
        if asked != self._asked:
            return
        by_sku = {one.sku: one for one in known}
        self._put(suggestions=tuple(replace(one, availability=by_sku.get(one.product.sku)) for one in found))

    def _put(self, **changes: object) -> None:
        entry = replace(self._call.state.entry, **changes)  # type: ignore[arg-type]  # names of EntryState
        if entry != self._call.state.entry:
            self._call.put(entry=entry)


def _not_found(words: str, *, several: bool) -> NotFound:
    shown = words if len(words) <= 40 else words[:39] + "…"
    if several:
        return NotFound(
            tr("“{words}” could be several items.", words=shown),
            field="sku",
            advice=tr("Choose one of the list (↓)."),
            code=SEVERAL,
        )
    return NotFound(
        tr("There is no item “{words}”.", words=shown),
        field="sku",
        advice=tr("Check the SKU, or type a word of its name."),
    )
