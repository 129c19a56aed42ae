"""Databases for tests of services: an empty one, and a desk with demo data, made once and copied for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from backoffice.bootstrap import open_backoffice
from backoffice.settings import Settings
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables import metadata
from tests.services.desk import Desk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database in a real file."""
    engine = open_engine(f"sqlite:///{tmp_path / 'backoffice.db'}")
    metadata.create_all(engine)
    store = Store(engine)
    yield store
    store.close()


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database file with the demo in it."""
    data_dir = tmp_path_factory.mktemp("demo")

    async def make() -> None:
        office = await open_backoffice(Settings(data_dir=data_dir, demo=True))
        await office.close()

    asyncio.run(make())
    return data_dir / "backoffice.db"


@pytest.fixture
async def desk(tmp_path: Path, demo_database: Path) -> AsyncIterator[Desk]:
    """A desk and its worker in one process, over a database of its own."""
    opened = await Desk.open(tmp_path, demo_database)
    yield opened
    await opened.close()
