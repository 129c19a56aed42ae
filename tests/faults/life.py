"""What one process of a schedule does before it dies or ends: it is a desk, a worker, or the one that closes the books.

1. a **desk** presses Prepare and Submit on a cart that is built, and presses again when it was told of trouble;
2. a **worker** runs what is due until nothing is left;
3. the **closing** works until it is quiet, checks every invariant over all three books, lets the agent sell what is
   still in the cart, lets every hold run out, and checks again.

All of it is told line by line; what the agent was told is among it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from backoffice.bootstrap import Adapters, BackOffice, open_backoffice
from backoffice.cli.world_ledgers import ledgers_of_world
from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.ids import CartId
from backoffice.domain.order import SubmitResult
from backoffice.domain.staff import Actor
from backoffice.domain.statuses import CartStatus, CheckoutState
from backoffice.durable import DurableJobs
from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.dom.port import MessageContext
from backoffice.external.http import HttpClient
from backoffice.external.mail.smtp import SmtpMailServer
from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from backoffice.settings import Settings
from backoffice.store.engine import open_durable_engine
from tests.faults.carts import KINDS, ON_ACCOUNT
from tests.faults.clock import MachineClock
from tests.faults.planted import PLANTED
from tests.faults.points import Strike, Struck, Watch, watch_commits, watched
from tests.faults.worker import MachineJobs, MachineWorker

_PRESSES = 4  # an agent's, on the same button
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """The cart of a schedule, built and paid for, and who presses the buttons."""

    kind: str
    cart_id: CartId
    actor: Actor


@dataclass(kw_only=True)
class Life:
    """An open office whose every point is watched."""

    office: BackOffice
    watch: Watch
    clock: MachineClock
    tell: Callable[[str], None]
    worker: MachineWorker
    sale: Sale

    @classmethod
    async def begin(
        cls,
        settings: Settings,
        sale: Sale,
        clock: MachineClock,
        *,
        name: str,
        strikes: tuple[Strike, ...],
        tell: Callable[[str], None],
        stand_still: Callable[[], None],
        pass_time: Callable[[float], None],
        seed: int,
        at_once: int = 1,
        leave: frozenset[str] = frozenset(),
        planted: str = "",
    ) -> "Life":
        """Open the office as a process of that name would."""
        watch = Watch(strikes, tell, stand_still)
        jobs = DurableJobs(open_durable_engine(settings.url))
        dom = HttpDom(
            HttpClient(settings.dom_url, deadline=settings.dom_deadline),
            context=MessageContext(
                store=settings.store_id,
                currency="USD",
                locale="en-US",
                acting_user="system",
                on_behalf_of="",
            ),
            clock=clock,
        )
        gateway = PLANTED[planted](HttpClient(settings.payments_url, deadline=settings.payments_deadline))
        mail = SmtpMailServer(
            settings.smtp_host,
            settings.smtp_port,
            sender=settings.mail_from,
            deadline=timedelta(seconds=3),
            clock=clock,
        )
        adapters = Adapters(
            dom=watched(dom, "dom", watch),
            gateway=watched(gateway, "gateway", watch),
            mail=watched(mail, "mail", watch),
            jobs=MachineJobs(jobs, clock),
        )
        office = await open_backoffice(settings, clock=clock, process=name, adapters=adapters)
        watch_commits(office, watch)
        worker = MachineWorker(
            office,
            watch,
            clock,
            name=name,
            tell=tell,
            pass_time=pass_time,
            chance=random.Random(seed),
            at_once=at_once,
            leave=leave,
        )
        return cls(office=office, watch=watch, clock=clock, tell=tell, worker=worker, sale=sale)

    async def desk(self) -> None:
        """Prepare, then Submit."""
        checkout, actor = self.office.checkout, self.sale.actor
        if not await self.prepare():
            return
        result = await self._press(
            "submit", lambda cart: checkout.submit(actor, cart.cart_id, version=cart.version)
        )
        if isinstance(result, SubmitResult):
            self._told(result)

    async def prepare(self) -> bool:
        """Press Prepare; tell whether it was done."""
        checkout, actor = self.office.checkout, self.sale.actor
        prepared = await self._press(
            "prepare", lambda cart: checkout.prepare(actor, cart.cart_id, version=cart.version)
        )
        return prepared is not None

    async def closing(self) -> list[str]:
        """Return what is not as it must be."""
        await self.worker.until_quiet()
        wrong = await self.check("once quiet")
        cart = await self._cart()
        if cart.status is CartStatus.OPEN:
            self.tell("the agent tries again")
            if not KINDS[self.sale.kind].sells:
                cart = await self.office.carts.set_payments(
                    self.sale.actor, cart.cart_id, (ON_ACCOUNT,), version=cart.version
                )
            await self.desk()
            await self.worker.until_quiet()
            cart = await self._cart()
        if cart.status is not CartStatus.ORDERED:
            wrong.append(f"The cart can not be sold any more: it is {cart.status.value}.")
        await self._time_runs_out()
        return wrong + await self.check("at the end")

    async def _time_runs_out(self) -> None:
        self.worker.jump_over(_AN_HOUR)
        await self.worker.until_quiet()

    async def _press(self, button: str, act: Callable[[Cart], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what the button gives
        """Press it until something is said; a desk that lives on presses again when the window was in trouble."""
        for _ in range(_PRESSES):
            try:
                return await self.watch.act(self._acted(act))
            except (Struck, asyncio.CancelledError) as trouble:
                self.tell(f"told {button}: trouble ({type(trouble).__name__})")
            except StoreUnavailable as trouble:
                self.tell(f"told {button}: {trouble.sentence}")
            except Refusal as refusal:
                self.tell(f"told {button}: refused {refusal.code}: {refusal.sentence}")
                if refusal.code not in {"dom_silent", "hold_lost"}:
                    return None
        return None

    async def _acted(self, act: Callable[[Cart], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what the button gives
        return await act(await self._cart())

    async def _cart(self) -> Cart:
        return await self.office.carts.get(self.sale.actor, self.sale.cart_id)

    def _told(self, result: SubmitResult) -> None:
        self.tell(f"told submit: {result.state.value} {result.order_number}")

    async def check(self, when: str) -> list[str]:
        """Return what invariants, books and database say is wrong."""
        place = Path(self.office.settings.data_dir)
        books: Mapping[str, Any] = ledgers_of_world(place / "world")
        ledgers = Ledgers(
            now=self.clock(), quiet=True, payments=books["payments"], dom=books["dom"], files=place
        )
        findings = await self.office.store.read(lambda connection: check_all(connection, ledgers))
        self.tell(f"check {when}: {sum(finding.state == 'holds' for finding in findings)} hold")
        wrong = [
            f"{when}: invariant {finding.invariant.number}: {violation.subject}: {violation.sentence}"
            for finding in findings
            for violation in finding.violations
        ]
        wrong += [
            f"{when}: invariant {finding.invariant.number} was skipped: {finding.reason}"
            for finding in findings
            if finding.state == "skipped"
        ]
        wrong += [f"{when}: the database says: {said}" for said in await self.office.store.read(_integrity)]
        if when == "at the end":
            held = [row["reservation_id"] for row in books["dom"]["reservations"] if row["status"] == "held"]
            wrong += [f"{when}: the DOM holds {identity}, and nobody wants it" for identity in held]
        result = await self.office.checkout.result(self.sale.actor, self.sale.cart_id)
        if result is not None and result.state in {
            CheckoutState.RUNNING,
            CheckoutState.CHECKING,
            CheckoutState.STUCK,
        }:
            wrong.append(f"{when}: the checkout is {result.state.value}")
        return wrong


def _integrity(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    return [line for line in said if line != "ok"]
