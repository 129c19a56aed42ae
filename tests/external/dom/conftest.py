"""A simulator process of a test's own, and the adapter that speaks with it."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.external.dom.http_adapter import HttpDom
from backoffice.external.http import HttpClient
from tests.contracts.dom_examples import CONTEXT
from tests.external.dom.strings import SECRET, Strings
from tests.external.processes import ROOT, Child

DEMO = ROOT / "resources" / "demo" / "adventure-works"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dom") / "ledger.db"


@pytest.fixture(scope="module")
def simulator(ledger: Path) -> Iterator[Child]:
    options = ("--ledger", str(ledger), "--seed", str(DEMO), "--secret", SECRET)
    with Child.start("backoffice.external.dom.simulator", *options) as child:
        yield child


@pytest.fixture
def strings(simulator: Child) -> Iterator[Strings]:
    with Strings(str(simulator.ready["control"])) as strings:
        yield strings
        strings.clear()


@pytest.fixture
async def dom(simulator: Child) -> AsyncIterator[HttpDom]:
    async with HttpClient(simulator.url, deadline=timedelta(seconds=5)) as client:
        yield HttpDom(client, context=CONTEXT)


@pytest.fixture
async def hasty_dom(simulator: Child) -> AsyncIterator[HttpDom]:
    """One that waits half a second and no longer."""
    async with HttpClient(simulator.url, deadline=timedelta(seconds=0.5)) as client:
        yield HttpDom(client, context=CONTEXT)
