"""One call centre for all journeys of a test process: it takes three seconds to open. Each test has its own call."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.centre import CallCentre


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def the_centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CallCentre]:
    opened = await CallCentre.open(tmp_path_factory.mktemp("centre"))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def centre(the_centre: CallCentre) -> AsyncIterator[CallCentre]:
    """The call centre on a good day; a test that makes it a bad one need not clean up."""
    yield the_centre
    await the_centre.fair_weather()
