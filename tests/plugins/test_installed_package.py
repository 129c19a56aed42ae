"""A real package, installed beside the application, changes the checkout in every way there is."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.external.processes import ROOT

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ACME's package is installed."""
    site = tmp_path_factory.mktemp("site-packages")
    source = HERE / "acme_checkout"
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    for module in project["tool"]["setuptools"]["py-modules"]:
        (site / f"{module}.py").write_bytes((source / f"{module}.py").read_bytes())
    points = project["project"]["entry-points"].items()
    lines = (
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
        for group, named in points
    )
    beside(site, project["project"]["name"], "".join(lines))
    return site


def beside(site: Path, name: str, points: str) -> None:
    """Write what pip writes beside a package's modules; building it would take what a bare machine has not."""
    folder = site / f"{name.replace('-', '_')}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text(points, encoding="utf-8")


def python(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def submit(site: Path, tmp_path: Path, template: Path, *, said: str = "", pay: str = "account") -> Any:  # noqa: ANN401 - whatever JSON holds
    far = tmp_path / "far.json"
    done = python(
        site,
        "tests.plugins.desk_with_packages",
        str(tmp_path),
        str(template),
        said,
        pay,
        ACME_POINTS=str(far),
    )
    assert done.returncode == 0, done.stderr
    return {
        **json.loads(done.stdout.splitlines()[-1]),
        "points": json.loads(far.read_text()) if far.exists() else {},
    }


def test_an_order_goes_through_what_the_package_added_replaced_removed_and_moved(
    acme: Path, tmp_path: Path, demo_database: Path
) -> None:
    told = submit(acme, tmp_path, demo_database, pay="card")

    assert told["state"] == "completed"
    assert told["commits"] == 3, "the card and the points are asked outside any transaction"
    assert "processCouponCustomerAssignments" not in told["lists"]["reversible"]
    order = {name: place for place, name in enumerate(told["lists"]["reversible"])}
    assert order["authorizePayments"] + 1 == order["holdPoints"]
    assert order["stampOrder"] + 1 == order["updateOrder"]
    assert order["commitOrderTax"] + 1 == order["updateLimitedUsageNumbers"]
    assert told["packages"]["updateCustomer"] == "acme-checkout"
    assert told["stamps"] == ["B1000001"]
    assert len(told["points"]) == 1
    [points] = told["points"].values()
    assert set(told["notes"]) == {f"{points} points.", "ACME says thank you."}
    assert told["held"] > 0


def test_a_veto_of_the_package_undoes_everything_in_exact_reverse(
    acme: Path, tmp_path: Path, demo_database: Path
) -> None:
    told = submit(acme, tmp_path, demo_database, said="under embargo", pay="card")

    assert (told["state"], told["sentence"]) == ("rolled_back", "There is an embargo.")
    assert told["undone"] == told["begun"][::-1]
    assert told["undone"][:2] == ["updateOrder", "stampOrder"]
    assert told["orders"] == ["FAILED"]
    assert told["stamps"] == []
    assert told["points"] == {}
    assert told["held"] == 0
    assert told["cart"] == "open"


def test_what_the_package_replaced_refuses_in_its_own_words(
    acme: Path, tmp_path: Path, demo_database: Path
) -> None:
    told = submit(acme, tmp_path, demo_database, said="no e-mail")

    assert told["sentence"] == "ACME sells to customers with an e-mail address only."
    assert told["orders"] == []


def test_the_command_prints_the_lists_and_where_each_action_comes_from(
    acme: Path, tmp_path: Path, demo_database: Path
) -> None:
    (tmp_path / "backoffice.db").write_bytes(demo_database.read_bytes())

    done = python(acme, "backoffice.cli", "checkout-actions", "--data-dir", str(tmp_path))

    assert done.returncode == 0, done.stderr
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "reversible 6 holdPoints yes acme-checkout" in rows
    assert "setup 5 updateCustomer acme-checkout" in rows
    assert "not in force processCouponCustomerAssignments built in" in rows
    assert "handlers 1 embargo acme-checkout" in rows

    done = python(acme, "backoffice.cli", "checkout-actions", "--json", "--data-dir", str(tmp_path))
    assert {
        "list": "setup",
        "place": "1",
        "action": "preCheckout",
        "asks": "",
        "package": "built in",
    } in json.loads(done.stdout)


BAD = {
    "an import that fails": ("[backoffice.checkout.actions]\nx = nowhere:X\n", "x” can not be loaded"),
    "no change": (
        "[backoffice.checkout.actions]\nx = bad:ACTIONS\n",
        "x” is no Add, Replace, Remove or Move",
    ),
    "no handler": ("[backoffice.checkout.handlers]\nx = bad:ACTIONS\n", "x” is no CheckoutEventHandler"),
}


@pytest.mark.parametrize("points, sentence", BAD.values(), ids=BAD)
def test_a_package_that_does_not_fit_stops_the_start_in_a_sentence_that_names_it(
    tmp_path: Path, demo_database: Path, points: str, sentence: str
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "bad.py").write_text("from backoffice.services.checkout.plugins import *\n", encoding="utf-8")
    beside(site, "bad", points)
    (tmp_path / "backoffice.db").write_bytes(demo_database.read_bytes())

    done = python(site, "backoffice.cli", "worker", "--data-dir", str(tmp_path))

    assert done.returncode == 2
    assert "The package “bad” does not fit the checkout" in done.stderr
    assert sentence in done.stderr
    assert "Repair or uninstall it" in done.stderr
