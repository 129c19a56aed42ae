"""The revisions make the tables of the code, once, whoever comes first, and say when they can not."""

import asyncio
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from backoffice.domain.errors import StoreUnavailable
from backoffice.store.engine import open_engine
from backoffice.store.migrations import differences, head
from backoffice.store.schema import HEAD, current_revision, make_schema
from backoffice.store.search import create_search_indexes
from backoffice.store.tables import metadata
from tests.external.processes import ROOT
from tests.store.postgresql import postgresql_url


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'made.db'}")
    yield engine
    engine.dispose()


def shape(engine: Engine) -> set[tuple[str, str, str]]:
    """Every table, index and full-text index, by kind, name and what SQLite keeps of its definition."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
        found = [(str(kind), str(name), str(sql)) for kind, name, sql in rows]
    return {
        (kind, name, "" if kind == "table" and "VIRTUAL" not in sql else " ".join(sql.split()))
        for kind, name, sql in found
        if "alembic" not in name
    }


def test_revisions_and_tables_agree(engine: Engine) -> None:
    make_schema(engine)

    with engine.begin() as connection, warnings.catch_warnings():
        # Indexes over expressions can not be read back from SQLite; the next test compares them as text.
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        assert differences(connection) == [], "run: python -m backoffice.store.migrations.write"


def test_revisions_make_what_the_tables_say_index_by_index(engine: Engine, tmp_path: Path) -> None:
    make_schema(engine)
    straight = open_engine(f"sqlite:///{tmp_path / 'straight.db'}")
    with straight.begin() as connection:
        metadata.create_all(connection)
        create_search_indexes(metadata, connection)

    assert shape(engine) == shape(straight)
    straight.dispose()


def test_checks_of_the_tables_hold_in_a_made_database(engine: Engine) -> None:
    make_schema(engine)

    with engine.connect() as connection:
        sql = str(connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'stock'")).scalar())

    assert "quantity_not_negative" in sql
    assert "reserved_not_negative" in sql


def test_the_head_a_start_compares_with_is_the_newest_revision() -> None:
    assert head() == HEAD


def test_a_current_database_is_taken_as_it_is_without_alembic(engine: Engine, tmp_path: Path) -> None:
    make_schema(engine)
    program = (
        "import sys; from backoffice.store.engine import open_engine;"
        " from backoffice.store.schema import make_schema; make_schema(open_engine(sys.argv[1]));"
        " assert 'alembic' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program, f"sqlite:///{tmp_path / 'made.db'}"], cwd=ROOT, check=True)


def test_starts_at_once_do_not_collide(tmp_path: Path) -> None:
    def start() -> str:
        engine = open_engine(f"sqlite:///{tmp_path / 'shared.db'}")
        try:
            make_schema(engine)
            return current_revision(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as threads:
        assert [task.result() for task in [threads.submit(start) for _ in range(4)]] == [HEAD] * 4


def test_an_upgrade_that_breaks_leaves_nothing_behind(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mails (in_the_way TEXT)"))

    with pytest.raises(Exception, match="already exists"):
        make_schema(engine)

    with engine.connect() as connection:
        names = [str(row[0]) for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")]
    assert names == ["mails"]


def test_a_newer_database_is_refused_in_words(engine: Engine) -> None:
    make_schema(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreUnavailable, match="revision 9999") as refused:
        make_schema(engine)
    assert refused.value.advice == "Install the newer program."


def test_tables_without_a_revision_are_refused_in_words(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)

    with pytest.raises(StoreUnavailable, match="made before there were any"):
        make_schema(engine)


def test_a_database_that_can_not_be_opened_is_told_in_words(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}")

    with pytest.raises(StoreUnavailable, match="can not be opened"):
        make_schema(engine)
    engine.dispose()


@pytest.mark.slow
def test_a_shared_postgresql_is_made_alike_by_whoever_comes_first() -> None:
    with postgresql_url() as url:
        engine = open_engine(url)
        try:
            with ThreadPoolExecutor(3) as threads:
                for task in [threads.submit(make_schema, engine) for _ in range(3)]:
                    task.result()

            assert current_revision(engine) == HEAD
            with engine.begin() as connection:
                assert differences(connection) == []
        finally:
            engine.dispose()


@pytest.mark.slow
async def test_whole_programs_started_at_once_share_one_database(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backoffice.cli", "demo-data", "--data-dir", str(tmp_path)]
    programs = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
        for _ in range(3)
    ]

    assert [await program.wait() for program in programs] == [0, 0, 0]
