"""A whole service layer for tests: demo data in a real SQLite file, fakes for the world, a clock moved by hand.

::

    cart = await desk.cart("3*HL-U509-R", "1*BK-M68S-38", pay=CARD)   # prepared
    result = await desk.submit(cart)
    await desk.run_jobs()                          # what is due now
    await desk.run_jobs(within=timedelta(hours=1)) # and what becomes due, moving the clock to it
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, RowMapping, Table, event, select, update

from backoffice.bootstrap import Adapters, BackOffice, open_backoffice
from backoffice.domain.cart import Cart
from backoffice.domain.ids import CartId, CustomerId, Sku
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.order import SubmitResult
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor
from backoffice.services.checkout.journal import Step, last_attempt, read_steps
from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.submit import Submit
from backoffice.services.checkout.take_back import TakingBack
from backoffice.services.stores import load_store, save_store
from backoffice.settings import Settings
from backoffice.store.tables.ordering import carts, order_lines, orders, payments, transfers
from backoffice.store.tables.selling import decrements, products, reservations, stock
from tests.fakes.mail import FakeMailServer
from tests.services.desk_world import Clock, Dom, Gateway, TableJobs, jobs_table
from tests.services.world import AGENT, STORE_ID

ORLANDO = CustomerId("29485")  # an address in California
ON_ACCOUNT = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO 4711", label="PO 4711")
CARD = PaymentPlan(method=PaymentMethod.CARD, reference="card_approves", label="Visa ending 4242")
DECLINED = PaymentPlan(
    method=PaymentMethod.CARD, reference="card_insufficient_funds", label="Visa ending 9995"
)
LATE = PaymentPlan(method=PaymentMethod.CARD, reference="card_answers_late", label="Visa ending 3220")


@dataclass
class Desk:
    """One process: a desk and its worker in one. ``again`` starts another on the same file."""

    office: BackOffice
    dom: Dom
    gateway: Gateway
    mail: FakeMailServer
    clock: Clock
    submitter: Submit
    process: str
    commits: list[str] = field(default_factory=list)
    pipeline: Pipeline | None = None  # in use; None: the office's own

    @classmethod
    async def open(cls, data_dir: Path, template: Path, *, process: str = "desk-1") -> Self:
        shutil.copy(template, data_dir / "backoffice.db")
        clock = Clock()
        dom = Dom(clock)
        gateway = Gateway(clock)
        mail = FakeMailServer()
        office = await _open(data_dir, process, clock=clock, dom=dom, gateway=gateway, mail=mail)
        desk = cls(office, dom, gateway, mail, clock, _submitter(office, clock, gateway, process), process)
        office.store.run_here(lambda connection: jobs_table.create(connection, checkfirst=True))
        _count_commits(office, desk.commits)
        for sku, quantity in (("HL-U509-R", 288), ("BK-M68S-38", 73), ("HL-U509", 10)):
            dom.stock(sku, quantity)
        dom.know("GIFT-50")
        return desk

    async def another(self, process: str) -> "Desk":
        """Another process over the same database and the same world."""
        office = await _open(
            self.office.settings.data_dir,
            process,
            clock=self.clock,
            dom=self.dom,
            gateway=self.gateway,
            mail=self.mail,
        )
        submitter = _submitter(office, self.clock, self.gateway, process)
        return Desk(office, self.dom, self.gateway, self.mail, self.clock, submitter, process)

    def use_actions(self, pipeline: Pipeline, *, lease: timedelta | None = None) -> None:
        """Let Submit run these lists."""
        self.pipeline = pipeline
        self.submitter = _submitter(
            self.office, self.clock, self.gateway, self.process, pipeline=pipeline, lease=lease
        )

    @property
    def taking_back(self) -> TakingBack:
        """What runs the job of that name, over the lists in use."""
        return TakingBack(
            store=self.office.store,
            clock=self.clock,
            jobs=TableJobs(self.clock),
            gateway=self.gateway,
            pipeline=self.pipeline or self.office.pipeline,
            patience=timedelta(seconds=0.5),
        )

    # What a test arranges.

    def use(self, system: InventorySystem, **settings: object) -> None:
        """Switch the store's inventory system and other settings."""

        def change(connection: Connection) -> None:
            now = load_store(connection, STORE_ID)
            update = {"inventory_system": system, **settings}
            save_store(connection, STORE_ID, "Adventure Works", now.model_copy(update=update))

        self.do(change)

    def system(self) -> InventorySystem:
        """The store's inventory system."""
        return self.office.store.read_here(
            lambda connection: load_store(connection, STORE_ID).inventory_system
        )

    def own_stock(self, sku: str, quantity: int, *, flags: int = 0) -> None:
        """Set our own stock (non-ATP)."""
        self.do(
            lambda connection: connection.execute(
                update(stock)
                .where(stock.c.sku == sku, stock.c.location_id == "ONLINE")
                .values(quantity=quantity, reserved=0, flags=flags)
            )
        )

    def change_product(self, sku: str, **columns: object) -> None:
        """Change the catalogue behind the agent's back."""
        self.do(
            lambda connection: connection.execute(
                update(products).where(products.c.sku == sku).values(**columns)
            )
        )

    def change_cart(self, cart_id: CartId, **columns: object) -> None:
        """Write columns of a cart past the service."""
        self.do(
            lambda connection: connection.execute(
                update(carts).where(carts.c.cart_id == cart_id).values(columns)
            )
        )

    def do(self, fn: Callable[[Connection], object]) -> None:
        self.office.store.run_here(fn)

    async def built(
        self, *lines: str, pay: PaymentPlan | tuple[PaymentPlan, ...] = ON_ACCOUNT, actor: Actor = AGENT
    ) -> Cart:
        """A call of Orlando's with these lines ("3*HL-U509-R") and payments, not prepared."""
        shop = self.office.carts
        call = await shop.open_call(actor, customer_id=ORLANDO)
        cart = await shop.get(actor, call.cart_id)
        for line in lines or ("3*HL-U509-R",):
            quantity, _, sku = line.partition("*")
            cart = await shop.add_line(actor, cart.cart_id, Sku(sku), int(quantity), version=cart.version)
        plans = pay if isinstance(pay, tuple) else (pay,)
        return await shop.set_payments(actor, cart.cart_id, plans, version=cart.version)

    async def cart(
        self, *lines: str, pay: PaymentPlan | tuple[PaymentPlan, ...] = ON_ACCOUNT, actor: Actor = AGENT
    ) -> Cart:
        """The same, prepared."""
        cart = await self.built(*lines, pay=pay, actor=actor)
        return await self.prepare(cart, actor=actor)

    async def prepare(self, cart: Cart, *, actor: Actor = AGENT) -> Cart:
        return await self.office.checkout.prepare(actor, cart.cart_id, version=cart.version)

    async def submit(self, cart: Cart, *, actor: Actor = AGENT) -> SubmitResult:
        return await self.submitter.submit(actor, cart.cart_id, version=cart.version)

    async def ordered(
        self, *lines: str, pay: PaymentPlan | tuple[PaymentPlan, ...] = ON_ACCOUNT
    ) -> SubmitResult:
        """Submit such a cart; its jobs wait."""
        return await self.submit(await self.cart(*lines, pay=pay))

    # Durable work, in process.

    async def run_jobs(self, *, within: timedelta = timedelta()) -> list[str]:
        """Run what is due, and what becomes due within that time, in the order of its moments; return names."""
        until, ran = self.clock.now + within, []
        while (job := self._next_job(until)) is not None:
            self.clock.now = max(self.clock.now, job["due_at"])
            ran.append(str(job["name"]))
            if job["name"] == "resume_checkout":
                await self.submitter.resume(job["subject"])
            elif job["name"] == "take_back":
                await self.taking_back.take_back(job["subject"])
            else:
                await self.office.jobs[job["name"]](job["subject"])
            assert len(ran) < 2000, "jobs without end"
        self.clock.now = max(self.clock.now, until)
        return ran

    def jobs(self) -> TableJobs:
        """The jobs as a service takes them."""
        return TableJobs(self.clock)

    def lose_jobs(self) -> None:
        """Forget every job that has not run, as a lost queue would."""
        self.do(lambda connection: connection.execute(update(jobs_table).values(done=1)))

    def waiting_jobs(self) -> list[RowMapping]:
        return [row for row in self.rows(jobs_table) if not row["done"]]

    def _next_job(self, until: datetime) -> RowMapping | None:
        due = (
            select(jobs_table)
            .where(jobs_table.c.done == 0, jobs_table.c.due_at <= max(until, self.clock.now))
            .order_by(jobs_table.c.due_at, jobs_table.c.place)
            .limit(1)
        )

        def take(connection: Connection) -> RowMapping | None:
            job = connection.execute(due).mappings().first()
            if job is not None:
                connection.execute(
                    update(jobs_table).where(jobs_table.c.place == job["place"]).values(done=1)
                )
            return job

        return self.office.store.run_here(take)

    # What a test looks at.

    def rows(self, table: Table, **where: object) -> list[RowMapping]:
        order = list(table.primary_key.columns)
        query = select(table).order_by(*order).filter_by(**where)
        return self.office.store.read_here(lambda connection: list(connection.execute(query).mappings()))

    def row(self, table: Table, **where: object) -> RowMapping:
        [found] = self.rows(table, **where)
        return found

    def order(self, number: str) -> RowMapping:
        return self.row(orders, number=number)

    def cart_status(self, cart_id: CartId) -> str:
        return str(self.row(carts, cart_id=cart_id)["status"])

    def payment_statuses(self) -> list[str]:
        return [row["status"] for row in self.rows(payments)]

    def transfer(self, number: str) -> RowMapping:
        return self.row(transfers, order_number=number)

    def journal(self, cart_id: CartId) -> tuple[Step, ...]:
        """The journal of the cart's last attempt."""

        def look(connection: Connection) -> tuple[Step, ...]:
            row = last_attempt(connection, cart_id)
            return read_steps(connection, row.attempt_id) if row else ()

        return self.office.store.read_here(look)

    def held_locally(self, sku: str) -> tuple[int, int]:
        """What we have of a SKU online: (on hand, of that reserved)."""
        row = self.row(stock, sku=sku, location_id="ONLINE")
        return row["quantity"], row["reserved"]

    def held_at_dom(self) -> int:
        """Pieces the DOM holds for reservations no order has taken."""
        ledger = self.dom.ledger()
        live = {row["reservation_id"] for row in ledger["reservations"] if row["status"] == "held"}
        return sum(row["quantity"] for row in ledger["reservation_lines"] if row["reservation_id"] in live)

    def assert_nothing_held(self) -> None:
        """No FAILED order holds anything: no stock, no money, nothing to send."""
        failed = {row["order_id"] for row in self.rows(orders, status="FAILED")}
        assert not [row for row in self.rows(reservations) if row["order_id"] in failed]
        assert not [row for row in self.rows(decrements) if row["order_id"] in failed]
        assert not [row for row in self.rows(transfers) if row["order_id"] in failed]
        open_payments = {"authorising", "unknown", "authorised", "pending", "voiding", "captured"}
        assert not [
            row for row in self.rows(payments) if row["order_id"] in failed and row["status"] in open_payments
        ]

    def assert_totals_add_up(self, number: str) -> None:
        """Invariant 7, to the minor unit."""
        order = self.order(number)
        lines = self.rows(order_lines, order_id=order["order_id"])
        paid = sum(row["amount"] for row in self.rows(payments, order_id=order["order_id"]))
        assert order["items"] == sum(line["unit_price"] * line["quantity"] for line in lines)
        assert order["total"] == order["items"] - order["discount"] + order["shipping"] + order["tax"]
        assert paid == order["total"]

    async def close(self) -> None:
        await self.office.close()
        self.dom.close()


async def _open(
    data_dir: Path, process: str, *, clock: Clock, dom: Dom, gateway: Gateway, mail: FakeMailServer
) -> BackOffice:
    return await open_backoffice(
        Settings(data_dir=data_dir),
        clock=clock,
        process=process,
        adapters=Adapters(dom=dom, gateway=gateway, mail=mail, jobs=TableJobs(clock)),
    )


def _submitter(
    office: BackOffice,
    clock: Clock,
    gateway: Gateway,
    process: str,
    *,
    pipeline: Pipeline | None = None,
    lease: timedelta | None = None,
) -> Submit:
    return Submit(
        store=office.store,
        clock=clock,
        jobs=TableJobs(clock),
        store_id=STORE_ID,
        gateway=gateway,
        pipeline=pipeline or office.pipeline,
        owner=process,
        lease=lease or office.settings.checkout_lease,
    )


def _count_commits(office: BackOffice, commits: list[str]) -> None:
    @event.listens_for(office.store.engine, "commit")
    def note(_connection: Connection) -> None:
        commits.append("commit")
