"""A call centre after two years, in raw rows: a million orders of a hundred thousand callers, with ties and rarities.

Rows go in without secondary indexes, which are made afterwards as the revisions define them.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from backoffice.services.stores import save_store
from backoffice.settings import StoreSettings
from backoffice.store.finding import caller_key, caller_pieces, pieces, postcode_key
from backoffice.store.tables.ordering import order_lines, orders, payments, transfers
from backoffice.store.tables.people import staff

STORE_ID = "adventure"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
_AT_ONCE = 10_000
_TABLES = (staff, orders, order_lines, payments, transfers, caller_pieces)
_FIRST = ("Orlando", "Donna", "Zoë", "Keith", "Janet", "Lucy", "Rosmarie", "Dominic", "Kathleen", "Katherine")
_LAST = ("Gee", "Carreras", "Müller", "Harris", "Gates", "Harrington", "Carroll", "Gash", "Garza", "Johnson")
_STATUSES = ("S",) * 80 + ("C",) * 8 + ("R",) * 4 + ("B",) * 2 + ("X",) * 4 + ("FAILED",) * 2


def build(engine: Engine, many: int) -> None:
    """Fill a database at the newest revision with ``many`` orders."""
    indexes = [index for table in _TABLES for index in table.indexes]
    with engine.begin() as connection:
        save_store(connection, STORE_ID, "Adventure Works", StoreSettings())
        for index in indexes:
            connection.execute(text(f"DROP INDEX {index.name}"))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":  # nothing here has to survive a crash
            connection.exec_driver_sql("PRAGMA cache_size = -1500000")
            connection.rollback()
        for rows in _batches(random.Random(20_261_122), many):
            with connection.begin():
                for name, some in rows.items():
                    _insert(connection, name, some)
        for index in indexes:
            with connection.begin():
                index.create(connection)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _insert(connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
    """Put rows in as fast as the driver can: COPY on PostgreSQL."""
    columns = list(rows[0])
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_cell(value, as_text=False) for value in row.values()])
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(
        f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",
        [tuple(_cell(value, as_text=True) for value in row.values()) for row in rows],
    )


def _cell(value: object, *, as_text: bool) -> object:
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    if isinstance(value, datetime) and as_text:
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return value


def _batches(chance: random.Random, many: int) -> Iterator[dict[str, list[dict[str, Any]]]]:
    people = [_caller(number) for number in range(max(many // 10, 1))]
    yield {"staff": [_agent(number) for number in range(60)]}
    for start in range(0, len(people), _AT_ONCE):
        yield {
            "caller_pieces": [
                {"caller": one["caller"], "piece": piece}
                for one in people[start : start + _AT_ONCE]
                for piece in pieces(
                    name=one["customer_name"],
                    company=one["company"],
                    email=one["email"],
                    phone_digits=one["phone_digits"],
                )
            ]
        }
    for start in range(0, many, _AT_ONCE):
        made = [_order(chance, number, many, people) for number in range(start, min(start + _AT_ONCE, many))]
        yield {
            "orders": made,
            "order_lines": [line for order in made for line in _lines(chance, order)],
            "payments": [_payment(order) for order in made],
            "transfers": [_transfer(chance, order) for order in made],
        }


def _agent(number: int) -> dict[str, Any]:
    name = f"{_FIRST[number % 10]} {_LAST[number // 10]}"
    return {
        "staff_id": f"agent{number:02}", "login": f"agent{number:02}", "name": name, "role": "agent",
        "password_hash": "", "active": True, "created_at": NOW,
    }  # fmt: skip


def _caller(number: int) -> dict[str, Any]:
    name = f"{_FIRST[number % 10]} {_LAST[number // 10 % 10]}{'' if number < 100 else number // 100}"
    said = {
        "customer_name": name,
        "company": f"Bike Store {number // 50}" if number % 3 else "",
        "email": f"caller{number}@example{number % 40}.com",
        "phone_digits": f"1{200 + number % 700}555{number % 10_000:04}",
    }
    key = caller_key(
        name=name, company=said["company"], email=said["email"], phone_digits=said["phone_digits"]
    )
    return {
        **said,
        "caller": key,
        "customer_id": f"{number:06}",
        "postcode": f"{10_000 + number % 9000 * 9:05}",
    }


def _order(chance: random.Random, number: int, many: int, people: list[dict[str, Any]]) -> dict[str, Any]:
    # A few callers are companies that order every day; most order now and then.
    who = people[int(len(people) * chance.random() ** 3)]
    address = {
        "address_id": f"a{number}", "kind": "Shipping", "name": who["customer_name"], "company": who["company"],
        "line1": f"{number % 9000} Main Street", "line2": "", "city": "Bothell", "region": "WA",
        "region_name": "Washington", "postal_code": who["postcode"], "country": "US", "phone": who["phone_digits"],
    }  # fmt: skip
    placed = NOW - timedelta(minutes=(many - number) // 4)  # four in each minute: many ties
    total = chance.randrange(1_000, 500_000)
    # The agents whose numbers are below ten left in the first year.
    agent = (
        chance.randrange(10 if number < many // 2 else 60) if number < many // 2 else chance.randrange(10, 60)
    )
    return {
        "order_id": f"{chance.getrandbits(128):032x}", "number": f"B{1_000_000 + number}", "cart_id": f"cart{number}",
        "cart_version": 7, "store_id": STORE_ID, "status": chance.choice(_STATUSES), "placed_at": placed,
        "agent_id": f"agent{agent:02}", "agent_name": f"{_FIRST[agent % 10]} {_LAST[agent // 10]}",
        "call_id": f"call{number}", "desk": f"desk {agent}", "customer_id": who["customer_id"],
        "customer_name": who["customer_name"], "company": who["company"], "email": who["email"],
        "phone": who["phone_digits"], "phone_digits": who["phone_digits"], "language": "en", "currency": "USD",
        "items": total, "discount": 0, "shipping": 0, "tax": 0, "total": total, "ship_method": "CARGO TRANSPORT 5",
        "bill_to": address, "ship_to": address,
        "explanations": [{"what": "items", "words": "12 helmets at 34.99, volume offer 2 %", "amount": total}],
        "notes": "", "tell_customer": True, "snapshot_hash": f"{number:064x}", "sync_sequence": 3,
        "caller": who["caller"], "ship_postcode": postcode_key(who["postcode"]),
    }  # fmt: skip


def _lines(chance: random.Random, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    number = int(order["number"][1:]) - 1_000_000
    for position in (1, 2):
        # The first twenty SKUs were sold in the first tenth of the time only.
        sku = (
            chance.randrange(20)
            if number % 10 == 0 and number < 100_000
            else 20 + int(280 * chance.random() ** 2)
        )
        yield {
            "order_id": order["order_id"], "line_id": f"l{position}", "position": position,
            "sku": f"SKU-{sku:03}", "name": "Sport-100 Helmet, Red", "photo": "", "quantity": 3,
            "unit_price": 3499, "discount": 0, "tax": 0, "total": 10_497, "location_id": "ONLINE",
            "status": order["status"], "shipped": 0, "cancelled": 0,
        }  # fmt: skip


def _payment(order: dict[str, Any]) -> dict[str, Any]:
    number = order["number"]
    return {
        "payment_id": f"p{order['order_id']}", "order_id": order["order_id"], "place": 1, "method": "on_account",
        "gateway": "account", "reference": f"{number}-1", "token": f"PO {number[1:]}", "label": "on account",
        "key": f"k{number}", "currency": "USD", "amount": order["total"], "captured": 0, "refunded": 0,
        "status": "authorised", "gateway_id": f"auth_{number}", "reason": "", "updated_at": order["placed_at"],
    }  # fmt: skip


def _transfer(chance: random.Random, order: dict[str, Any]) -> dict[str, Any]:
    status = "transferred" if chance.random() < 0.9995 else chance.choice(("failed", "held", "queued"))
    return {
        "order_id": order["order_id"], "order_number": order["number"], "key": f"t{order['number']}",
        "status": status, "maybe_there": False, "cause": "", "reason": "", "attempts": 1, "automatic_left": 5,
        "queued_at": order["placed_at"], "updated_at": order["placed_at"],
        "external_order_id": f"X{order['number']}" if status == "transferred" else "", "version": 2,
    }  # fmt: skip
