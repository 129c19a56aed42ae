"""An answer that comes when the checkout was given up long ago: what it holds is let go of."""

import asyncio
from datetime import timedelta

from sqlalchemy import Connection, event

from backoffice.domain.outcome import Unknown
from backoffice.domain.statuses import CheckoutState
from backoffice.store.tables.ordering import payments
from tests.services.desk import CARD, Desk


async def until_taken_over(desk: Desk) -> "asyncio.Task[object]":
    """A desk asks the bank and stands still; a worker undoes its order and finds that nothing ever arrived."""
    cart = await desk.cart(pay=CARD)
    desk.gateway.hangs = "before"
    pressed: asyncio.Task[object] = asyncio.create_task(desk.submit(cart))
    while not any(row["status"] == "authorising" for row in desk.rows(payments)):
        await asyncio.sleep(0.01)
    worker = await desk.another("worker-1")
    await worker.run_jobs(within=timedelta(minutes=10))
    assert desk.payment_statuses() == ["voided"]
    return pressed


async def test_hold_that_came_after_its_order_was_given_up_is_let_go_of(desk: Desk) -> None:
    pressed = await until_taken_over(desk)

    desk.gateway.go_on.set()
    result = await pressed
    assert getattr(result, "state", None) is CheckoutState.ROLLED_BACK
    assert desk.payment_statuses() == ["voiding"]

    await desk.run_jobs(within=timedelta(minutes=10))
    assert desk.payment_statuses() == ["voided"]
    assert desk.gateway.held() == 0


async def test_silence_about_a_question_that_went_out_too_late_is_looked_into_again(desk: Desk) -> None:
    pressed = await until_taken_over(desk)

    desk.gateway.script("authorise", Unknown(reason="No answer."), effect=True)
    desk.gateway.script("find", Unknown(reason="No answer."))
    desk.gateway.go_on.set()
    await pressed
    assert desk.payment_statuses() == ["voiding"]

    await desk.run_jobs(within=timedelta(minutes=10))
    assert desk.payment_statuses() == ["voided"]
    assert desk.gateway.held() == 0


async def test_desk_that_stood_still_before_it_asked_does_not_ask_any_more(desk: Desk) -> None:
    cart = await desk.cart(pay=CARD)

    @event.listens_for(desk.office.store.engine, "commit", once=True)
    def stand_still(_connection: Connection) -> None:
        desk.clock.pass_time(timedelta(minutes=3))

    result = await desk.submit(cart)
    assert result.state is CheckoutState.CHECKING
    assert desk.gateway.calls == []

    await desk.run_jobs(within=timedelta(minutes=1))
    assert desk.payment_statuses() == ["authorised"]
