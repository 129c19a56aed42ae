"""Locks, Cancel, failed checkouts and their clean-up on a shared PostgreSQL: the same answers as on SQLite."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from backoffice.bootstrap import Adapters, BackOffice, open_backoffice
from backoffice.domain.cart import Cart
from backoffice.domain.errors import Conflict, NotAllowed
from backoffice.domain.failed_checkout import FailedStanding
from backoffice.domain.ids import Sku
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.order import SubmitResult
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.staff import Actor
from backoffice.domain.statuses import OrderStatus
from backoffice.settings import Settings
from backoffice.store.tables.ordering import carts, checkout_attempts, orders
from tests.services.desk import DECLINED, ON_ACCOUNT, ORLANDO
from tests.services.desk_world import NOW, Clock, Dom, Gateway
from tests.services.world import AGENT, SUPERVISOR
from tests.store.postgresql import postgresql_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql_url() as address:
        yield address


@pytest.fixture
async def office(url: str, tmp_path: Path) -> AsyncIterator[BackOffice]:
    clock = Clock()
    dom = Dom(clock)
    for sku in ("HL-U509-R", "BK-M68S-38"):
        dom.stock(sku, 300)
    opened = await open_backoffice(
        Settings(data_dir=tmp_path, database_url=url, demo=True),
        clock=clock,
        adapters=Adapters(dom=dom, gateway=Gateway(clock)),
    )
    yield opened
    await opened.close()
    dom.close()


async def prepared(office: BackOffice, pay: PaymentPlan, actor: Actor = AGENT) -> Cart:
    call = await office.carts.open_call(actor, customer_id=ORLANDO)
    cart = await office.carts.get(actor, call.cart_id)
    cart = await office.carts.add_line(actor, cart.cart_id, Sku("HL-U509-R"), 1, version=cart.version)
    cart = await office.carts.set_payments(actor, cart.cart_id, (pay,), version=cart.version)
    return await office.checkout.prepare(actor, cart.cart_id, version=cart.version)


async def submitted(office: BackOffice, pay: PaymentPlan) -> SubmitResult:
    cart = await prepared(office, pay)
    return await office.checkout.submit(AGENT, cart.cart_id, version=cart.version)


async def test_of_many_who_take_over_at_once_one_holds_it(office: BackOffice) -> None:
    cart = await prepared(office, ON_ACCOUNT)
    subject = Subject(kind=LockKind.CART, name=cart.cart_id)
    await asyncio.gather(
        *(office.locks.take_over(SUPERVISOR, subject, f"reason {n}") for n in range(6)),
        *(office.locks.renew(AGENT) for _ in range(6)),
    )
    lock = await office.locks.state(SUPERVISOR, subject)
    assert lock is not None
    assert (lock.holder, lock.taken_from) == ("sue", "ann")
    with pytest.raises(NotAllowed, match="took this cart over"):
        await office.carts.set_notes(AGENT, cart.cart_id, "mine", version=cart.version)
    assert subject in [work.subject for work in await office.locks.open_work(SUPERVISOR)]
    await office.carts.cancel_cart(SUPERVISOR, cart.cart_id, "the caller hung up", version=cart.version)


async def test_order_is_cancelled_once_however_many_press(office: BackOffice) -> None:
    number = (await submitted(office, ON_ACCOUNT)).order_number
    details = await office.order_history.details(SUPERVISOR, number)
    assert details.local is not None
    ends = await asyncio.gather(
        *(
            office.orders.cancel(SUPERVISOR, number, "ordered twice", version=details.local.version)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Conflict) for end in ends) == 4
    [order] = [end for end in ends if not isinstance(end, BaseException)]
    assert order.status is OrderStatus.CANCELLED


async def test_failed_checkouts_are_listed_acted_on_and_cleaned(office: BackOffice) -> None:
    numbers = [(await submitted(office, DECLINED)).order_number for _ in range(5)]
    first, second = numbers[0], numbers[1]
    summary = await office.failed_checkouts.summary(SUPERVISOR)
    assert (summary.undone, summary.stuck) == (5, 0)
    page = await office.failed_checkouts.list(SUPERVISOR, standing=FailedStanding.UNDONE, limit=3)
    rest = await office.failed_checkouts.list(
        SUPERVISOR, standing=FailedStanding.UNDONE, limit=3, after=page.next
    )
    assert [row.order_number for row in (*page.rows, *rest.rows)] == numbers[::-1]
    seen = await office.failed_checkouts.get(SUPERVISOR, first)
    assert [line.action for line in seen.journal][-1] == "createNewOrder"

    await office.store.run(
        lambda connection: [
            connection.execute(statement)
            for statement in (
                update(checkout_attempts)
                .where(checkout_attempts.c.order_number == first)
                .values(state="stuck"),
                update(carts).where(carts.c.cart_id == seen.checkout.cart_id).values(status="in_checkout"),
                update(orders)
                .where(orders.c.number.in_(numbers))
                .values(placed_at=NOW - timedelta(days=100)),
            )
        ]
    )
    await office.failed_checkouts.retry(SUPERVISOR, first, seen=FailedStanding.STUCK)
    plan = await office.cleanup.plan(SUPERVISOR)
    assert sorted(plan.numbers) == numbers[1:]
    assert plan.kept == ((first, "Its checkout has not ended."),)
    after = await office.failed_checkouts.reopen(
        SUPERVISOR, seen.checkout.attempt_id, "seen to", seen=FailedStanding.STUCK
    )
    assert after.checkout.standing is FailedStanding.UNDONE
    assert sum(await asyncio.gather(*(office.cleanup.run_if_due() for _ in range(3)))) == 5
    gone = await office.failed_checkouts.get(SUPERVISOR, second)
    assert (gone.journal, gone.checkout.total) == ((), None)
    assert (await submitted(office, DECLINED)).order_number not in numbers
