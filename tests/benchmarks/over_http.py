"""Checkout over HTTP beside the world's own answers: `python -m tests.benchmarks.over_http [--json FILE] [--rounds N]`.

Ours: Prepare with a reservation at the DOM and Submit with a card authorised at the gateway, both simulators being
programs of their own on loopback, on embedded SQLite. Four commits: what is asked is written down before it is asked.

The floor is the simulators' own answer time: the very same two requests, under ids of their own, sent by the standard
library's HTTP client over connections that stay open. The goal is 15 ms on top, median.
"""

import argparse
import asyncio
import http.client
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from backoffice.bootstrap import Adapters
from backoffice.domain.ids import new_id
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Succeeded, Unknown, Unreachable
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import MessageContext
from backoffice.external.http import Answer, HttpClient
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.settings import RESOURCES
from tests.benchmarks.desk import build_cart, check_out, open_desk
from tests.external.processes import Child

GOAL_MS = 15.0
CARD = PaymentPlan(method=PaymentMethod.CARD, reference="card_approves", label="Visa ending 4242")
_CONTEXT = MessageContext(
    store="adventure", currency="USD", locale="en-US", acting_user="bench", on_behalf_of=""
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Medians in milliseconds."""

    prepare_ms: float
    submit_ms: float
    floor_reserve_ms: float
    floor_authorise_ms: float
    on_top_ms: float
    goal_ms: float
    rounds: int


class Recording(HttpClient):
    """Remembers the last request, for the floor to send one like it."""

    last: tuple[str, str, bytes, dict[str, str]]

    async def request(self, method: str, path: str, **rest: Any) -> Succeeded[Answer] | Unreachable | Unknown:  # noqa: ANN401 - handed on
        """Send it, as ever."""
        self.last = (method, path, rest.get("body") or b"", dict(rest.get("headers") or {}))
        return await super().request(method, path, **rest)


class Bare:
    """The same request once more, about something new, by the standard library."""

    def __init__(self, url: str, like: Recording) -> None:
        """Keep one connection to ``url``."""
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)
        self._like = like

    def seconds(self) -> float:
        """Return how long the other side took to answer."""
        method, path, body, headers = self._like.last
        old = headers.get("idempotency-key") or path.rpartition("/")[2]
        reference = json.loads(body).get("reference", old)
        new = new_id()
        path = path.replace(old, new)
        body = body.replace(reference.encode(), new.encode())
        headers = {name: text.replace(old, new) for name, text in headers.items()}
        if "bod-id" in headers:
            headers["bod-id"] = new_id()
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        took = time.perf_counter() - began
        if answer.status not in {200, 201}:
            raise RuntimeError(said.decode())
        return took

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


async def measure(rounds: int) -> Figure:
    """One checkout of ours, then its two bare requests, so many times."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        seed = RESOURCES / "demo" / "adventure-works"
        dom = Child.start(
            "backoffice.external.dom.simulator", "--ledger", str(folder / "dom.db"), "--seed", str(seed)
        )
        bank = Child.start("backoffice.external.payments.simulator", "--ledger", str(folder / "bank.db"))
        with dom, bank:
            return await _measure(folder, dom.url, bank.url, rounds)


async def _measure(folder: Path, dom_url: str, bank_url: str, rounds: int) -> Figure:
    to_dom, to_bank = Recording(dom_url), Recording(bank_url)
    adapters = Adapters(dom=HttpDom(to_dom, context=_CONTEXT), gateway=HttpPaymentGateway(to_bank))
    office = await open_desk(folder, inventory=InventorySystem.DOM, adapters=adapters)
    bare_dom, bare_bank = Bare(dom_url, to_dom), Bare(bank_url, to_bank)
    times: list[tuple[float, float, float, float]] = []
    try:
        for _ in range(rounds + 3):
            ours = await check_out(office, await build_cart(office, CARD))
            times.append((*ours, bare_dom.seconds(), bare_bank.seconds()))
    finally:
        bare_dom.close()
        bare_bank.close()
        await office.close()
        await to_dom.close()
        await to_bank.close()
    measured = [[seconds * 1000 for seconds in one] for one in times[3:]]  # the first ones compile statements
    prepare, submit, reserve, authorise = (median(column) for column in zip(*measured, strict=True))
    return Figure(
        prepare_ms=round(prepare, 2),
        submit_ms=round(submit, 2),
        floor_reserve_ms=round(reserve, 2),
        floor_authorise_ms=round(authorise, 2),
        on_top_ms=round(median(sum(one[:2]) - sum(one[2:]) for one in measured), 2),
        goal_ms=GOAL_MS,
        rounds=len(measured),
    )


def show(figure: Figure) -> None:
    """Print the table."""
    print("checkout, 3 lines, reserved at the DOM and authorised by card over HTTP, embedded SQLite")
    print(f"{'':<28}{'prepare':>10}{'submit':>10}{'both':>10}")
    for words, one, two in (
        ("ours", figure.prepare_ms, figure.submit_ms),
        ("simulators alone (floor)", figure.floor_reserve_ms, figure.floor_authorise_ms),
    ):
        print(f"{words:<28}{one:>8.2f}ms{two:>8.2f}ms{one + two:>8.2f}ms")
    met = "met" if figure.on_top_ms <= figure.goal_ms else "missed"
    print(f"{'on top':<28}{'':>20}{figure.on_top_ms:>8.2f}ms   goal {figure.goal_ms} ms {met}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Checkout over HTTP beside the world's own answers.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    figure = asyncio.run(measure(arguments.rounds))
    show(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps({"benchmark": "over_http", **asdict(figure)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
