"""What a store decides, changed by name: ``pricing.tax_rounded_per=unit``; checked whole before it is kept; audited.

A desk that is open sees it with its next question; the pricing rules are read with every Prepare.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from backoffice.domain.errors import InvalidInput
from backoffice.domain.pricing import PricingRules
from backoffice.domain.pricing.as_json import hints_of, to_json
from backoffice.domain.staff import Actor, Right
from backoffice.services import audit
from backoffice.services.stores import load_store, save_store
from backoffice.settings import StoreSettings
from backoffice.store.store import Store
from backoffice.store.tables.selling import stores

_PRICING = "pricing"


def named_settings(settings: StoreSettings) -> dict[str, Any]:
    """Return every setting by its name, the pricing rules as ``pricing.NAME``; values as JSON."""
    named = settings.model_dump(mode="json")
    del named[_PRICING]
    rules = settings.pricing
    return named | {f"{_PRICING}.{name}": to_json(getattr(rules, name)) for name in hints_of(PricingRules)}


def change_settings(
    store: Store,
    store_id: str,
    changes: Mapping[str, str],
    *,
    actor: Actor,
    clock: Callable[[], datetime],
) -> StoreSettings:
    """Change settings; values are JSON, or plain text where they are none. Runs on the calling thread.

    Raises:
        NotAllowed: the actor may not.
        NotFound: there is no such store.
        InvalidInput: a name or a value that is none; nothing is changed then.
    """
    actor.require(Right.STAFF)
    values = {name: _value(written) for name, written in changes.items()}

    def write(connection: Connection) -> StoreSettings:
        before = load_store(connection, store_id)
        after = _changed(before, values)
        name: str = connection.execute(
            select(stores.c.name).where(stores.c.store_id == store_id)
        ).scalar_one()
        save_store(connection, store_id, name, after)
        was, is_now = named_settings(before), named_settings(after)
        detail: dict[str, object] = {
            key: {"from": was[key], "to": is_now[key]} for key in values if was[key] != is_now[key]
        }
        audit.record(connection, actor, "store.settings_changed", store_id, at=clock(), detail=detail)
        return after

    return store.run_here(write)


def _changed(before: StoreSettings, values: Mapping[str, Any]) -> StoreSettings:
    known = named_settings(before)
    written: dict[str, Any] = before.model_dump(mode="json")
    for name, value in values.items():
        if name not in known:
            sentence = f"There is no setting {name[:60]}."
            raise InvalidInput(sentence, field=name, advice="Leave out --set to see them all.")
        place, _, rule = name.partition(".")
        if rule:
            written[place] = {**written[place], rule: value}
        else:
            written[place] = value
    try:
        return StoreSettings.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        sentence = f"{where}: {reason}"
        raise InvalidInput(sentence, field=where, advice="Nothing was changed.") from error


def _value(written: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(written)
    except ValueError:
        return written
