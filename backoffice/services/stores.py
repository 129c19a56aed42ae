"""What a store decides: one row, read by whoever needs it."""

from functools import lru_cache

from sqlalchemy import Connection, Text, bindparam, cast, insert, select, update

from backoffice.domain.errors import NotFound
from backoffice.settings import StoreSettings
from backoffice.store.tables.selling import stores

_SETTINGS = select(cast(stores.c.settings, Text)).where(stores.c.store_id == bindparam("store"))


def load_store(connection: Connection, store_id: str) -> StoreSettings:
    """Return the store's settings; NotFound when there is no such store."""
    data = connection.execute(_SETTINGS, {"store": store_id}).scalar()
    if data is None:
        sentence = f"There is no store {store_id}."
        raise NotFound(sentence, advice="Load demo data, or import a catalogue first.")
    return _settings(data)


@lru_cache(maxsize=8)
def _settings(data: str) -> StoreSettings:
    """Read the text once for as long as it stays the same: every step of a call asks for it."""
    return StoreSettings.model_validate_json(data)


def has_store(connection: Connection, store_id: str) -> bool:
    """Tell whether the store is there: before demo data or a first import it is not."""
    return connection.execute(_SETTINGS, {"store": store_id}).first() is not None


def save_store(connection: Connection, store_id: str, name: str, settings: StoreSettings) -> None:
    """Write the store's settings, new or changed."""
    data = settings.model_dump(mode="json")
    changed = connection.execute(
        update(stores)
        .where(stores.c.store_id == store_id)
        .values(name=name, settings=data, version=stores.c.version + 1)
    )
    if not changed.rowcount:
        connection.execute(insert(stores).values(store_id=store_id, name=name, settings=data, version=1))
