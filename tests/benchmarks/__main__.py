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

from tests.benchmarks import checkout, history, memory, over_http, pricing, start, sync


def run_checkout() -> dict[str, Any]:
    figures = [one for name in ("sqlite", "postgresql") for one in asyncio.run(checkout.measure(name, 160))]
    checkout.show(figures)
    return {"figures": [asdict(one) for one in figures]}


def run_over_http() -> dict[str, Any]:
    figure = asyncio.run(over_http.measure(rounds=100))
    over_http.show(figure)
    return asdict(figure)


def run_sync() -> dict[str, Any]:
    figures = asyncio.run(sync.measure(rounds=100))
    sync.show(figures)
    return {"figures": [asdict(one) for one in figures]}


def run_memory() -> dict[str, Any]:
    figure = memory.measure_apart(orders=1000)
    memory.show(figure)
    return asdict(figure)


def run_history() -> dict[str, Any]:
    figures = [one for name in ("sqlite", "postgresql") for one in history.measure(name, 1_000_000, 9)]
    history.show(figures)
    return {"goal_ms": history.GOAL_MS, "figures": [asdict(one) for one in figures]}


def run_pricing() -> dict[str, Any]:
    figures = pricing.measure(rounds=31)
    pricing.show(figures)
    return {"goal_ms": pricing.GOAL_MS, "figures": [{**asdict(one), "ratio": one.ratio} for one in figures]}


def run_start() -> dict[str, Any]:
    figure = start.measure(rounds=5)
    start.show(figure)
    return asdict(figure)


BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "checkout": run_checkout,
    "over_http": run_over_http,
    "pricing": run_pricing,
    "sync": run_sync,
    "memory": run_memory,
    "history": run_history,
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
