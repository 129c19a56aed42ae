"""A desk that starts with real data instead of the demo: the store opens with the first file it is given."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from backoffice.domain.errors import InvalidInput
from backoffice.domain.money import currency_digits
from backoffice.domain.staff import Actor
from backoffice.services import audit
from backoffice.services.stores import load_store, save_store
from backoffice.settings import StoreSettings
from backoffice.store.store import Store
from backoffice.store.tables.selling import stores


def open_store(
    store: Store, store_id: str, *, currency: str, actor: Actor, clock: Callable[[], datetime]
) -> StoreSettings:
    """Return the store's settings; one that is not there yet opens with the defaults and this currency.

    Runs on the calling thread. Raises InvalidInput for a currency that is none, StoreUnavailable.
    """
    try:
        currency_digits(currency)
    except ValueError as error:
        raise InvalidInput(str(error), field="currency") from error

    def write(connection: Connection) -> StoreSettings:
        if connection.execute(select(stores.c.store_id).where(stores.c.store_id == store_id)).first() is None:
            save_store(connection, store_id, store_id, StoreSettings(currency=currency))
            detail: dict[str, object] = {"currency": currency}
            audit.record(connection, actor, "store.opened", store_id, at=clock(), detail=detail)
        return load_store(connection, store_id)

    return store.run_here(write)
