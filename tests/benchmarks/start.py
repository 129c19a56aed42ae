"""Start beside its floor: `python -m tests.benchmarks.start [--json FILE] [--rounds N]`.

Ours: `python -m ui` from the start of the process to the window's first paint, and to the first answered search of the
open service layer, on data that is there already (the second start of a desk), on Qt's offscreen platform; without the
demo's outside world, and with it (three simulators and the worker start first). The floor is a process that shows a
bare PySide6 window. Goals: 1.0 s to the paint, 2.5 s to the search.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from backoffice.bootstrap import open_backoffice
from backoffice.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAINT_GOAL, SEARCH_GOAL = 1.0, 2.5
PATIENCE = 120

# The clock is the system's, so a child can tell how long ago its parent started it.
_BARE = """
import sys, time
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
window = QWidget()
window.show()
QCoreApplication.sendPostedEvents()
QCoreApplication.processEvents()
print("paint", time.monotonic() - float(sys.argv[1]))
"""
_OURS = """
import sys, time
import ui.app
from ui.arguments import parse

BEGAN = float(sys.argv[1])
paint = ui.app.paint

def painted():
    paint()
    print("paint", time.monotonic() - BEGAN)
    import ui.session

    class Timed(ui.session.Session):
        async def _work(self):
            hits = await self.office.catalog.suggest("helmet")
            assert hits
            print("search", time.monotonic() - BEGAN)
            return 0

    ui.session.Session = Timed

ui.app.paint = painted
sys.exit(ui.app.run(parse(sys.argv[2:])))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Seconds, medians over ``rounds`` processes."""

    floor_paint_s: float
    paint_s: float
    search_s: float
    search_with_world_s: float
    ratio: float  # of the first paint: floor / ours
    paint_goal_s: float
    search_goal_s: float
    rounds: int


def measure(rounds: int) -> Figure:
    """Start each in turn, ``rounds`` times; the first of each only warms the disk's cache."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        asyncio.run(_demo_data(Path(folder)))
        bare: list[dict[str, float]] = []
        alone: list[dict[str, float]] = []
        world: list[dict[str, float]] = []
        for number in range(rounds + 1):
            figures = (
                _run(_BARE),
                _run(_OURS, "--no-demo", "--data-dir", folder),
                _run(_OURS, "--demo", "--data-dir", folder),
            )
            if number:
                for kept, figure in zip((bare, alone, world), figures, strict=True):
                    kept.append(figure)
    floor, paint = median(one["paint"] for one in bare), median(one["paint"] for one in alone)
    return Figure(
        floor_paint_s=round(floor, 3),
        paint_s=round(paint, 3),
        search_s=round(median(one["search"] for one in alone), 3),
        search_with_world_s=round(median(one["search"] for one in world), 3),
        ratio=round(floor / paint, 3),
        paint_goal_s=PAINT_GOAL,
        search_goal_s=SEARCH_GOAL,
        rounds=rounds,
    )


async def _demo_data(data_dir: Path) -> None:
    office = await open_backoffice(Settings(data_dir=data_dir, demo=True))
    await office.close()


def _run(program: str, *arguments: str) -> dict[str, float]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, str(began), *arguments],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_API": "pyside6"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    said = dict(line.split() for line in done.stdout.splitlines() if line.startswith(("paint ", "search ")))
    if done.returncode or "paint" not in said:
        raise RuntimeError(done.stderr)
    return {name: float(seconds) for name, seconds in said.items()}


def show(figure: Figure) -> None:
    """Print the table."""
    print("start, second one on its data, offscreen")
    print(f"{'bare window, first paint (floor)':<44}{figure.floor_paint_s:>8.3f} s")
    for words, seconds, goal in (
        ("first paint", figure.paint_s, figure.paint_goal_s),
        ("first answered search", figure.search_s, figure.search_goal_s),
        ("the same, the demo's four programs first", figure.search_with_world_s, figure.search_goal_s),
    ):
        print(f"{words:<44}{seconds:>8.3f} s   goal {goal} s {'met' if seconds <= goal else 'missed'}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Start beside its floor.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    figure = measure(arguments.rounds)
    show(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps({"benchmark": "start", **asdict(figure)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
