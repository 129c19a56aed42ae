"""Order numbers: taken when the order is created, each once, by however many processes."""

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from backoffice.domain.ids import OrderNumber
from backoffice.store.tables.ordering import counters

FIRST_NUMBER = 1_000_001
_COUNT = (
    update(counters)
    .where(counters.c.name == bindparam("of"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)
_BEGIN = {  # two processes that take the store's first number at once begin one counter
    "sqlite": sqlite.insert(counters).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(counters).on_conflict_do_nothing(),
}


def take_number(connection: Connection, store_id: str, prefix: str) -> OrderNumber:
    """Return the next number; whoever takes one at the same time waits for this transaction to end."""
    counter = {"of": f"order-{store_id}"}
    number = connection.execute(_COUNT, counter).scalar()
    if number is None:
        first = {"name": counter["of"], "value": FIRST_NUMBER - 1}
        connection.execute(_BEGIN[connection.dialect.name], first)
        number = connection.execute(_COUNT, counter).scalar_one()
    return OrderNumber(f"{prefix}{number}")
