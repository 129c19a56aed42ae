"""The catalogue: type-ahead over SKUs and words, a product by its SKU, ship methods.

``suggest`` looks in this order and stops when the list is full:
1. the SKU itself, then SKUs that begin with what was typed, in any case;
2. products whose name, category, colour or size hold the beginning of every word;
3. products whose description does, in any language;
4. pieces of a SKU or name.
What is not on sale is shown, marked, and after what is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from backoffice.domain.catalog import Product, ProductHit, ProductKind
from backoffice.domain.errors import NotFound
from backoffice.domain.ids import Sku
from backoffice.domain.money import Money
from backoffice.services.free_text import searchable
from backoffice.store.search import find_product_parts, find_products
from backoffice.store.store import Store
from backoffice.store.tables.selling import products, ship_methods

ENGLISH = "en"
_LOOKED_AT = 200  # found by one way before they are put in order


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipMethod:
    """A way to ship: ``base`` for each shipment and ``per_kg`` for its weight."""

    code: str
    name: str
    base: Money
    per_kg: Money


class Catalog:
    """Looking things up in the catalogue; whoever is signed in may."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, photos_dir: Path, language: str = ENGLISH
    ) -> None:
        """``language`` is that of the descriptions, English where there is none in it."""
        self._store = store
        self._clock = clock
        self._photos_dir = photos_dir
        self._language = language

    async def suggest(self, text: str, *, limit: int = 12) -> tuple[ProductHit, ...]:
        """Return what somebody typing this may mean, the likeliest first; nothing for an empty text."""
        written = searchable(text)
        if not written:
            return ()
        return await self._store.read(lambda connection: self._suggest(connection, written, limit))

    async def get(self, sku: str) -> Product:
        """Return the product, whatever the case of its SKU. Raises NotFound."""
        return await self._store.read(lambda connection: load_product(connection, sku, self._language))

    def photo_path(self, product: Product) -> Path | None:
        """Return the file of the product's photo, None when there is none."""
        name = Path(product.photo).name
        path = self._photos_dir / name
        return path if name and name == product.photo and path.is_file() else None

    async def ship_methods(self) -> tuple[ShipMethod, ...]:
        """Return the ways to ship, in the store's order."""
        query = select(ship_methods).order_by(ship_methods.c.position)

        def read(connection: Connection) -> tuple[ShipMethod, ...]:
            return tuple(_ship_method(row) for row in connection.execute(query))

        return await self._store.read(read)

    def _suggest(self, connection: Connection, written: str, limit: int) -> tuple[ProductHit, ...]:
        today = self._clock().date()
        hits: dict[str, ProductHit] = {}
        ways: tuple[Callable[[], Iterable[str]], ...] = (
            lambda: _with_sku(connection, products.c.sku == written, 1),
            lambda: _with_sku(connection, _upper_sku == written.upper(), limit),
            lambda: _with_sku(connection, _begins(written.upper()), limit),
            lambda: find_products(connection, written, everywhere=False, limit=_LOOKED_AT),
            lambda: find_products(connection, written, everywhere=True, limit=_LOOKED_AT),
            lambda: find_product_parts(connection, written, limit=_LOOKED_AT),
        )
        for way in ways:
            found = [sku for sku in way() if sku not in hits]
            for sku in _best(connection, found, today, limit - len(hits)):
                hits[sku] = self._hit(connection, sku, today)
            if len(hits) >= limit:
                break
        return tuple(hits.values())

    def _hit(self, connection: Connection, sku: str, today: date) -> ProductHit:
        product = load_product(connection, sku, self._language)
        return ProductHit(product=product, on_sale=product.on_sale(today))


def _best(connection: Connection, skus: list[str], today: date, limit: int) -> list[str]:
    """What is on sale comes first, then by name: decided on four columns, for descriptions are long."""
    if not skus:
        return []
    query = select(products.c.sku, products.c.name, products.c.sell_from, products.c.sell_until)
    rows = connection.execute(query.where(products.c.sku.in_(skus))).all()
    return [row.sku for row in sorted(rows, key=lambda row: (not _on_sale(row, today), row.name, row.sku))][
        :limit
    ]


def _on_sale(row: Row[Any], today: date) -> bool:
    return (row.sell_from is None or row.sell_from <= today) and (
        row.sell_until is None or today <= row.sell_until
    )


def load_product(connection: Connection, sku: str, language: str = ENGLISH) -> Product:
    """Return the product inside a transaction of the caller's. Raises NotFound."""
    written = searchable(sku)
    row = connection.execute(select(products).where(products.c.sku == written)).first()
    row = row or connection.execute(select(products).where(_upper_sku == written.upper())).first()
    if row is None:
        shown = written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"
        sentence = f"There is no item “{shown}”."
        raise NotFound(sentence, field="sku", advice="Type a part of its name, or check the SKU.")
    return _product(row, language)


_LONGEST_SHOWN = 40
_upper_sku = func.upper(products.c.sku)


def _begins(written: str) -> ColumnElement[bool]:
    return (_upper_sku >= written) & (_upper_sku < f"{written}\U0010ffff")


def _with_sku(connection: Connection, condition: ColumnElement[bool], limit: int) -> list[str]:
    return list(
        connection.execute(
            select(products.c.sku).where(condition).order_by(_upper_sku).limit(limit)
        ).scalars()
    )


def _product(row: Row[Any], language: str) -> Product:
    return Product(
        sku=Sku(row.sku),
        name=row.name,
        category=row.category,
        color=row.color,
        size=row.size,
        weight_grams=row.weight_grams,
        list_price=Money(row.list_price, row.currency),
        sell_from=row.sell_from,
        sell_until=row.sell_until,
        photo=row.photo,
        description=row.descriptions.get(language) or row.descriptions.get(ENGLISH, ""),
        minimum_quantity=row.minimum_quantity,
        is_physical=row.is_physical,
        kind=ProductKind(row.kind),
    )


def _ship_method(row: Row[Any]) -> ShipMethod:
    return ShipMethod(
        code=row.code,
        name=row.name,
        base=Money(row.base, row.currency),
        per_kg=Money(row.per_kg, row.currency),
    )
