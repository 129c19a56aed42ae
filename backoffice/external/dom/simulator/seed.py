"""Fill an empty ledger from the CSV files of the demo data: catalogue, stock, orders of the past.

Amounts of the files have four decimals; they are frozen here by rounding half up to cents, each for itself,
and nothing is recomputed from another: history shows what was frozen.

Location 7 of the data, the finished goods, is the online fulfilment centre; each other is a physical store,
``LOC-<id>``. A SKU without stock there can be back-ordered when it is a bike, and is unavailable otherwise.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from backoffice.external.dom.simulator.ledger import Ledger, text
from backoffice.external.dom.simulator.orders import insert_order
from backoffice.external.dom.simulator.stock import ONLINE
from backoffice.external.dom.wire import Context
from backoffice.external.simulation.book import Row

RESTOCK_DAYS = 14
_ONLINE_LOCATION = "7"
_STATUS = {"1": "C", "2": "A", "3": "B", "4": "N", "5": "S", "6": "X"}  # the dataset's numbers


def seed(ledger: Ledger, folder: Path, context: Context) -> int:
    """Fill the ledger if it is empty; return how many orders it holds then."""
    if not ledger.number("SELECT count(*) FROM items"):
        with ledger.transaction():
            names = _seed_items(ledger, folder)
            _seed_stock(ledger, folder, names)
            _seed_orders(ledger, folder, {sku: name for sku, (name, _) in names.items()}, context)
    return ledger.number("SELECT count(*) FROM orders")


def _seed_items(ledger: Ledger, folder: Path) -> dict[str, tuple[str, bool]]:
    """Write the catalogue; return name and whether it is a bike, by SKU."""
    names = {}
    for row in _read(folder / "products.csv"):
        ledger.insert("items", {"sku": row["sku"], "name": row["name"]})
        names[row["sku"]] = (row["name"], row["category"].startswith("Bikes"))
    for row in _read(folder / "offers" / "products.csv"):  # gift certificates: known, never stocked
        ledger.insert("items", {"sku": row["sku"], "name": row["name"]})
    return names


def _seed_stock(ledger: Ledger, folder: Path, items: dict[str, tuple[str, bool]]) -> None:
    stocked = set()
    for row in _read(folder / "inventory.csv"):
        online = row["location_id"] == _ONLINE_LOCATION
        ledger.insert(
            "stock",
            {
                "sku": row["sku"],
                "location": ONLINE if online else f"LOC-{row['location_id']}",
                "on_hand": int(row["quantity"]),
                "held": 0,
                "restock_days": RESTOCK_DAYS if online else None,
            },
        )
        if online:
            stocked.add(row["sku"])
    for sku, (_, is_bike) in items.items():
        if sku not in stocked:
            ledger.insert(
                "stock",
                {
                    "sku": sku,
                    "location": ONLINE,
                    "on_hand": 0,
                    "held": 0,
                    "restock_days": RESTOCK_DAYS if is_bike else None,
                },
            )


def _seed_orders(ledger: Ledger, folder: Path, names: dict[str, str], context: Context) -> None:
    customers = {row["customer_id"]: row for row in _read(folder / "customers.csv")}
    addresses = {row["address_id"]: row for row in _read(folder / "addresses.csv")}
    lines: dict[str, list[Row]] = {}
    for row in _read(folder / "order_lines.csv"):
        lines.setdefault(row["order_number"], []).append(row)
    for seq, row in enumerate(_read(folder / "orders.csv"), start=1):
        customer = customers[row["customer_id"]]
        values = _order(row, customer, addresses, context)
        insert_order(
            ledger, values | {"seq": seq, "line_count": len(lines[row["order_number"]])} | _numbers(seq)
        )
        for position, line in enumerate(lines[row["order_number"]]):
            ledger.insert(
                "order_lines", _line(line, position, names[line["sku"]], shipped=values["status"] == "S")
            )
        if values["status"] == "S":
            _seed_shipment(ledger, row, lines[row["order_number"]])


def _numbers(seq: int) -> Row:
    return {"external_order_id": f"DOM{seq:07d}", "sequence": 1}


def _order(row: Row, customer: Row, addresses: dict[str, Row], context: Context) -> Row:
    placed_at = _day(row["order_date"])
    return {
        "order_number": row["order_number"],
        "placed_at": placed_at,
        "status": _STATUS[row["status"]],
        "customer_id": row["customer_id"],
        "customer_name": _full_name(customer),
        "company": customer["company"],
        "email": customer["email"],
        "phone": customer["phone"],
        "purchase_order": row["purchase_order"],
        "ship_method": row["ship_method"],
        "currency": context.currency,
        "items": _cents(row["subtotal"]),
        "discount": 0,
        "shipping": _cents(row["freight"]),
        "tax": _cents(row["tax"]),
        "total": _cents(row["total"]),
        "bill_to": _address(addresses.get(row["bill_to_address_id"]), customer),
        "ship_to": _address(addresses.get(row["ship_to_address_id"]), customer),
        "payments": "[]",
        "notes": "",
        "context": json.dumps(context.to_values()),
        "acknowledged_at": placed_at,
        "updated_at": _day(row["ship_date"] or row["order_date"]),
    }


def _line(line: Row, position: int, name: str, *, shipped: bool) -> Row:
    quantity = int(line["quantity"])
    discount = Decimal(line["unit_price"]) * Decimal(line["unit_price_discount"]) * quantity
    return {
        "order_number": line["order_number"],
        "line_id": line["line_id"],
        "position": position,
        "sku": line["sku"],
        "name": name,
        "location": ONLINE,
        "quantity": quantity,
        "unit_price": _cents(line["unit_price"]),
        "discount": _cents(discount),
        "tax": 0,
        "total": _cents(line["line_total"]),
        "allocated": 0,
        "shipped": quantity if shipped else 0,
        "cancelled": 0 if shipped else quantity,  # nothing of the past is still on its way
    }


def _seed_shipment(ledger: Ledger, order: Row, lines: list[Row]) -> None:
    shipment_id = f"{order['order_number']}-1"
    ledger.insert(
        "shipments",
        {
            "shipment_id": shipment_id,
            "order_number": order["order_number"],
            "status": "delivered",
            "carrier": order["ship_method"],
            "tracking": "",  # the data has none
            "shipped_at": _day(order["ship_date"]),
        },
    )
    for line in lines:
        ledger.insert(
            "shipment_lines",
            {"shipment_id": shipment_id, "line_id": line["line_id"], "quantity": int(line["quantity"])},
        )


def _read(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _cents(amount: str | Decimal) -> int:
    return int((Decimal(amount) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _day(date: str) -> str:
    return text(datetime.fromisoformat(date).replace(tzinfo=UTC))


def _full_name(customer: Row) -> str:
    parts = (customer[name] for name in ("first_name", "middle_name", "last_name", "suffix"))
    return " ".join(part for part in parts if part)


def _address(row: Row | None, customer: Row) -> str | None:
    if row is None:
        return None
    return json.dumps(
        {
            "name": _full_name(customer),
            "company": customer["company"],
            "line1": row["line1"],
            "line2": row["line2"],
            "city": row["city"],
            "region": row["state_code"],
            "postalCode": row["postal_code"],
            "country": row["country_code"],
            "phone": customer["phone"],
            "email": customer["email"],
        }
    )
