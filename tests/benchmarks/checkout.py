"""Checkout beside its floor: `python -m tests.benchmarks.checkout [--json FILE] [--rounds N]`.

Ours: Prepare and Submit of three lines on account, the store keeping its own stock, on embedded SQLite with
synchronous=FULL: the promise with its hold and its price; the order frozen, its journal, status history, payment,
event, transfer and e-mail with their durable jobs, the decrement of the stock, the audit chain. Two commits.

The floor is the same durable result and nothing else: 15 inserts and 3 guarded updates in two commits, in the same
folder, with the same driver and settings. The goal is 0.2 of it.
"""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, update
from sqlcipher3 import dbapi2 as sqlite3

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.domain.cart import Cart
from backoffice.domain.ids import CustomerId, Sku, StaffId, new_id
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import CheckoutState
from backoffice.services.stores import load_store, save_store
from backoffice.settings import Settings
from backoffice.store.tables.selling import stock

GOAL = 0.2
ANN = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="bench")
CUSTOMER = CustomerId("29485")
LINES = (("HL-U509-R", 3), ("BK-M68S-38", 1), ("HL-U509", 2))
ON_ACCOUNT = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO 4711", label="PO 4711")


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Medians in milliseconds, and checkouts per second."""

    prepare_ms: float
    submit_ms: float
    ours_per_second: float
    floor_ms: float
    floor_per_second: float
    ratio: float
    goal: float
    rounds: int


async def measure(rounds: int) -> Figure:
    """Run ours and the floor in one folder, a tenth of each in turn."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        office = await open_backoffice(Settings(data_dir=Path(folder), demo=True), process="bench")
        office.store.run_here(_keeps_its_own_stock)
        floor = Floor(Path(folder) / "floor.db")
        prepared, submitted, bare = [], [], []
        try:
            await _checkout(office, await _cart(office))  # the first one reads rules and compiles statements
            for _ in range(10):
                carts = [await _cart(office) for _ in range(max(rounds // 10, 1))]
                for cart in carts:
                    prepare, submit = await _checkout(office, cart)
                    prepared.append(prepare)
                    submitted.append(submit)
                bare += [floor.one() for _ in range(max(rounds // 10, 1))]
        finally:
            floor.close()
            await office.close()
    ours = median(one + two for one, two in zip(prepared, submitted, strict=True))
    return Figure(
        prepare_ms=round(median(prepared) * 1000, 2),
        submit_ms=round(median(submitted) * 1000, 2),
        ours_per_second=round(1 / ours, 1),
        floor_ms=round(median(bare) * 1000, 3),
        floor_per_second=round(1 / median(bare), 1),
        ratio=round(median(bare) / ours, 3),
        goal=GOAL,
        rounds=len(bare),
    )


class Floor:
    """15 inserts and 3 guarded updates in two commits, on the bare driver."""

    def __init__(self, file: Path) -> None:
        self._connection: Any = sqlite3.connect(str(file), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, kind TEXT, amount INT, words TEXT)")
        self._connection.execute("CREATE TABLE stock (sku TEXT PRIMARY KEY, quantity INT, reserved INT)")
        for sku, _ in LINES:
            self._connection.execute("INSERT INTO stock VALUES (?, 1000000, 0)", (sku,))

    def one(self) -> float:
        """Seconds of one."""
        began = time.perf_counter()
        self._transaction(5, stock=False)
        self._transaction(10, stock=True)
        return time.perf_counter() - began

    def close(self) -> None:
        self._connection.close()

    def _transaction(self, inserts: int, *, stock: bool) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for number in range(inserts):
            execute("INSERT INTO rows VALUES (?, ?, ?, ?)", (new_id(), "order", number, "x" * 200))
        if stock:
            for sku, quantity in LINES:
                execute(
                    "UPDATE stock SET quantity = quantity - ? WHERE sku = ? AND quantity - reserved >= ?",
                    (quantity, sku, quantity),
                )
        execute("COMMIT")


def _keeps_its_own_stock(connection: Connection) -> None:
    settings = load_store(connection, "adventure")
    own = settings.model_copy(update={"inventory_system": InventorySystem.NON_ATP})
    save_store(connection, "adventure", "Adventure Works", own)
    connection.execute(update(stock).values(quantity=1_000_000))


async def _cart(office: BackOffice) -> Cart:
    call = await office.carts.open_call(ANN, customer_id=CUSTOMER)
    cart = await office.carts.get(ANN, call.cart_id)
    for sku, quantity in LINES:
        cart = await office.carts.add_line(ANN, cart.cart_id, Sku(sku), quantity, version=cart.version)
    return await office.carts.set_payments(ANN, cart.cart_id, (ON_ACCOUNT,), version=cart.version)


async def _checkout(office: BackOffice, cart: Cart) -> tuple[float, float]:
    began = time.perf_counter()
    cart = await office.checkout.prepare(ANN, cart.cart_id, version=cart.version)
    between = time.perf_counter()
    result = await office.checkout.submit(ANN, cart.cart_id, version=cart.version)
    ended = time.perf_counter()
    if result.state is not CheckoutState.COMPLETED:
        raise RuntimeError(result.sentence)
    return between - began, ended - between


def show(figure: Figure) -> None:
    """Print the table."""
    print("checkout, 3 lines, Prepare + Submit, on account, embedded SQLite (synchronous=FULL)")
    print(f"{'':<12}{'prepare':>10}{'submit':>10}{'a second':>10}{'ratio':>8}")
    print(
        f"{'ours':<12}{figure.prepare_ms:>8.2f}ms{figure.submit_ms:>8.2f}ms{figure.ours_per_second:>10.1f}"
        f"{figure.ratio:>8.3f}   goal {figure.goal} {'met' if figure.ratio >= figure.goal else 'missed'}"
    )
    print(f"{'floor':<12}{'':>10}{figure.floor_ms:>8.2f}ms{figure.floor_per_second:>10.1f}{1:>8.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Checkout beside its floor.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    figure = asyncio.run(measure(arguments.rounds))
    show(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps({"benchmark": "checkout", **asdict(figure)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
