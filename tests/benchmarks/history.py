"""Looking up orders among a million: `python -m tests.benchmarks.history [--orders N] [--on sqlite] [--keep FOLDER]`.

Ours: one page of fifty through ``OrderHistory.search`` while the DOM is away: text read, criteria resolved and counted,
rows found in order, merged, made values, cursor. The first page of each criterion, rare and frequent; page 1,000.

The floor is the bare SQL of fifty rows in the order of the primary key, on the same driver. The goal is 50 ms for a
first page, and for page 1,000 what page 1 costs.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, Engine

from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.ids import StaffId
from backoffice.domain.outcome import Unreachable
from backoffice.domain.staff import Actor, Role
from backoffice.services.mails import Mails
from backoffice.services.order_history import OrderHistory
from backoffice.store.engine import open_engine
from backoffice.store.schema import make_schema
from backoffice.store.store import Store
from tests.benchmarks.million_orders import NOW, STORE_ID, build
from tests.fakes.dom import FakeDom
from tests.fakes.mail import FakeMailServer
from tests.services.world import Clock, WrittenJobs
from tests.store.postgresql import postgresql_url

GOAL_MS = 50.0
DEEP = 1000  # pages
SAM = Actor(staff_id=StaffId("sam"), name="Sam", role=Role.SUPPORT, desk="bench")
_FLOOR = "SELECT order_id, number, status, placed_at, total FROM orders ORDER BY order_id LIMIT 50"


_of = OrderSearchCriteria


CASES: dict[str, OrderSearchCriteria] = {
    "everything": _of(without=frozenset({"FAILED"})),
    "status, frequent": _of(statuses=frozenset("S")),
    "status, rare": _of(statuses=frozenset({"FAILED"})),
    "statuses, several": _of(statuses=frozenset({"C", "R", "B"})),
    "excluded statuses": _of(without=frozenset({"S", "FAILED"})),
    "last week": _of(placed_from=NOW - timedelta(days=7)),
    "one day long ago": _of(placed_from=NOW - timedelta(days=160), placed_until=NOW - timedelta(days=159)),
    "customer, orders daily": _of(customer_id="000000"),
    "customer, seldom": _of(customer_id="090000"),
    "e-mail": _of(email="caller77@example37.com"),
    "e-mail, domain": _of(email="@example7.com"),
    "e-mail, one letter": _of(email="c"),
    "phone, whole": _of(phone="(277) 555-0077"),
    "phone, four digits": _of(phone="0077"),
    "phone, middle": _of(phone="77555"),
    "phone, 555": _of(phone="555"),
    "phone, unknown": _of(phone="99999999"),
    "name, rare": _of(name="orlando gee77"),
    "name, frequent": _of(name="orlando"),
    "company": _of(name="bike 77"),
    "SKU, frequent": _of(sku="SKU-021"),
    "SKU, not sold lately": _of(sku="SKU-003"),
    "number without prefix": _of(number="1500000"),
    "number of the DOM": _of(number="XB1500000"),
    "transfer failed": _of(transfer_statuses=frozenset({"failed"})),
    "transferred": _of(transfer_statuses=frozenset({"transferred"})),
    "agent by name": _of(agent="keith harris"),
    "agent who left": _of(agent="agent03"),
    "agents, several": _of(agent="orlando"),
    "payment, PO number": _of(payment="po 1500000"),
    "payment, gateway": _of(payment="auth_B1500000"),
    "postcode": _of(postcode="10693"),
    "postcode, beginning": _of(postcode="10"),
    "all at once": _of(
        statuses=frozenset({"S", "C"}),
        agent="keith",
        postcode="1",
        placed_from=NOW - timedelta(days=90),
        name="gee",
    ),
    "text, a phone number": _of(text="277 555 0077"),
    "text, a name": _of(text="donna carreras5"),
    "by total": _of(sort=OrderSort.TOTAL),
    "by total, of a status": _of(sort=OrderSort.TOTAL, statuses=frozenset("X")),
    "by total, last week": _of(sort=OrderSort.TOTAL, placed_from=NOW - timedelta(days=7)),
    "by number, upwards": _of(sort=OrderSort.NUMBER, ascending=True),
    "by status": _of(sort=OrderSort.STATUS),
    "oldest first": _of(ascending=True),
}
PAGED = (
    "everything",
    "status, frequent",
    "agents, several",
    "transferred",
    "by total",
    "by status",
    "excluded statuses",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Medians in milliseconds. ``ratio`` is the floor's share of ours; ``deep_ms`` is of page 1,000."""

    database: str
    case: str
    rows: int
    first_ms: float
    worst_ms: float
    deep_ms: float | None
    floor_ms: float
    ratio: float


def measure(database: str, orders: int, rounds: int, keep: Path | None = None) -> list[Figure]:
    """Build the rows (or take those kept from the last time) and measure every case."""
    with _database(database, keep) as engine:
        began = time.perf_counter()
        make_schema(engine)
        if _is_empty(engine):
            build(engine, orders)
            print(f"{database}: {orders:,} orders built in {time.perf_counter() - began:.0f} s", flush=True)
        store = Store(engine)
        clock = Clock(NOW)
        dom = FakeDom(clock)
        dom.script("get_order_history", Unreachable(reason="away"), times=10_000_000)
        mails = Mails(store, FakeMailServer(), WrittenJobs(), clock=clock)
        history = OrderHistory(store, dom, mails, store_id=STORE_ID, clock=clock)
        try:
            with asyncio.Runner() as runner:
                return [runner.run(_one(database, store, history, case, rounds)) for case in CASES]
        finally:
            dom.close()
            store.close()


async def _one(database: str, store: Store, history: OrderHistory, case: str, rounds: int) -> Figure:
    asked = CASES[case]
    await history.search(SAM, asked)
    first, floor = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        page = await history.search(SAM, asked)
        first.append(time.perf_counter() - began)
        floor.append(await store.read(_floor))
    deep = await _deep(history, asked, rounds) if case in PAGED else None
    figure = Figure(
        database=database,
        case=case,
        rows=len(page.rows),
        first_ms=round(median(first) * 1000, 2),
        worst_ms=round(max(first) * 1000, 2),
        deep_ms=None if deep is None else round(deep * 1000, 2),
        floor_ms=round(median(floor) * 1000, 3),
        ratio=round(median(floor) / median(first), 4),
    )
    _row(figure)
    return figure


async def _deep(history: OrderHistory, asked: OrderSearchCriteria, rounds: int) -> float:
    cursor = ""
    for _ in range(DEEP - 1):
        page = await history.search(SAM, replace(asked, cursor=cursor))
        cursor = page.next_cursor
        if not cursor:
            break
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await history.search(SAM, replace(asked, cursor=cursor))
        took.append(time.perf_counter() - began)
    return median(took)


def _floor(connection: Connection) -> float:
    began = time.perf_counter()
    connection.exec_driver_sql(_FLOOR).fetchall()
    return time.perf_counter() - began


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT 1 FROM orders LIMIT 1").first() is None


@contextmanager
def _database(database: str, keep: Path | None) -> Iterator[Engine]:
    if database == "postgresql":
        with postgresql_url() as url:
            yield open_engine(url)
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as passing:
        folder = keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        yield open_engine(f"sqlite:///{folder / 'million.db'}")


def show(figures: list[Figure]) -> None:
    """Print what the table of cases comes to."""
    for database in dict.fromkeys(one.database for one in figures):
        own = [one for one in figures if one.database == database]
        slow = [one.case for one in own if one.first_ms >= GOAL_MS]
        slowest = max(own, key=lambda one: one.first_ms)
        said = f"above {GOAL_MS} ms: {', '.join(slow)}" if slow else f"all below {GOAL_MS} ms"
        print(f"{database}: {len(own)} cases, {said}; slowest {slowest.case}, {slowest.first_ms} ms")


def _row(one: Figure) -> None:
    deep = f"{one.deep_ms:>9.2f}ms" if one.deep_ms is not None else f"{'':>11}"
    print(
        f"{one.database:<11}{one.case:<26}{one.rows:>4}{one.first_ms:>9.2f}ms{one.worst_ms:>9.2f}ms{deep}"
        f"{one.floor_ms:>9.3f}ms{one.ratio:>8.3f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Looking up orders among a million.")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--keep", type=Path, help="folder in which the SQLite rows stay for the next time")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()
    print(f"{'database':<11}{'case':<26}{'rows':>4}", end="")
    print(
        f"{'page 1':>11}{'worst':>11}{'page 1,000':>11}{'floor':>11}{'ratio':>8}   load {os.getloadavg()[0]:.1f}"
    )
    figures = []
    for database in arguments.on or ("sqlite", "postgresql"):
        figures += measure(database, arguments.orders, arguments.rounds, arguments.keep)
    show(figures)
    if arguments.json:
        document = {"benchmark": "history", "goal_ms": GOAL_MS, "figures": [asdict(one) for one in figures]}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
