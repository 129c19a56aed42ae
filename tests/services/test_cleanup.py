"""cleanupFailedOrdersJob: what failed long ago goes whole, what is not settled stays, no number comes back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, select, update

from backoffice.domain.errors import NotAllowed
from backoffice.domain.ids import new_id
from backoffice.domain.inventory import InventorySystem
from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from backoffice.services.cleanup import EVERY, Cleanup
from backoffice.store.tables import metadata
from backoffice.store.tables.ordering import (
    checkout_attempts,
    checkout_steps,
    order_lines,
    orders,
    payments,
)
from backoffice.store.tables.payments import payment_links, payment_moves
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from backoffice.store.tables.undoing import take_backs
from tests.services.desk import DECLINED, Desk
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

DAY = timedelta(days=1)
SIXTY_ONE = timedelta(days=61)
# Tables that name an order without a foreign key, and why its removal leaves them alone.
STAY = {
    "checkout_attempts": "a number given once is known to have been given",
    "reservations": "a live one guards its order",
    "decrements": "only orders past the pivot have any",
    "mails": "deleted with the order, by its own line",
}


async def failed_long_ago(desk: Desk, count: int = 1, *, ago: timedelta = SIXTY_ONE) -> None:
    for _ in range(count):
        await desk.ordered(pay=DECLINED)
    await desk.run_jobs(within=timedelta(hours=1))
    desk.clock.pass_time(ago)


def numbers(desk: Desk) -> list[str]:
    return sorted(row["number"] for row in desk.rows(orders))


def broken(desk: Desk) -> dict[int, Any]:
    """Invariants that do not hold, our books beside the bank's and the DOM's."""
    bank = [
        {
            "reference": payment.reference,
            "status": payment.status,
            "authorised": payment.authorised,
            "captured": payment.captured,
            "refunded": payment.refunded,
            "events": [],
        }
        for payment in desk.gateway.payments.values()
    ]
    keys = [{"key": key} for _, key in desk.gateway.calls if key]
    ledgers = Ledgers(
        now=desk.clock.now,
        quiet=True,
        payments={"payments": bank, "links": [], "keys": keys, "key_conflicts": []},
        dom={**desk.dom.ledger(), "key_conflicts": []},
    )
    findings = desk.office.store.read_here(lambda connection: check_all(connection, ledgers))
    return {f.invariant.number: f.violations for f in findings if f.state == "broken"}


def rows_of(desk: Desk, order_id: str) -> list[str]:
    """Every table that has a row which names the order."""
    tables = [table for table in metadata.tables.values() if "order_id" in table.c]
    return sorted(table.name for table in tables if desk.rows(table, order_id=order_id))


async def test_failed_order_goes_with_all_that_refers_to_it(desk: Desk) -> None:
    await failed_long_ago(desk)
    order_id = desk.order("B1000001")["order_id"]
    before = rows_of(desk, order_id)
    assert {"order_lines", "order_statuses", "payments", "orders"} <= set(before)
    assert await desk.office.cleanup.run(SUPERVISOR) == 1
    assert rows_of(desk, order_id) == ["checkout_attempts"]
    assert desk.rows(checkout_steps) == []
    told = desk.rows(audit, action="order.cleaned")[0]
    assert (told["actor"], told["subject"]) == ("sue", "B1000001")
    assert told["detail"] == {"order_id": order_id, "payments": ["B1000001-1"]}
    await desk.office.maintenance.run_once()  # the cart's own hold ended long ago
    await desk.run_jobs()
    assert broken(desk) == {}


async def test_young_ones_and_real_orders_stay(desk: Desk) -> None:
    await failed_long_ago(desk, ago=timedelta(days=59))
    await desk.ordered()
    assert await desk.office.cleanup.run(SUPERVISOR) == 0
    assert numbers(desk) == ["B1000001", "B1000002"]
    desk.clock.pass_time(SIXTY_ONE)
    assert await desk.office.cleanup.run(SUPERVISOR) == 1
    assert numbers(desk) == ["B1000002"]
    assert {row["order_id"] for row in desk.rows(order_lines)} == {desk.order("B1000002")["order_id"]}


async def test_number_is_never_given_again(desk: Desk) -> None:
    await failed_long_ago(desk, 2)
    await desk.office.cleanup.run(SUPERVISOR)
    assert (await desk.ordered()).order_number == "B1000003"
    assert 9 not in broken(desk)


async def test_age_and_batch_are_the_stores_own(desk: Desk) -> None:
    await failed_long_ago(desk, 5, ago=timedelta(days=3))
    desk.use(InventorySystem.DOM, failed_orders_kept=timedelta(days=2), failed_orders_batch=2)
    before = len(desk.commits)
    assert await desk.office.cleanup.run(SUPERVISOR) == 5
    assert len(desk.commits) - before == 3  # two, two, one
    assert numbers(desk) == []


@pytest.mark.parametrize("status", ["authorised", "voiding", "unknown", "pending", "authorising", "captured"])
async def test_order_with_money_that_is_not_settled_stays(desk: Desk, status: str) -> None:
    await failed_long_ago(desk, 2)
    order_id = desk.order("B1000001")["order_id"]
    desk.do(
        lambda connection: connection.execute(
            update(payments).where(payments.c.order_id == order_id).values(status=status)
        )
    )
    plan = await desk.office.cleanup.plan(SUPERVISOR)
    assert plan.numbers == ("B1000002",)
    assert plan.kept == (("B1000001", "A payment of it is still open."),)
    assert await desk.office.cleanup.run(SUPERVISOR) == 1
    assert numbers(desk) == ["B1000001"]
    assert len(desk.rows(order_lines)) == 1


async def test_order_with_money_taken_and_not_refunded_stays(desk: Desk) -> None:
    await failed_long_ago(desk)
    desk.do(lambda connection: connection.execute(update(payments).values(captured=100, refunded=99)))
    assert await desk.office.cleanup.run(SUPERVISOR) == 0


@pytest.mark.parametrize(
    "table, row",
    [
        (payment_moves, {"status": "planned"}),
        (payment_moves, {"status": "sent"}),
        (payment_moves, {"status": "unknown"}),
        (payment_moves, {"status": "refused"}),
        (payment_links, {"status": "making"}),
        (payment_links, {"status": "open"}),
        (payment_links, {"status": "closing"}),
        (take_backs, {"state": "open"}),
    ],
)
async def test_order_with_something_under_way_outside_stays(
    desk: Desk, table: Table, row: dict[str, str]
) -> None:
    await failed_long_ago(desk, 2)
    add_row(desk, table, "B1000001", **row)
    add_row(desk, table, "B1000002", **dict.fromkeys(row, "done" if table is not payment_links else "closed"))
    plan = await desk.office.cleanup.plan(SUPERVISOR)
    assert (plan.numbers, [number for number, _ in plan.kept]) == (("B1000002",), ["B1000001"])
    assert await desk.office.cleanup.run(SUPERVISOR) == 1
    assert numbers(desk) == ["B1000001"]


def add_row(desk: Desk, table: Table, number: str, **values: object) -> None:
    """Something of that order which is under way, or was."""
    order_id = desk.order(number)["order_id"]
    now = desk.clock.now
    row: dict[str, object] = {"payment_id": desk.row(payments, order_id=order_id)["payment_id"], "reason": ""}
    row |= {"updated_at": now, "key": f"key of {number}"}
    if table is payment_moves:
        row |= {"move_id": new_id(), "place": 9, "kind": "void", "amount": 1, "gives_back": False}
        row |= {"about": "", "attempts": 0, "planned_at": now, "next_try_at": now}
    elif table is payment_links:
        row |= {"link_id": "", "url": "", "expires_at": now, "closing_because": "", "looks": 0}
    else:
        attempt = desk.row(checkout_attempts, order_id=order_id)["attempt_id"]
        row |= {"take_back_id": new_id(), "attempt_id": attempt, "action": "loyalty", "subject": "points"}
        row |= {"detail": "", "tries": 0, "created_at": now}
    kept = {name: value for name, value in (row | values).items() if name in table.c}
    desk.do(lambda connection: connection.execute(insert(table).values(kept)))


@pytest.mark.parametrize("status", ["asking", "held", "consumed", "releasing"])
async def test_order_with_stock_stays(desk: Desk, status: str) -> None:
    await failed_long_ago(desk)
    order = desk.order("B1000001")

    def hold(connection: Connection) -> None:
        connection.execute(
            insert(reservations).values(
                reservation_id=new_id(),
                cart_id=order["cart_id"],
                order_id=order["order_id"],
                system=InventorySystem.DOM.value,
                status=status,
                created_at=desk.clock.now,
                expires_at=desk.clock.now,
            )
        )

    desk.do(hold)
    assert (await desk.office.cleanup.plan(SUPERVISOR)).kept == (("B1000001", "It still holds stock."),)
    assert await desk.office.cleanup.run(SUPERVISOR) == 0


@pytest.mark.parametrize("state", ["running", "checking", "stuck"])
async def test_order_whose_checkout_has_not_ended_stays(desk: Desk, state: str) -> None:
    await failed_long_ago(desk)
    desk.do(lambda connection: connection.execute(update(checkout_attempts).values(state=state)))
    assert (await desk.office.cleanup.plan(SUPERVISOR)).kept == (("B1000001", "Its checkout has not ended."),)
    assert await desk.office.cleanup.run(SUPERVISOR) == 0


async def test_dry_run_says_what_would_go_and_changes_nothing(desk: Desk) -> None:
    await failed_long_ago(desk, 2)
    cart = await desk.cart()
    desk.clock.pass_time(timedelta(hours=1))
    await desk.submit(cart)  # refused: prepare again
    desk.clock.pass_time(SIXTY_ONE)
    before = (desk.rows(orders), desk.rows(audit))
    plan = await desk.office.cleanup.plan(SUPERVISOR)
    assert (plan.numbers, plan.kept, plan.attempts) == (("B1000001", "B1000002"), (), 1)
    assert (desk.rows(orders), desk.rows(audit)) == before
    await desk.office.cleanup.run(SUPERVISOR)
    assert [row["order_number"] for row in desk.rows(checkout_attempts)].count("") == 0
    assert (await desk.office.cleanup.plan(SUPERVISOR)).numbers == ()


async def test_worker_runs_it_once_an_hour_however_many_workers_there_are(desk: Desk) -> None:
    await failed_long_ago(desk)
    other = Cleanup(desk.office.store, desk.clock, store_id="adventure")
    assert [await one.run_if_due() for one in (desk.office.cleanup, other)] == [1, 0]
    assert desk.rows(audit, action="order.cleaned")[0]["role"] == "system"
    await failed_long_ago(desk)
    assert await other.run_if_due() == 1  # sixty days later
    await failed_long_ago(desk, ago=SIXTY_ONE)
    desk.clock.pass_time(EVERY)
    assert await desk.office.cleanup.run_if_due() == 1


async def test_database_without_its_store_has_nothing_to_clean(desk: Desk) -> None:
    await failed_long_ago(desk)
    assert await Cleanup(desk.office.store, desk.clock, store_id="nowhere").run_if_due() == 0
    assert numbers(desk) == ["B1000001"]


async def test_only_supervisors_clean(desk: Desk) -> None:
    for actor in (AGENT, SUPPORT):
        for refused in (desk.office.cleanup.run(actor), desk.office.cleanup.plan(actor)):
            with pytest.raises(NotAllowed):
                await refused


async def test_failed_list_still_knows_a_cleaned_one(desk: Desk) -> None:
    await failed_long_ago(desk)
    await desk.office.cleanup.run(SUPERVISOR)
    seen = await desk.office.failed_checkouts.get(SUPERVISOR, "B1000001")
    assert (seen.journal, seen.checkout.total) == ((), None)


def test_every_table_that_names_an_order_is_thought_of() -> None:
    """A table with an order's id either refers to it, and goes with it, or is known to stay."""
    loose = {
        table.name
        for table in metadata.tables.values()
        if "order_id" in table.c and not table.c.order_id.foreign_keys and table is not orders
    }
    assert loose == set(STAY)


async def test_nothing_of_a_removed_order_is_left_to_point_nowhere(desk: Desk) -> None:
    await failed_long_ago(desk, 3)
    await desk.office.cleanup.run(SUPERVISOR)

    def orphans(connection: Connection) -> list[str]:
        found = []
        for table in metadata.tables.values():
            for key in table.foreign_keys:
                parents = select(key.column)
                query = select(key.parent).where(key.parent.is_not(None), key.parent.not_in(parents))
                found += [f"{table.name}.{key.parent.name}" for _ in connection.execute(query)]
        return found

    assert desk.office.store.read_here(orphans) == []
