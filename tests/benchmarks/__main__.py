"""Every benchmark in one run: `python -m tests.benchmarks [--json FILE] [--only NAME]`.

Each runs its floor beside ours, so that the ratio means something on any machine. None of them is a test.
"""

import argparse
import asyncio
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks import checkout, pricing, start


def run_checkout() -> dict[str, Any]:
    figure = asyncio.run(checkout.measure(rounds=200))
    checkout.show(figure)
    return asdict(figure)


def run_pricing() -> dict[str, Any]:
    figures = pricing.measure(rounds=31)
    print(f"pricing, goal {pricing.GOAL_MS} ms")
    print(f"{'cart':<28}{'price':>10}{'floor':>10}{'ratio':>8}")
    for one in figures:
        print(f"{one.cart:<28}{one.price_ms:>8.2f}ms{one.floor_ms:>8.3f}ms{one.ratio:>8.1f}")
    return {"goal_ms": pricing.GOAL_MS, "figures": [{**asdict(one), "ratio": one.ratio} for one in figures]}


def run_start() -> dict[str, Any]:
    figure = start.measure(rounds=5)
    start.show(figure)
    return asdict(figure)


BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "checkout": run_checkout,
    "pricing": run_pricing,
    "start": run_start,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Every benchmark, ours beside its floor.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="run this one (may be repeated)")
    arguments = parser.parse_args()
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    document: dict[str, Any] = {"machine": machine, "load_before": os.getloadavg()[0]}
    for name in arguments.only or BENCHMARKS:
        document[name] = BENCHMARKS[name]()
        print()
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
