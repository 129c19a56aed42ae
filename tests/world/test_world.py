"""The demo's world as real processes: up, misbehaving, dying, coming back, gone."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.domain.outcome import Succeeded
from backoffice.domain.statuses import CheckoutState, TransferStatus
from backoffice.external.http import HttpClient
from backoffice.settings import Settings
from backoffice.world import World, WorldError
from tests.external.processes import ROOT
from tests.world.orders import sign_in, submit, until

pytestmark = pytest.mark.slow
in_one_world = pytest.mark.asyncio(loop_scope="module")


@dataclass(kw_only=True)
class Centre:
    """A call centre in its world."""

    world: World
    settings: Settings
    office: BackOffice
    returned: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    returned: list[str] = []
    world = World(
        Settings.load(
            tmp_path_factory.mktemp("centre"), demo=True, transfer_first_wait=timedelta(seconds=0.5)
        ),
        on_return=returned.append,
        fulfil_every=0,
    )
    settings = await world.start()
    office = await open_backoffice(settings)
    yield Centre(world=world, settings=settings, office=office, returned=returned)
    await office.close()
    await world.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def centre(running: Centre) -> AsyncIterator[Centre]:
    """The one world of this module, healthy again after each test."""
    yield running
    for name in await running.world.faults_on():
        await running.world.set_fault(name, on=False)


async def answers(url: str) -> bool:
    async with HttpClient(url) as client:
        return isinstance(await client.request("GET", "/healthz"), Succeeded)


async def greets(settings: Settings) -> bool:
    try:
        _, writer = await asyncio.open_connection(settings.smtp_host, settings.smtp_port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


@in_one_world
async def test_every_fault_is_switched_on_and_off_and_leaves_the_others_alone(centre: Centre) -> None:
    names = [fault.name for fault in centre.world.faults]
    for name in names:
        await centre.world.set_fault(name, on=True)
    assert await centre.world.faults_on() == set(names)

    await centre.world.set_fault("dom_slow", on=False)
    assert await centre.world.faults_on() == set(names) - {"dom_slow"}

    for name in names:
        await centre.world.set_fault(name, on=False)
    assert await centre.world.faults_on() == set()


@in_one_world
async def test_an_outage_is_felt_at_the_door_and_ends(centre: Centre) -> None:
    settings = centre.settings
    for name in ("dom_outage", "payments_outage", "mail_down"):
        await centre.world.set_fault(name, on=True)

    async def all_down() -> bool:
        up = [await answers(settings.dom_url), await answers(settings.payments_url), await greets(settings)]
        return not any(up)

    await until("all three down", all_down)
    for name in ("dom_outage", "payments_outage", "mail_down"):
        await centre.world.set_fault(name, on=False)

    async def all_up() -> bool:
        up = [await answers(settings.dom_url), await answers(settings.payments_url), await greets(settings)]
        return all(up)

    await until("all three up", all_up)


@in_one_world
async def test_the_dom_refuses_one_transfer_and_takes_the_next(centre: Centre) -> None:
    ann, susan = await sign_in(centre.office, "ann"), await sign_in(centre.office, "susan")
    await centre.world.set_fault("dom_slow", on=True)
    await centre.world.set_fault("dom_refuses", on=True)
    await centre.world.set_fault("dom_slow", on=False)
    placed = await submit(centre.office, ann)

    async def refused() -> bool:
        transfer = await centre.office.transfers.get(susan, placed.order_number)
        return transfer.status is TransferStatus.FAILED

    await until("the refusal", refused)
    assert await centre.world.faults_on() == set(), "it was for one transfer only"
    transfer = await centre.office.transfers.get(susan, placed.order_number)
    assert transfer.cause == "credit_hold"
    await centre.office.transfers.retry(susan, placed.order_number, version=transfer.version)

    async def transferred() -> bool:
        known = await centre.office.transfers.get(susan, placed.order_number)
        return known.status is TransferStatus.TRANSFERRED

    await until("the transfer", transferred)


@in_one_world
async def test_a_declined_card_and_a_lost_answer_of_the_bank(centre: Centre) -> None:
    ann = await sign_in(centre.office, "ann")
    await centre.world.set_fault("payments_decline", on=True)
    declined = await submit(centre.office, ann, card="approves")
    await centre.world.set_fault("payments_lost_answer", on=True)
    found = await submit(centre.office, ann, card="approves")

    assert declined.state is CheckoutState.ROLLED_BACK
    assert found.state is CheckoutState.COMPLETED


@in_one_world
async def test_whoever_dies_comes_back_at_the_same_address(centre: Centre) -> None:
    pids = centre.world.pids()
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)

    async def all_back() -> bool:
        return len(centre.returned) == len(pids)

    await until("all four back", all_back)
    assert not set(pids.values()) & set(centre.world.pids().values())
    assert any("worker" in sentence and "-9" in sentence for sentence in centre.returned)

    ann, susan = await sign_in(centre.office, "ann"), await sign_in(centre.office, "susan")
    placed = await submit(centre.office, ann, card="approves")
    assert placed.state is CheckoutState.COMPLETED

    async def arrived() -> bool:
        transfer = await centre.office.transfers.get(susan, placed.order_number)
        messages = await centre.office.order_sync.messages(susan, kind="SyncOrder")
        told = any(message.subject == placed.order_number for message in messages)
        return told and transfer.status is TransferStatus.TRANSFERRED

    await until("the transfer, and the DOM's word about it", arrived)

    async def told() -> bool:
        return any(placed.order_number in mail["subject"] for mail in await centre.world.mails())

    await until("the confirmation", told)
    await centre.world.set_fault("dom_outage", on=True)
    assert await centre.world.faults_on() == {"dom_outage"}, "its control has another port now"


async def test_the_world_remembers_until_it_is_told_to_forget(tmp_path: Path) -> None:
    world = World(Settings.load(tmp_path, demo=True), fulfil_every=0)
    office = await open_backoffice(await world.start())
    await submit(office, await sign_in(office, "ann"))
    assert len(await until("the confirmation", world.mails)) == 1
    await office.close()
    with pytest.raises(WorldError, match="still runs"):
        world.forget()
    await world.stop()

    await world.start()
    await world.ready()
    assert len(await world.mails()) == 1
    assert set(world.pids()) == {"dom", "payments", "mail", "worker"}
    await world.stop()

    await world.start()
    await world.stop()
    assert world.pids() == {}, "stopped while the worker was on its way"

    world.forget()
    assert not [*tmp_path.glob("*.db*"), *tmp_path.glob("world/*.db*")]


async def test_a_program_that_does_not_start_is_named_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "world" / "payments.db").mkdir(parents=True)
    world = World(Settings.load(tmp_path, demo=True))

    with pytest.raises(WorldError, match=r"simulate-payments did not start.*payments\.log"):
        await world.start()

    assert world.pids() == {}, "what had started is stopped"


def test_nothing_survives_a_killed_desk(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.world.killed_desk", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as desk:
        assert desk.stdout is not None
        pids = json.loads(desk.stdout.readline())
        assert len(pids) == 4
        assert all(is_alive(pid) for pid in pids)
        desk.kill()

    end = time.monotonic() + 20
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < end, "a child outlived its parent"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    """A process that has ended and waits to be reaped does not count."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
