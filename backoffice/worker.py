"""`backofficectl worker`: executes durable work, keeps house, and receives what the DOM sends.

1. one worker per data directory: a lock file says who; a second one waits for the first to end;
2. the inbound application and the jobs share one event loop; DBOS runs its jobs on threads of its own;
3. a pulse file shows the desk that somebody is there;
4. it ends on SIGTERM, SIGINT, or when its standard input closes: jobs under way end first, others wait in the database.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.durable import Worker
from backoffice.inbound import build_inbound, serve_inbound
from backoffice.services.health import PULSE_FILE
from backoffice.settings import Settings

LOCK_FILE = "worker.lock"
EXECUTOR = "worker"
PULSE_EVERY = 3.0
HOUSEKEEPING_EVERY = 5.0
LOCK_EVERY = 0.1
_log = structlog.get_logger()


def run_worker(settings: Settings, *, until_stdin_closes: bool) -> None:
    """Run until told to stop. Prints ``{"ready": true, "url": ...}`` when it receives and executes."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(_live(settings, until_stdin_closes=until_stdin_closes))


async def _live(settings: Settings, *, until_stdin_closes: bool) -> None:
    stop = asyncio.Event()
    _listen_for_the_end(stop, until_stdin_closes=until_stdin_closes)
    async with _alone(settings.data_dir / LOCK_FILE, stop):
        if not stop.is_set():
            await _work(settings, stop)


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    office = await open_backoffice(settings)
    worker = Worker(
        engine=office.durable_engine,
        jobs=office.jobs,
        loop=asyncio.get_running_loop(),
        executor_id=EXECUTOR,
    )
    await asyncio.to_thread(worker.start)
    try:
        async with asyncio.TaskGroup() as group:
            _ = group.create_task(_receive(settings, office, stop))
            _ = group.create_task(_beat(settings.data_dir / PULSE_FILE, stop))
            _ = group.create_task(_keep_house(office, stop))
    except ExceptionGroup as troubles:
        raise troubles.exceptions[0] from troubles  # the first ended the others: a taken port is told as that
    finally:
        await asyncio.to_thread(worker.stop)
        await office.close()
        (settings.data_dir / PULSE_FILE).unlink(missing_ok=True)


async def _receive(settings: Settings, office: BackOffice, stop: asyncio.Event) -> None:
    def ready(url: str) -> None:
        sys.stdout.write(json.dumps({"ready": True, "url": url}) + "\n")
        sys.stdout.flush()

    app = build_inbound(office.order_sync, office.store, office.payments)
    await serve_inbound(app, settings.inbound_host, settings.inbound_port, ready, stop)


async def _beat(pulse: Path, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await asyncio.to_thread(pulse.touch)
        await _pause(stop, PULSE_EVERY)


async def _keep_house(office: BackOffice, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await office.maintenance.run_once()
            await office.cleanup.run_if_due()
        except Exception:  # noqa: BLE001 - housekeeping comes round again; what went wrong is in the log
            _log.exception("housekeeping failed")
        await _pause(stop, HOUSEKEEPING_EVERY)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _listen_for_the_end(stop: asyncio.Event, *, until_stdin_closes: bool) -> None:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    if until_stdin_closes:

        def watch() -> None:
            while os.read(0, 4096):
                pass
            loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=watch, name="stdin", daemon=True).start()


@contextlib.asynccontextmanager
async def _alone(path: Path, stop: asyncio.Event) -> AsyncIterator[None]:
    with path.open("a", encoding="utf-8") as lock:
        # Asked for again and again: a wait inside the lock would not notice that it is time to go.
        while not stop.is_set():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await _pause(stop, LOCK_EVERY)
                continue
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            break
        yield
