"""A desk in a process of its own, with whatever packages its path has: ``DATA_DIR TEMPLATE NOTES PAY``.

PAY is card, account or two lines. It submits one cart, runs the jobs of an hour, and prints what became of it as JSON.
"""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import inspect, text

from backoffice.services.checkout.journal import begun
from backoffice.store.tables.messages import notes
from backoffice.store.tables.ordering import orders
from tests.services.desk import CARD, ON_ACCOUNT, Desk
from tests.services.world import AGENT


async def live(data_dir: Path, template: Path, said: str, pay: str) -> dict[str, object]:
    desk = await Desk.open(data_dir, template)
    try:
        lines = ("3*HL-U509-R", "1*BK-M68S-38") if pay == "two lines" else ("3*HL-U509-R",)
        cart = await desk.built(*lines, pay=CARD if pay == "card" else ON_ACCOUNT)
        cart = await desk.office.carts.set_notes(AGENT, cart.cart_id, said, version=cart.version)
        cart = await desk.prepare(cart)
        desk.commits.clear()
        result = await desk.submit(cart)
        commits = len(desk.commits)
        await desk.run_jobs(within=timedelta(hours=1))
        steps = desk.journal(cart.cart_id)
        return {
            "state": result.state.value,
            "sentence": result.sentence,
            "commits": commits,
            "lists": {
                home: [action.name for action in getattr(desk.office.pipeline, home)]
                for home in ("setup", "reversible", "finalize")
            },
            "packages": dict(desk.office.pipeline.packages),
            "begun": begun(steps),
            "undone": [step.action for step in steps if step.what == "undo"],
            "orders": [row["status"] for row in desk.rows(orders)],
            "notes": [row["text"] for row in desk.rows(notes)],
            "stamps": desk.office.store.read_here(
                lambda connection: (
                    [row.number for row in connection.execute(text("SELECT number FROM acme_stamps"))]
                    if inspect(connection).has_table("acme_stamps")
                    else []
                )
            ),
            "held": desk.gateway.held(),
            "cart": desk.cart_status(cart.cart_id),
        }
    finally:
        await desk.close()


if __name__ == "__main__":
    data_dir, template, said, pay = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(live(Path(data_dir), Path(template), said, pay))))
