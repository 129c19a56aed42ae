"""ProcessOrder Transfer: acknowledged, refused, not sent, or nobody knows; and what comes next by itself."""

import asyncio
import json
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest

from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.services.inventory import apply_inventory
from backoffice.store.tables.ordering import order_lines, transfer_attempts
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import availability, decrements
from tests.services.desk import CARD, Desk
from tests.services.world import SUPERVISOR

NUMBER = "B1000001"
DOWN = Unreachable(reason="Could not connect.")
SILENCE = Unknown(reason="No answer within 10 seconds.")
DAY = timedelta(days=1)


def attempts(desk: Desk) -> list[tuple[str, str]]:
    """Kind and outcome of every try, first to last."""
    rows = sorted(desk.rows(transfer_attempts), key=lambda row: row["number"])
    return [(row["kind"], row["outcome"]) for row in rows]


async def test_acknowledged_order_keeps_the_doms_own_number(desk: Desk) -> None:
    await desk.ordered("3*HL-U509-R", "1*BK-M68S-38", pay=CARD)
    await desk.run_jobs()
    transfer = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert transfer.status.value == "transferred"
    [held] = desk.dom.ledger()["orders"]
    assert transfer.external_order_id == held["external_order_id"]
    assert attempts(desk) == [("transfer", "succeeded")]
    [tried] = await desk.office.transfers.attempts(SUPERVISOR, NUMBER)
    assert json.loads(tried.request)["order_number"] == NUMBER
    assert tried.worker == "desk-1"
    assert desk.mail.received[0].to == "orlando0@adventure-works.com" or desk.mail.received


async def test_dom_gets_what_was_frozen_to_the_minor_unit(desk: Desk) -> None:
    await desk.ordered("12*HL-U509-R", "1*BK-M68S-38", pay=CARD)
    desk.change_product("HL-U509-R", name="Renamed", list_price=1)
    await desk.run_jobs()
    [(key, sent)] = desk.dom.sent
    order = desk.order(NUMBER)
    assert key == f"adventure-{NUMBER}"
    for name in (
        "items",
        "discount",
        "shipping",
        "tax",
        "total",
        "currency",
        "customer_id",
        "reservation_id",
    ):
        assert getattr(sent, name) == order[name]
    lines = sorted(desk.rows(order_lines), key=lambda row: row["position"])
    assert [(line.sku, line.name, line.quantity, line.total) for line in sent.lines] == [
        (row["sku"], row["name"], row["quantity"], row["total"]) for row in lines
    ]
    assert sum(payment.amount for payment in sent.payments) == order["total"]
    assert sum(line.total for line in sent.lines) + order["shipping"] <= order["total"]


async def test_refused_order_waits_for_a_supervisor_with_the_reason(desk: Desk) -> None:
    desk.dom.script("transfer", Refused(code="credit_hold", reason="Customer is on credit hold."))
    await desk.ordered()
    await desk.run_jobs(within=DAY)
    transfer = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert (transfer.status.value, transfer.cause) == ("failed", "credit_hold")
    assert transfer.reason == "Customer is on credit hold."
    assert attempts(desk) == [("transfer", "refused")]
    assert desk.dom.ledger()["orders"] == []


async def test_dom_out_of_reach_is_tried_again_with_ever_longer_waits(desk: Desk) -> None:
    desk.dom.script("transfer", DOWN, times=3)
    await desk.ordered()
    await desk.run_jobs(within=timedelta(minutes=5))
    assert attempts(desk) == [("transfer", "unreachable")] * 3 + [("transfer", "succeeded")]
    rows = sorted(desk.rows(transfer_attempts), key=lambda row: row["number"])
    waits = [(after["started_at"] - before["ended_at"]).total_seconds() for before, after in pairwise(rows)]
    for wait, step in zip(waits, (2, 4, 8), strict=True):
        assert 0.8 * step <= wait <= 1.2 * step + 0.1
    assert len({key for key, _ in desk.dom.sent}) == 1
    assert len(desk.dom.ledger()["orders"]) == 1


async def test_after_the_last_automatic_try_a_supervisor_decides(desk: Desk) -> None:
    desk.dom.script("transfer", DOWN, times=100)
    await desk.ordered()
    await desk.run_jobs(within=DAY)
    transfer = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert (transfer.status.value, transfer.cause, transfer.automatic_left) == ("failed", "unreachable", 0)
    assert len(attempts(desk)) == 6
    assert desk.rows(audit)[-1]["action"] == "transfer.failed"


@pytest.mark.parametrize("kind", [Unreachable, Unknown])
async def test_retry_after_is_obeyed(desk: Desk, kind: type[Unreachable] | type[Unknown]) -> None:
    desk.dom.script("transfer", kind(reason="Busy.", retry_after=timedelta(minutes=3)))
    await desk.ordered()
    await desk.run_jobs(within=timedelta(seconds=170))
    assert len(attempts(desk)) == 1
    await desk.run_jobs(within=timedelta(seconds=20))
    assert desk.transfer(NUMBER)["status"] == "transferred"


async def test_lost_answer_is_looked_up_and_found_and_not_sent_twice(desk: Desk) -> None:
    desk.dom.script("transfer", SILENCE, after_effect=True)
    await desk.ordered()
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "unknown"
    await desk.run_jobs(within=timedelta(minutes=1))
    assert attempts(desk) == [("transfer", "unknown"), ("lookup", "succeeded")]
    assert desk.transfer(NUMBER)["status"] == "transferred"
    assert len(desk.dom.sent) == 1
    assert len(desk.dom.ledger()["orders"]) == 1


async def test_request_that_never_arrived_is_looked_up_and_sent_again_with_its_key(desk: Desk) -> None:
    desk.dom.script("transfer", SILENCE)
    await desk.ordered()
    await desk.run_jobs(within=timedelta(minutes=1))
    assert attempts(desk) == [("transfer", "unknown"), ("lookup", "succeeded"), ("transfer", "succeeded")]
    assert len({key for key, _ in desk.dom.sent}) == 1
    assert len(desk.dom.ledger()["orders"]) == 1


async def test_unknown_stays_unknown_while_the_dom_is_silent(desk: Desk) -> None:
    desk.dom.script("transfer", SILENCE, after_effect=True)
    desk.dom.script("find_transferred", DOWN, times=2)
    await desk.ordered()
    await desk.run_jobs(within=timedelta(seconds=5))
    transfer = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert transfer.status.value == "unknown"
    await desk.run_jobs(within=timedelta(minutes=2))
    assert desk.transfer(NUMBER)["status"] == "transferred"
    assert len(desk.dom.sent) == 1


@pytest.mark.parametrize("hangs", ["before", "after"])
async def test_worker_that_dies_in_mid_try_leaves_a_look_up_to_the_next(desk: Desk, hangs: str) -> None:
    await desk.ordered()
    desk.dom.hangs = hangs
    task = asyncio.ensure_future(desk.run_jobs())
    while not desk.dom.sent:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    desk.dom.hangs = ""
    order_id = desk.order(NUMBER)["order_id"]
    worker = await desk.another("worker-2")
    try:
        # DBOS starts the dead worker's job again at once; the try may still be alive elsewhere.
        await worker.office.jobs["transfer_order"](order_id)
        assert desk.transfer(NUMBER)["status"] == "sent"
        await worker.run_jobs(within=timedelta(minutes=1))
    finally:
        await worker.office.close()
    assert desk.transfer(NUMBER)["status"] == "transferred"
    found = [("transfer", "unknown"), ("lookup", "succeeded")]
    assert attempts(desk) == (found if hangs == "after" else [*found, ("transfer", "succeeded")])
    assert len(desk.dom.ledger()["orders"]) == 1


async def test_lost_job_is_queued_again_by_housekeeping(desk: Desk) -> None:
    await desk.ordered()
    desk.lose_jobs()
    desk.clock.pass_time(timedelta(minutes=2))
    await desk.office.maintenance.run_once()
    await desk.office.maintenance.run_once()
    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.transfer(NUMBER)["status"] == "transferred"
    assert len(attempts(desk)) == 1
    assert len(desk.mail.received) == 1


async def test_same_job_run_by_two_workers_sends_once(desk: Desk) -> None:
    await desk.ordered()
    order_id = desk.order(NUMBER)["order_id"]
    work = desk.office.jobs["transfer_order"]
    await asyncio.gather(*(work(order_id) for _ in range(10)))
    assert len(desk.dom.sent) == 1
    assert attempts(desk) == [("transfer", "succeeded")]


async def test_order_that_does_not_exist_sends_nothing(desk: Desk) -> None:
    await desk.office.jobs["transfer_order"]("nobody")
    assert desk.dom.sent == []


async def test_store_whose_orders_stay_here_has_no_transfer(desk: Desk) -> None:
    desk.use(desk.system(), orders_to_dom=False)
    await desk.ordered()
    await desk.run_jobs(within=DAY)
    assert desk.dom.sent == []
    assert desk.rows(transfer_attempts) == []


async def test_acknowledgement_takes_the_order_off_the_cache_once(desk: Desk) -> None:
    await desk.ordered("3*HL-U509-R")  # adding the line cached the DOM's 288
    await desk.run_jobs()
    [taken] = desk.rows(decrements)
    assert (taken["sku"], taken["quantity"]) == ("HL-U509-R", 3)
    assert int(desk.row(availability, sku="HL-U509-R", location_id="ONLINE")["quantity"]) == 285
    await desk.office.jobs["transfer_order"](desk.order(NUMBER)["order_id"])
    assert len(desk.rows(decrements)) == 1


async def test_figure_the_dom_pushes_after_the_acknowledgement_holds_the_order_already(desk: Desk) -> None:
    await desk.ordered("3*HL-U509-R")
    await desk.run_jobs()
    for message in desk.dom.sync_inventory():
        for _ in range(2):
            desk.do(partial(apply_inventory, message=message, at=desk.clock.now))
    assert int(desk.row(availability, sku="HL-U509-R", location_id="ONLINE")["quantity"]) == 285


async def test_answer_that_comes_after_another_worker_found_the_order_changes_nothing(desk: Desk) -> None:
    await desk.ordered()
    desk.dom.hangs = "after"
    slow = asyncio.ensure_future(desk.run_jobs())
    while not desk.dom.ledger()["orders"]:
        await asyncio.sleep(0.01)
    desk.clock.pass_time(timedelta(minutes=1))
    worker = await desk.another("worker-2")
    try:
        await worker.office.jobs["transfer_order"](desk.order(NUMBER)["order_id"])
        found = await desk.office.transfers.get(SUPERVISOR, NUMBER)
        desk.dom.go_on.set()
        await slow
    finally:
        await worker.office.close()
    assert found.status.value == "transferred"
    assert await desk.office.transfers.get(SUPERVISOR, NUMBER) == found
    assert attempts(desk) == [("transfer", "unknown"), ("lookup", "succeeded")]
    assert len(desk.rows(decrements)) == 1
