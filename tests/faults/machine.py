"""The crash machine: it plays schedules, each over real files and the real simulators, and looks at the books after.

1. once: the demo's database with a cart of every kind, one for each inventory system, as templates;
2. for each schedule: copies of the templates, the simulators as processes of their own, and a row of lives: a desk that
   prepares and submits, then workers; each life is struck where the schedule says, and the next takes up what it left;
3. a last life closes the books: `backofficectl check`'s invariants over our database and both ledgers;
4. what every process did is its trail; the story of a failure is the schedule, the trail and what is wrong.
"""

import asyncio
import gc
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from backoffice.domain.errors import StoreUnavailable
from backoffice.settings import Settings
from tests.faults.carts import KINDS
from tests.faults.clock import MachineClock
from tests.faults.databases import Databases
from tests.faults.forks import Child, HungError, WarmStatements
from tests.faults.life import Life, Sale
from tests.faults.outside import Outside
from tests.faults.played import Played, Schedule
from tests.faults.points import Strike
from tests.faults.templates import Template, build_templates
from tests.faults.tracing import Tracer, injection_of

_SHORT: Mapping[str, Any] = {
    # In the machine's time waiting costs nothing; a silent peer costs its deadline for real.
    "dom_deadline": timedelta(seconds=0.4),
    "payments_deadline": timedelta(seconds=0.4),
    "payment_certain_after": timedelta(minutes=2),
    "checkout_lease": timedelta(seconds=30),
}


_STANDS_STILL = "stands still"
_TO_BE_TRACED = "waits to be traced"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """One life: its name, what strikes it, what it does, and whose jobs it has to leave alone."""

    name: str
    act: Callable[[Life], Awaitable[object]]
    strikes: tuple[Strike, ...] = ()
    traced: str = ""
    leave: frozenset[str] = frozenset()


class Machine:
    """Plays schedules one after the other."""

    def __init__(self, databases: Databases, home: Path, planted: str = "") -> None:
        """Build the templates; a few seconds. ``planted`` names a bug of `planted.py`."""
        self._planted = planted
        self._home = home
        self._databases = databases
        self._clock = MachineClock()
        self._templates: Mapping[str, Template] = build_templates(databases, home / "templates")
        self._played = 0
        self._statements = WarmStatements()
        self._rehearse()

    def play(self, schedule: Schedule) -> Played:
        """Play one schedule from its beginning to the check."""
        played = Played(schedule=schedule)
        self._on_stage(played, lambda stage: self._lives(played, stage))
        return played

    def play_alone(self, act: Callable[[Life, Outside], Awaitable[object]]) -> Played:
        """Let one office live through something, over an account's cart."""
        played = Played(schedule=Schedule(kind="account"))

        def alone(stage: "_Stage") -> None:
            self._live(played, stage, _Part(name="alone", act=lambda life: act(life, stage.outside)))

        self._on_stage(played, alone)
        return played

    def _on_stage(self, played: Played, lives: Callable[["_Stage"], None]) -> None:
        self._played += 1
        self._clock.reset()
        place = self._home / f"s{self._played}"
        template = self._templates[played.schedule.kind]
        database = self._databases.copy(template.database, place)
        outside = Outside.start(place / "world", ledgers=template.ledgers)
        log = place / "lives.log"
        try:
            for peer, fault in played.schedule.faults:
                outside.fault(peer, fault)
            settings = Settings(data_dir=place, database_url=database, **_SHORT, **outside.addresses)
            sale = template.sales[played.schedule.kind]
            lives(_Stage(settings=settings, sale=sale, outside=outside, log=log))
        except HungError as hung:
            played.wrong.append(str(hung))
        finally:
            outside.stop()
            told = [line for _, lines in played.trail for line in lines if line.startswith("wrong ")]
            played.wrong += [line.removeprefix("wrong ") for line in told]
            played.log = log.read_text(errors="replace") if log.exists() and played.wrong else ""
            self._databases.drop(database)
            shutil.rmtree(place, ignore_errors=True)

    def _rehearse(self) -> None:
        """Live through one schedule in this process: what is imported and cached on the way, every fork has."""
        template = self._templates["card"]
        place = self._home / "rehearsal"
        database = self._databases.copy(template.database, place)
        outside = Outside.start(place / "world", ledgers=template.ledgers)
        stage = _Stage(
            settings=Settings(data_dir=place, database_url=database, **_SHORT, **outside.addresses),
            sale=template.sales["card"],
            outside=outside,
            log=place / "lives.log",
        )
        nowhere = os.open(os.devnull, os.O_RDWR)
        for act in (Life.desk, Life.closing):
            self._be(stage, Schedule(kind="card"), _Part(name="rehearsal", act=act), (nowhere, nowhere))
        os.close(nowhere)
        outside.stop()
        self._databases.drop(database)
        assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
        gc.collect()
        gc.freeze()

    def _lives(self, played: Played, stage: "_Stage") -> None:
        schedule = played.schedule
        traced = dict(schedule.system_calls)
        self._live(
            played,
            stage,
            _Part(name="desk", act=Life.desk, strikes=schedule.desk, traced=traced.get("desk", "")),
        )
        self._customer(played, stage)
        for number, strikes in enumerate(schedule.workers, 1):
            name = f"worker {number}"
            part = _Part(name=name, act=_work, strikes=strikes, traced=traced.get(name, ""))
            self._live(played, stage, part)
            self._customer(played, stage)
        stage.outside.fair_weather()
        self._live(played, stage, _Part(name="closing", act=Life.closing))

    def _customer(self, played: Played, stage: "_Stage") -> None:
        if KINDS[played.schedule.kind].customer_pays:
            pressed = stage.outside.pay_links()
            played.trail.append(("customer", [f"presses Pay on {pressed} pages"]))

    def _live(self, played: Played, stage: "_Stage", part: _Part) -> None:
        lines: list[str] = []
        played.trail.append((part.name, lines))
        child = Child.start(lambda say, hear: self._be(stage, played.schedule, part, (say, hear)), stage.log)
        tracer: Tracer | None = None
        while (line := child.line()) is not None:
            if line == _STANDS_STILL:
                # Others go on meanwhile: a worker takes over what it can, until nothing is left to do.
                beside = _Part(name=f"worker beside {part.name}", act=_work, leave=part.leave | {part.name})
                self._live(played, stage, beside)
                child.go_on()
            elif line == _TO_BE_TRACED:
                trace = stage.settings.data_dir / f"{part.name}.strace"
                tracer = Tracer.attach(child.pid, injection_of(part.traced), trace)
                child.go_on()
            else:
                lines.append(line)
        killed = any(line.endswith(" KILL") for line in lines)
        if tracer is not None:
            played.traced[part.name] = tracer.end()
            killed = killed or (child.was_killed and "SIGKILL" in part.traced)
        if child.was_killed != killed or (child.status != 0 and not killed):
            played.wrong.append(f"The {part.name} ended with {child.status}.")

    def _be(self, stage: "_Stage", schedule: Schedule, part: _Part, pipe: tuple[int, int]) -> None:
        say, hear = pipe

        def tell(line: str) -> None:
            os.write(say, f"{' '.join(line.split())}\n".encode())

        def stand_still() -> None:
            tell(_STANDS_STILL)
            os.read(hear, 1)

        async def live() -> None:
            life = await Life.begin(
                stage.settings,
                stage.sale,
                self._clock,
                name=part.name,
                strikes=part.strikes,
                tell=tell,
                stand_still=stand_still,
                pass_time=stage.outside.pass_time,
                seed=schedule.seed,
                at_once=schedule.at_once,
                leave=part.leave,
                planted=self._planted,
            )
            engines = {"ours": life.office.store.engine, "durable": life.office.durable_engine}
            for name, engine in engines.items():
                self._statements.warm(name, engine)
            found = await part.act(life)
            for wrong in found if isinstance(found, list) else ():
                tell(f"wrong {wrong}")
            await life.office.close()
            if part.name == "rehearsal":
                for name, engine in engines.items():
                    self._statements.keep(name, engine)

        if part.traced:
            tell(_TO_BE_TRACED)
            os.read(hear, 1)
        try:
            asyncio.run(live())
        except StoreUnavailable as trouble:
            tell(f"the {part.name} gives up: {trouble.sentence}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stage:
    """Where the lives of one schedule are lived."""

    settings: Settings
    sale: Sale
    outside: Outside
    log: Path


async def _work(life: Life) -> None:
    await life.worker.until_quiet()


@contextmanager
def open_machine(database: str, planted: str = "") -> Iterator[Machine]:
    """Give a machine over "sqlite" or "postgresql", in memory where there is room for files."""
    memory = Path("/dev/shm")
    home = Path(tempfile.mkdtemp(prefix="crash-machine-", dir=memory if os.access(memory, os.W_OK) else None))
    databases = Databases.open(database, home)
    try:
        yield Machine(databases, home, planted)
    finally:
        databases.close()
        with suppress(OSError):
            shutil.rmtree(home)


def end_on_signal() -> None:
    """Let a termination end the machine through its ``finally``s."""
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
