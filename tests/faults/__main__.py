"""The crash machine as a command: ``python -m tests.faults``.

::

    python -m tests.faults                                  every single point, on SQLite
    python -m tests.faults --database postgresql --how kill every single point, killed, on PostgreSQL
    python -m tests.faults --system-calls 1 --kinds card    every write to the disk: killed there, full, broken
    python -m tests.faults --pairs --kinds card,late        every pair of points
    python -m tests.faults --seed 7 --count 10000 --state random.json
                                                            random schedules; stopped, it goes on where it was
    python -m tests.faults --play '{"kind": "card", ...}'   the one of a story

Exit code 1 when anything was wrong; each failure is printed with its story, and its schedule for ``--play``.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.faults.carts import KINDS
from tests.faults.machine import Machine, end_on_signal, open_machine
from tests.faults.misbehaviour import rows, suffer_all
from tests.faults.planted import PLANTED
from tests.faults.played import Played, Schedule
from tests.faults.schedules import HOWS, of_json, pairs, random_schedule, singles, system_calls

_SAY_EVERY = 10.0  # seconds


@dataclass(kw_only=True)
class Tally:
    """How far it is; kept in the state file."""

    asked: str
    done: int = 0
    unreached: int = 0
    failures: list[str] = field(default_factory=list)

    def keep(self, file: Path | None) -> None:
        """Write it, whole or not at all."""
        if file is not None:
            fresh = file.with_suffix(".new")
            fresh.write_text(json.dumps(asdict(self)), encoding="utf-8")
            fresh.replace(file)


def main(arguments: list[str] | None = None) -> int:
    """Run; 1 when anything was wrong."""
    options = _parser().parse_args(arguments)
    end_on_signal()
    asked = json.dumps(
        {name: str(value) for name, value in vars(options).items() if name not in {"state", "json"}}
    )
    tally = _taken_up(options.state, asked)
    with open_machine(options.database, options.plant) as machine:
        if options.misbehaviour:
            table = list(rows())
            _judge(
                machine.play_alone(lambda life, outside: suffer_all(life, outside, table)),
                tally,
                strict=False,
            )
            tally.done = len(table)
        else:
            _play_all(machine, _schedules(machine, options, tally), tally, options)
    said = {
        "database": options.database,
        "seed": options.seed if options.count else None,
        "played": tally.done,
        "unreached": tally.unreached,
        "violations": len(tally.failures),
    }
    sys.stdout.write(json.dumps(said) + "\n")
    return 1 if tally.failures else 0


def _play_all(
    machine: Machine, schedules: Iterator[Schedule], tally: Tally, options: argparse.Namespace
) -> None:
    begun = said = time.monotonic()
    before = tally.done
    for schedule in schedules:
        played = machine.play(schedule)
        tally.done += 1
        tally.unreached += played.struck() < schedule.strikes
        _judge(played, tally, strict=not options.count)
        now = time.monotonic()
        if now - said > _SAY_EVERY:
            said = now
            rate = (tally.done - before) / (now - begun)
            left = (options.count - tally.done) / rate if options.count else 0
            remaining = f", {left / 60:.0f} min left" if options.count else ""
            sys.stderr.write(f"{tally.done} played, {rate:.2f}/s{remaining}, {len(tally.failures)} wrong\n")
            tally.keep(options.state)
    tally.keep(options.state)


def _judge(played: Played, tally: Tally, *, strict: bool) -> None:
    if strict and played.schedule.strikes == 1 and not played.struck():
        played.wrong.append("The point was not reached.")
    if played.wrong:
        tally.failures.append(str(played.schedule))
        sys.stdout.write(f"FAILURE {len(tally.failures)}\n{played.story()}\n\n")
        sys.stdout.flush()


def _schedules(machine: Machine, options: argparse.Namespace, tally: Tally) -> Iterator[Schedule]:
    kinds = tuple(options.kinds.split(","))
    if options.play:
        return iter([of_json(json.loads(options.play))])
    if options.count:
        numbers = range(tally.done, options.count)
        return (random_schedule(options.seed, number, kinds) for number in numbers)
    hows = tuple(how for how in HOWS if how in options.how.split(","))
    if options.system_calls:
        return _after(system_calls(machine, kinds, options.system_calls), tally.done)
    if options.pairs:
        return _after(pairs(machine, kinds, hows), tally.done)
    return _after(singles(machine, kinds, hows, distinct=options.distinct), tally.done)


def _after(schedules: Iterator[Schedule], done: int) -> Iterator[Schedule]:
    for number, schedule in enumerate(schedules):
        if number >= done:
            yield schedule


def _taken_up(file: Path | None, asked: str) -> Tally:
    if file is None or not file.exists():
        return Tally(asked=asked)
    tally = Tally(**json.loads(file.read_text(encoding="utf-8")))
    if tally.asked != asked:
        raise SystemExit(f"{file} is the state of another run: {tally.asked}")
    return tally


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kinds", default=",".join(KINDS), help="carts, by name (all)")
    parser.add_argument("--how", default=",".join(HOWS), help="kill, raise, cancel, stall (all)")
    parser.add_argument(
        "--distinct", action="store_true", help="single points: those come to in the same way only once"
    )
    parser.add_argument("--pairs", action="store_true", help="every pair of points")
    parser.add_argument(
        "--system-calls",
        type=int,
        default=0,
        metavar="STRIDE",
        help="every STRIDE-th write to SQLite's files: killed, the disk full, the disk broken (needs strace)",
    )
    parser.add_argument("--count", type=int, default=0, help="so many random schedules")
    parser.add_argument("--seed", type=int, default=1, help="of the random schedules (%(default)s)")
    parser.add_argument("--state", type=Path, help="file that remembers how far it is")
    parser.add_argument(
        "--misbehaviour", action="store_true", help="the table of all faults at all operations, in one life"
    )
    parser.add_argument("--plant", choices=tuple(PLANTED), default="", help="a bug, to see it found")
    parser.add_argument("--play", default="", help="one schedule, as a story prints it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
