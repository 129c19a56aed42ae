"""A desk in a process of its own, to be killed: ``python -m tests.journeys.a_desk SETTINGS card|account``.

It builds a cart, prints the cart's id, prepares and submits it, prints the order's number, and waits for its end.
"""

import asyncio
import json
import sys

from backoffice.settings import Settings
from tests.journeys.centre import CARD, ON_ACCOUNT, Desk


async def live(settings: Settings, pay: str) -> None:
    desk = await Desk.sit_down(settings)
    cart = await desk.built("1*HL-U509-R", pay=CARD if pay == "card" else ON_ACCOUNT)
    sys.stdout.write(f"{cart.cart_id}\n")
    sys.stdout.flush()
    result = await desk.submit(await desk.prepare(cart))
    sys.stdout.write(f"{result.order_number}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Settings(**json.loads(sys.argv[1])), sys.argv[2]))
