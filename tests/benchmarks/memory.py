"""Memory over a day of orders: `python -m tests.benchmarks.memory [--json FILE] [--orders N]`.

Ours: one process with the window's libraries and the service layer open on embedded SQLite, taking 1,000 orders of
three lines, each in a call of its own that ends. Its resident set after the first 100 orders, by when caches are full,
is compared with that at the end. The floor is the same process before its first order. Goals: flat (at most 5 % more),
under 300 MB.
"""

import argparse
import asyncio
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.desk import ANN, build_cart, check_out, open_desk

GOAL_MB, GOAL_GROWTH = 300.0, 1.05
WARM = 100  # orders
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Megabytes resident."""

    floor_mb: float
    warm_mb: float
    end_mb: float
    growth: float
    goal_mb: float
    goal_growth: float
    orders: int


async def measure(orders: int) -> Figure:
    """Take the orders in this process."""
    importlib.import_module("ui.app")
    importlib.import_module("ui.session")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        office = await open_desk(Path(folder))
        try:
            floor = _resident_mb()
            warm = floor
            for number in range(1, orders + 1):
                cart = await build_cart(office)
                await check_out(office, cart)
                await office.carts.close_call(ANN, cart.call_id)
                if number == WARM:
                    warm = _resident_mb()
            end = _resident_mb()
        finally:
            await office.close()
    return Figure(
        floor_mb=round(floor, 1),
        warm_mb=round(warm, 1),
        end_mb=round(end, 1),
        growth=round(end / warm, 3),
        goal_mb=GOAL_MB,
        goal_growth=GOAL_GROWTH,
        orders=orders,
    )


def measure_apart(orders: int) -> Figure:
    """Take them in a process of their own, which nothing else has grown."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "memory.json"
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.memory",
            "--orders",
            str(orders),
            "--json",
            str(out),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        said = json.loads(out.read_text(encoding="utf-8"))
    said.pop("benchmark")
    return Figure(**said)


def _resident_mb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6


def show(figure: Figure) -> None:
    """Print the table."""
    print(f"memory of one process over {figure.orders} orders")
    print(f"{'before the first (floor)':<28}{figure.floor_mb:>8.1f} MB")
    print(f"{f'after {WARM}':<28}{figure.warm_mb:>8.1f} MB")
    flat = "met" if figure.growth <= figure.goal_growth else "missed"
    small = "met" if figure.end_mb <= figure.goal_mb else "missed"
    print(f"{'at the end':<28}{figure.end_mb:>8.1f} MB   goal {figure.goal_mb:g} MB {small}")
    print(f"{'growth':<28}{figure.growth:>8.3f}      goal {figure.goal_growth} {flat}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Memory over a day of orders.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--orders", type=int, default=1000)
    arguments = parser.parse_args()
    figure = asyncio.run(measure(arguments.orders))
    show(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps({"benchmark": "memory", **asdict(figure)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
