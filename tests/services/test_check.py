"""Each invariant is seen to hold after real orders in a real world, and to fire on a bug planted for it."""

import asyncio
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlite3

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.cli import main
from backoffice.cli.world_ledgers import ledgers_of_world
from backoffice.domain.ids import utc_now
from backoffice.domain.statuses import CheckoutState
from backoffice.services.check import INVARIANTS, check_all
from backoffice.services.checks.jobs import is_quiet
from backoffice.services.checks.ledgers import Ledgers
from backoffice.settings import Settings
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.world import World
from tests.services.planted_bugs import PLANTED
from tests.world.orders import sign_in, submit, until

pytestmark = pytest.mark.slow


@dataclass(frozen=True, kw_only=True)
class Place:
    """A data directory after work, and the others' books."""

    data_dir: Path
    dom: dict[str, Any]
    payments: dict[str, Any]

    def broken(self) -> dict[int, list[str]]:
        """Check as if quiet; return the numbers of what is broken, with the sentences."""
        store = Store(open_engine(f"sqlite:///{self.data_dir / 'backoffice.db'}"))
        ledgers = Ledgers(
            now=utc_now(), quiet=True, payments=self.payments, dom=self.dom, files=self.data_dir
        )
        try:
            findings = store.read_here(lambda connection: check_all(connection, ledgers))
        finally:
            store.close()
        assert not [finding for finding in findings if finding.state == "skipped"]
        return {
            finding.invariant.number: [f"{bad.subject}: {bad.sentence}" for bad in finding.violations]
            for finding in findings
            if finding.violations
        }

    def edit(self, statements: str) -> None:
        """Write past every guard, as a bug would."""
        with closing(sqlite3.connect(str(self.data_dir / "backoffice.db"))) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for statement in statements.split(";"):
                assert connection.execute(statement).rowcount != 0, f"planted nothing: {statement}"
            connection.commit()


async def take_orders(data_dir: Path) -> None:
    """One order on account whose transfer's answer was lost, one by card, one whose card was declined."""
    settings = Settings.load(
        data_dir, demo=True, checkout_lease=timedelta(seconds=2), transfer_first_wait=timedelta(seconds=0.5)
    )
    world = World(settings, fulfil_every=0.2)
    office = await open_backoffice(await world.start())
    try:
        await work(office, world)
    finally:
        await office.close()
        await world.stop()


async def work(office: BackOffice, world: World) -> None:
    ann = await sign_in(office, "ann")
    await world.set_fault("dom_lost_answer", on=True)
    states = [
        (await submit(office, ann)).state,
        (await submit(office, ann, (("HL-U509-R", 1), ("HL-U509", 3)), card="approves")).state,
        (await submit(office, ann, card="insufficient")).state,
    ]
    assert states == [CheckoutState.COMPLETED, CheckoutState.COMPLETED, CheckoutState.ROLLED_BACK]

    async def delivered() -> bool:
        return len(await world.mails()) == 8 and await office.store.read(is_quiet)

    await until("two confirmations, three parcels sent and delivered, and quiet", delivered)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("worked")
    asyncio.run(take_orders(data_dir))
    return data_dir


@pytest.fixture
def place(worked: Path, tmp_path: Path) -> Place:
    shutil.copytree(worked, tmp_path, dirs_exist_ok=True)
    books = ledgers_of_world(tmp_path / "world")
    return Place(data_dir=tmp_path, dom=books["dom"], payments=books["payments"])


def test_after_real_orders_every_invariant_holds(place: Place) -> None:
    assert place.broken() == {}


@pytest.mark.parametrize("number, statements", PLANTED)
def test_a_planted_bug_makes_its_invariant_fire(place: Place, number: int, statements: str) -> None:
    place.edit(statements)

    assert number in place.broken()


def lose_order(place: Place) -> None:
    place.dom["orders"] = [row for row in place.dom["orders"] if row["order_number"] != "B1000001"]


def send_failed_order(place: Place) -> None:
    place.dom["keys"].append({**place.dom["keys"][0], "key": "k", "order_number": "B1000003"})


def hold_failed_order(place: Place) -> None:
    place.dom["orders"].append({**place.dom["orders"][-1], "order_number": "B1000003"})


def send_under_two_keys(place: Place) -> None:
    place.dom["keys"].append({**place.dom["keys"][0], "key": "another"})


def hold_another_quantity(place: Place) -> None:
    next(row for row in place.dom["order_lines"] if row["order_number"] == "B1000001")["quantity"] += 1


def hold_another_street(place: Place) -> None:
    row = next(row for row in place.dom["orders"] if row["order_number"] == "B1000001")
    row["ship_to"] = json.dumps({**json.loads(row["ship_to"]), "line1": "Elsewhere"})


def hold_other_figures(place: Place) -> None:
    next(row for row in place.dom["orders"] if row["order_number"] == "B1000001")["tax"] += 1


def promise_too_much(place: Place) -> None:
    place.dom["stock"][0]["held"] = place.dom["stock"][0]["on_hand"] + 1


def write_into_log(place: Place) -> None:
    (place.data_dir / "worker.log").write_text('{"event": "typed 5555 5555 5555 4444"}\n', encoding="utf-8")


def delete_and_leave_behind(place: Place) -> None:
    """A deleted row's bytes stay in the page until something else is written there."""
    with closing(sqlite3.connect(str(place.data_dir / "backoffice.db"))) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("INSERT INTO counters (name, value) VALUES ('name, 4242424242424242 #', 1)")
        connection.commit()
        connection.execute("DELETE FROM counters WHERE name LIKE 'name,%'")
        connection.commit()


def take_key_twice(place: Place) -> None:
    place.payments["key_conflicts"].append({"key": "adventure-B1000002-1"})


def authorise_unasked(place: Place) -> None:
    place.payments["payments"].append({**place.payments["payments"][0], "reference": "B7-1"})


def forget_authorisation(place: Place) -> None:
    place.payments["payments"].clear()


def hold_for_failed(place: Place) -> None:
    declined = next(row for row in place.payments["payments"] if row["reference"] == "B1000003-1")
    declined |= {"status": "authorised", "authorised": declined["amount"]}


def offer_for_failed(place: Place) -> None:
    place.payments["links"].append({"reference": "B1000003-2", "status": "open"})


def take_unasked(place: Place) -> None:
    paid = next(row for row in place.payments["payments"] if row["reference"] == "B1000002-1")
    paid["events"].append({"kind": "refunded", "key": "k", "amount": 1})


@pytest.mark.parametrize(
    "number, change",
    [
        (2, hold_for_failed),
        (2, offer_for_failed),
        (1, take_unasked),
        (6, write_into_log),
        (6, delete_and_leave_behind),
        (1, authorise_unasked),
        (1, forget_authorisation),
        (4, take_key_twice),
        (7, hold_other_figures),
        (14, hold_failed_order),
        (17, lose_order),
        (17, send_failed_order),
        (18, hold_another_quantity),
        (18, hold_another_street),
        (20, send_under_two_keys),
        (23, promise_too_much),
    ],
)
def test_a_difference_in_the_others_books_fires(
    place: Place, number: int, change: Callable[[Place], None]
) -> None:
    change(place)

    assert number in place.broken()


def test_every_invariant_has_a_planted_bug() -> None:
    planted = {number for number, _ in PLANTED} | {2, 17, 18}

    assert {invariant.number for invariant in INVARIANTS} == planted


def test_the_command_prints_a_table_and_fails_on_a_violation(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--data-dir", str(place.data_dir)]) == 0
    assert "28 hold, 0 broken, 0 skipped." in capsys.readouterr().out

    place.edit("UPDATE orders SET notes = 'ring twice' WHERE number = 'B1000001'")

    assert main(["check", "--json", "--data-dir", str(place.data_dir)]) == 1
    broken = {one["number"]: one for one in json.loads(capsys.readouterr().out) if one["state"] == "broken"}
    assert set(broken) == {10, 18}, "what was frozen here, and what the DOM holds, are no longer the same"
    assert broken[10]["violations"][0]["subject"] == "B1000001"


def test_without_the_others_books_the_command_says_what_it_skips(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(place.data_dir / "world")

    assert main(["check", "--data-dir", str(place.data_dir)]) == 0
    out = capsys.readouterr().out
    assert "needs the ledger: dom" in out
    assert "0 broken, 4 skipped." in out
