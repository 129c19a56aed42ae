"""Lock, Unlock and take-over through the desk: two people at one cart, and at one order."""

from datetime import timedelta

import pytest

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refusal
from backoffice.domain.ids import StaffId
from backoffice.domain.lock import LockKind, LockOutcome, LockState, Subject
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import CheckoutState
from backoffice.services.lock_rows import LOCK_LIFE
from backoffice.store.tables.ordering import locks
from backoffice.store.tables.people import audit
from tests.services.desk import Desk
from tests.services.world import AGENT, SUPERVISOR, SUPPORT

BOB = Actor(staff_id=StaffId("bob"), name="Bob", role=Role.AGENT, desk="desk 9")
TESS = Actor(staff_id=StaffId("tess"), name="Tess", role=Role.SUPERVISOR, desk="desk 4")


def of(cart: Cart) -> Subject:
    return Subject(kind=LockKind.CART, name=cart.cart_id)


async def change(desk: Desk, actor: Actor, cart: Cart, words: str = "hello") -> Cart:
    now = await desk.office.carts.get(actor, cart.cart_id)
    return await desk.office.carts.set_notes(actor, cart.cart_id, words, version=now.version)


async def refused(desk: Desk, actor: Actor, cart: Cart) -> str:
    with pytest.raises(Refusal) as no:
        await change(desk, actor, cart)
    return no.value.code


async def holder(desk: Desk, cart: Cart) -> LockState | None:
    return await desk.office.locks.state(AGENT, of(cart))


async def test_cart_is_held_by_its_agent_from_the_first_moment(desk: Desk) -> None:
    cart = await desk.built()
    lock = await holder(desk, cart)
    assert lock is not None
    assert (lock.holder, lock.holder_name, lock.desk, lock.reason) == ("ann", "Ann", "desk 1", "")
    assert lock.until - lock.since == LOCK_LIFE
    [call] = await desk.office.carts.calls(AGENT)
    assert call.lock == lock
    assert await refused(desk, BOB, cart) == "locked"
    assert await refused(desk, SUPERVISOR, cart) == "locked"


async def test_each_change_keeps_it_held_and_so_does_an_open_desk(desk: Desk) -> None:
    cart = await desk.built()
    first = await holder(desk, cart)
    assert first is not None
    assert await desk.office.locks.renew(AGENT) == 0  # there is time enough
    desk.clock.pass_time(LOCK_LIFE * 0.6)
    await change(desk, AGENT, cart)
    second = await holder(desk, cart)
    assert second is not None
    assert second.until > first.until
    assert second.since == first.since
    desk.clock.pass_time(LOCK_LIFE * 0.6)
    assert await desk.office.locks.renew(AGENT) == 1
    third = await holder(desk, cart)
    assert third is not None
    assert third.until > second.until


async def test_what_nobody_touches_is_free_but_stays_the_agents_call(desk: Desk) -> None:
    cart = await desk.built()
    desk.clock.pass_time(LOCK_LIFE)
    assert await holder(desk, cart) is None
    assert await desk.office.locks.renew(AGENT) == 0
    assert await refused(desk, BOB, cart) == "not_yours"
    assert await refused(desk, SUPERVISOR, cart) == "not_yours"
    await change(desk, AGENT, cart)
    assert await holder(desk, cart) is not None


async def test_supervisor_takes_over_and_gives_back(desk: Desk) -> None:
    cart = await desk.built()
    taken = await desk.office.locks.take_over(SUPERVISOR, of(cart), "  the caller\nasked for me ")
    assert (taken.holder, taken.taken_from, taken.reason) == ("sue", "ann", "the caller asked for me")
    assert await refused(desk, AGENT, cart) == "not_yours"
    with pytest.raises(NotAllowed, match=r"Sue .at desk 3. took this cart over: “the caller asked for me”"):
        await desk.prepare(cart)
    assert (await change(desk, SUPERVISOR, cart, "hers")).notes == "hers"
    for actor in (AGENT, SUPERVISOR):
        [call] = await desk.office.carts.calls(actor)
        assert call.cart_id == cart.cart_id
        assert call.lock is not None
        assert call.lock.holder == "sue"
    await desk.office.locks.unlock(SUPERVISOR, of(cart))
    assert (await change(desk, AGENT, cart, "mine")).notes == "mine"
    assert await desk.office.carts.calls(SUPERVISOR) == ()
    acts = {row["action"]: row for row in desk.rows(audit, subject=cart.cart_id)}
    assert acts["cart.taken_over"]["actor"] == "sue"
    assert acts["cart.taken_over"]["detail"] == {
        "reason": "the caller asked for me",
        "taken_from": "ann",
        "taken_from_name": "Ann",
    }
    assert acts["cart.unlocked"]["actor"] == "sue"


async def test_supervisor_finishes_the_call_of_somebody_who_left(desk: Desk) -> None:
    cart = await desk.cart()
    desk.clock.pass_time(LOCK_LIFE)
    taken = await desk.office.locks.take_over(SUPERVISOR, of(cart), "Ann went home")
    assert taken.taken_from is None
    result = await desk.submit(await desk.prepare(cart, actor=SUPERVISOR), actor=SUPERVISOR)
    assert result.state is CheckoutState.COMPLETED
    await desk.office.carts.close_call(SUPERVISOR, cart.call_id)
    assert desk.rows(locks) == []
    assert await desk.office.carts.calls(AGENT) == ()


async def test_what_was_taken_over_can_be_taken_over_again(desk: Desk) -> None:
    cart = await desk.built()
    await desk.office.locks.take_over(SUPERVISOR, of(cart), "first")
    assert await desk.office.locks.take_over(SUPERVISOR, of(cart), "pressed twice") == await holder(
        desk, cart
    )
    await desk.office.locks.take_over(TESS, of(cart), "second")
    assert await refused(desk, SUPERVISOR, cart) == "not_yours"
    assert await refused(desk, AGENT, cart) == "locked"
    back = await desk.office.locks.take_over(SUPERVISOR, of(cart), "third")
    assert (back.holder, back.taken_from) == ("sue", "tess")
    assert [row["action"] for row in desk.rows(audit)].count("cart.taken_over") == 3


async def test_take_over_needs_a_reason_and_the_right_and_what_was_seen(desk: Desk) -> None:
    cart = await desk.built()
    for bad in ("", " \n ", "x" * 401, "card 4242 4242 4242 4242"):
        with pytest.raises(InvalidInput):
            await desk.office.locks.take_over(SUPERVISOR, of(cart), bad)
    for actor in (BOB, SUPPORT, AGENT):
        with pytest.raises(NotAllowed):
            await desk.office.locks.take_over(actor, of(cart), "mine")
    with pytest.raises(Conflict) as no:
        await desk.office.locks.take_over(SUPERVISOR, of(cart), "late", version=cart.version - 1)
    assert no.value.code == "modified"
    with pytest.raises(NotFound):
        await desk.office.locks.take_over(SUPERVISOR, Subject(kind=LockKind.CART, name="none"), "why")
    lock = await holder(desk, cart)
    assert lock is not None
    assert lock.holder == "ann"


async def test_agent_lets_go_and_locks_again(desk: Desk) -> None:
    cart = await desk.built()
    await desk.office.locks.unlock(AGENT, of(cart))
    with pytest.raises(Conflict) as no:
        await desk.office.locks.unlock(AGENT, of(cart))
    assert no.value.code == "unlocked"
    with pytest.raises(NotAllowed) as no_:
        await desk.office.locks.lock(BOB, of(cart))
    assert no_.value.code == "not_yours"
    await desk.office.locks.lock(AGENT, of(cart), version=cart.version)
    assert (await desk.office.locks.lock(AGENT, of(cart))).holder == "ann"
    with pytest.raises(Conflict) as no:
        await desk.office.locks.lock(AGENT, of(cart), version=cart.version + 1)
    assert no.value.code == "modified"


async def test_asking_tells_the_outcomes_apart_and_locks_nothing(desk: Desk) -> None:
    cart = await desk.built()
    ask = desk.office.locks.check
    assert await ask(AGENT, of(cart), version=cart.version) is LockOutcome.VALID
    assert await ask(AGENT, of(cart), version=cart.version - 1) is LockOutcome.MODIFIED
    assert await ask(BOB, of(cart), version=cart.version) is LockOutcome.LOCKED
    desk.clock.pass_time(LOCK_LIFE)
    assert await ask(AGENT, of(cart), version=cart.version) is LockOutcome.UNLOCKED
    assert await ask(BOB, of(cart), version=cart.version) is LockOutcome.NOT_YOURS
    assert await holder(desk, cart) is None


async def test_order_is_locked_by_one_and_taken_over_by_another(desk: Desk) -> None:
    number = (await desk.ordered()).order_number
    order = Subject(kind=LockKind.ORDER, name=number)
    lock = await desk.office.locks.lock(SUPERVISOR, order, version=desk.order(number)["version"])
    assert await desk.office.locks.state(SUPPORT, order) == lock
    with pytest.raises(Conflict, match=r"Sue .at desk 3. holds this order B1000001") as no:
        await desk.office.locks.lock(TESS, order)
    assert no.value.code == "locked"
    with pytest.raises(NotAllowed):
        await desk.office.locks.unlock(TESS, order)
    with pytest.raises(NotAllowed):
        await desk.office.locks.lock(AGENT, order)
    await desk.office.locks.take_over(TESS, order, "Sue is at lunch")
    [row] = [one for one in await desk.office.locks.open_work(SUPERVISOR) if one.subject == order]
    assert row.lock is not None
    assert row.lock.holder == "tess"
    desk.clock.pass_time(LOCK_LIFE)
    assert await desk.office.locks.state(SUPPORT, order) is None
    assert (await desk.office.locks.lock(SUPERVISOR, order)).taken_from is None
    assert [row["action"] for row in desk.rows(audit, subject=number)][-3:] == [
        "order.locked",
        "order.taken_over",
        "order.locked",
    ]


async def test_supervisor_sees_all_open_work(desk: Desk) -> None:
    cart = await desk.built()
    await desk.built(actor=BOB)
    await desk.office.carts.park(BOB, (await desk.office.carts.calls(BOB))[0].call_id)
    gone = await desk.built()
    await desk.office.carts.close_call(AGENT, gone.call_id)
    first, second = await desk.office.locks.open_work(SUPERVISOR)
    assert (first.subject, first.agent, first.name) == (of(cart), "Ann", "Catherine Abel")
    assert first.lock is not None
    assert second.parked_since is not None
    desk.clock.pass_time(timedelta(hours=1))
    assert [work.lock for work in await desk.office.locks.open_work(SUPERVISOR)] == [None, None]
    with pytest.raises(NotAllowed):
        await desk.office.locks.open_work(AGENT)


async def test_cart_is_cancelled_with_a_reason_and_lets_go_of_what_it_held(desk: Desk) -> None:
    cart = await desk.cart()
    assert desk.held_at_dom() == 3
    for bad in (("", cart.version), ("caller hung up", cart.version - 1)):
        with pytest.raises(Refusal):
            await desk.office.carts.cancel_cart(AGENT, cart.cart_id, bad[0], version=bad[1])
    with pytest.raises(Conflict, match="holds this cart"):
        await desk.office.carts.cancel_cart(SUPERVISOR, cart.cart_id, "no", version=cart.version)
    await desk.office.carts.cancel_cart(AGENT, cart.cart_id, "caller hung up", version=cart.version)
    assert desk.cart_status(cart.cart_id) == "cancelled"
    assert await desk.office.carts.calls(AGENT) == ()
    assert desk.rows(locks) == []
    await desk.run_jobs()
    assert desk.held_at_dom() == 0
    last = desk.rows(audit)[-1]
    assert (last["action"], last["detail"]) == ("cart.cancelled", {"reason": "caller hung up"})
    with pytest.raises(Conflict, match="closed"):
        await desk.office.carts.cancel_cart(AGENT, cart.cart_id, "again", version=cart.version + 1)
