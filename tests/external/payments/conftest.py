"""A payment simulator in a process of its own, healthy at the start of each test."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from backoffice.external.http import HttpClient
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from tests.external.payments.strings import SIMULATOR, Strings
from tests.external.processes import Child


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    ledger = tmp_path_factory.mktemp("payments") / "ledger.db"
    with Child.start(SIMULATOR, "--ledger", str(ledger), "--pending-for", "600") as simulator:
        yield simulator


@pytest.fixture
def strings(simulator: Child) -> Iterator[Strings]:
    strings = Strings(simulator)
    yield strings
    strings.clear()


@pytest.fixture
async def http_gateway(simulator: Child) -> AsyncIterator[HttpPaymentGateway]:
    async with HttpClient(simulator.url, deadline=timedelta(seconds=5)) as client:
        yield HttpPaymentGateway(client)


@pytest.fixture
async def hasty_gateway(simulator: Child) -> AsyncIterator[HttpPaymentGateway]:
    """One that waits half a second and no longer."""
    async with HttpClient(simulator.url, deadline=timedelta(seconds=0.5)) as client:
        yield HttpPaymentGateway(client)
