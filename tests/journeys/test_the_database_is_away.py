"""The database file read-only, or held by another program: one sentence, and nothing lost."""

import asyncio
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backoffice.bootstrap import open_backoffice
from backoffice.domain.errors import StoreUnavailable
from backoffice.domain.statuses import CheckoutState, TransferStatus
from backoffice.settings import Settings
from tests.journeys.centre import CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOLD = """
import sys
import time
from sqlcipher3 import dbapi2
connection = dbapi2.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
"""


async def test_database_held_by_another_program_is_told_and_nothing_is_lost_or_said_twice(
    centre: CallCentre,
) -> None:
    cart = await centre.prepared("1*HL-U509-R")
    await centre.fault("mail", kind="slow", seconds=1)
    earlier = (await centre.ordered("1*HL-U509-R")).order_number
    await until(lambda: centre.ask("mail", "/control/faults"), lambda left: not left["faults"])
    async with _held(centre.settings.data_dir / "backoffice.db"):
        with pytest.raises(StoreUnavailable) as told:
            await centre.submit(cart)
        assert told.value.sentence == "The database is busy: another program holds it."
        assert told.value.advice == "Try again; nothing was changed."
        assert await centre.cart(cart.cart_id) == cart  # what was saved can be read
        await asyncio.sleep(3)
    result = await centre.submit(cart)
    assert result.state is CheckoutState.COMPLETED
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)
    await centre.transfer_is(earlier, TransferStatus.TRANSFERRED)
    await centre.assert_whole(earlier)
    details = await until(
        lambda: centre.office.order_history.details(centre.ann, earlier),
        lambda details: details.mails[0].status == "sent",
    )
    assert len(details.mails) == 1
    assert await centre.subjects(earlier) == [f"Your order {earlier}"]


async def test_database_that_can_not_be_written_is_told_and_can_be_read(centre: CallCentre) -> None:
    cart = await centre.prepared("1*HL-U509-R", notes="still here")
    url = f"sqlite:///file:{centre.settings.data_dir / 'backoffice.db'}?mode=ro&uri=true"
    reading = await open_backoffice(centre.settings.model_copy(update={"database_url": url}))
    try:
        assert await reading.carts.get(centre.ann, cart.cart_id) == cart
        for change in (
            reading.carts.set_notes(centre.ann, cart.cart_id, "lost", version=cart.version),
            reading.checkout.prepare(centre.ann, cart.cart_id, version=cart.version),
            reading.checkout.submit(centre.ann, cart.cart_id, version=cart.version),
        ):
            with pytest.raises(StoreUnavailable) as told:
                await change
            assert told.value.sentence == "The database can not be written to."
            assert told.value.advice == "Check the rights on the data directory."
    finally:
        await reading.close()
    assert await centre.cart(cart.cart_id) == cart


async def test_data_directory_that_is_no_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(StoreUnavailable, match="can not be made: Not a directory") as told:
        await open_backoffice(Settings(data_dir=tmp_path / "file" / "data", demo=True))
    assert told.value.advice


async def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "backoffice.db").write_bytes(b"This is a letter to my aunt, not a database." * 200)
    with pytest.raises(StoreUnavailable) as told:
        await open_backoffice(Settings(data_dir=tmp_path, demo=True))
    assert told.value.sentence
    assert (tmp_path / "backoffice.db").read_bytes().startswith(b"This is a letter")


@asynccontextmanager
async def _held(file: Path) -> AsyncIterator[None]:
    """Another program holds the file's write lock."""
    other = await create_subprocess_exec(sys.executable, "-c", HOLD, str(file), stdout=PIPE)
    assert other.stdout is not None
    assert await other.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        other.kill()
        await other.communicate()
