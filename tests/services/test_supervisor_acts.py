"""What a supervisor does with transfers: retry, hold, release, ask the DOM, give up."""

from datetime import timedelta

import pytest

from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.domain.statuses import TransferStatus
from backoffice.domain.transfer import Transfer
from backoffice.store.tables.ordering import order_statuses, transfer_attempts
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from tests.services.desk import CARD, Desk
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

NUMBER = "B1000001"
REFUSED = Refused(code="credit_hold", reason="Customer is on credit hold.")
SILENCE = Unknown(reason="No answer.")
DAY = timedelta(days=1)


async def failed(
    desk: Desk, outcome: Refused | Unknown | Unreachable = REFUSED, **script: object
) -> Transfer:
    """An order with a card whose transfer waits for a supervisor."""
    desk.dom.script("transfer", outcome, times=1 if outcome is REFUSED else 100, **script)  # type: ignore[arg-type]  # passed on
    desk.dom.script("find_transferred", Unreachable(reason="Down."), times=0 if outcome is REFUSED else 100)
    await desk.ordered("3*HL-U509-R", pay=CARD)
    await desk.run_jobs(within=DAY)
    transfer = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert transfer.status is TransferStatus.FAILED
    desk.dom._script.clear()
    return transfer


async def test_supervisor_retries_a_failed_transfer(desk: Desk) -> None:
    transfer = await failed(desk)
    queued = await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=transfer.version)
    assert (queued.status, queued.automatic_left) == (TransferStatus.QUEUED, 6)
    await desk.run_jobs()
    done = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert done.status is TransferStatus.TRANSFERRED
    assert [attempt.outcome for attempt in await desk.office.transfers.attempts(SUPERVISOR, NUMBER)] == [
        "refused",
        "succeeded",
    ]
    assert len({key for key, _ in desk.dom.sent}) == 1
    assert "transfer.retried" in [row["action"] for row in desk.rows(audit)]


async def test_retry_of_a_transferred_order_does_nothing(desk: Desk) -> None:
    await desk.ordered()
    await desk.run_jobs()
    before = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    rows = len(desk.rows(audit))
    assert await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=before.version) == before
    assert len(desk.rows(audit)) == rows
    await desk.run_jobs(within=DAY)
    assert len(desk.dom.sent) == 1
    assert len(desk.rows(transfer_attempts)) == 1


async def test_retry_pressed_twice_queues_once(desk: Desk) -> None:
    transfer = await failed(desk)
    await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=transfer.version)
    with pytest.raises(Conflict) as refusal:
        await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=transfer.version)
    assert refusal.value.code == "stale_version"
    await desk.run_jobs(within=DAY)
    assert len(desk.dom.sent) == 2


async def test_retry_of_what_may_be_there_looks_first(desk: Desk) -> None:
    transfer = await failed(desk, SILENCE, after_effect=True)
    await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=transfer.version)
    sent = len(desk.dom.sent)
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "transferred"
    assert len(desk.dom.sent) == sent
    assert len(desk.dom.ledger()["orders"]) == 1


async def test_held_transfer_stays_until_it_is_released(desk: Desk) -> None:
    await desk.ordered()
    waiting = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    held = await desk.office.transfers.hold(SUPERVISOR, NUMBER, version=waiting.version)
    assert held.status is TransferStatus.HELD
    await desk.run_jobs(within=DAY)
    await desk.office.maintenance.run_once()
    await desk.run_jobs(within=DAY)
    assert desk.dom.sent == []
    await desk.office.transfers.release(SUPERVISOR, NUMBER, version=held.version)
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "transferred"


async def test_doubt_is_resolved_by_asking_the_dom_that_holds_it(desk: Desk) -> None:
    transfer = await failed(desk, SILENCE, after_effect=True)
    resolved = await desk.office.transfers.resolve(SUPERVISOR, NUMBER, version=transfer.version)
    assert resolved.status is TransferStatus.TRANSFERRED
    assert resolved.external_order_id == desk.dom.ledger()["orders"][0]["external_order_id"]
    last = (await desk.office.transfers.attempts(SUPERVISOR, NUMBER))[-1]
    assert (last.kind, last.outcome) == ("lookup", "succeeded")


async def test_doubt_is_resolved_by_asking_the_dom_that_does_not_hold_it(desk: Desk) -> None:
    transfer = await failed(desk, SILENCE)
    resolved = await desk.office.transfers.resolve(SUPERVISOR, NUMBER, version=transfer.version)
    assert (resolved.status, resolved.cause) == (TransferStatus.FAILED, "not_there")
    await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=resolved.version)
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "transferred"


async def test_dom_that_is_silent_leaves_the_doubt(desk: Desk) -> None:
    transfer = await failed(desk, SILENCE, after_effect=True)
    desk.dom.script("find_transferred", SILENCE)
    asked = await desk.office.transfers.resolve(SUPERVISOR, NUMBER, version=transfer.version)
    assert asked.status is TransferStatus.FAILED
    with pytest.raises(Conflict, match="Nobody knows"):
        await desk.office.transfers.give_up(SUPERVISOR, NUMBER, "too long", version=asked.version)
    again = await desk.office.transfers.resolve(SUPERVISOR, NUMBER, version=asked.version)
    assert again.status is TransferStatus.TRANSFERRED


async def test_answer_to_a_question_asked_before_it_moved_on_stays_on_record(desk: Desk) -> None:
    transfer = await failed(desk, SILENCE, after_effect=True)
    find = desk.dom.find_transferred

    class Slow:
        """Meanwhile a colleague presses retry."""

        async def find_transferred(self, number: str) -> object:
            now = await desk.office.transfers.get(SUPERVISOR, NUMBER)
            await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=now.version)
            return await find(number)  # type: ignore[arg-type]  # the number as it came

    slow = type(desk.office.transfers)(
        store=desk.office.store,
        clock=desk.clock,
        jobs=desk.jobs(),
        dom=Slow(),  # type: ignore[arg-type]  # only this question is asked
        store_id="adventure",
        desk="desk 3",
    )
    assert (await slow.resolve(SUPERVISOR, NUMBER, version=transfer.version)).status is TransferStatus.QUEUED
    assert all(attempt.ended_at for attempt in await desk.office.transfers.attempts(SUPERVISOR, NUMBER))
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "transferred"


@pytest.mark.parametrize("system", [InventorySystem.DOM, InventorySystem.NON_ATP])
async def test_order_given_up_lets_go_of_everything_it_held(desk: Desk, system: InventorySystem) -> None:
    desk.use(system)
    transfer = await failed(desk)
    with pytest.raises(InvalidInput, match="reason"):
        await desk.office.transfers.give_up(SUPERVISOR, NUMBER, " ", version=transfer.version)
    given_up = await desk.office.transfers.give_up(
        SUPERVISOR, NUMBER, "customer changed her mind", version=transfer.version
    )
    assert given_up.status is TransferStatus.GIVEN_UP
    await desk.run_jobs(within=DAY)
    order = desk.order(NUMBER)
    assert order["status"] == "X"
    last = desk.rows(order_statuses, order_id=order["order_id"])[-1]
    assert (last["status"], last["actor"], last["reason"]) == ("X", "sue", "customer changed her mind")
    assert desk.gateway.held() == 0
    assert desk.held_at_dom() == 0
    assert desk.held_locally("HL-U509-R") == (288, 0)
    assert [row["status"] for row in desk.rows(reservations)] == ["released"]
    assert desk.dom.ledger()["orders"] == []


async def test_what_is_under_way_or_done_can_not_be_given_up(desk: Desk) -> None:
    await desk.ordered()
    waiting = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    with pytest.raises(Conflict):
        await desk.office.transfers.give_up(SUPERVISOR, NUMBER, "no", version=waiting.version)
    await desk.run_jobs()
    done = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    for act in (desk.office.transfers.hold, desk.office.transfers.resolve):
        with pytest.raises(Conflict):
            await act(SUPERVISOR, NUMBER, version=done.version)
    with pytest.raises(Conflict):
        await desk.office.transfers.give_up(SUPERVISOR, NUMBER, "no", version=done.version)


async def test_numbers_come_first_and_failures_by_their_cause(desk: Desk) -> None:
    desk.dom.script("transfer", REFUSED, times=2)
    for _ in range(2):
        await desk.ordered()
        await desk.run_jobs()
    await desk.ordered()
    await desk.run_jobs()
    await desk.ordered()
    summary = await desk.office.transfers.summary(SUPERVISOR)
    assert (summary.waiting, summary.failed, summary.transferred) == (1, 2, 1)
    assert summary.causes == (("credit_hold", "Customer is on credit hold.", 2),)
    assert summary.oldest_waiting_at is not None


async def test_list_is_paged_without_a_gap_and_filtered(desk: Desk) -> None:
    desk.dom.script("transfer", REFUSED)
    for _ in range(5):
        await desk.ordered()
    await desk.run_jobs()
    seen, after = [], ""
    while True:
        page = await desk.office.transfers.list(SUPERVISOR, limit=2, after=after)
        seen += [row.order_number for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == [f"B100000{n}" for n in (5, 4, 3, 2, 1)]
    bad = await desk.office.transfers.list(SUPERVISOR, statuses=frozenset({TransferStatus.FAILED}))
    assert [row.order_number for row in bad.rows] == [NUMBER]
    assert (await desk.office.transfers.list(SUPERVISOR, cause="nothing like it")).rows == ()


async def test_only_who_may_acts_and_looks(desk: Desk) -> None:
    transfer = await failed(desk)
    for actor in (AGENT, SUPPORT):
        with pytest.raises(NotAllowed):
            await desk.office.transfers.retry(actor, NUMBER, version=transfer.version)
        with pytest.raises(NotAllowed):
            await desk.office.transfers.summary(actor)
        with pytest.raises(NotAllowed):
            await desk.office.transfers.list(actor)
        with pytest.raises(NotAllowed):
            await desk.office.transfers.resolve(actor, NUMBER, version=transfer.version)
    with pytest.raises(NotFound):
        await desk.office.transfers.get(SUPERVISOR, "B9")
