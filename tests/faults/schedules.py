"""Which schedules are played: every single point, every pair, and as many random ones as asked for.

Points are found by playing once unharmed and counting, so what is added to the checkout tomorrow is struck by itself.
A random schedule is made from its seed and number alone: the same two give the same one again.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any, cast, get_args

from backoffice.external.dom.simulator import faults as dom_faults
from backoffice.external.mail.simulator import faults as mail_faults
from backoffice.external.payments.simulator import faults as payment_faults
from tests.faults.carts import KINDS
from tests.faults.machine import Machine
from tests.faults.played import Played, Schedule
from tests.faults.points import How, Strike
from tests.faults.tracing import Injection

HOWS: tuple[How, ...] = get_args(How)
RETRY_AFTERS = (
    "0",
    "2",
    "86400",
    "99999999999999999999",
    "-5",
    "1.5",
    "soon",
    "",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Fri, 31 Dec 2100 23:59:59 GMT",
    "Wed, 99 Foo 2015 07:28:00 GMT",
    None,
)
_KILLED = "signal=SIGKILL"
_EFFECTS = (_KILLED, "error=ENOSPC", "error=EIO")
_OF_PUSHES = frozenset({"duplicate", "reorder", "contradict", "bad_signature"})
_OPERATIONS = {
    "dom": ("*", "reserve", "transfer", "find", "release"),
    "payments": ("*", "authorise", "find", "void", "capture", "refund"),
}
FAULTS: Mapping[str, tuple[str, ...]] = {
    "dom": tuple(kind for kind in get_args(dom_faults.Kind) if kind not in _OF_PUSHES),
    "payments": tuple(
        kind for kinds in get_args(payment_faults.Kind) for kind in (get_args(kinds) or (kinds,))
    ),
    "mail": get_args(mail_faults.Kind),
}


def singles(
    machine: Machine, kinds: Iterable[str], hows: Iterable[How], *, distinct: bool = False
) -> Iterator[Schedule]:
    """Strike each point of a desk's life and of the worker's after it.

    ``distinct``: a point come to the same way, by the same answers, as one of another cart is struck once.
    """
    seen: set[tuple[str, How, tuple[str, ...]]] = set()
    for kind in kinds:
        unharmed = Schedule(kind=kind, workers=((),))
        rehearsed = machine.play(unharmed)
        assert not rehearsed.wrong, rehearsed.story()
        for how in hows:
            for life, at, path in _points(rehearsed, how):
                if not distinct or (life, how, path) not in seen:
                    seen.add((life, how, path))
                    strike = (Strike(at=at, how=how),)
                    yield replace(
                        unharmed,
                        **({"desk": strike, "workers": ()} if life == "desk" else {"workers": (strike,)}),
                    )


def pairs(machine: Machine, kinds: Iterable[str], hows: Iterable[How]) -> Iterator[Schedule]:
    """Strike each point, and then each point of what takes up what the first strike left."""
    for first in singles(machine, kinds, hows):
        followed = replace(first, workers=(*(first.workers if not first.desk else ()), ()))
        counted = machine.play(followed)
        last = len(followed.workers)
        for at in range(1, counted.points_of(f"worker {last}") + 1):
            for how in hows:
                if how != "stall":
                    yield replace(followed, workers=(*followed.workers[:-1], (Strike(at=at, how=how),)))


def system_calls(machine: Machine, kinds: Iterable[str], stride: int) -> Iterator[Schedule]:
    """Kill each life at every ``stride``-th write, and fill its disk or break it there, for once and for good."""
    for kind in kinds:
        unharmed = Schedule(kind=kind, workers=((),))
        counting = tuple((life, str(Injection())) for life in ("desk", "worker 1"))
        counted = machine.play(replace(unharmed, system_calls=counting))
        assert not counted.wrong, counted.story()
        for life, calls in counted.traced.items():
            for call, effect, lasts in product(sorted(calls), _EFFECTS, ("", "+")):
                if lasts and effect == _KILLED:
                    continue
                for when in range(1 + len(effect) % stride, calls[call] + 1, stride):
                    injection = Injection(calls=call, effect=effect, when=f"{when}{lasts}")
                    yield replace(unharmed, system_calls=((life, str(injection)),))


def random_schedule(seed: int, number: int, kinds: tuple[str, ...] = tuple(KINDS)) -> Schedule:
    """Return the ``number``-th schedule of a seed."""
    chance = random.Random(f"{seed}/{number}")
    return Schedule(
        kind=chance.choice(kinds),
        desk=_strikes(chance, most=2, last_point=18, hows=HOWS),
        workers=tuple(
            _strikes(chance, most=2, last_point=34, hows=("kill", "raise", "cancel"))
            for _ in range(chance.choice((0, 1, 1, 2, 3)))
        ),
        faults=tuple(_fault(chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 3)))),
        seed=chance.randrange(1 << 30),
        at_once=chance.choice((1, 1, 2, 4)),
    )


def _points(rehearsed: Played, how: How) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    for at, path in rehearsed.point_paths("desk"):
        # Standing still with the writer's lock would only keep SQLite waiting.
        if how != "stall" or path[-1] != "before commit":
            yield "desk", at, path
    if how != "stall":  # there is one worker: nobody goes on beside it
        for at, path in rehearsed.point_paths("worker 1"):
            yield "worker 1", at, path


def _strikes(
    chance: random.Random, *, most: int, last_point: int, hows: tuple[How, ...]
) -> tuple[Strike, ...]:
    places = sorted(chance.sample(range(1, last_point + 1), chance.randint(0, most)))
    strikes = [Strike(at=at, how=chance.choice(hows)) for at in places]
    # Nothing after a standstill: a process that slept for minutes between its last look at the clock and the first
    # byte it sends, and dies before it reads the answer, leaves a hold that only `check` finds (see too_late).
    ends = next((number for number, strike in enumerate(strikes, 1) if strike.how == "stall"), len(strikes))
    return tuple(strikes[:ends])


def _fault(chance: random.Random) -> tuple[str, Mapping[str, object]]:
    peer = chance.choice(("dom", "payments", "payments", "mail"))
    kind = chance.choice(FAULTS[peer])
    fault: dict[str, object] = {
        "kind": kind,
        "count": chance.choice((1, 1, 2)),
        "after": chance.randint(0, 2),
    }
    if peer == "mail":
        return peer, {**fault, "seconds": 0.2}
    fault["operation"] = chance.choice(_OPERATIONS[peer])
    fault["seconds"] = {"late": chance.choice((1.0, 45.0)), "pending": 20.0, "slow_drip": 0.01}.get(kind, 0.1)
    if kind in {"too_many", "unavailable"}:
        fault["retry_after"] = chance.choice(RETRY_AFTERS)
    return peer, fault


Making = Callable[[Machine], Iterator[Schedule]]


def of_json(said: Mapping[str, Any]) -> Schedule:
    """Return the schedule a failure's story gave; what it leaves out is as in `Schedule`."""
    return Schedule(
        kind=said["kind"],
        desk=_strikes_of(said.get("desk", ())),
        workers=tuple(_strikes_of(life) for life in said.get("workers", ())),
        faults=tuple((peer, fault) for peer, fault in said.get("faults", ())),
        system_calls=tuple((life, injection) for life, injection in said.get("system_calls", ())),
        seed=said.get("seed", 0),
        at_once=said.get("at_once", 1),
    )


def _strikes_of(said: Iterable[str]) -> tuple[Strike, ...]:
    split = (strike.split("@") for strike in said)
    return tuple(Strike(at=int(at), how=cast("How", how)) for how, at in split)
