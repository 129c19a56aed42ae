"""The templates: the demo's database with a cart of every kind, and the DOM's ledger that goes with it.

One for each inventory system of the carts. Built by a process of its own, so that the machine stays without threads.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete

from backoffice.bootstrap import BackOffice, open_backoffice
from backoffice.domain.customer import AddressDraft, CustomerDraft
from backoffice.domain.ids import CartId, Sku
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.staff import Actor
from backoffice.services.codec import pack, unpack
from backoffice.services.stores import load_store, save_store
from backoffice.settings import Settings
from backoffice.store.tables.selling import availability
from backoffice.world import SEED
from tests.faults.carts import KINDS, CartKind
from tests.faults.databases import Databases
from tests.faults.forks import Child
from tests.faults.life import Sale
from tests.faults.outside import Outside

_CALLER = CustomerDraft(first_name="Pat", last_name="Doe", email="pat.doe@example.net", phone="818-555-0142")
_VAN_NUYS = AddressDraft(line1="12 Main St", city="Van Nuys", region="CA", postal_code="91411", country="US")


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A database to copy, the ledgers to copy, and the carts in it by kind."""

    database: str
    ledgers: Path
    sales: Mapping[str, Sale]


def build_templates(databases: Databases, home: Path) -> Mapping[str, Template]:
    """Return the template of each kind of cart."""
    found: dict[str, Template] = {}
    for system in sorted({kind.system for kind in KINDS.values()}, key=lambda system: system.name):
        folder = home / system.name.lower()
        folder.mkdir(parents=True)
        outside = Outside.start(folder / "world", seed=SEED)
        url = databases.template(f"template_{system.name.lower()}", folder)
        settings = Settings(data_dir=folder, database_url=url, demo=True, **outside.addresses)
        kinds = tuple(kind for kind in KINDS.values() if kind.system is system)
        child = Child.start(lambda say, hear: _build(say, settings, system, kinds), folder / "build.log")  # noqa: B023 - runs at once
        line = child.line()
        assert line is not None, child.output.read_text()
        assert child.line() is None
        outside.close()
        made = json.loads(line)
        sales = {
            name: Sale(kind=name, cart_id=CartId(cart_id), actor=unpack(Actor, made["actor"]))
            for name, cart_id in made["carts"].items()
        }
        template = Template(database=url, ledgers=folder / "world", sales=sales)
        found |= dict.fromkeys(sales, template)
    return found


def _build(say: int, settings: Settings, system: InventorySystem, kinds: tuple[CartKind, ...]) -> None:
    async def build() -> None:
        office = await open_backoffice(settings)
        office.store.run_here(lambda connection: _use(connection, settings.store_id, system))
        [login] = [login for login in office.staff.demo_logins() if login.login == "ann"]
        ann = await office.staff.sign_in(login.login, login.password, desk="desk 7")
        carts = {kind.name: await build_cart(office, ann, kind) for kind in kinds}
        # The DOM pushes to nobody here, so what the cache kept would only grow old.
        office.store.run_here(lambda connection: connection.execute(delete(availability)))
        await office.close()
        os.write(say, f"{json.dumps({'actor': pack(ann), 'carts': carts})}\n".encode())

    asyncio.run(build())


async def build_cart(office: BackOffice, ann: Actor, kind: CartKind) -> CartId:
    """Take a new caller's call and build the cart of that kind, payments and all; it is not prepared."""
    carts = office.carts
    caller = await office.customers.add(ann, _CALLER)
    caller = await office.customers.add_address(ann, caller.customer_id, _VAN_NUYS)
    call = await carts.open_call(ann, customer_id=caller.customer_id)
    cart = await carts.get(ann, call.cart_id)
    [method, *_] = await office.catalog.ship_methods()
    cart = await carts.set_ship_method(ann, cart.cart_id, method.code, version=cart.version)
    for line in kind.lines:
        quantity, _, sku = line.partition("*")
        cart = await carts.add_line(ann, cart.cart_id, Sku(sku), int(quantity), version=cart.version)
    cart = await carts.set_payments(ann, cart.cart_id, kind.pay, version=cart.version)
    if kind.coupons:
        cart = await carts.set_coupons(ann, cart.cart_id, kind.coupons, version=cart.version)
        cart = await carts.set_gift_certificates(ann, cart.cart_id, kind.certificates, version=cart.version)
    return cart.cart_id


def _use(connection: Connection, store_id: str, system: InventorySystem) -> None:
    settings = load_store(connection, store_id)
    save_store(
        connection, store_id, "Adventure Works", settings.model_copy(update={"inventory_system": system})
    )
