"""ProcessOrder Cancel: what an order held is free again, nothing is sent, and what may be at the DOM is left alone."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backoffice.domain.ids import StaffId
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.order import Order
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.domain.payment import MoveKind, PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import OrderStatus, PaymentStatus, TransferStatus
from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from backoffice.services.order_sync import OrderSync
from backoffice.services.payments.moves import plan
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import locks, order_lines, order_statuses, payments, transfers
from backoffice.store.tables.people import audit
from backoffice.store.tables.selling import reservations
from tests.services.desk import CARD, DECLINED, Desk
from tests.services.pushes import SECRET, signed
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

NUMBER = "B1000001"
DAY = timedelta(days=1)
SILENCE = Unknown(reason="No answer.")
TESS = Actor(staff_id=StaffId("tess"), name="Tess", role=Role.SUPERVISOR, desk="desk 4")


async def cancel(
    desk: Desk, reason: str = "customer changed her mind", *, actor: Actor = SUPERVISOR
) -> Order:
    version = desk.order(NUMBER)["version"]
    return await desk.office.orders.cancel(actor, NUMBER, reason, version=version)


async def refusal(desk: Desk) -> str:
    before = desk.order(NUMBER)
    with pytest.raises(Conflict) as no:
        await cancel(desk)
    assert desk.order(NUMBER) == before
    assert no.value.advice
    return no.value.code


def assert_invariants_hold(desk: Desk) -> None:
    ledgers = Ledgers(now=desk.clock.now, quiet=True)
    findings = desk.office.store.read_here(lambda connection: check_all(connection, ledgers))
    # The jobs of this desk stand in a table of its own, where check does not look for them.
    assert [f for f in findings if f.state == "broken" and f.invariant.number != 11] == []


@pytest.mark.parametrize("system", [InventorySystem.DOM, InventorySystem.NON_ATP, InventorySystem.NONE])
async def test_order_that_waits_to_be_sent_is_cancelled_whole(desk: Desk, system: InventorySystem) -> None:
    desk.use(system)
    await desk.ordered("3*HL-U509-R", pay=CARD)
    cancelled = await cancel(desk, " customer\nchanged her mind ")
    assert (cancelled.status, cancelled.transfer_status) == (OrderStatus.CANCELLED, TransferStatus.GIVEN_UP)
    assert [payment.status for payment in cancelled.payments] == [PaymentStatus.VOIDING]
    await desk.run_jobs(within=DAY)
    assert desk.dom.sent == []
    assert desk.gateway.held() == 0
    assert desk.held_at_dom() == 0
    assert desk.held_locally("HL-U509-R") == (288, 0)
    assert {row["status"] for row in desk.rows(reservations)} <= {"released"}
    assert [(line["status"], line["cancelled"]) for line in desk.rows(order_lines)] == [("Cancelled", 3)]
    last = desk.rows(order_statuses)[-1]
    assert (last["status"], last["actor"], last["reason"]) == ("X", "sue", "customer changed her mind")
    trail = desk.rows(audit, action="order.cancelled")[0]
    assert (trail["actor"], trail["subject"]) == ("sue", NUMBER)
    assert trail["detail"] == {"reason": "customer changed her mind"}
    assert trail["customer_id"]
    assert_invariants_hold(desk)


async def test_customer_is_told_once(desk: Desk) -> None:
    await desk.ordered()
    await cancel(desk)
    assert await refusal(desk) == "cancelled"
    await desk.run_jobs(within=DAY)
    told = [mail["occasion"] for mail in desk.rows(mails)]
    assert sorted(told) == ["cancelled", "confirmation"]
    assert len([mail for mail in desk.mail.received if "cancelled" in mail.subject]) == 1


async def test_two_supervisors_at_once_cancel_once(desk: Desk) -> None:
    await desk.ordered()
    version = desk.order(NUMBER)["version"]
    ends = await asyncio.gather(
        *(
            desk.office.orders.cancel(actor, NUMBER, "twice", version=version)
            for actor in (SUPERVISOR, TESS, SUPERVISOR)
        ),
        return_exceptions=True,
    )
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "Conflict", "Order"]
    assert {end.code for end in ends if isinstance(end, Conflict)} == {"modified"}
    assert len(desk.rows(audit, action="order.cancelled")) == 1


async def test_transfer_that_was_held_or_refused_is_given_up(desk: Desk) -> None:
    desk.dom.script("transfer", Refused(code="credit_hold", reason="Customer is on credit hold."))
    await desk.ordered(pay=CARD)
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "failed"
    assert (await cancel(desk)).transfer_status is TransferStatus.GIVEN_UP
    await desk.run_jobs(within=DAY)
    assert desk.dom.ledger()["orders"] == []
    assert_invariants_hold(desk)


async def test_order_somebody_holds_is_not_given_up_by_another(desk: Desk) -> None:
    await desk.ordered()
    waiting = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    held = await desk.office.transfers.hold(SUPERVISOR, NUMBER, version=waiting.version)
    await desk.office.locks.lock(TESS, Subject(kind=LockKind.ORDER, name=NUMBER))
    with pytest.raises(Conflict, match="Tess") as no:
        await desk.office.transfers.give_up(SUPERVISOR, NUMBER, "no", version=held.version)
    assert no.value.code == "locked"
    given_up = await desk.office.transfers.give_up(TESS, NUMBER, "yes", version=held.version)
    assert given_up.status is TransferStatus.GIVEN_UP


async def test_held_transfer_is_given_up(desk: Desk) -> None:
    await desk.ordered()
    waiting = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    await desk.office.transfers.hold(SUPERVISOR, NUMBER, version=waiting.version)
    assert (await cancel(desk)).transfer_status is TransferStatus.GIVEN_UP


async def test_order_being_sent_is_left_alone(desk: Desk) -> None:
    await desk.ordered()
    desk.dom.hangs = "before"
    sending = asyncio.create_task(desk.run_jobs())
    while desk.transfer(NUMBER)["status"] != "sent":
        await asyncio.sleep(0.01)
    assert await refusal(desk) == "being_sent"
    desk.dom.go_on.set()
    await sending
    assert await refusal(desk) == "at_dom"
    assert desk.order(NUMBER)["status"] == "C"


@pytest.mark.parametrize("there", [True, False])
async def test_order_nobody_knows_of_is_asked_for_first(desk: Desk, there: bool) -> None:
    desk.dom.script("transfer", SILENCE, after_effect=there)
    desk.dom.script("find_transferred", Unreachable(reason="Down."), times=100)
    await desk.ordered()
    await desk.run_jobs()
    assert desk.transfer(NUMBER)["status"] == "unknown"
    assert await refusal(desk) == "ask_first"
    await desk.run_jobs(within=DAY)
    failed = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    assert failed.status is TransferStatus.FAILED
    assert await refusal(desk) == "ask_first"
    await desk.office.transfers.retry(SUPERVISOR, NUMBER, version=failed.version)
    assert await refusal(desk) == "ask_first"  # queued again, and as doubtful as before
    desk.dom._script.clear()
    await desk.run_jobs(within=DAY)
    assert desk.transfer(NUMBER)["status"] == "transferred"
    assert await refusal(desk) == "at_dom"


async def test_doubt_that_was_cleared_can_be_cancelled(desk: Desk) -> None:
    desk.dom.script("transfer", SILENCE)
    desk.dom.script("find_transferred", Unreachable(reason="Down."), times=100)
    await desk.ordered()
    await desk.run_jobs(within=DAY)
    desk.dom._script.clear()
    failed = await desk.office.transfers.get(SUPERVISOR, NUMBER)
    await desk.office.transfers.resolve(SUPERVISOR, NUMBER, version=failed.version)
    assert (await cancel(desk)).status is OrderStatus.CANCELLED


async def test_what_was_shipped_or_never_was_an_order_is_not_cancelled(desk: Desk) -> None:
    await desk.ordered()
    desk.do(lambda connection: connection.execute(update(order_lines).values(shipped=1)))
    assert await refusal(desk) == "shipped"
    failed = await desk.ordered(pay=DECLINED)
    assert failed.order_number
    with pytest.raises(Conflict) as no:
        await desk.office.orders.cancel(
            SUPERVISOR, failed.order_number, "no", version=desk.order(failed.order_number)["version"]
        )
    assert no.value.code == "failed"
    with pytest.raises(NotFound):
        await desk.office.orders.cancel(SUPERVISOR, "B9", "no", version=1)


async def test_order_still_being_submitted_is_not_cancelled(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE)
    await desk.ordered(pay=CARD)
    assert await refusal(desk) == "in_checkout"


async def test_cancelling_needs_right_reason_lock_and_the_version_that_was_read(desk: Desk) -> None:
    await desk.ordered()
    for actor in (AGENT, SUPPORT):
        with pytest.raises(NotAllowed):
            await cancel(desk, actor=actor)
    for bad in ("", " \n", "card 4242 4242 4242 4242"):
        with pytest.raises(InvalidInput):
            await cancel(desk, bad)
    with pytest.raises(Conflict) as no:
        await desk.office.orders.cancel(SUPERVISOR, NUMBER, "late", version=desk.order(NUMBER)["version"] - 1)
    assert no.value.code == "modified"
    order = Subject(kind=LockKind.ORDER, name=NUMBER)
    await desk.office.locks.lock(TESS, order)
    assert await refusal(desk) == "locked"
    assert desk.order(NUMBER)["status"] == "C"
    await cancel(desk, actor=TESS)
    assert desk.rows(locks, kind="order") == []


async def test_order_of_a_store_without_a_dom_is_cancelled(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP, orders_to_dom=False)
    await desk.ordered("3*HL-U509-R", pay=CARD)
    cancelled = await cancel(desk)
    assert cancelled.transfer_status is TransferStatus.NONE
    await desk.run_jobs(within=DAY)
    assert desk.held_locally("HL-U509-R") == (288, 0)
    assert_invariants_hold(desk)


async def test_status_that_comes_from_the_dom_makes_a_new_version(desk: Desk) -> None:
    await desk.ordered()
    await desk.run_jobs()
    before = desk.order(NUMBER)["version"]
    desk.dom.advance()
    sync = OrderSync(desk.office.store, desk.jobs(), secrets=[SECRET], clock=desk.clock)
    for body in desk.dom.bodies("push_order"):
        await sync.receive_order(body, signed(body, at=desk.clock.now))
    assert desk.order(NUMBER)["version"] > before
    with pytest.raises(Conflict) as no:
        await desk.office.orders.cancel(SUPERVISOR, NUMBER, "late", version=before)
    assert no.value.code == "modified"


async def test_money_that_was_taken_is_given_back(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP, orders_to_dom=False)
    await desk.ordered("3*HL-U509-R", pay=CARD)

    def capture(connection: Connection) -> None:
        row = connection.execute(select(payments)).one()
        plan(
            connection,
            desk.jobs(),
            row,
            MoveKind.CAPTURE,
            amount=row.amount,
            about="taken early",
            now=desk.clock.now,
        )

    desk.do(capture)
    await desk.run_jobs()
    assert desk.payment_statuses() == ["captured"]
    await cancel(desk)
    await desk.run_jobs(within=DAY)
    assert desk.payment_statuses() == ["refunded"]
    [at_bank] = desk.gateway.payments.values()
    assert at_bank.refunded == at_bank.captured > 0
    assert_invariants_hold(desk)


async def test_order_that_waits_for_its_customer_to_pay_is_cancelled(desk: Desk) -> None:
    link = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Link")
    result = await desk.ordered("3*HL-U509-R", pay=link)
    assert desk.order(NUMBER)["status"] == "M", result.sentence
    cancelled = await cancel(desk)
    assert cancelled.transfer_status is TransferStatus.NONE
    await desk.run_jobs(within=DAY)
    assert {one.status for one in desk.gateway.links.values()} == {"cancelled"}
    assert desk.payment_statuses() == ["voided"]
    assert desk.held_at_dom() == 0
    assert desk.dom.sent == []
    assert len([mail for mail in desk.mail.received if "cancelled" in mail.subject]) == 1
    assert_invariants_hold(desk)


async def test_transfer_that_was_given_up_before_is_left_as_it_is(desk: Desk) -> None:
    await desk.ordered()
    desk.do(
        lambda connection: connection.execute(update(transfers).values(status="given_up", reason="Before."))
    )
    assert (await cancel(desk)).status is OrderStatus.CANCELLED
    assert desk.transfer(NUMBER)["reason"] == "Before."
