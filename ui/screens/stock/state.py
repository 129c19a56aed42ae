"""What the Stock screen shows, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backoffice.domain.catalog import Product, ProductHit
from backoffice.domain.inventory import Availability, Source
from ui.answers import Phase, Trouble


@dataclass(frozen=True, kw_only=True, slots=True)
class StockRow:
    """One place. ``place`` is its name, ``kind`` online or physical store."""

    place: str
    kind: str
    availability: Availability


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The chosen SKU. ``asked_dom``: the last answer was asked of the DOM on purpose."""

    sku: str
    product: Product | None = None
    photo: Path | None = None
    phase: Phase = Phase.ASKING
    rows: tuple[StockRow, ...] = ()
    asked_dom: bool = False
    trouble: Trouble | None = None

    @property
    def silent(self) -> bool:
        """Tell whether a number is shown for want of a fresher one."""
        return any(row.availability.source in {Source.STALE, Source.FALLBACK} for row in self.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class StockState:
    """The whole screen. ``hits`` are for ``text``; None: not answered yet. ``chosen``: they were put away."""

    text: str = ""
    hits: tuple[ProductHit, ...] | None = ()
    chosen: bool = False
    shown: Shown | None = None
    trouble: Trouble | None = None


Show = Callable[[StockState], None]
