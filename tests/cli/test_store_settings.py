"""backofficectl store-settings: what the store decides, shown and changed by name."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from backoffice.cli import main
from backoffice.domain.errors import NotAllowed
from backoffice.domain.ids import utc_now
from backoffice.domain.pricing import TaxRoundedPer
from backoffice.services.store_settings import change_settings
from backoffice.services.stores import load_store
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables.people import audit
from tests.services.world import AGENT


@pytest.fixture
def place(tmp_path: Path, demo_database: Path) -> Path:
    """A data directory with the demo in it."""
    (tmp_path / "backoffice.db").write_bytes(demo_database.read_bytes())
    return tmp_path


def settings(place: Path, *arguments: str) -> int:
    return main(["store-settings", "--data-dir", str(place), *arguments])


def test_every_setting_is_shown_with_its_value(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert settings(place, "--json") == 0

    named = json.loads(capsys.readouterr().out)
    assert named["currency"] == "USD"
    assert named["pricing.tax_rounded_per"] == "line"
    assert named["pricing.threshold_met_when_reached"] is True
    assert named["override_limits"] == {"agent": "10"}
    assert "pricing" not in named


def test_a_setting_is_changed_and_the_change_is_in_the_trail(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = ("pricing.tax_rounded_per=unit", "pricing.discounts_reduce_tax_base=false", "price_lock=PT30M")

    assert settings(place, *(part for change in changes for part in ("--set", change))) == 0

    assert 'pricing.tax_rounded_per             "unit"' in capsys.readouterr().out
    store = Store(open_engine(f"sqlite:///{place / 'backoffice.db'}"))
    kept = store.read_here(lambda connection: load_store(connection, "adventure"))
    [row] = store.read_here(
        lambda connection: connection.execute(
            select(audit).where(audit.c.action == "store.settings_changed")
        ).all()
    )
    store.close()
    assert kept.pricing.tax_rounded_per is TaxRoundedPer.UNIT
    assert not kept.pricing.discounts_reduce_tax_base
    assert kept.price_lock.total_seconds() == 1800
    assert row.detail["pricing.tax_rounded_per"] == {"from": "line", "to": "unit"}


@pytest.mark.parametrize(
    "change, said",
    [
        ("pricing.tax_rounded_per=never", "tax_rounded_per: 'never' is none of 'unit', 'line', 'order'."),
        (
            "pricing.prices_hold=tax of origin",
            "Prices that hold the tax of origin need the origin's address.",
        ),
        ('override_limits={"agent": 200}', "override_limits.agent: "),
        ("price_lok=PT30M", "There is no setting price_lok. Leave out --set to see them all."),
        ("pricing=7", "There is no setting pricing."),
        ("price_lock", "“price_lock” is not NAME=VALUE."),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], change: str, said: str
) -> None:
    before = (place / "backoffice.db").read_bytes()

    assert settings(place, "--set", change) == 2

    assert said in capsys.readouterr().err
    assert (place / "backoffice.db").read_bytes() == before


def test_agents_change_no_settings(place: Path) -> None:
    store = Store(open_engine(f"sqlite:///{place / 'backoffice.db'}"))
    with pytest.raises(NotAllowed):
        change_settings(store, "adventure", {"price_lock": "PT1H"}, actor=AGENT, clock=utc_now)
    store.close()
