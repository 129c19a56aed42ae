"""Files of what is sold: the catalogue, stock, ship methods and tax rates."""

from datetime import datetime
from decimal import Decimal
from pathlib import PurePath

from sqlalchemy import Connection, select

from backoffice.domain.catalog import ProductKind
from backoffice.domain.pricing.lines import STANDARD_TAX_CLASS
from backoffice.services.address_rules import read_country
from backoffice.services.import_kinds import (
    Cells,
    ImportContext,
    Kind,
    ReadRow,
    Refused,
    RowProblem,
    Values,
    known,
    last_of_each,
    read_amount,
    read_count,
    read_day,
    read_list,
    read_moment,
    read_number,
    read_text,
    read_yes,
)
from backoffice.store.search import ProductText, index_products
from backoffice.store.tables.pricing import tax_rates
from backoffice.store.tables.selling import locations, products, ship_methods, stock
from backoffice.store.upsert import upsert

_DESCRIPTION = "description_"
_LONGEST_DESCRIPTION = 10_000
_LONGEST_SKU = 64
_TAX_TYPES = ("retail", "wholesale", "all")
_MOST_PERCENT = 100
_ALL_FLAGS = 7


def _read_product(cells: Cells, context: ImportContext) -> Values:
    price = read_amount(cells, "list_price", context)
    sell_from, sell_until = read_day(cells, "sell_start"), read_day(cells, "sell_end")
    if sell_from and sell_until and sell_until < sell_from:
        raise RowProblem("sell_end", f"It ends on {sell_until}, before it starts on {sell_from}.")
    return {
        "sku": _sku(cells),
        "name": read_text(cells, "name", longest=400, needed=True),
        "category": read_text(cells, "category"),
        "color": read_text(cells, "color"),
        "size": read_text(cells, "size"),
        "weight_grams": read_number(cells, "weight_grams", needed=False),
        "list_price": price.minor,
        "currency": price.currency,
        "sell_from": sell_from,
        "sell_until": sell_until,
        "photo": _photo(cells),
        "descriptions": {
            name.removeprefix(_DESCRIPTION): read_text(cells, name, longest=_LONGEST_DESCRIPTION)
            for name, text in cells.items()
            if name.startswith(_DESCRIPTION) and text.strip()
        },
        "minimum_quantity": max(1, read_count(cells, "minimum_quantity", default=1)),
        "is_physical": read_yes(cells, "is_physical"),
        "tax_class": read_text(cells, "tax_class") or STANDARD_TAX_CLASS,
        "kind": _kind(cells),
    }


def _write_products(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    values = last_of_each(rows, "sku")
    upsert(connection, products, values)
    index_products(
        connection,
        [
            ProductText(
                sku=row["sku"],
                name=row["name"],
                facts=f"{row['category']} {row['color']} {row['size']}",
                descriptions=" ".join(row["descriptions"].values()),
            )
            for row in values
        ],
    )
    return []


def _read_stock(cells: Cells, context: ImportContext) -> Values:
    written = read_text(cells, "location_id", longest=64, needed=True)
    flags = read_count(cells, "flags", default=0)
    if flags > _ALL_FLAGS:
        raise RowProblem("flags", f"{flags} is not a sum of 1, 2 and 4.")
    return {
        "sku": _sku(cells),
        "location_id": context.location_id(written),
        "location": read_text(cells, "location") or written,
        "quantity": read_count(cells, "quantity"),
        "flags": flags,
    }


def _write_stock(
    connection: Connection, rows: list[ReadRow], context: ImportContext, at: datetime
) -> Refused:
    skus = known(connection, products.c.sku, (row.values["sku"] for row in rows))
    taken = [row for row in rows if row.values["sku"] in skus]
    places = {row.values["location_id"]: row.values["location"] for row in taken}
    kinds = {place: "online" if place == context.online_location else "store" for place in places}
    upsert(
        connection,
        locations,
        [{"location_id": place, "name": name, "kind": kinds[place]} for place, name in places.items()],
    )
    values = last_of_each(taken, "sku", "location_id")
    held = _held(connection, values)
    upsert(
        connection,
        stock,
        [
            {name: row[name] for name in ("sku", "location_id", "quantity", "flags")}
            | {"reserved": held.get((row["sku"], row["location_id"]), 0), "updated_at": at}
            for row in values
        ],
    )
    return [(row, _unknown_sku(row)) for row in rows if row.values["sku"] not in skus]


def _held(connection: Connection, values: list[Values]) -> dict[tuple[str, str], int]:
    """What is reserved stays reserved, whatever was counted."""
    skus = {row["sku"] for row in values}
    query = select(stock.c.sku, stock.c.location_id, stock.c.reserved).where(stock.c.reserved > 0)
    return {(row.sku, row.location_id): row.reserved for row in connection.execute(query) if row.sku in skus}


def _read_ship_method(cells: Cells, context: ImportContext) -> Values:
    code = read_text(cells, "ship_method", longest=64, needed=True)
    base, per_kg = read_amount(cells, "base", context), read_amount(cells, "rate", context)
    if base.currency != per_kg.currency:
        raise RowProblem("rate", f"It is in {per_kg.currency}, the base charge in {base.currency}.")
    said = {"base": base.minor, "per_kg": per_kg.minor, "currency": base.currency}
    return {"code": code, "name": code, "tariffs": [], **said}


def _write_ship_methods(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    """The order of the file is the order of the list; what the file does not name comes first, as it was."""
    before = connection.execute(select(ship_methods.c.code, ship_methods.c.position))
    places: dict[str, int] = {row.code: row.position for row in before}
    following = max(places.values(), default=0)
    values = last_of_each(rows, "code")
    for row in values:
        if row["code"] not in places:
            following += 1
        row["position"] = places.get(row["code"], following)
    upsert(connection, ship_methods, values)
    return []


def _read_tax_rate(cells: Cells, _context: ImportContext) -> Values:
    country = read_country(read_text(cells, "country_code", needed=True))
    if not country:
        raise RowProblem("country_code", f"There is no country “{cells['country_code'][:40]}”.")
    tax_type = read_text(cells, "tax_type", needed=True).casefold()
    if tax_type not in _TAX_TYPES:
        raise RowProblem("tax_type", f"“{tax_type[:40]}” is none of {', '.join(_TAX_TYPES)}.")
    percent = read_number(cells, "percent") or Decimal(0)
    if percent > _MOST_PERCENT:
        raise RowProblem("percent", f"{percent} is more than 100 %.")
    region = read_text(cells, "state_code", longest=10).upper()
    postcodes, tax_classes = read_list(cells, "postcodes"), read_list(cells, "tax_classes")
    rate_id = read_text(cells, "rate_id", longest=100)
    if not rate_id and (postcodes or tax_classes):
        raise RowProblem(
            "rate_id", "A rate for certain postcodes or goods needs a name of its own, such as US-NY-city."
        )
    return {
        "rate_id": rate_id or f"{country}-{region}-{tax_type}",
        "country": country,
        "region": region,
        "postcodes": postcodes,
        "tax_type": tax_type,
        "tax_classes": tax_classes,
        "percent": percent,
        "name": read_text(cells, "name") or "Tax",
        "priority": read_count(cells, "priority", default=0),
        "compound": read_yes(cells, "compound", default="no"),
        "replaces_broader": read_yes(cells, "replaces_broader", default="no"),
        "on_shipping": read_yes(cells, "on_shipping"),
        "starts_at": read_moment(cells, "starts"),
        "ends_at": read_moment(cells, "ends", end_of_day=True),
    }


def _write_tax_rates(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    upsert(connection, tax_rates, last_of_each(rows, "rate_id"))
    return []


def _sku(cells: Cells) -> str:
    sku = read_text(cells, "sku", longest=_LONGEST_SKU, needed=True, may_be_number=True)
    if " " in sku:
        raise RowProblem("sku", "A SKU has no spaces.")
    return sku


def _unknown_sku(row: ReadRow) -> RowProblem:
    return RowProblem("sku", f"There is no item “{row.values['sku']}” in the catalogue.")


def _kind(cells: Cells) -> str:
    kind = read_text(cells, "kind").casefold() or ProductKind.GOODS.value
    if kind not in {one.value for one in ProductKind}:
        raise RowProblem("kind", f"“{kind[:40]}” is none of {', '.join(one.value for one in ProductKind)}.")
    return kind


def _photo(cells: Cells) -> str:
    name = read_text(cells, "photo")
    if name and (PurePath(name).name != name or "\\" in name):
        raise RowProblem("photo", "It is a file name, without a folder.")
    return name


CATALOGUE = Kind(
    name="catalogue", required=("sku", "name", "list_price..."), read=_read_product, write=_write_products
)
STOCK = Kind(name="stock", required=("sku", "location_id", "quantity"), read=_read_stock, write=_write_stock)
SHIP_METHODS = Kind(
    name="ship_methods",
    required=("ship_method", "base...", "rate..."),
    read=_read_ship_method,
    write=_write_ship_methods,
)
TAX_RATES = Kind(
    name="tax_rates",
    required=("country_code", "tax_type", "percent"),
    read=_read_tax_rate,
    write=_write_tax_rates,
)
