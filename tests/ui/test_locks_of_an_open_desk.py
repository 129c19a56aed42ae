"""What an open desk holds, it holds on to."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from pytestqt.qtbot import QtBot
from sqlalchemy import update

from backoffice.bootstrap import BackOffice
from backoffice.domain.ids import utc_now
from backoffice.domain.lock import LockKind, LockState, Subject
from backoffice.store.tables.ordering import locks
from tests.ui.conftest import Until
from ui.desk import Desk
from ui.shell.frame import DeskFrame
from ui.shell.registry import screens_for


async def test_cart_of_an_open_desk_is_held_longer_each_minute(
    make_desk: Callable[[str], Awaitable[Desk]], office: BackOffice, qtbot: QtBot, until: Until
) -> None:
    desk = await make_desk("ann")
    frame = DeskFrame(desk, screens_for(desk.actor))
    qtbot.addWidget(frame)
    await frame.fill()
    call = await office.carts.open_call(desk.actor)
    nearly_over = utc_now() + timedelta(minutes=1)
    await office.store.run(lambda connection: connection.execute(update(locks).values(until=nearly_over)))
    seen: list[LockState | None] = []
    frame._renew.setInterval(20)  # a minute, in a test

    async def look() -> None:
        seen.append(await office.locks.state(desk.actor, Subject(kind=LockKind.CART, name=call.cart_id)))

    def held_longer() -> bool:
        desk.tasks.start(look(), owner=frame)
        lock = seen[-1] if seen else None
        return lock is not None and lock.until > nearly_over + timedelta(minutes=5)

    await until(held_longer)
