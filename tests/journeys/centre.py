"""A call centre with everything real: each program in its own process, HTTP and SMTP spoken, one SQLite file.

::

    order = await centre.ordered("3*HL-U509-R", pay=CARD)   # a new caller, a call, a cart, Prepare, Submit
    await centre.fault("dom", kind="drop_after", operation="transfer")
    async with centre.outage("dom"):
        ...
    await centre.transferred(order.order_number)
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx

from backoffice.bootstrap import BackOffice, World, open_backoffice
from backoffice.domain.cart import Cart
from backoffice.domain.customer import AddressDraft, Customer, CustomerDraft
from backoffice.domain.ids import CartId, Sku, new_id
from backoffice.domain.order import Order, SubmitResult
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor
from backoffice.domain.statuses import CheckoutState, TransferStatus
from backoffice.domain.transfer import Transfer
from backoffice.services.order_rows import load_order
from backoffice.settings import Settings

T = TypeVar("T")

ON_ACCOUNT = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO 4711", label="PO 4711")
CARD = PaymentPlan(method=PaymentMethod.CARD, reference="card_approves", label="Visa ending 4242")
VAN_NUYS = AddressDraft(line1="12 Main St", city="Van Nuys", region="CA", postal_code="91411", country="US")
OUTAGES = {"dom": "dom_outage", "payments": "payments_outage", "mail": "mail_down"}
NOT_KNOWN_YET = frozenset({CheckoutState.RUNNING, CheckoutState.CHECKING})
HURRIED: dict[str, Any] = {
    # As long as on a good day, many times over; short enough to see what comes after them.
    "dom_deadline": timedelta(seconds=2),
    "payments_deadline": timedelta(seconds=2),
    "payment_certain_after": timedelta(seconds=3),
    "checkout_lease": timedelta(seconds=4),
    "transfer_first_wait": timedelta(seconds=0.3),
    "transfer_longest_wait": timedelta(seconds=1),
}


async def until(
    look: Callable[[], Awaitable[T]], good: Callable[[T], object] = bool, *, within: float = 25.0
) -> T:
    """Look again and again until what is seen is good, and return it."""
    end = time.monotonic() + within
    while not good(seen := await look()):
        assert time.monotonic() < end, f"not in {within} s; last seen: {seen}"
        await asyncio.sleep(0.05)
    return seen


@dataclass
class Desk:
    """An open service layer, Ann who takes calls at it, and Susan who supervises."""

    office: BackOffice
    ann: Actor
    susan: Actor

    @classmethod
    async def sit_down(cls, settings: Settings) -> Self:
        office = await open_backoffice(settings)
        ann, susan = [
            await office.staff.sign_in(login.login, login.password, desk="desk 7")
            for login in office.staff.demo_logins()
            if login.login in {"ann", "susan"}
        ]
        return cls(office, ann, susan)

    async def caller(self, draft: CustomerDraft | None = None, address: AddressDraft = VAN_NUYS) -> Customer:
        """Take down somebody who never called before."""
        unnamed = CustomerDraft(
            first_name="Pat", last_name="Doe", email=f"{new_id()[:12]}@example.net", phone="818-555-0142"
        )
        customer = await self.office.customers.add(self.ann, draft or unnamed)
        return await self.office.customers.add_address(self.ann, customer.customer_id, address)

    async def built(
        self, *lines: str, pay: PaymentPlan = ON_ACCOUNT, caller: Customer | None = None, notes: str = ""
    ) -> Cart:
        """Open a call and build its cart; a line is "3*HL-U509-R"."""
        carts, ann = self.office.carts, self.ann
        caller = caller or await self.caller()
        call = await carts.open_call(ann, customer_id=caller.customer_id)
        cart = await carts.get(ann, call.cart_id)
        [method, *_] = await self.office.catalog.ship_methods()
        cart = await carts.set_ship_method(ann, cart.cart_id, method.code, version=cart.version)
        for line in lines:
            quantity, _, sku = line.partition("*")
            cart = await carts.add_line(ann, cart.cart_id, Sku(sku), int(quantity), version=cart.version)
        if notes:
            cart = await carts.set_notes(ann, cart.cart_id, notes, version=cart.version)
        return await carts.set_payments(ann, cart.cart_id, (pay,), version=cart.version)

    async def prepare(self, cart: Cart) -> Cart:
        return await self.office.checkout.prepare(self.ann, cart.cart_id, version=cart.version)

    async def prepared(
        self, *lines: str, pay: PaymentPlan = ON_ACCOUNT, caller: Customer | None = None, notes: str = ""
    ) -> Cart:
        return await self.prepare(await self.built(*lines, pay=pay, caller=caller, notes=notes))

    async def submit(self, cart: Cart) -> SubmitResult:
        return await self.office.checkout.submit(self.ann, cart.cart_id, version=cart.version)

    async def ordered(
        self, *lines: str, pay: PaymentPlan = ON_ACCOUNT, caller: Customer | None = None, notes: str = ""
    ) -> SubmitResult:
        """Submit such a cart."""
        cart = await self.prepared(*lines, pay=pay, caller=caller, notes=notes)
        result = await self.submit(cart)
        if result.state is CheckoutState.CHECKING:  # on a busy machine the bank is slow
            result = await self.known(cart)
        assert result.state is CheckoutState.COMPLETED, result
        return result

    async def cart(self, cart_id: CartId) -> Cart:
        return await self.office.carts.get(self.ann, cart_id)

    async def known(self, cart: Cart) -> SubmitResult:
        """Wait until it is known how Submit ended."""
        result = await until(
            lambda: self.office.checkout.result(self.ann, cart.cart_id),
            lambda result: result is not None and result.state not in NOT_KNOWN_YET,
        )
        assert result is not None
        return result

    async def order(self, number: str) -> Order:
        order = await self.office.store.read(lambda connection: load_order(connection, number))
        assert order is not None, number
        return order

    async def transfer(self, number: str) -> Transfer:
        return await self.office.transfers.get(self.susan, number)

    async def transfer_is(self, number: str, status: TransferStatus) -> Transfer:
        """Wait until the transfer is there."""
        return await until(lambda: self.transfer(number), lambda transfer: transfer.status is status)

    async def attempts(self, number: str) -> list[tuple[str, str]]:
        """What was tried, first to last: (kind, outcome)."""
        made = await self.office.transfers.attempts(self.susan, number)
        return [(attempt.kind, attempt.outcome) for attempt in made]


@dataclass
class CallCentre(Desk):
    """A desk, and the world it lives in."""

    world: World
    strings: httpx.AsyncClient

    @classmethod
    async def open(cls, data_dir: Path) -> Self:
        world = World(Settings(data_dir=data_dir, demo=True, **HURRIED), fulfil_every=0)
        desk = await Desk.sit_down(await world.start())
        await world.ready()
        return cls(desk.office, desk.ann, desk.susan, world, httpx.AsyncClient(trust_env=False, timeout=30))

    @property
    def settings(self) -> Settings:
        return self.office.settings

    async def close(self) -> None:
        await self.strings.aclose()
        await self.office.close()
        await self.world.stop()

    # Bad days.

    async def fault(self, peer: str, **fault: object) -> None:
        """Put a fault on a simulator's schedule, in its own words."""
        await self.tell(peer, "/control/faults", fault)

    @asynccontextmanager
    async def outage(self, peer: str) -> AsyncIterator[None]:
        """Nobody can connect to the peer."""
        await self.world.set_fault(OUTAGES[peer], True)
        await until(lambda: self._listens(peer), lambda listens: not listens)
        try:
            yield
        finally:
            await self.world.set_fault(OUTAGES[peer], False)
            await until(lambda: self._listens(peer))

    async def fair_weather(self) -> None:
        """Switch every fault off."""
        for peer in OUTAGES:
            (await self.strings.delete(self._control(peer, "/control/faults"))).raise_for_status()

    # What the others wrote down.

    async def at_dom(self, number: str) -> list[dict[str, Any]]:
        """The DOM's own rows of one of our orders."""
        return [row for row in (await self.dom_ledger())["orders"] if row["order_number"] == number]

    async def dom_ledger(self) -> dict[str, Any]:
        return await self.ask("dom", "/control/ledger")

    async def at_bank(self, number: str) -> list[dict[str, Any]]:
        """The bank's own rows of one of our orders."""
        ledger = await self.ask("payments", "/control/ledger")
        return [row for row in ledger["payments"] if row["reference"].startswith(f"{number}-")]

    async def subjects(self, number: str) -> list[str]:
        """What the mail server received about an order, first to last."""
        return [mail["subject"] for mail in await self.mails(number)]

    async def mails(self, number: str) -> list[dict[str, Any]]:
        received = (await self.ask("mail", "/messages?limit=1000"))["messages"]
        return [mail for mail in reversed(received) if number in mail["subject"].split()]

    async def delivered(self) -> None:
        """Wait until the DOM has nothing left to tell."""
        await until(lambda: self.ask("dom", "/control/status"), lambda status: not status["waiting_pushes"])

    async def ship(self, number: str) -> None:
        """The DOM ships the whole order and tells us."""
        await self.tell("dom", f"/control/ship/{number}")
        await self.delivered()

    async def assert_whole(self, number: str) -> None:
        """One order, transferred: the DOM holds it once, as frozen, and the bank holds its money once, or never."""
        order, [there] = await self.order(number), await self.at_dom(number)
        assert order.transfer_status is TransferStatus.TRANSFERRED
        assert order.external_order_id == there["external_order_id"]
        assert {name: there[name] for name in ("items", "discount", "shipping", "tax", "total")} == {
            name: getattr(order.totals, name).minor
            for name in ("items", "discount", "shipping", "tax", "total")
        }
        assert sum(payment.amount.minor for payment in order.payments) == order.totals.total.minor
        carded = [payment for payment in order.payments if payment.method is PaymentMethod.CARD]
        at_bank = await self.at_bank(number)
        assert [row["reference"] for row in at_bank] == [payment.reference for payment in carded]
        assert [row["authorised"] for row in at_bank] == [payment.amount.minor for payment in carded]

    # The strings.

    async def tell(self, peer: str, path: str, body: object = None) -> None:
        answer = await self.strings.post(self._control(peer, path), json={} if body is None else body)
        assert answer.is_success, answer.text

    async def ask(self, peer: str, path: str) -> dict[str, Any]:
        answer = await self.strings.get(self._control(peer, path))
        assert answer.is_success, answer.text
        return dict(answer.json())

    def _control(self, peer: str, path: str) -> str:
        ready = self.world._children[peer].ready
        return str(ready.get("control") or ready["url"]) + path

    async def _listens(self, peer: str) -> bool:
        settings = self.settings
        url = {"dom": settings.dom_url, "payments": settings.payments_url}.get(peer)
        where = urlsplit(url or f"smtp://{settings.smtp_host}:{settings.smtp_port}")
        try:
            _, writer = await asyncio.open_connection(where.hostname, where.port)
        except OSError:
            return False
        writer.close()
        return True
