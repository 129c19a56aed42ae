"""What the contract suites share: a simulator's process, and a world for each adapter."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contracts.dom_worlds import DomWorld, FakeWorld, HttpWorld
from tests.external.processes import ROOT, Child


@pytest.fixture(scope="module")
def dom_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    ledger = tmp_path_factory.mktemp("dom") / "ledger.db"
    seed = str(ROOT / "resources" / "demo" / "adventure-works")
    with Child.start("backoffice.external.dom.simulator", "--ledger", str(ledger), "--seed", seed) as child:
        yield child


@pytest.fixture(params=["fake", "http"])
async def world(request: pytest.FixtureRequest, dom_simulator: Child) -> AsyncIterator[DomWorld]:
    world: DomWorld = FakeWorld() if request.param == "fake" else HttpWorld(dom_simulator)
    yield world
    await world.close()
