"""``backofficectl checkouts`` over a real database in which checkouts failed."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from backoffice.bootstrap import Adapters, BackOffice, open_backoffice
from backoffice.cli import main
from backoffice.domain.ids import CustomerId, Sku, utc_now
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import SYSTEM
from backoffice.services.stores import load_store, save_store
from backoffice.settings import Settings
from backoffice.store.engine import open_engine
from backoffice.store.tables.ordering import orders, payments
from tests.fakes.payments import FakePaymentGateway

DECLINED = PaymentPlan(method=PaymentMethod.CARD, reference="card_expired", label="Visa ending 0069")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory with two checkouts whose card was declined, B1000001 and B1000002."""

    async def fill() -> None:
        office = await open_backoffice(
            Settings(data_dir=tmp_path, demo=True), adapters=Adapters(gateway=FakePaymentGateway())
        )
        office.store.run_here(
            lambda connection: save_store(
                connection,
                "adventure",
                "Adventure Works",
                load_store(connection, "adventure").model_copy(
                    update={"inventory_system": InventorySystem.NON_ATP}
                ),
            )
        )
        for _ in range(2):
            await decline(office)
        await office.close()

    asyncio.run(fill())
    return tmp_path


async def decline(office: BackOffice) -> None:
    carts = office.carts
    call = await carts.open_call(SYSTEM, customer_id=CustomerId("29485"))
    cart = await carts.get(SYSTEM, call.cart_id)
    cart = await carts.add_line(SYSTEM, cart.cart_id, Sku("HL-U509-R"), 1, version=cart.version)
    cart = await carts.set_payments(SYSTEM, cart.cart_id, (DECLINED,), version=cart.version)
    cart = await office.checkout.prepare(SYSTEM, cart.cart_id, version=cart.version)
    await office.checkout.submit(SYSTEM, cart.cart_id, version=cart.version)


def test_list_and_show_say_what_failed_and_why(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data-dir", str(home)]
    assert main(["checkouts", "list", *where]) == 0
    out = capsys.readouterr().out
    assert re.search(r"B1000002 +undone +authorizePayments +The card was declined", out)
    assert main(["checkouts", "list", *where, "--limit", "1"]) == 0
    out = capsys.readouterr().out
    assert "B1000001" not in out
    [place] = re.findall(r"--after '(.*)'", out)
    assert main(["checkouts", "list", *where, "--after", place]) == 0
    assert "B1000001" in capsys.readouterr().out
    assert main(["checkouts", "list", *where, "--standing", "stuck", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["checkouts", "show", "B1000001", *where]) == 0
    out = capsys.readouterr().out
    assert re.search(r"execute +authorizePayments +failed", out)
    assert re.search(r"undo +createNewOrder +done", out)
    assert "Nothing is open." in out
    assert main(["checkouts", "show", "B1000001", *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["checkout"]["standing"] == "undone"


def test_acts_that_make_no_sense_are_refused_in_a_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(home)]
    assert main(["checkouts", "retry-undo", "B1000001", *where]) == 2
    assert "Everything is undone" in capsys.readouterr().err
    assert main(["checkouts", "reopen", "B1000001", "--reason", "why not", *where]) == 2
    assert "The cart is open." in capsys.readouterr().err
    assert main(["checkouts", "show", "B7", *where]) == 2
    assert "There is no failed checkout B7." in capsys.readouterr().err


def test_clean_tells_first_and_then_does(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data-dir", str(home)]
    assert main(["checkouts", "clean", "--dry-run", *where]) == 0
    assert "0 orders and 0 refused checkouts would be removed." in capsys.readouterr().out
    make_old(home)
    assert main(["checkouts", "clean", "--dry-run", *where]) == 0
    out = capsys.readouterr().out
    assert "1 orders" in out
    assert re.search(r"B1000001 +goes", out)
    assert re.search(r"B1000002 +stays: A payment of it is still open", out)
    assert main(["checkouts", "clean", "--dry-run", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["numbers"] == ["B1000001"]
    assert main(["checkouts", "clean", *where]) == 0
    assert "1 failed orders removed." in capsys.readouterr().out
    assert main(["checkouts", "clean", *where]) == 0
    assert "0 failed orders removed." in capsys.readouterr().out


def make_old(home: Path) -> None:
    """Both failed a year ago; the bank never let go of the second."""

    def change(connection: Connection) -> None:
        connection.execute(update(orders).values(placed_at=utc_now() - timedelta(days=365)))
        connection.execute(
            update(payments).where(payments.c.reference.like("B1000002%")).values(status="voiding")
        )

    engine = open_engine(Settings(data_dir=home).url)
    with engine.begin() as connection:
        change(connection)
    engine.dispose()
