"""The demo: Adventure Works' catalogue, customers, stock and rules, and three people who sell it.

1. Each file goes the way real data goes (``imports``), so its rows are checked and audited alike;
2. its offers become promotions, and ours come besides, with coupons, certificates and a price list; location 7
   becomes the online fulfilment centre, the others physical stores;
3. the staff of the sign-in screen can sign in;
4. the store's own row comes last: where it is, the demo is complete, and loading again changes nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from backoffice.domain.ids import utc_now
from backoffice.domain.pricing.as_json import to_json
from backoffice.domain.staff import SYSTEM
from backoffice.services import audit
from backoffice.services.demo_staff import DEMO_LOGINS
from backoffice.services.import_kinds import ImportContext
from backoffice.services.imports import import_file
from backoffice.services.special_offers import read_special_offers
from backoffice.services.staff import hash_password
from backoffice.services.stores import save_store
from backoffice.settings import RESOURCES, Settings, StoreSettings
from backoffice.store.store import Store
from backoffice.store.tables.people import staff
from backoffice.store.tables.selling import promotions, stores
from backoffice.store.upsert import upsert

ADVENTURE_WORKS = RESOURCES / "demo" / "adventure-works"
STORE_NAME = "Adventure Works Cycles"
FINISHED_GOODS = "7"  # the dataset's location that ships to customers
_FILES = (
    ("catalogue", "products.csv"),
    ("customers", "customers.csv"),
    ("addresses", "addresses.csv"),
    ("stock", "inventory.csv"),
    ("ship_methods", "ship_methods.csv"),
    ("tax_rates", "tax_rates.csv"),
)
_OFFERS = (  # in a folder of their own, for they are ours; each after what it names
    ("catalogue", "products.csv"),
    ("promotions", "promotions.jsonl"),
    ("coupons", "coupons.csv"),
    ("coupon_rewards", "coupon_rewards.csv"),
    ("gift_certificates", "gift_certificates.csv"),
    ("price_lists", "price_lists.csv"),
    ("override_reasons", "override_reasons.csv"),
)


async def load_demo_data(
    store: Store,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    store_settings: StoreSettings | None = None,
    folder: Path = ADVENTURE_WORKS,
) -> bool:
    """Load the demo in under three seconds; False when it was there already.

    ``store_settings`` None: those of an Adventure Works store that ships by truck. Safe when several processes start
    at once. Raises ValueError for a file of the demo with a bad row, StoreUnavailable.
    """
    if await store.read(lambda connection: _is_there(connection, settings.store_id)):
        return False
    chosen = store_settings or StoreSettings(default_ship_method="XRQ - TRUCK GROUND")
    return await asyncio.to_thread(_load, store, settings.store_id, chosen, clock, folder)


def _load(
    store: Store, store_id: str, chosen: StoreSettings, clock: Callable[[], datetime], folder: Path
) -> bool:
    context = ImportContext(
        currency=chosen.currency, online=FINISHED_GOODS, online_location=chosen.online_location
    )
    files = [(kind, folder / name) for kind, name in _FILES]
    files += [(kind, folder / "offers" / name) for kind, name in _OFFERS]
    for kind, path in files:
        result = import_file(store, kind, path, actor=SYSTEM, clock=clock, context=context)
        if result.rejected:
            message = f"{path.name}, line {result.rejected[0].line}: {result.rejected[0].reason}"
            raise ValueError(message)
    hashes = {login.login: hash_password(login.password) for login in DEMO_LOGINS}

    def finish(connection: Connection) -> bool:
        if _is_there(connection, store_id):
            return False
        _write_offers(connection, folder)
        _write_staff(connection, hashes, clock())
        save_store(connection, store_id, STORE_NAME, chosen)
        audit.record(connection, SYSTEM, "demo.loaded", store_id, at=clock())
        return True

    return store.run_here(finish)


def _is_there(connection: Connection, store_id: str) -> bool:
    return (
        connection.execute(select(stores.c.store_id).where(stores.c.store_id == store_id)).first() is not None
    )


def _write_offers(connection: Connection, folder: Path) -> None:
    offers = read_special_offers(folder / "special_offers.csv", folder / "special_offer_products.csv")
    rows = [
        {
            "promotion_id": offer.promotion.promotion_id,
            "name": offer.promotion.name,
            "kind": offer.kind,
            "priority": offer.promotion.priority,
            "active": True,
            "data": to_json(offer.promotion),
        }
        for offer in offers
    ]
    upsert(connection, promotions, rows)


def _write_staff(connection: Connection, hashes: dict[str, str], at: datetime) -> None:
    taken: set[str] = set(connection.execute(select(staff.c.login)).scalars())
    rows = [
        {
            "staff_id": login.login,
            "login": login.login,
            "name": login.name,
            "role": login.role.value,
            "password_hash": hashes[login.login],
            "active": True,
            "created_at": at,
        }
        for login in DEMO_LOGINS
        if login.login not in taken
    ]
    if rows:
        connection.execute(insert(staff), rows)
