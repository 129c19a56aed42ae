"""A desk to measure: the real service layer on demo data, and Ann, who takes orders of three lines at it."""

import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, update

from backoffice.bootstrap import Adapters, BackOffice, open_backoffice
from backoffice.domain.cart import Cart
from backoffice.domain.ids import CustomerId, Sku, StaffId
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import CheckoutState
from backoffice.services.stores import load_store, save_store
from backoffice.settings import Settings
from backoffice.store.tables.selling import stock

ANN = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="bench")
CUSTOMER = CustomerId("29485")
LINES = (("HL-U509-R", 3), ("BK-M68S-38", 1), ("HL-U509", 2))
ON_ACCOUNT = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO 4711", label="PO 4711")
PLENTY = 10_000_000
_NO_ADAPTERS = Adapters()


async def open_desk(
    folder: Path,
    *,
    database_url: str = "",
    inventory: InventorySystem = InventorySystem.NON_ATP,
    adapters: Adapters = _NO_ADAPTERS,
    dom_secrets: tuple[str, ...] = (),
) -> BackOffice:
    """Open the service layer on demo data with plenty in stock; by default the store keeps its own."""
    settings = Settings(
        data_dir=folder / "desk", database_url=database_url, demo=True, dom_secrets=dom_secrets
    )
    office = await open_backoffice(settings, process="bench", adapters=adapters)

    def furnish(connection: Connection) -> None:
        store = load_store(connection, settings.store_id)
        kept = store.model_copy(update={"inventory_system": inventory})
        save_store(connection, settings.store_id, "Adventure Works", kept)
        connection.execute(update(stock).values(quantity=PLENTY))

    office.store.run_here(furnish)
    return office


async def build_cart(office: BackOffice, payment: PaymentPlan = ON_ACCOUNT, *, agent: int = 0) -> Cart:
    """Open a call and build its cart; each agent has a name of their own."""
    ann = who(agent)
    call = await office.carts.open_call(ann, customer_id=CUSTOMER)
    cart = await office.carts.get(ann, call.cart_id)
    for sku, quantity in LINES:
        cart = await office.carts.add_line(ann, cart.cart_id, Sku(sku), quantity, version=cart.version)
    return await office.carts.set_payments(ann, cart.cart_id, (payment,), version=cart.version)


async def check_out(office: BackOffice, cart: Cart, *, agent: int = 0) -> tuple[float, float]:
    """Prepare and submit; return the seconds of each.

    Raises:
        RuntimeError: it did not become an order.
    """
    ann = who(agent)
    began = time.perf_counter()
    cart = await office.checkout.prepare(ann, cart.cart_id, version=cart.version)
    between = time.perf_counter()
    result = await office.checkout.submit(ann, cart.cart_id, version=cart.version)
    ended = time.perf_counter()
    if result.state is not CheckoutState.COMPLETED:
        raise RuntimeError(result.sentence)
    return between - began, ended - between


def who(agent: int) -> Actor:
    """Return the agent of that number; Ann is the first."""
    return ANN if not agent else replace(ANN, staff_id=StaffId(f"ann-{agent}"), desk=f"bench {agent}")
