"""Which lines an offer looks at: SKUs, categories, price range, and what is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backoffice.domain.money import Money
from backoffice.domain.pricing.lines import CATEGORY_SEPARATOR, CartLine


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Lines whose SKU or category is named; with neither, all. Then what is left out is left out.

    A category covers what is below it: "Bikes" covers "Bikes / Road Bikes". Prices are for one piece.
    `only_undiscounted` leaves out lines that an offer before has already made cheaper.
    """

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    except_skus: frozenset[str] = frozenset()
    except_categories: frozenset[str] = frozenset()
    lowest_price: Money | None = None
    highest_price: Money | None = None
    only_undiscounted: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether no line is left out by name or price."""
        return self in (_EVERYTHING, _UNDISCOUNTED)


ALL_LINES = Selection()
_EVERYTHING = ALL_LINES
_UNDISCOUNTED = Selection(only_undiscounted=True)


class LineIndex:
    """Finds the lines of a selection quickly, once per cart. Positions are in the order given."""

    def __init__(self, lines: Sequence[CartLine], unit_minor: Sequence[int]) -> None:
        self._unit_minor = unit_minor
        self._all = tuple(range(len(lines)))
        self._by_sku: dict[str, list[int]] = {}
        self._by_category: dict[str, list[int]] = {}
        self._found: dict[Selection, tuple[int, ...]] = {}
        for position, line in enumerate(lines):
            self._by_sku.setdefault(line.sku, []).append(position)
            for category in _with_ancestors(line.category):
                self._by_category.setdefault(category, []).append(position)

    def positions(self, selection: Selection) -> tuple[int, ...]:
        """The selected lines, lowest position first (`only_undiscounted` is for the caller to see to)."""
        if selection.is_everything:
            return self._all
        found = self._found.get(selection)
        if found is None:
            found = self._found[selection] = self._find(selection)
        return found

    def _find(self, selection: Selection) -> tuple[int, ...]:
        named = selection.skus or selection.categories
        chosen = set(self._named(selection.skus, selection.categories)) if named else set(self._all)
        chosen.difference_update(self._named(selection.except_skus, selection.except_categories))
        low = selection.lowest_price
        high = selection.highest_price
        return tuple(
            position
            for position in sorted(chosen)
            if (low is None or self._unit_minor[position] >= low.minor)
            and (high is None or self._unit_minor[position] <= high.minor)
        )

    def _named(self, skus: Iterable[str], categories: Iterable[str]) -> Iterable[int]:
        for sku in skus:
            yield from self._by_sku.get(sku, ())
        for category in categories:
            yield from self._by_category.get(category, ())


def _with_ancestors(category: str) -> Iterable[str]:
    path = ""
    for part in category.split(CATEGORY_SEPARATOR) if category else ():
        path = f"{path}{CATEGORY_SEPARATOR}{part}" if path else part
        yield path
