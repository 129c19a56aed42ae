"""What is to be played, and how it went: values, and how they are written for a person and for ``--play``."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.points import Strike


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """What is played: a cart, strikes for the desk's life and for each worker's, and how the peers misbehave.

    ``system_calls``: an injection of `tracing.py` for each life it names.
    """

    kind: str
    desk: tuple[Strike, ...] = ()
    workers: tuple[tuple[Strike, ...], ...] = ()
    faults: tuple[tuple[str, Mapping[str, object]], ...] = ()
    system_calls: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    at_once: int = 1

    def __str__(self) -> str:
        """Return it as ``--play`` takes it."""
        return json.dumps(
            {
                "kind": self.kind,
                "desk": _written(self.desk),
                "workers": [_written(strikes) for strikes in self.workers],
                "faults": [[peer, dict(fault)] for peer, fault in self.faults],
                "system_calls": [list(each) for each in self.system_calls],
                "seed": self.seed,
                "at_once": self.at_once,
            }
        )

    @property
    def strikes(self) -> int:
        """How many strikes it has."""
        return len(self.desk) + sum(len(strikes) for strikes in self.workers)


@dataclass(kw_only=True)
class Played:
    """How a schedule went: each life's lines in order, and what is wrong."""

    schedule: Schedule
    trail: list[tuple[str, list[str]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    log: str = ""
    traced: dict[str, Counter[str]] = field(default_factory=dict)

    def point_names(self, life: str) -> list[tuple[int, str]]:
        """Return the points of a life, by number and name."""
        split = [line.split(" ", 2) for line in self._lines(life) if line.startswith("point ")]
        return [(int(number), name) for _, number, name in split]

    def points_of(self, life: str) -> int:
        """Return how many points a life passed."""
        return len(self.point_names(life))

    def point_paths(self, life: str) -> list[tuple[int, tuple[str, ...]]]:
        """Return the points by number and by how they were come to: the act's points up to this one."""
        found: list[tuple[int, tuple[str, ...]]] = []
        path: tuple[str, ...] = ()
        for line in self._lines(life):
            word, _, rest = line.partition(" ")
            if word in {"job", "time"}:
                path = (rest.split(" ")[0],) if word == "job" else ("housekeeping",)
            elif word == "point":
                number, _, name = rest.partition(" ")
                path = (*path, name)
                found.append((int(number), path))
        return found

    def _lines(self, life: str) -> list[str]:
        return [line for name, lines in self.trail if name == life for line in lines]

    def struck(self) -> int:
        """Return how many strikes were reached."""
        return sum(
            line.startswith("point ") and line.rsplit(" ", 1)[-1] in {"KILL", "RAISE", "CANCEL", "STALL"}
            for _, lines in self.trail
            for line in lines
        )

    def story(self) -> str:
        """Return it all, to be read from top to bottom."""
        said = [f"schedule: {self.schedule}"]
        for name, lines in self.trail:
            said += [f"  {name}", *(f"    {line}" for line in lines)]
        said += ["  wrong:", *(f"    {line}" for line in self.wrong)]
        if self.log:
            said += ["  log:", *(f"    {line}" for line in self.log.splitlines()[-80:])]
        return "\n".join(said)


def _written(strikes: tuple[Strike, ...]) -> list[str]:
    return [f"{strike.how}@{strike.at}" for strike in strikes]
