"""A statement compiled once writes what SQLAlchemy's own execute writes, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from backoffice.store.engine import open_engine
from backoffice.store.tables.base import Moment
from backoffice.store.writing import Write
from tests.store.postgresql import postgresql_url

things = Table(
    "things",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("place", Integer),
    Column("facts", JSON(none_as_null=True)),
    Column("at", Moment),
    Column("weight", Numeric(9, 3)),
    Column("active", Boolean),
    Column("made_by", Text, default="nobody"),
)
NOON = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))
FIRST = {
    "name": "a",
    "place": 1,
    "facts": {"ü": [1]},
    "at": NOON,
    "weight": 2.5,
    "active": True,
    "made_by": "x",
}
SECOND = {**FIRST, "name": "b", "place": 2, "facts": None, "active": False}
ADD = Write(insert(things))
MOVE = Write(
    update(things)
    .where(things.c.place == bindparam("here"), things.c.active.is_(True))
    .values(place=things.c.place + bindparam("by"), facts=bindparam("facts"))
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "postgresql":
        with postgresql_url() as url:
            yield from opened(url)
    else:
        yield from opened(f"sqlite:///{tmp_path_factory.mktemp('writing') / 'things.db'}")


def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        things.create(connection)
        yield connection
        things.drop(connection)


def rows(connection: Connection) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(select(things).order_by(things.c.name)).mappings()]


def test_rows_are_those_that_execute_writes(connection: Connection) -> None:
    connection.execute(insert(things), [FIRST, SECOND])
    expected = rows(connection)
    connection.execute(delete(things))

    ADD(connection, FIRST)
    ADD(connection, [SECOND, {**SECOND, "name": "c"}])
    ADD(connection, [{**SECOND, "name": "d"}])

    assert rows(connection)[:2] == expected
    assert expected[0]["at"] == NOON.astimezone(UTC)
    assert len(rows(connection)) == 4


def test_update_writes_types_and_constants_and_counts_what_it_met(connection: Connection) -> None:
    ADD(connection, [FIRST, SECOND])

    assert MOVE(connection, {"here": 1, "by": 5, "facts": {"moved": True}}).rowcount == 1
    assert MOVE(connection, {"here": 2, "by": 5, "facts": None}).rowcount == 0  # it is not active
    assert [(row["place"], row["facts"]) for row in rows(connection)] == [(6, {"moved": True}), (2, None)]


def test_many_rows_are_counted_together(connection: Connection) -> None:
    ADD(connection, [FIRST, {**FIRST, "name": "b", "place": 2}])
    moved = MOVE(connection, [{"here": place, "by": 10, "facts": None} for place in (1, 2, 3)])
    assert moved.rowcount == 2


def test_what_is_worked_out_in_the_statement_is_kept(connection: Connection) -> None:
    following = select(func.coalesce(func.max(things.c.place), 0) + 1).scalar_subquery()
    add_next = Write(insert(things).values(name=bindparam("called"), place=following, made_by="x"))
    for name in ("a", "b"):
        add_next(connection, {"called": name})
    assert [row["place"] for row in rows(connection)] == [1, 2]


def test_what_only_execute_can_do_is_refused(connection: Connection) -> None:
    with pytest.raises(TypeError, match="IN"):
        Write(delete(things).where(things.c.name.in_(["a", "b"])))(connection, {"unused": 1})
    with pytest.raises(TypeError, match="default"):
        ADD(connection, {"name": "a"})
