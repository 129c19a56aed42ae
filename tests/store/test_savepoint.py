"""A part of a transaction that fails leaves nothing behind, the rest goes on; a lost database is told as what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from backoffice.store.engine import open_engine
from backoffice.store.savepoint import savepoint

things = Table("things", MetaData(), Column("number", Integer, primary_key=True))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'things.db'}")
    with engine.begin() as connection:
        things.create(connection)
    yield engine
    engine.dispose()


def add(connection: Connection, *numbers: int) -> None:
    for number in numbers:
        connection.execute(insert(things).values(number=number))


def numbers(engine: Engine) -> list[int]:
    with engine.begin() as connection:
        return list(connection.execute(select(things.c.number).order_by(things.c.number)).scalars())


def fail(connection: Connection, *doomed: int) -> None:
    with savepoint(connection):
        add(connection, *doomed)
        raise KeyError


def fail_around_a_part(connection: Connection, *doomed: int) -> None:
    with savepoint(connection):
        with savepoint(connection):
            add(connection, *doomed)
        raise KeyError


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, 1)
        pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with savepoint(connection):
            connection.execute(insert(things), [{"number": number} for number in range(2, 20_000)])


def test_part_that_fails_leaves_nothing_and_the_rest_is_kept(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, 1)
        with pytest.raises(IntegrityError), savepoint(connection):
            add(connection, 2, 1)
        with savepoint(connection):
            add(connection, 3)

    assert numbers(engine) == [1, 3]


def test_part_within_a_part_fails_alone_or_with_it(engine: Engine) -> None:
    with engine.begin() as connection:
        with savepoint(connection):
            add(connection, 1)
            with pytest.raises(KeyError):
                fail(connection, 2)
            add(connection, 3)
        with pytest.raises(KeyError):
            fail_around_a_part(connection, 4)

    assert numbers(engine) == [1, 3]


def test_full_disk_is_told_as_such_and_takes_the_whole_transaction(engine: Engine) -> None:
    with pytest.raises(OperationalError, match="full"):
        fill(engine)

    assert numbers(engine) == []
