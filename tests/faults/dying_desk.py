"""A desk in a process of its own that dies at an exact point of Submit.

``python -m tests.faults.dying_desk SETTINGS POINT``

POINT is ``before:N`` or ``after:N`` (the N-th commit of Submit), or ``never``. Death is SIGKILL. It prints the cart's
id, and the order's number when it lives that long.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable

from sqlalchemy import Connection, event

from backoffice.settings import Settings
from backoffice.store.store import Store
from tests.journeys.centre import CARD, Desk


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_commit(store: Store, when: str, number: int) -> None:
    """Count the commits from here on."""
    seen = {"before": 0, "after": 0}

    def count(moment: str) -> None:
        seen[moment] += 1
        if (moment, seen[moment]) == (when, number):
            die()

    told: Callable[[], None] = store.on_commit

    def committed() -> None:
        count("after")
        told()

    @event.listens_for(store.engine, "commit")
    def committing(_connection: Connection) -> None:
        count("before")

    store.on_commit = committed


async def live(settings: Settings, point: str) -> None:
    desk = await Desk.sit_down(settings)
    cart = await desk.prepared("1*HL-U509-R", pay=CARD)
    sys.stdout.write(f"{cart.cart_id}\n")
    sys.stdout.flush()
    when, _, number = point.partition(":")
    if number:
        die_at_commit(desk.office.store, when, int(number))
    result = await desk.submit(cart)
    sys.stdout.write(f"{result.order_number}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Settings(**json.loads(sys.argv[1])), sys.argv[2]))
