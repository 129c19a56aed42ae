"""What a supervisor sees of checkouts that failed, and does about them."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refusal
from backoffice.domain.failed_checkout import (
    FailedDetails,
    FailedStanding,
    OpenKind,
    may_reopen,
    may_retry,
)
from backoffice.domain.ids import CartId, new_id
from backoffice.domain.outcome import Unknown, Unreachable
from backoffice.domain.statuses import CartStatus, CheckoutState
from backoffice.services.check import check_all
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.checks.ledgers import Ledgers
from backoffice.store.tables.ordering import checkout_attempts, payments
from backoffice.store.tables.people import audit
from backoffice.store.tables.undoing import take_backs
from tests.services.desk import CARD, DECLINED, ON_ACCOUNT, Desk
from tests.services.test_rollback import Stumbling, UndoFails, with_action
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

F = FailedStanding
HOUR = timedelta(hours=1)
SILENCE = Unknown(reason="No answer.")


async def the_only_one(desk: Desk) -> FailedDetails:
    [row] = (await desk.office.failed_checkouts.list(SUPERVISOR)).rows
    return await desk.office.failed_checkouts.get(SUPERVISOR, row.attempt_id)


async def stuck(desk: Desk, undo: str = "authorizePayments", *, times: int = 2) -> FailedDetails:
    """A checkout one of whose undos fails so many times."""
    broken = Stumbling(PIPELINE.action("createNewOrderEvent"), Refusal("Not today."))
    failing = UndoFails(PIPELINE.action(undo), times=times)
    desk.use_actions(with_action(failing, with_action(broken)))
    await desk.ordered(pay=ON_ACCOUNT)
    return await the_only_one(desk)


def assert_checkouts_hold(desk: Desk) -> None:
    ledgers = Ledgers(now=desk.clock.now, quiet=True)
    findings = desk.office.store.read_here(lambda connection: check_all(connection, ledgers))
    broken = {f.invariant.number: f.violations for f in findings if f.state == "broken"}
    assert not broken.keys() & {8, 9, 12, 13, 14, 15, 30}, broken


async def test_declined_card_shows_action_reason_and_the_journal_in_order(desk: Desk) -> None:
    await desk.ordered(pay=DECLINED)
    seen = await the_only_one(desk)
    assert (seen.checkout.standing, seen.checkout.failed_action) == (F.UNDONE, "authorizePayments")
    assert "declined" in seen.checkout.sentence
    assert seen.checkout.advice
    assert (seen.checkout.order_number, seen.checkout.agent) == ("B1000001", "Ann")
    assert seen.checkout.customer_name == "Catherine Abel"
    assert seen.checkout.total is not None
    assert seen.checkout.next_try_at is None
    steps = [(line.what, line.action) for line in seen.journal]
    done = [action for what, action in steps if what == "execute"]
    undone = [action for what, action in steps if what == "undo"]
    assert done[-1] == "authorizePayments"
    assert undone == [name for name in reversed(list(dict.fromkeys(done))) if name in undone]
    assert all(earlier.at <= later.at for earlier, later in zip(seen.journal, seen.journal[1:], strict=False))
    assert [line.outcome for line in seen.journal if line.action == "authorizePayments"][:2] == [
        "intended",
        "failed",
    ]
    assert seen.open_items == ()
    assert seen.cart_status is CartStatus.OPEN


async def test_money_the_bank_still_holds_is_open_until_it_lets_go(desk: Desk) -> None:
    desk.use_actions(with_action(Stumbling(PIPELINE.action("updateOrder"), Refusal("Not today."))))
    desk.gateway.script("void", Unreachable(reason="Down."), times=3)
    await desk.ordered(pay=CARD)
    seen = await the_only_one(desk)
    assert seen.checkout.standing is F.OPEN
    [item] = seen.open_items
    assert (item.kind, item.word, item.status) == (OpenKind.PAYMENT, "Visa ending 4242", "voiding")
    assert item.amount == seen.checkout.total
    await desk.run_jobs()
    assert (await the_only_one(desk)).open_items[0].reason == "Down."
    await desk.run_jobs(within=HOUR)
    assert (await the_only_one(desk)).checkout.standing is F.UNDONE
    assert_checkouts_hold(desk)


async def test_what_is_open_is_tried_again_at_once(desk: Desk) -> None:
    desk.use_actions(with_action(Stumbling(PIPELINE.action("updateOrder"), Refusal("Not today."))))
    desk.gateway.script("void", Unreachable(reason="Down."))
    await desk.ordered(pay=CARD)
    await desk.run_jobs()
    seen = await the_only_one(desk)
    after = await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.OPEN)
    assert after.checkout.standing is F.OPEN
    await desk.run_jobs()
    assert (await the_only_one(desk)).checkout.standing is F.UNDONE
    assert desk.gateway.held() == 0
    told = desk.rows(audit, action="checkout.undo_retried")[0]
    assert (told["actor"], told["subject"]) == ("sue", "B1000001")


async def test_stock_being_released_is_open(desk: Desk) -> None:
    result = await desk.ordered(pay=DECLINED)
    [row] = (await desk.office.failed_checkouts.list(SUPERVISOR)).rows
    [call] = await desk.office.carts.calls(AGENT)
    await desk.office.carts.close_call(AGENT, call.call_id)
    seen = await desk.office.failed_checkouts.get(SUPERVISOR, row.attempt_id)
    assert [item.kind for item in seen.open_items] == [OpenKind.STOCK]
    assert seen.checkout.standing is F.OPEN
    assert "dropped" in seen.reopen_refused
    await desk.office.failed_checkouts.retry(SUPERVISOR, row.attempt_id, seen=F.OPEN)
    await desk.run_jobs()
    assert desk.held_at_dom() == 0
    by_number = await desk.office.failed_checkouts.get(SUPERVISOR, result.order_number)
    assert by_number.checkout.standing is F.UNDONE


async def test_what_an_action_of_a_package_did_outside_is_open_until_it_is_taken_back(desk: Desk) -> None:
    await desk.ordered(pay=DECLINED)
    seen = await the_only_one(desk)
    identity = new_id()
    desk.do(
        lambda connection: connection.execute(
            insert(take_backs).values(
                take_back_id=identity,
                attempt_id=seen.checkout.attempt_id,
                action="loyaltyPoints",
                subject="points",
                key="points-1",
                detail="",
                state="open",
                reason="The loyalty server is down.",
                tries=3,
                created_at=desk.clock.now,
                updated_at=desk.clock.now,
            )
        )
    )
    seen = await the_only_one(desk)
    assert seen.checkout.standing is F.OPEN
    [item] = seen.open_items
    assert (item.kind, item.word, item.reason) == (
        OpenKind.TAKE_BACK,
        "loyaltyPoints",
        "The loyalty server is down.",
    )
    await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.OPEN)
    assert ("take_back", identity) in [(job["name"], job["subject"]) for job in desk.waiting_jobs()]
    desk.do(lambda connection: connection.execute(update(take_backs).values(state="done")))
    assert (await the_only_one(desk)).checkout.standing is F.UNDONE


async def test_stuck_one_is_undone_when_tried_again_and_not_before(desk: Desk) -> None:
    seen = await stuck(desk, times=1)
    assert seen.checkout.standing is F.STUCK
    assert seen.checkout.next_try_at is not None
    assert seen.cart_status is CartStatus.IN_CHECKOUT
    assert [item.kind for item in seen.open_items] == [OpenKind.PAYMENT]
    assert ("undo", "failed") in [(line.what, line.outcome) for line in seen.journal]
    await desk.run_jobs()
    assert (await the_only_one(desk)).checkout.standing is F.STUCK  # its time has not come
    await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.STUCK)
    await desk.run_jobs()
    after = await the_only_one(desk)
    assert after.checkout.standing is F.UNDONE
    assert after.cart_status is CartStatus.OPEN
    assert after.retry_refused
    with pytest.raises(Conflict) as no:
        await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.STUCK)
    assert no.value.code == "modified"
    with pytest.raises(Conflict) as no:
        await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.UNDONE)
    assert no.value.code == "nothing_open"
    await desk.run_jobs(within=HOUR)
    assert_checkouts_hold(desk)


async def test_cart_is_opened_again_once_nothing_is_open(desk: Desk) -> None:
    seen = await stuck(desk, "processCouponCustomerAssignments", times=1000)
    assert seen.open_items == ()
    assert seen.reopen_refused == ""
    for bad in ("", "4242 4242 4242 4242"):
        with pytest.raises(InvalidInput):
            await desk.office.failed_checkouts.reopen(SUPERVISOR, seen.checkout.attempt_id, bad, seen=F.STUCK)
    after = await desk.office.failed_checkouts.reopen(
        SUPERVISOR, seen.checkout.attempt_id, "coupons taken back by hand", seen=F.STUCK
    )
    assert (after.checkout.standing, after.cart_status) == (F.UNDONE, CartStatus.OPEN)
    assert after.reopen_refused == "The cart is open."
    told = desk.rows(audit, action="checkout.reopened")[0]
    assert told["detail"]["reason"] == "coupons taken back by hand"
    await desk.run_jobs(within=HOUR)
    assert (await the_only_one(desk)).checkout.standing is F.UNDONE  # no job undoes what is over
    desk.use_actions(PIPELINE)
    cart = await desk.office.carts.get(AGENT, CartId(seen.checkout.cart_id))
    result = await desk.submit(await desk.prepare(cart))
    assert (result.state, result.order_number) == (CheckoutState.COMPLETED, "B1000002")
    assert_checkouts_hold(desk)


@pytest.mark.parametrize(
    "undo, kind",
    [
        ("authorizePayments", OpenKind.PAYMENT),
        ("updateOrder", OpenKind.STOCK),
        ("createNewOrder", OpenKind.ORDER),
        ("createNewOrderEvent", OpenKind.TRANSFER),
    ],
)
async def test_cart_stays_closed_while_something_is_open(desk: Desk, undo: str, kind: OpenKind) -> None:
    broken = Stumbling(PIPELINE.action("initiateFulfilment"), Refusal("Not today."))
    failing = UndoFails(PIPELINE.action(undo), times=1000)
    desk.use_actions(with_action(failing, with_action(broken)))
    await desk.ordered()
    seen = await the_only_one(desk)
    assert kind in {item.kind for item in seen.open_items}
    with pytest.raises(Conflict) as no:
        await desk.office.failed_checkouts.reopen(
            SUPERVISOR, seen.checkout.attempt_id, "please", seen=F.STUCK
        )
    assert no.value.code == "still_open"
    assert desk.cart_status(seen.checkout.cart_id) == "in_checkout"


async def test_one_the_bank_has_not_answered_is_asked_for_now(desk: Desk) -> None:
    desk.gateway.script("authorise", SILENCE)
    desk.gateway.script("find", SILENCE)
    await desk.ordered(pay=CARD)
    seen = await the_only_one(desk)
    assert seen.checkout.standing is F.CHECKING
    assert seen.reopen_refused
    with pytest.raises(Conflict):
        await desk.office.failed_checkouts.reopen(
            SUPERVISOR, seen.checkout.attempt_id, "please", seen=F.CHECKING
        )
    await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.CHECKING)
    await desk.run_jobs()
    assert (await desk.office.failed_checkouts.list(SUPERVISOR)).rows == ()
    with pytest.raises(NotFound, match="no failed checkout"):
        await desk.office.failed_checkouts.get(SUPERVISOR, seen.checkout.attempt_id)


async def test_refused_before_it_began_has_no_number_and_nothing_to_undo(desk: Desk) -> None:
    cart = await desk.cart()
    desk.clock.pass_time(HOUR)
    await desk.submit(cart)
    seen = await the_only_one(desk)
    assert (seen.checkout.standing, seen.checkout.order_number) == (F.REFUSED, "")
    assert seen.checkout.total is None
    assert seen.retry_refused
    with pytest.raises(Conflict):
        await desk.office.failed_checkouts.retry(SUPERVISOR, seen.checkout.attempt_id, seen=F.REFUSED)


async def test_numbers_come_first_and_rows_are_paged_without_a_gap(desk: Desk) -> None:
    for _ in range(5):
        await desk.ordered(pay=DECLINED)
    await desk.ordered()  # an order, so none of these
    cart = await desk.cart()
    desk.clock.pass_time(HOUR)
    await desk.submit(cart)
    summary = await desk.office.failed_checkouts.summary(SUPERVISOR)
    assert (summary.undone, summary.refused, summary.stuck, summary.open, summary.checking) == (5, 1, 0, 0, 0)
    assert summary.oldest_open_at is None
    [(action, sentence, count)] = summary.causes
    assert (action, count) == ("authorizePayments", 5)
    assert "declined" in sentence
    seen: list[str] = []
    after = ""
    while True:
        page = await desk.office.failed_checkouts.list(SUPERVISOR, limit=2, after=after)
        seen += [row.order_number for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == ["", *(f"B100000{n}" for n in (5, 4, 3, 2, 1))]
    only = await desk.office.failed_checkouts.list(SUPERVISOR, standing=F.REFUSED)
    assert [row.order_number for row in only.rows] == [""]
    some = await desk.office.failed_checkouts.list(SUPERVISOR, action="authorizePayments", limit=1)
    assert [row.order_number for row in some.rows] == ["B1000005"]
    with pytest.raises(InvalidInput):
        await desk.office.failed_checkouts.list(SUPERVISOR, after="nowhere")


async def test_rows_of_the_same_moment_are_not_lost_between_pages(desk: Desk) -> None:
    for _ in range(4):
        await desk.ordered(pay=DECLINED)
    desk.do(
        lambda connection: connection.execute(update(checkout_attempts).values(started_at=desk.clock.now))
    )
    seen: list[str] = []
    after = ""
    while True:
        page = await desk.office.failed_checkouts.list(SUPERVISOR, limit=1, after=after)
        seen += [row.order_number for row in page.rows]
        after = page.next
        if not after:
            break
    assert sorted(seen) == [f"B100000{n}" for n in (1, 2, 3, 4)]


async def test_the_oldest_that_is_open_is_told(desk: Desk) -> None:
    seen = await stuck(desk)
    summary = await desk.office.failed_checkouts.summary(SUPERVISOR)
    assert (summary.stuck, summary.oldest_open_at) == (1, seen.checkout.started_at)
    desk.do(lambda connection: connection.execute(update(payments).values(status="voided")))


async def test_only_supervisors_look_and_act(desk: Desk) -> None:
    seen = await stuck(desk)
    service, attempt = desk.office.failed_checkouts, seen.checkout.attempt_id
    for actor in (AGENT, SUPPORT):
        for refused in (
            service.summary(actor),
            service.list(actor),
            service.get(actor, attempt),
            service.retry(actor, attempt, seen=F.STUCK),
            service.reopen(actor, attempt, "why", seen=F.STUCK),
        ):
            with pytest.raises(NotAllowed):
                await refused


@pytest.mark.parametrize("standing", F)
@pytest.mark.parametrize("cart", CartStatus)
@pytest.mark.parametrize("open_items", [0, 2])
def test_each_cell_of_what_may_be_done(standing: F, cart: CartStatus, open_items: int) -> None:
    assert bool(may_retry(standing)) == (standing in {F.UNDONE, F.REFUSED})
    may = cart is CartStatus.IN_CHECKOUT and standing is not F.CHECKING and not open_items
    assert (may_reopen(standing, cart, open_items) == "") == may
