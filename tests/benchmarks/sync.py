"""SyncOrder intake beside its floor: `python -m tests.benchmarks.sync [--json FILE] [--rounds N]`.

Ours: a signed message verified, parsed, stored in the inbox, and applied to an order of three lines, with its audit
row; one commit. Two kinds: a change of status, and a shipment, which writes the parcel, an e-mail and its job besides.
On embedded SQLite (synchronous=FULL). The floor is one insert and one update per message, committed, on the bare
driver, in the same folder. The goal is 0.4 of it.
"""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlcipher3 import dbapi2 as sqlite3

from backoffice.bootstrap import BackOffice
from backoffice.domain.ids import new_id
from backoffice.domain.order import Order
from backoffice.domain.sync import SyncOutcome
from backoffice.services.order_rows import load_order
from tests.benchmarks.desk import ANN, build_cart, open_desk
from tests.services.pushes import SECRET, signed, sync_order

GOAL = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Medians, messages per second."""

    kind: str
    ours_per_second: float
    floor_per_second: float
    ratio: float
    goal: float
    rounds: int


async def measure(rounds: int) -> list[Figure]:
    """Each message of ours, then one of the floor's."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        office = await open_desk(Path(name), dom_secrets=(SECRET,))
        floor = _Floor(Path(name) / "floor.db")
        took: dict[str, list[float]] = {"a status": [], "a shipment": []}
        bare: list[float] = []
        try:
            for _ in range(rounds + 2):
                order = await _order(office)
                took["a status"].append(await _push(office, order, 1, shipped=False))
                bare.append(floor.seconds())
                took["a shipment"].append(await _push(office, order, 2, shipped=True))
                bare.append(floor.seconds())
        finally:
            floor.close()
            await office.close()
    floor_seconds = median(bare)
    return [
        Figure(
            kind=kind,
            ours_per_second=round(1 / median(times[2:]), 1),
            floor_per_second=round(1 / floor_seconds, 1),
            ratio=round(floor_seconds / median(times[2:]), 3),
            goal=GOAL,
            rounds=rounds,
        )
        for kind, times in took.items()
    ]


async def _order(office: BackOffice) -> Order:
    cart = await build_cart(office)
    cart = await office.checkout.prepare(ANN, cart.cart_id, version=cart.version)
    result = await office.checkout.submit(ANN, cart.cart_id, version=cart.version)
    order = await office.store.read(lambda connection: load_order(connection, result.order_number))
    if order is None:
        raise RuntimeError(result.sentence)
    return order


async def _push(office: BackOffice, order: Order, sequence: int, *, shipped: bool) -> float:
    lines: list[dict[str, object]] = [
        {
            "lineId": line.line_id,
            "sku": line.sku,
            "name": line.name,
            "quantity": line.quantity,
            "shipped": line.quantity if shipped else 0,
            "cancelled": 0,
            "unitPrice": line.unit_price.minor,
            "discount": line.discount.minor,
            "total": line.total.minor,
            "status": "S" if shipped else "R",
            "availableFrom": None,
        }
        for line in order.lines
    ]
    parcel: dict[str, object] = {
        "shipmentId": f"P-{order.number}",
        "status": "shipped",
        "carrier": "CARGO TRANSPORT 5",
        "tracking": "1Z",
        "shippedAt": "2026-11-22T08:30:00Z",
        "quantities": [{"lineId": line.line_id, "quantity": line.quantity} for line in order.lines],
    }
    body = sync_order(
        new_id(),
        sequence,
        "S" if shipped else "R",
        lines=lines,
        shipments=[parcel] if shipped else [],
        number=order.number,
    )
    headers = signed(body, at=datetime.now(UTC))
    began = time.perf_counter()
    receipt = await office.order_sync.receive_order(body, headers)
    took = time.perf_counter() - began
    if receipt.outcome is not SyncOutcome.APPLIED:
        raise RuntimeError(receipt.reason)
    return took


class _Floor:
    def __init__(self, file: Path) -> None:
        self._connection: Any = sqlite3.connect(str(file), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE inbox (id TEXT PRIMARY KEY, body TEXT)")
        self._connection.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, status TEXT)")
        self._connection.execute("INSERT INTO orders VALUES (1, 'I')")

    def seconds(self) -> float:
        began = time.perf_counter()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO inbox VALUES (?, ?)", (new_id(), "x" * 1500))
        self._connection.execute("UPDATE orders SET status = 'R' WHERE number = 1")
        self._connection.execute("COMMIT")
        return time.perf_counter() - began

    def close(self) -> None:
        self._connection.close()


def show(figures: list[Figure]) -> None:
    """Print the table."""
    print("SyncOrder intake, embedded SQLite (synchronous=FULL), messages a second")
    print(f"{'message':<16}{'ours':>10}{'floor':>10}{'ratio':>8}")
    for one in figures:
        print(
            f"{one.kind:<16}{one.ours_per_second:>10.1f}{one.floor_per_second:>10.1f}{one.ratio:>8.3f}"
            f"   goal {one.goal} {'met' if one.ratio >= one.goal else 'missed'}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="SyncOrder intake beside its floor.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.rounds))
    show(figures)
    if arguments.json:
        document = {"benchmark": "sync", "figures": [asdict(one) for one in figures]}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
