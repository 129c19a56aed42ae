import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select

from backoffice.domain.catalog import Product, ProductKind
from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    CartLine,
    Customer,
    Destination,
    PricedCart,
    PricingRequest,
    Shipment,
    price,
)
from backoffice.domain.staff import SYSTEM, Role
from backoffice.services.audit import verify_chain
from backoffice.services.catalog import Catalog, load_product
from backoffice.services.customers import Customers
from backoffice.services.demo_data import load_demo_data
from backoffice.services.pricing_rules import LoadedRules, load_pricing_rules
from backoffice.services.staff import StaffService
from backoffice.services.stores import load_store
from backoffice.settings import RESOURCES, Settings
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables import metadata
from backoffice.store.tables.people import addresses, audit, customers
from backoffice.store.tables.pricing import (
    coupon_rewards,
    coupons,
    gift_certificates,
    listed_prices,
    override_reasons,
    tax_rates,
)
from backoffice.store.tables.selling import locations, products, promotions, ship_methods, stock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PHOTOS = RESOURCES / "demo" / "adventure-works" / "photos"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo in it, loaded once: each test works on a copy."""
    folder = tmp_path_factory.mktemp("demo")
    store = opened(folder)
    asyncio.run(load_demo_data(store, Settings(data_dir=folder), clock=lambda: NOON))
    store.close()
    return folder


@pytest.fixture
def store(loaded: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(loaded / "backoffice.db", tmp_path)
    store = opened(tmp_path)
    yield store
    store.close()


def opened(folder: Path) -> Store:
    engine = open_engine(f"sqlite:///{folder / 'backoffice.db'}")
    metadata.create_all(engine)
    return Store(engine)


def count(connection: Connection, table: Table) -> int:
    number: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return number


async def counts(store: Store) -> dict[str, int]:
    tables = (products, customers, addresses, locations, stock, promotions, ship_methods, tax_rates, audit)
    return await store.read(lambda connection: {table.name: count(connection, table) for table in tables})


async def test_the_demo_is_adventure_works_whole(store: Store) -> None:
    assert await counts(store) == {
        "products": 298,
        "customers": 847,
        "addresses": 417,
        "locations": 11,
        "stock": 460,
        "promotions": 21,
        "ship_methods": 5,
        "tax_rates": 29,
        "audit": 14,
    }
    settings = await store.read(lambda connection: load_store(connection, "adventure"))
    assert (settings.currency, settings.default_ship_method) == ("USD", "XRQ - TRUCK GROUND")
    assert await store.read(verify_chain) == []


async def test_loading_it_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    before = await counts(store)
    assert not await load_demo_data(store, Settings(data_dir=tmp_path), clock=lambda: NOON)
    assert await counts(store) == before


async def test_finished_goods_are_what_the_online_store_sells(store: Store) -> None:
    def read(connection: Connection) -> tuple[Any, Any]:
        online = select(locations).where(locations.c.kind == "online")
        helmets = select(stock.c.quantity).where(stock.c.sku == "HL-U509-R", stock.c.location_id == "ONLINE")
        return connection.execute(online).one(), connection.execute(helmets).scalar_one()

    online, helmets = await store.read(read)
    assert (online.location_id, online.name) == ("ONLINE", "Finished Goods Storage")
    assert helmets == 288


async def test_the_logins_the_demo_offers_work(store: Store) -> None:
    service = StaffService(store, lambda: NOON, demo=True)
    people = [
        await service.sign_in(login.login, login.password, desk="desk 1") for login in service.demo_logins()
    ]
    assert [person.role for person in people] == [Role.AGENT, Role.SUPPORT, Role.SUPERVISOR]


async def test_two_customers_of_one_name_are_told_apart_by_their_city(store: Store) -> None:
    hits = await Customers(store, lambda: NOON).search(SYSTEM, "orlando gee")
    assert {(hit.customer_id, hit.city) for hit in hits} == {("1", ""), ("29773", "Seattle")}


async def test_every_photo_a_product_names_is_there(store: Store) -> None:
    catalog = Catalog(store, lambda: NOON, photos_dir=PHOTOS)
    named = await store.read(
        lambda connection: connection.execute(select(products.c.sku, products.c.photo)).all()
    )
    for row in named:
        assert (catalog.photo_path(await catalog.get(row.sku)) is not None) == bool(row.photo)


async def test_a_reseller_gets_the_volume_discount_and_a_consumer_does_not(store: Store) -> None:
    rules = await store.read(load_pricing_rules)
    helmet = await store.read(lambda connection: load_product(connection, "HL-U509-R"))
    reseller, consumer = priced(rules, helmet, 12, "reseller"), priced(rules, helmet, 12, "consumer")
    assert reseller.totals.items == Money(12 * 3499, "USD")
    assert reseller.totals.discounts == Money(840, "USD")  # 2 % of 419.88 is 8.3976
    assert consumer.totals.discounts == Money(0, "USD")
    assert priced(rules, helmet, 10, "reseller").totals.discounts == Money(0, "USD")
    assert consumer.totals.shipping == Money(395, "USD")
    assert consumer.totals.tax == Money(3674, "USD")  # California: 8.75 % of 419.88 is 36.7395


async def test_offers_that_ended_in_2014_are_kept_but_give_nothing(store: Store) -> None:
    rules = await store.read(load_pricing_rules)
    over = [offer.name for offer in rules.promotions if offer.limits.ends_at and offer.limits.ends_at <= NOON]
    assert len(over) == 10
    assert "Mountain-100 Clearance Sale" in over
    volume = [
        offer.name for offer in rules.promotions if offer.limits.ends_at is None and not offer.needs_coupon
    ]
    assert sorted(volume) == [
        "Volume Discount 11 to 14",
        "Volume Discount 15 to 24",
        "Volume Discount 25 to 40",
        "Volume Discount 41 to 60",
    ]


def priced(rules: LoadedRules, product: Product, quantity: int, group: str) -> PricedCart:
    line = CartLine(
        line_id="1",
        sku=product.sku,
        quantity=quantity,
        list_price=product.list_price,
        category=product.category,
        weight_grams=product.weight_grams or Decimal(0),
        shipment_id="1",
    )
    destination = Destination(country="US", region="CA", postcode="91411")
    return price(
        PricingRequest(
            at=NOON,
            currency="USD",
            lines=(line,),
            shipments=(Shipment(shipment_id="1", destination=destination, method_code="XRQ - TRUCK GROUND"),),
            customer=Customer(groups=frozenset({group})),
            promotions=rules.promotions,
            tariffs=rules.tariffs,
            tax_rates=rules.tax_rates,
        )
    )


async def test_what_a_call_centre_adds_is_there_and_opens_offers_that_are_there(store: Store) -> None:
    def look(connection: Connection) -> tuple[set[str], set[str], dict[str, int]]:
        offers: set[str] = set(connection.execute(select(promotions.c.promotion_id)).scalars())
        opened: set[str] = set(connection.execute(select(coupons.c.promotion_id)).scalars())
        opened |= set(connection.execute(select(coupon_rewards.c.promotion_id)).scalars())
        tables = (coupons, coupon_rewards, gift_certificates, listed_prices, override_reasons)
        return offers, opened, {table.name: count(connection, table) for table in tables}

    offers, opened, numbers = await store.read(look)
    assert opened <= offers
    assert numbers == {
        "coupons": 7,
        "coupon_rewards": 1,
        "gift_certificates": 3,
        "listed_prices": 5,
        "override_reasons": 5,
    }


async def test_a_gift_certificate_is_sold_untaxed_and_ships_nowhere(store: Store) -> None:
    product = await store.read(lambda connection: load_product(connection, "GIFT-50"))
    assert (product.kind, product.is_physical) == (ProductKind.GIFT_CERTIFICATE, False)
