"""A small world for the tests of services: a real SQLite file, a clock that is moved by hand, jobs written down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, RowMapping, Table, insert, select

from backoffice.domain.ids import StaffId
from backoffice.domain.staff import Actor, Role
from backoffice.services.stores import save_store
from backoffice.settings import StoreSettings
from backoffice.store.engine import open_engine
from backoffice.store.finding import found_by, keep_caller
from backoffice.store.store import Store
from backoffice.store.tables import metadata
from backoffice.store.tables.ordering import order_lines, order_statuses, orders
from backoffice.store.tables.selling import locations

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
STORE_ID = "adventure"
AGENT = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="desk 1")
SUPPORT = Actor(staff_id=StaffId("sam"), name="Sam", role=Role.SUPPORT, desk="desk 2")
SUPERVISOR = Actor(staff_id=StaffId("sue"), name="Sue", role=Role.SUPERVISOR, desk="desk 3")
HOME = {
    "address_id": "a1",
    "kind": "Shipping",
    "name": "Orlando Gee",
    "company": "A Bike Store",
    "line1": "12 Main St",
    "line2": "",
    "city": "Van Nuys",
    "region": "CA",
    "region_name": "California",
    "postal_code": "91411",
    "country": "US",
    "phone": "245-555-0173",
}


class Clock:
    """A clock moved by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class WrittenJobs:
    """Jobs as they were enqueued; the same key a second time changes nothing."""

    by_key: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def enqueue(
        self, connection: Connection, name: str, *args: str, key: str, delay: timedelta | None = None
    ) -> None:
        self.by_key.setdefault(key, (name, *args))

    @property
    def mails(self) -> list[str]:
        return [job[1] for job in self.by_key.values() if job[0] == "send_mail"]


class World:
    """One database with one store in it."""

    def __init__(self, file: Path, settings: StoreSettings | None = None) -> None:
        self.clock = Clock()
        self.jobs = WrittenJobs()
        self.store = Store(open_engine(f"sqlite:///{file}"))
        metadata.create_all(self.store.engine)
        self.set_store(settings or StoreSettings())
        self.do(
            lambda connection: connection.execute(
                insert(locations),
                [
                    {"location_id": "ONLINE", "name": "Online", "kind": "online"},
                    {"location_id": "LOC-1", "name": "Tool Crib", "kind": "store"},
                ],
            )
        )

    def set_store(self, settings: StoreSettings) -> None:
        self.do(lambda connection: save_store(connection, STORE_ID, "Adventure Works", settings))

    def do(self, fn: Callable[[Connection], object]) -> None:
        self.store.run_here(fn)

    def rows(self, table: Table) -> list[RowMapping]:
        order = list(table.primary_key.columns)
        return self.store.read_here(
            lambda connection: list(connection.execute(select(table).order_by(*order)).mappings())
        )

    def row(self, table: Table, **where: object) -> RowMapping:
        [found] = [
            row for row in self.rows(table) if all(row[name] == value for name, value in where.items())
        ]
        return found

    def close(self) -> None:
        self.store.close()


def add_order(
    connection: Connection,
    number: str = "B1000001",
    lines: tuple[tuple[str, str, int], ...] = (("l1", "HL-U509-R", 12), ("l2", "BK-R93R-62", 1)),
    **changed: object,
) -> None:
    """Put an order past the pivot straight into the tables; ``lines`` are (line id, SKU, quantity)."""
    total = sum(quantity * 1000 for _, _, quantity in lines)
    values: dict[str, object] = {
        "order_id": f"id-{number}",
        "number": number,
        "cart_id": f"cart-{number}",
        "cart_version": 1,
        "store_id": STORE_ID,
        "status": "C",
        "placed_at": NOW - timedelta(hours=1),
        "agent_id": "ann",
        "agent_name": "Ann",
        "call_id": "call-1",
        "desk": "desk 1",
        "customer_id": "c1",
        "customer_name": "Orlando Gee",
        "company": "A Bike Store",
        "email": "orlando0@adventure-works.com",
        "phone": "245-555-0173",
        "phone_digits": "2455550173",
        "language": "en",
        "currency": "USD",
        "items": total,
        "discount": 0,
        "shipping": 0,
        "tax": 0,
        "total": total,
        "ship_method": "CARGO TRANSPORT 5",
        "bill_to": HOME,
        "ship_to": HOME,
        "explanations": [],
        "notes": "",
        "tell_customer": True,
        "snapshot_hash": "",
        "sync_sequence": 0,
    } | changed
    values |= found_by(values)
    keep_caller(connection, values)
    connection.execute(insert(orders).values(values))
    connection.execute(
        insert(order_lines),
        [
            {
                "order_id": values["order_id"],
                "line_id": line_id,
                "position": position,
                "sku": sku,
                "name": f"Item {sku}",
                "photo": "",
                "quantity": quantity,
                "unit_price": 1000,
                "discount": 0,
                "tax": 0,
                "total": quantity * 1000,
                "location_id": "ONLINE",
                "status": "C",
                "shipped": 0,
                "cancelled": 0,
            }
            for position, (line_id, sku, quantity) in enumerate(lines)
        ],
    )
    connection.execute(
        insert(order_statuses),
        [
            {
                "order_id": values["order_id"],
                "place": place,
                "status": status,
                "at": values["placed_at"],
                "actor": "ann",
                "reason": "",
            }
            for place, status in enumerate(dict.fromkeys(["P", str(values["status"])]), start=1)
        ],
    )
